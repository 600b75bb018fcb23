"""Cassettes on disk: a file of one of the formats, and large bodies in files beside it.

Everything here blocks; see :mod:`aiointercept.adapters.blocking`. What a format looks like is told
in :mod:`aiointercept.core.recording`.
"""

import contextlib
import hashlib
import json
import mimetypes
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from attrs import evolve, frozen

from aiointercept.core.errors import CassetteError
from aiointercept.core.http.encodings import decode, decode_chunks, encodings_of, is_known
from aiointercept.core.http.messages import Response
from aiointercept.core.recording.entries import AnyBody, Entry, StoredBody
from aiointercept.core.recording.har import to_har
from aiointercept.core.recording.har_reading import from_har, with_all_entries
from aiointercept.core.recording.keeping import kept
from aiointercept.core.recording.redaction import Redaction
from aiointercept.core.recording.vcr import from_vcr, to_vcr

HAR_SUFFIXES: Final = (".har",)
YAML_SUFFIXES: Final = (".yaml", ".yml")
MOST_INLINE: Final = 1 << 16
# A cassette of VCR.py has no place for files: only what it could hardly read goes there.
_MOST_IN_YAML: Final = 1 << 24
_CHUNK: Final = 1 << 18
_STRUCTURED: Final = re.compile(r"json|urlencoded|multipart|^text/|xml|javascript|graphql")
_HASHED: Final = re.compile(r"[0-9a-f]{64}\.\w+")
# The default of Windows' registry, and so of Python there, may differ.
_EXTENSIONS: Final = {
    "application/json": ".json",
    "application/octet-stream": ".bin",
    "text/html": ".html",
    "text/plain": ".txt",
    "image/jpeg": ".jpg",
}


@frozen(eq=False)
class Cassette:
    """What a file holds.

    Args:
        entries: in order.
        source: all that it says, in a HAR file.
    """

    entries: Sequence[Entry]
    source: Mapping[str, Any] | None = None


def clean_path(given: Any, argument: str = "cassette") -> Path:
    """Return the path of a cassette.

    Raises:
        TypeError: if it is not a path.
        ValueError: for a suffix that is not one of ours.
    """
    if not isinstance(given, (str, os.PathLike)):
        msg = f"{argument} must be a path such as 'cassettes/users.har', not {given!r}"
        raise TypeError(msg)
    path = Path(os.fspath(given))
    if path.suffix.lower() not in (*HAR_SUFFIXES, *YAML_SUFFIXES):
        msg = (
            f"{argument}: '{path}' must end with .har (HAR 1.2), or with .yaml or .yml (the format "
            "of VCR.py), which say what is written"
        )
        raise ValueError(msg)
    if path.suffix.lower() in YAML_SUFFIXES:
        _yaml()
    return path


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in YAML_SUFFIXES


def _yaml() -> ModuleType:
    try:
        import yaml  # noqa: PLC0415  an optional extra
    except ImportError:
        msg = "cassettes in YAML need PyYAML: pip install 'aiointercept[yaml]', or use a .har file"
        raise ImportError(msg) from None
    return yaml


