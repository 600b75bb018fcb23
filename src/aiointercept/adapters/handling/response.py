"""The core's responses as aiohttp writes them."""

from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.http import HttpVersion11
from multidict import CIMultiDict
from typing_extensions import override

from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import Stream

_WITHOUT_BODY: Final = frozenset({204, 304})
_FIRST_FINAL: Final = 200
_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}


def web_response(answer: Response, request: web.BaseRequest) -> web.Response:
    """Return ``answer`` to ``request`` as aiohttp writes it."""
    headers = CIMultiDict(answer.headers)
    chunked = _wants_chunks(headers)
    if "Content-Length" in headers and has_body(answer.status, request.method):
        # It may be wrong, for example copied from another response; the client would then hang.
        headers.popall("Content-Length")
    response = web.Response(
        status=answer.status, reason=answer.reason, headers=headers, body=answer.body
    )
    if chunked and request.version >= HttpVersion11:
        response.enable_chunked_encoding()
    return response


def has_body(status: int, method: str) -> bool:
    """Whether a response with ``status`` to ``method`` has a body (RFC 9110, section 6.4.1)."""
    return method != "HEAD" and status >= _FIRST_FINAL and status not in _WITHOUT_BODY


def phrase(status: int, reason: str | None) -> str:
    """Return ``reason``, or the standard phrase for ``status`` if it is ``None``."""
    return _PHRASES.get(status, "") if reason is None else reason


def web_stream(answer: Stream) -> web.StreamResponse:
    """Return the head of ``answer`` as aiohttp writes it."""
    headers = CIMultiDict(answer.headers)
    _wants_chunks(headers)
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    if answer.length is not None:
        response.content_length = answer.length
    return response


def _wants_chunks(headers: CIMultiDict[str]) -> bool:
    """Remove ``Transfer-Encoding``, which aiohttp writes itself; return whether it was chunked."""
    if "Transfer-Encoding" not in headers:
        return False
    headers.popall("Content-Length", None)
    return any("chunked" in value.lower() for value in headers.popall("Transfer-Encoding"))


class Answered(web.Response):
    """Tells aiohttp's server that the answer has been sent, and to close the connection."""

    @override
    async def prepare(self, request: web.BaseRequest) -> None:
        return None

    @override
    async def write_eof(self, data: bytes = b"") -> None:
        return None

    @property
    @override
    def keep_alive(self) -> bool:
        return False
