"""``Content-Encoding``: what can be undone and done again with the standard library."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from multidict import CIMultiDictProxy

from aiointercept.core.http.decoding import unpacked

_GZIP: Final = 16 + zlib.MAX_WBITS
_HEAD: Final = 2
_MOST_ENCODINGS: Final = 4

_WINDOWS: Final = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}


def encodings_of(headers: CIMultiDictProxy[str]) -> tuple[str, ...]:
    """Return the encodings of a body, in the order in which they were applied."""
    names = (
        name.strip().lower()
        for value in headers.getall("Content-Encoding", ())
        for name in value.split(",")
    )
    return tuple(name for name in names if name not in {"", "identity"})


def is_known(encodings: Iterable[str]) -> bool:
    """Whether all of ``encodings`` can be undone and done again."""
    return all(name in _WINDOWS for name in encodings)


def decode(body: bytes, encodings: Iterable[str]) -> bytes:
    """Undo ``encodings``.

    Raises:
        ValueError: if one is not known, or ``body`` is not encoded so.
    """
    return b"".join(decode_chunks((body,), encodings))


def decode_chunks(chunks: Iterable[bytes], encodings: Iterable[str]) -> Iterator[bytes]:
    """Undo ``encodings`` chunk by chunk.

    Raises:
        ValueError: if one is not known, or the chunks are not encoded so.
    """
    result = iter(chunks)
    for name in reversed(tuple(encodings)):
        result = _inflate(result, _window(name))
    return result


def encode(body: bytes, encodings: Iterable[str]) -> bytes:
    """Apply ``encodings``, in order.

    Raises:
        ValueError: if one is not known.
    """
    return b"".join(encode_chunks((body,), encodings))


def encode_chunks(chunks: Iterable[bytes], encodings: Iterable[str]) -> Iterator[bytes]:
    """Apply ``encodings`` chunk by chunk; no chunk is empty.

    Raises:
        ValueError: if one is not known.
    """
    result = iter(chunks)
    for name in encodings:
        result = _deflate(result, _window(name))
    return (chunk for chunk in result if chunk)


def _deflate(chunks: Iterator[bytes], window: int) -> Iterator[bytes]:
    # No timestamp is written, so equal bodies become equal bytes.
    packer = zlib.compressobj(wbits=window)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def _window(name: str) -> int:
    try:
        return _WINDOWS[name]
    except KeyError:
        msg = f"Content-Encoding {name!r} is not one of {', '.join(_WINDOWS)}"
        raise ValueError(msg) from None


def _inflate(chunks: Iterator[bytes], window: int) -> Iterator[bytes]:
    """Decompress ``chunks``: all members of gzip, and deflate with or without the head of zlib."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD:
            break
    if not head:
        return
    if window == zlib.MAX_WBITS and not _is_zlib(head):
        window = -zlib.MAX_WBITS
    unpacker = zlib.decompressobj(window)
    try:
        for chunk in chain((head,), chunks):
            rest = chunk
            while rest.strip(b"\0") or (rest and not unpacker.eof):
                if unpacker.eof:
                    unpacker = zlib.decompressobj(window)
                yield unpacker.decompress(rest)
                rest = unpacker.unused_data
        yield unpacker.flush()
    except zlib.error as error:
        raise ValueError(_not_encoded(error)) from None
    if not unpacker.eof:
        raise ValueError(_not_encoded("it ends too early"))


def _not_encoded(why: object) -> str:
    return f"the body is not encoded as its Content-Encoding says: {why}"


def _is_zlib(head: bytes) -> bool:
    """Whether a stream begins as RFC 1950, section 2.2, says."""
    return head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2], "big") % 31 == 0


def readable_body(body: bytes, content_encoding: str) -> bytes:
    """Return a body without its ``gzip`` and ``deflate`` encodings, all members of them.

    A body that is not what its header says, that has another encoding, or that is too large
    unpacked, is returned unchanged.

    Args:
        body: as it was sent.
        content_encoding: the value of the header; several encodings are separated by commas.
    """
    names = (name.strip().lower() for name in content_encoding.split(","))
    encodings = [name for name in names if name not in ("", "identity")]
    result = body
    for name in reversed(encodings[: _MOST_ENCODINGS + 1]):
        unpacked_once = unpacked(result, name)
        if unpacked_once is result:
            return body
        result = unpacked_once
    return body if len(encodings) > _MOST_ENCODINGS else result