def load(path: Path) -> Cassette:
    """Read a cassette.

    Raises:
        CassetteError: naming file, entry and field, if it cannot be read or understood.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CassetteError("there is no such file", file=str(path)) from None  # noqa: EM101, TRY003  short
    except IsADirectoryError:
        raise CassetteError("this is a folder, not a cassette", file=str(path)) from None  # noqa: EM101, TRY003  short
    except OSError as error:
        if path.is_dir():  # as Windows tells it
            raise CassetteError("this is a folder, not a cassette", file=str(path)) from None  # noqa: EM101, TRY003  short
        msg = f"it cannot be read: {error.strerror or error}"
        raise CassetteError(msg, file=str(path)) from error
    except UnicodeDecodeError as error:
        msg = f"this is not a text in UTF-8: {error}"
        raise CassetteError(msg, file=str(path)) from None
    try:
        if _is_yaml(path):
            return Cassette(from_vcr(_parsed_yaml(text)))
        data = _parsed_json(text)
        return Cassette(from_har(data), data)
    except CassetteError as error:
        raise error.in_file(str(path)) from None


def _parsed_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"this is not JSON: {error}"
        raise CassetteError(msg) from None


def _parsed_yaml(text: str) -> Any:
    yaml = _yaml()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)
    except yaml.constructor.ConstructorError as error:
        msg = f"it holds a Python object, which is not read for safety: {_in_one_line(error)}"
        raise CassetteError(msg) from None
    except yaml.YAMLError as error:
        msg = f"this is not YAML: {_in_one_line(error)}"
        raise CassetteError(msg) from None


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def with_bodies_read(entries: Iterable[Entry], folder: Path) -> list[Entry]:
    """Return ``entries`` with the bodies of requests that are in files read into memory."""
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
        CassetteError: naming the one that is not there.
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
        msg = f"its body is in the file '{file.name}', which is not there"
        raise CassetteError(msg, file=str(path), entry=entry.number) from None


def resolve(body: StoredBody, folder: Path) -> Path:
    """Return where a body is.

    Raises:
        ValueError: if it is outside of ``folder``, where no cassette may reach.
    """
    name = Path(body.name)
    if name.is_absolute() or ".." in name.parts:
        msg = f"a body must be in a file beside the cassette, not in '{body.name}'"
        raise ValueError(msg)
    return folder / name


def save(  # noqa: PLR0913  each is said at the only two calls
    path: Path,
    old: Cassette | None,
    recorded: Iterable[Entry],
    redaction: Redaction | None,
    *,
    version: str,
    anew: bool = False,
) -> bool:
    """Write a cassette, unless nothing has changed.

    A reader sees the old file or the new one, never a part; it is on the disk when this returns.

    Args:
        path: its folder is made if need be.
        old: what was there.
        recorded: what is to be added; bodies are as they were sent, some in temporary files.
        redaction: masks secrets; ``None`` for none.
        version: of aiointercept.
        anew: whether ``recorded`` replaces what was there.

    Returns:
        Whether anything was written.

    Raises:
        OSError: if it cannot be written.
    """
    before = () if old is None else tuple(old.entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    limit = _MOST_IN_YAML if _is_yaml(path) else MOST_INLINE
    fresh = [_stored(entry, path.parent, redaction, limit) for entry in recorded]
    if anew:
        entries: list[Entry | Mapping[str, Any]] = [*kept(fresh, before)]
    else:
        masked = before if redaction is None else tuple(map(redaction.entry, before))
        written = with_all_entries(masked, old.source) if old and old.source else masked
        entries = [*written, *fresh]
    source = None if old is None else old.source
    text = _text(path, entries, source, version)
    changed = _write_if_changed(path, text.encode("utf-8"))
    if changed or fresh:
        _remove_orphans(path, (*before, *fresh), text)
    return changed


def _text(
    path: Path,
    entries: Iterable[Entry | Mapping[str, Any]],
    source: Mapping[str, Any] | None,
    version: str,
) -> str:
    if not _is_yaml(path):
        har = to_har(entries, version=version, source=source)
        return f"{json.dumps(har, indent=2, ensure_ascii=False)}\n"
    yaml = _yaml()
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(
        to_vcr(map(_only_entry, entries)), Dumper=dumper, default_flow_style=False
    )
    return text


def _only_entry(entry: Entry | Mapping[str, Any]) -> Entry:
    assert isinstance(entry, Entry)  # noqa: S101  a cassette of VCR.py has nothing else
    return entry


def _write_if_changed(path: Path, data: bytes) -> bool:
    with contextlib.suppress(OSError):
        if path.read_bytes() == data:
            return False
    _write(path, [data])
    return True


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file so that it is there as a whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        # A temporary file is for its owner alone; a cassette is as any other file.
        temporary.chmod(0o666 & ~_umask() if not path.exists() else path.stat().st_mode & 0o777)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    value = os.umask(0o022)
    os.umask(value)
    return value


def _stored(entry: Entry, folder: Path, redaction: Redaction | None, limit: int) -> Entry:
    """Return a recorded entry decoded, masked, and with large bodies in files of their own."""
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
    """Read bodies from temporary files if something in them may have to be masked."""
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
    """Return a body as it is to be written: in memory, or in a file named by its hash."""
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
        _write(temporary, counted())
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


def _remove_orphans(path: Path, entries: Iterable[Entry], text: str) -> None:
    """Remove bodies that this cassette had and no cassette in its folder has now."""
    orphans = {
        file.name
        for entry in entries
        for file in (entry.request_file, entry.response_file)
        if file is not None and _HASHED.fullmatch(file.name) and file.name not in text
    }
    if not orphans:
        return
    for other in path.parent.iterdir():
        if other != path and other.suffix.lower() in (*HAR_SUFFIXES, *YAML_SUFFIXES):
            with contextlib.suppress(OSError):
                text = other.read_text("utf-8", errors="replace")
                orphans = {name for name in orphans if name not in text}
    for name in orphans:
        (path.parent / name).unlink(missing_ok=True)
