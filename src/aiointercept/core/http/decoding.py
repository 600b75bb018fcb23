"""Decoding of bodies: as text, as JSON, or unpacked. Bad input raises a ``ValueError`` at most.

Unpacking is limited in size, and done in pieces so that the caller can yield to other tasks.
"""

import codecs
import json
import zlib
from collections.abc import Generator
from typing import Any, Final

MOST_UNPACKED: Final = 64 << 20
"""Bytes; a body that unpacks to more counts as one that cannot be decoded."""

_PIECE: Final = 1 << 20
_WINDOWS: Final = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS}
_DEFLATE_WINDOWS: Final = (zlib.MAX_WBITS, -zlib.MAX_WBITS)
# Codecs of Python that are not encodings of text; some of them warn, or never work.
_NO_CHARSETS: Final = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)


def decode_text(body: bytes, charset: str) -> str:
    """Return ``body`` as text.

    Raises:
        ValueError: if ``charset`` is not a known encoding of text, or ``body`` is not encoded so.
    """
    require_charset(charset)
    try:
        return body.decode(charset)
    except LookupError as error:
        raise ValueError(str(error)) from None


def require_charset(charset: str) -> None:
    """Check that ``charset`` is a known encoding of text.

    Raises:
        ValueError: if it is not.
    """
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        name = "undefined"
    if name.replace("_", "-") in _NO_CHARSETS:
        msg = f"{charset!r} is not an encoding of text"
        raise ValueError(msg)


def parse_json(body: bytes | str) -> Any:
    """Return ``body`` parsed.

    Raises:
        ValueError: if it is not JSON, or is nested too deeply to be read.
    """
    try:
        return json.loads(body)
    except RecursionError:
        msg = "it is nested too deeply"
        raise ValueError(msg) from None


def unpack(body: bytes, encoding: str) -> Generator[None, None, bytes]:
    """Undo a ``Content-Encoding`` of ``gzip`` or ``deflate``, in pieces.

    Yields:
        After each piece.

    Returns:
        The unpacked body; ``body`` itself where it is not packed so, is cut off, has another
        encoding, or unpacks to more than :data:`MOST_UNPACKED`.
    """
    name = encoding.strip().lower()
    windows = (_WINDOWS[name],) if name in _WINDOWS else _DEFLATE_WINDOWS
    if not body or (name not in _WINDOWS and name != "deflate"):
        return body
    for window in windows:
        unpacked = yield from _unpack(body, window)
        if unpacked is not None:
            return unpacked
    return body


def unpacked(body: bytes, encoding: str) -> bytes:
    """Undo a ``Content-Encoding`` at once; see :func:`unpack`."""
    steps = unpack(body, encoding)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: bytes = end.value
            return result


def _unpack(body: bytes, window: int) -> Generator[None, None, bytes | None]:
    """Unpack all members of ``body``; return ``None`` if it is not packed, or too large."""
    pieces: list[bytes] = []
    size = work = 0
    rest = body
    try:
        while rest:
            unpacker = zlib.decompressobj(window)
            while not unpacker.eof:
                piece = unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail
                pieces.append(piece)
                size += len(piece)
                work += len(piece) + 1000  # for members that hold next to nothing
                if size > MOST_UNPACKED or (not piece and not rest and not unpacker.eof):
                    return None
                if work >= _PIECE:
                    work = 0
                    yield
            # Some pad the end with zeros.
            rest = unpacker.unused_data.lstrip(b"\0")
    except zlib.error:
        return None
    return b"".join(pieces)
