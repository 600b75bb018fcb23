"""The bytes of a fixed answer, made once, because most answers of a mock never change.

The bytes are exactly those that aiohttp itself would write; a test compares the two. If aiohttp
has something to decide (the answer sets its own length, ``Transfer-Encoding`` or ``Connection``,
the client speaks HTTP/1.0, or the connection closes), the answer goes through ``web.Response``.
So does a plain answer, which is sent as it was recorded, if it has no length.
"""

import time
from email.utils import formatdate
from typing import Final
from weakref import WeakKeyDictionary

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import SERVER_SOFTWARE, HttpVersion11
from multidict import CIMultiDict
from typing_extensions import override

from aiointercept.adapters.handling.response import has_body, phrase
from aiointercept.core.http.messages import Response

# Above this size, web.Response passes the body to the transport without copying it.
_LONGEST: Final = 1 << 16
_DECIDED_BY_AIOHTTP: Final = (
    "Connection",
    "Content-Length",
    "Date",
    "Server",
    "Transfer-Encoding",
)

# The bytes before and after the value of Date. A plain answer gets no Date, so all its bytes come
# before. None for an answer that needs web.Response.
_parts: Final[WeakKeyDictionary[Response, tuple[bytes, bytes] | None]] = WeakKeyDictionary()


class FixedResponse(web.StreamResponse):
    """An answer whose bytes are known, so that aiohttp's server only has to send them.

    It does not call the constructor of its base class, which builds headers that are not needed.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data

    @override
    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        writer = request.writer
        await writer.write_eof(self._data)
        return writer

    @override
    async def write_eof(self, data: bytes = b"") -> None:
        return None

    @property
    @override
    def keep_alive(self) -> bool:
        return True


def fixed_response(answer: Response, request: web.BaseRequest) -> FixedResponse | None:
    """Return ``answer`` to ``request`` as bytes; ``None`` if it needs ``web.Response``."""
    if request.method == "HEAD" or request.version != HttpVersion11 or not request.keep_alive:
        return None
    try:
        parts = _parts[answer]
    except KeyError:
        parts = _parts[answer] = _parts_of(answer)
    if parts is None:
        return None
    return FixedResponse(parts[0] if answer.plain else parts[0] + _date() + parts[1])


def _parts_of(answer: Response) -> tuple[bytes, bytes] | None:
    body, headers = answer.body or b"", answer.headers
    if not has_body(answer.status, "GET") or len(body) > _LONGEST:
        return None
    if answer.plain:
        return _plain_parts(answer, body)
    if any(name in headers for name in _DECIDED_BY_AIOHTTP):
        return None
    if body and "Content-Type" not in headers:
        return None
    lines = [f"HTTP/1.1 {answer.status} {phrase(answer.status, answer.reason)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "Date: "])
    return head.encode(), f"\r\nServer: {SERVER_SOFTWARE}\r\n\r\n".encode() + body


def _plain_parts(answer: Response, body: bytes) -> tuple[bytes, bytes] | None:
    if "Transfer-Encoding" in answer.headers or "Connection" in answer.headers:
        return None
    headers = CIMultiDict(answer.headers)
    headers["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {answer.status} {phrase(answer.status, answer.reason)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body, b""


_date_of: tuple[int, bytes] = (0, b"")


def _date() -> bytes:
    """Return the time in the format of RFC 9110, section 5.6.7, formatted once a second."""
    global _date_of  # noqa: PLW0603  a cache of one value, replaced atomically
    now = int(time.time())
    second, text = _date_of
    if second != now:
        text = formatdate(now, usegmt=True).encode()
        _date_of = now, text
    return text
