"""Bodies in files beside a cassette, and writing files atomically.

Everything here blocks; see :mod:`aiointercept.adapters.blocking`.
"""

import contextlib
import hashlib
import mimetypes
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from attrs import evolve

from aiointercept.core.errors import CassetteError
from aiointercept.core.http.encodings import decode, decode_chunks, encodings_of, is_known
from aiointercept.core.http.messages import Response
from aiointercept.core.recording.entries import AnyBody, Entry, StoredBody
from aiointercept.core.recording.redacting.redaction import Redaction

_CHUNK: Final = 1 << 18
_STRUCTURED: Final = re.compile(r"json|urlencoded|multipart|^text/|xml|javascript|graphql")
_HASHED: Final = re.compile(r"[0-9a-f]{64}\.\w+")
# On Windows, Python reads its defaults from the registry, where they may differ.
_EXTENSIONS: Final = {
    "application/json": ".json",
    "application/octet-stream": ".bin",
    "text/html": ".html",
    "text/plain": ".txt",
    "image/jpeg": ".jpg",
}


def with_bodies_read(entries: Iterable[Entry], folder: Path) -> list[Entry]:
    """Return ``entries`` with those request bodies that are in files read into memory."""
    return [
        entry
        if entry.request_file is None
        else evolve(
            entry,
            request=evolve(entry.request, body=resolve(entry.request_file, folder).read_bytes()),
            request_file=None,
        )
        for entry in entries
    ]


def with_files_found(path: Path, entries: Iterable[Entry]) -> list[Entry]:
    """Return ``entries`` with the true sizes of bodies in files.

    Raises:
        CassetteError: naming the missing file.
    """
    return [_with_files_found(path, entry) for entry in entries]


def _with_files_found(path: Path, entry: Entry) -> Entry:
    if entry.request_file is None and entry.response_file is None:
        return entry
    return evolve(
        entry,
        request_file=_found(path, entry, entry.request_file),
        response_file=_found(path, entry, entry.response_file),
    )


def _found(path: Path, entry: Entry, file: StoredBody | None) -> StoredBody | None:
    if file is None:
        return None
    try:
        return StoredBody(file.name, resolve(file, path.parent).stat().st_size)
    except ValueError as error:
        raise CassetteError(str(error), file=str(path), entry=entry.number) from None
    except OSError:
        msg = f"its body is in the file '{file.name}', which does not exist"
        raise CassetteError(msg, file=str(path), entry=entry.number) from None


def resolve(body: StoredBody, folder: Path) -> Path:
    """Return the path of a body.

    Raises:
        ValueError: if it is outside of ``folder``, which a cassette must not access.
    """
    name = Path(body.name)
    if name.is_absolute() or ".." in name.parts:
        msg = f"a body must be in a file beside the cassette, not in '{body.name}'"
        raise ValueError(msg)
    return folder / name


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file atomically."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        # Only its owner can read a temporary file; give the cassette the usual permissions.
        temporary.chmod(0o666 & ~_umask() if not path.exists() else path.stat().st_mode & 0o777)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    value = os.umask(0o022)
    os.umask(value)
    return value


def stored(entry: Entry, folder: Path, redaction: Redaction | None, limit: int) -> Entry:
    """Return a recorded entry decoded, masked, and with large bodies in separate files."""
    entry = _with_known_bodies(entry, redaction)
    response = entry.response
    if response is not None and response.body and not entry.encoded:
        encodings = encodings_of(response.headers)
        try:
            response = evolve(response, body=decode(response.body, encodings))
            entry = evolve(entry, response=response)
        except ValueError:
            entry = evolve(entry, encoded=True)
    if redaction is not None:
        entry = redaction.entry(entry)
    return _with_files(entry, folder, limit)


def _with_known_bodies(entry: Entry, redaction: Redaction | None) -> Entry:
    """Read bodies from temporary files into memory if they may contain something to mask."""
    everything = redaction is not None and redaction.reads_everything
    file = entry.request_file
    if file is not None and (everything or _is_structured(entry.request.content_type, redaction)):
        request = evolve(entry.request, body=Path(file.name).read_bytes())
        entry = evolve(entry, request=request, request_file=None)
    file, response = entry.response_file, entry.response
    if file is not None and response is not None:
        kind = response.headers.get("Content-Type", "")
        if everything or _is_structured(kind, redaction):
            response = evolve(response, body=Path(file.name).read_bytes())
            entry = evolve(entry, response=response, response_file=None)
    return entry


def _is_structured(content_type: str, redaction: Redaction | None) -> bool:
    return redaction is not None and (
        not content_type or _STRUCTURED.search(content_type.lower()) is not None
    )


def _with_files(entry: Entry, folder: Path, limit: int) -> Entry:
    request = entry.request
    body, file = _in_file(entry.request_body, request.content_type, folder, limit)
    if file is not None:
        entry = evolve(entry, request=evolve(request, body=body), request_file=file)
    response = entry.response
    if response is None:
        return entry
    content_type = response.headers.get("Content-Type", "")
    encodings = encodings_of(response.headers)
    if entry.response_file is not None and not is_known(encodings):
        entry = evolve(entry, encoded=True)
    try:
        body, file = _in_file(entry.response_body, content_type, folder, limit, encodings)
    except ValueError:
        entry = evolve(entry, encoded=True)
        body, file = _in_file(entry.response_body, content_type, folder, limit)
    if file is not None:
        response = Response(response.status, response.reason, response.headers, body)
        entry = evolve(entry, response=response, response_file=file)
    return entry


def _in_file(
    body: AnyBody,
    content_type: str,
    folder: Path,
    limit: int,
    encodings: tuple[str, ...] = (),
) -> tuple[bytes | None, StoredBody | None]:
    """Return a body as it will be written: in memory, or in a file named after its hash."""
    if isinstance(body, StoredBody):
        chunks = _read(Path(body.name))
        if encodings and is_known(encodings):
            chunks = decode_chunks(chunks, encodings)
        return None, _side_file(chunks, content_type, folder)
    if body is None or len(body) <= limit:
        return body, None
    return None, _side_file([body], content_type, folder)


def _side_file(chunks: Iterable[bytes], content_type: str, folder: Path) -> StoredBody:
    digest = hashlib.sha256()
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            yield chunk

    media_type = content_type.partition(";")[0].strip().lower()
    extension = _EXTENSIONS.get(media_type) or mimetypes.guess_extension(media_type) or ".bin"
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".body.", suffix=".tmp")
    os.close(descriptor)
    temporary = Path(name)
    try:
        write_whole(temporary, counted())
        target = folder / f"{digest.hexdigest()}{extension}"
        if target.exists():
            temporary.unlink()
        else:
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return StoredBody(target.name, size)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def remove_orphans(
    path: Path, entries: Iterable[Entry], text: str, suffixes: tuple[str, ...]
) -> None:
    """Remove body files of this cassette that no cassette in its folder refers to any more."""
    orphans = {
        file.name
        for entry in entries
        for file in (entry.request_file, entry.response_file)
        if file is not None and _HASHED.fullmatch(file.name) and file.name not in text
    }
    if not orphans:
        return
    for other in path.parent.iterdir():
        if other != path and other.suffix.lower() in suffixes:
            with contextlib.suppress(OSError):
                text = other.read_text("utf-8", errors="replace")
                orphans = {name for name in orphans if name not in text}
    for name in orphans:
        (path.parent / name).unlink(missing_ok=True)
