"""Responses of real servers, live or recorded, whose headers are sent unchanged.

aiohttp would add ``Date``, ``Server`` and ``Content-Type`` if they are missing, but the real
server did not send them.
"""

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import HttpVersion11
from multidict import CIMultiDict
from typing_extensions import override

from aiointercept.adapters.handling.response import has_body, phrase
from aiointercept.core.http.messages import HeaderSource, Response, header_fields
from aiointercept.core.routing.replies import Stream


class PlainResponse(web.StreamResponse):
    """A response sent unchanged, except for the headers that frame its body on this connection.

    Args:
        status: the status code.
        reason: the reason phrase; ``None`` for the standard one.
        headers: all headers.
        body: the whole body, or the beginning of one that is written chunk by chunk.
    """

    def __init__(
        self, status: int, reason: str | None, headers: HeaderSource, body: bytes = b""
    ) -> None:
        reason = phrase(status, reason)
        super().__init__(status=status, reason=reason, headers=CIMultiDict(header_fields(headers)))
        self._content = body
        self._writer: AbstractStreamWriter | None = None
        self._ended = False
        self._keeps = False
        self._sends_body = True

    @override
    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if self._writer is not None:
            return self._writer
        writer = self._writer = request.writer
        headers = CIMultiDict(self.headers)
        self._keeps = bool(request.keep_alive)
        self._sends_body = has_body(self.status, request.method)
        if self._sends_body:
            self._frame_body(writer, headers, request)
        if not self._keeps:
            headers["Connection"] = "close"
        await writer.write_headers(f"HTTP/1.1 {self.status} {self.reason}", headers)
        writer.send_headers()
        if self._content and self._sends_body:
            await writer.write(self._content)
        return writer

    def _frame_body(
        self, writer: AbstractStreamWriter, headers: CIMultiDict[str], request: web.BaseRequest
    ) -> None:
        """Frame the body by the given headers, or else in chunks."""
        chunked = "Transfer-Encoding" in headers
        if not chunked and "Content-Length" in headers:
            writer.length = int(headers["Content-Length"])
        elif request.version >= HttpVersion11:
            headers.popall("Content-Length", None)
            headers["Transfer-Encoding"] = "chunked"
            writer.enable_chunking()
        else:
            headers.popall("Transfer-Encoding", None)
            self._keeps = False

    @property
    @override
    def prepared(self) -> bool:
        return self._writer is not None

    @override
    async def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._writer is not None and self._sends_body:
            await self._writer.write(data)

    @override
    async def write_eof(self, data: bytes = b"") -> None:
        if self._writer is not None and not self._ended:
            self._ended = True
            await self._writer.write_eof(data if self._sends_body else b"")

    @property
    @override
    def keep_alive(self) -> bool:
        return self._keeps


def plain_response(answer: Response, request: web.BaseRequest) -> PlainResponse:
    """Return ``answer`` to ``request``, with the ``Content-Length`` of its body."""
    headers = CIMultiDict(answer.headers)
    body = answer.body or b""
    if has_body(answer.status, request.method) and "Transfer-Encoding" not in headers:
        headers["Content-Length"] = str(len(body))
    return PlainResponse(answer.status, answer.reason, headers, body)


def plain_stream(answer: Stream) -> PlainResponse:
    """Return the head of ``answer``, with the length that it declares."""
    headers = CIMultiDict(answer.headers)
    if "Transfer-Encoding" not in headers:
        headers.popall("Content-Length", None)
        if answer.length is not None:
            headers["Content-Length"] = str(answer.length)
    return PlainResponse(answer.status, answer.reason, headers)
