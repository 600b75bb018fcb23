"""Finds the end of a response in the bytes that an application's server writes. No I/O."""

from functools import lru_cache
from typing import Final, NamedTuple

from multidict import CIMultiDict, CIMultiDictProxy

_HEAD_END: Final = b"\r\n\r\n"
_WITHOUT_BODY: Final = frozenset({204, 304})
_SWITCHING: Final = 101
_FIRST_FINAL: Final = 200
_CACHED_HEADS: Final = 256
_NO_HEADERS: Final[CIMultiDictProxy[str]] = CIMultiDictProxy(CIMultiDict())


class FramingError(ValueError):
    """What an application's server wrote is not a response."""


class ResponseFraming:
    """Follows the bytes of one response to its end, skipping interim responses.

    Args:
        method: the method of the request.
        limit: maximum size of the body to store, in bytes; a longer body is not stored at all.
    """

    def __init__(self, method: str, limit: int) -> None:
        self._head_request = method == "HEAD"
        self._limit = limit
        self._pending = b""
        self._left: int | None = 0  # bytes of the body or chunk; None up to the end of the stream
        self._step = self._read_head
        self._kept: list[bytes] | None = []
        self._size = 0
        self.status: int | None = None
        """Status of the final response; ``None`` until its head has come."""
        self.headers = _NO_HEADERS
        self.done = False
        """Whether the response is complete."""
        self.upgraded = False
        """Whether the connection has switched to another protocol."""
        self.keep_alive = True
        """Whether another response may follow on the connection."""

    @property
    def body(self) -> bytes | None:
        """The body without its transfer coding; ``None`` if it is longer than the limit."""
        return None if self._kept is None else b"".join(self._kept)

    def feed(self, data: bytes) -> bool:
        """Process ``data``. Return whether the response is complete.

        Raises:
            FramingError: if ``data`` cannot be part of a response.
        """
        self._pending = self._pending + data if self._pending else data
        while self._pending and not self.done and self._step():
            pass
        if self.done and self._pending and not self.upgraded:
            msg = f"{len(self._pending)} bytes follow the end of the response"
            raise FramingError(msg)
        return self.done

    def feed_eof(self) -> bool:
        """Process the end of the connection. Return whether the response is complete."""
        if self._step == self._read_rest and self._left is None:
            self.done = True
        return self.done

    def _read_head(self) -> bool:
        end = self._pending.find(_HEAD_END)
        if end < 0:
            return False
        head, self._pending = self._pending[:end], self._pending[end + len(_HEAD_END) :]
        parsed = _parse_head(head)
        if parsed.status < _FIRST_FINAL and parsed.status != _SWITCHING:
            return True
        self.status, self.headers = parsed.status, parsed.headers
        self.keep_alive = parsed.keep_alive
        if parsed.status == _SWITCHING:
            self.upgraded = self.done = True
        elif self._head_request or parsed.status in _WITHOUT_BODY:
            self.done = True
        elif parsed.chunked:
            self._step = self._read_chunk_size
        else:
            self._left = parsed.length
            self.keep_alive = parsed.keep_alive and parsed.length is not None
            self._step = self._read_rest
            self.done = parsed.length == 0
        return True

    def _read_rest(self) -> bool:
        self._keep(self._take())
        self.done = self._left == 0
        return False

    def _take(self) -> bytes:
        """Return the part of the body or chunk that has arrived."""
        left = self._left
        if left is None or len(self._pending) <= left:
            taken, self._pending = self._pending, b""
        else:
            taken, self._pending = self._pending[:left], self._pending[left:]
        if left is not None:
            self._left = left - len(taken)
        return taken

    def _keep(self, data: bytes) -> None:
        if self._kept is None:
            return
        self._size += len(data)
        if self._size > self._limit:
            self._kept = None
        else:
            self._kept.append(data)

    def _line(self) -> bytes | None:
        end = self._pending.find(b"\r\n")
        if end < 0:
            return None
        line, self._pending = self._pending[:end], self._pending[end + 2 :]
        return line

    def _read_chunk_size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        try:
            self._left = int(line.partition(b";")[0], 16)
        except ValueError:
            msg = f"{line[:80]!r} is not the size of a chunk"
            raise FramingError(msg) from None
        self._step = self._read_chunk if self._left else self._read_trailer
        return True

    def _read_chunk(self) -> bool:
        self._keep(self._take())
        if self._left == 0:
            self._step = self._read_chunk_end
        return True

    def _read_chunk_end(self) -> bool:
        if self._line() is None:
            return False
        self._step = self._read_chunk_size
        return True

    def _read_trailer(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self.done = not line
        return True


class _Head(NamedTuple):
    """The head of a response, with the values that determine its end."""

    status: int
    headers: CIMultiDictProxy[str]
    keep_alive: bool
    chunked: bool
    length: int | None


@lru_cache(maxsize=_CACHED_HEADS)
def _parse_head(head: bytes) -> _Head:
    """Parse a head; cached because most responses of a test have the same one."""
    first, *lines = head.split(b"\r\n")
    version, _, rest = first.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
        msg = f"{first[:80]!r} is not the first line of a response"
        raise FramingError(msg)
    headers: CIMultiDict[str] = CIMultiDict()
    for line in lines:
        name, _, value = line.decode("utf-8", "surrogateescape").partition(":")
        headers.add(name, value.strip(" \t"))
    connection = ",".join(headers.getall("Connection", ())).lower()
    length = headers.get("Content-Length")
    if length is not None and not (length.isascii() and length.isdigit()):
        msg = f"Content-Length is {length[:80]!r}"
        raise FramingError(msg)
    return _Head(
        status=int(rest[:3]),
        headers=CIMultiDictProxy(headers),
        keep_alive="close" not in connection
        and (version != b"HTTP/1.0" or "keep-alive" in connection),
        chunked="chunked" in headers.get("Transfer-Encoding", "").lower(),
        length=None if length is None else int(length),
    )
