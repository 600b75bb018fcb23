"""Where a written request ends, and how an answer is written, on a connection without a socket."""

from collections.abc import Callable
from http.client import responses as _phrases
from typing import Final

from aiointercept.adapters.handling.response import has_body
from aiointercept.core.http.messages import Response

_END_OF_HEAD: Final = b"\r\n\r\n"


class Incoming:
    """Finds the end of the one request that a client writes.

    Attributes:
        complete: whether it has been reached.
    """

    def __init__(self) -> None:
        self.complete = False
        self._buffer = bytearray()
        self._step: Callable[[], bool] = self._read_head
        self._missing = 0
        self._wants_continue = False

    def feed(self, data: bytes) -> None:
        """Take what was written."""
        self._buffer += data
        while not self.complete and self._step():
            pass

    def takes_continue(self) -> bool:
        """Say, once, whether the client waits to be told that its body is wanted."""
        wants, self._wants_continue = self._wants_continue, False
        return wants

    def _read_head(self) -> bool:
        end = self._buffer.find(_END_OF_HEAD)
        if end < 0:
            return False
        fields = dict(map(_field, bytes(self._buffer[:end]).split(b"\r\n")[1:]))
        del self._buffer[: end + len(_END_OF_HEAD)]
        self._wants_continue = fields.get(b"expect") == b"100-continue"
        if b"chunked" in fields.get(b"transfer-encoding", b""):
            self._step = self._read_size
        else:
            self._missing = int(fields.get(b"content-length", b"0"))
            self._step = self._read_body
        return True

    def _read_body(self) -> bool:
        self._skip()
        self.complete = self._missing == 0
        return False

    def _read_size(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        size = int(self._buffer[:end].partition(b";")[0], 16)
        del self._buffer[: end + 2]
        self._missing = size + 2
        self._step = self._read_chunk if size else self._read_body
        return True

    def _read_chunk(self) -> bool:
        self._skip()
        if self._missing:
            return False
        self._step = self._read_size
        return True

    def _skip(self) -> None:
        there = min(self._missing, len(self._buffer))
        self._missing -= there
        del self._buffer[:there]


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip().lower(), value.strip().lower()


def misleads(answer: Response, method: str) -> bool:
    """Say whether ``answer`` has a ``Content-Length`` by which its body could not be read."""
    told = answer.headers.get("Content-Length")
    if told is None or not has_body(answer.status, method):
        return False
    return told != str(len(answer.body or b""))


def wire_form(answer: Response, method: str) -> bytes:
    """Return ``answer`` as it goes over a connection, with the header fields it has and no other.

    The body ends with the connection, unless a field says where it does; a field that would not be
    true is left out.
    """
    reason = _phrases.get(answer.status, "") if answer.reason is None else answer.reason
    lines = [f"HTTP/1.1 {answer.status} {reason}"]
    left_out = "content-length" if misleads(answer, method) else None
    lines += [
        f"{name}: {value}" for name, value in answer.headers.items() if name.lower() != left_out
    ]
    head = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
    body = answer.body or b""
    if not has_body(answer.status, method):
        return head
    if "chunked" in answer.headers.get("Transfer-Encoding", "").lower():
        chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        body = chunk + b"0\r\n\r\n"
    return head + body
