from collections.abc import Callable
from typing import Any

import pytest
from aiohttp.http import HttpVersion10, HttpVersion11
from multidict import CIMultiDict

from aiointercept.adapters.handling.plain_response import (
    PlainResponse,
    plain_response,
    plain_stream,
)
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import Stream


class Writer:
    """Notes what is written."""

    def __init__(self) -> None:
        self.length: int | None = None
        self.chunked = False
        self.said: list[Any] = []

    def enable_chunking(self) -> None:
        """Note it."""
        self.chunked = True

    async def write_headers(self, line: str, headers: CIMultiDict[str]) -> None:
        """Note them."""
        self.said.append((line, list(headers.items())))

    def send_headers(self) -> None:
        """Note it."""

    async def write(self, data: bytes) -> None:
        """Note a chunk."""
        self.said.append(data)

    async def write_eof(self, data: bytes = b"") -> None:
        """Note the end."""
        self.said.append(("end", data))


class Request:
    """What a response looks at."""

    def __init__(self, method: str = "GET", version: Any = HttpVersion11) -> None:
        self.method = method
        self.version = version
        self.keep_alive = version is HttpVersion11
        self.writer = Writer()


async def sent(make: Callable[[Any], PlainResponse], *chunks: bytes, **options: Any) -> Any:
    """Send a response as aiohttp's server does, and return what was written, and the rest."""
    request: Any = Request(**options)
    response = make(request)
    assert not response.prepared
    for _ in range(2):
        await response.prepare(request)
    for chunk in chunks:
        await response.write(chunk)
    for _ in range(2):
        await response.write_eof()
    assert response.prepared
    return request.writer.said, request.writer, response.keep_alive


HEADERS = CIMultiDict([("X-A", "1"), ("Content-Length", "99"), ("x-a", "2")])


async def test_whole_body() -> None:
    """Its length is put right, in place; nothing is added."""
    answer = Response(200, "Fine", HEADERS, b"ab", plain=True)
    said, writer, keeps = await sent(lambda request: plain_response(answer, request))
    fields = [("X-A", "1"), ("Content-Length", "2"), ("x-a", "2")]
    assert said == [("HTTP/1.1 200 Fine", fields), b"ab", ("end", b"")]
    assert (writer.length, writer.chunked, keeps) == (2, False, True)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_without_body(method: str, status: int) -> None:
    """What is told of a body stays, the body does not come."""
    answer = Response(status, None, HEADERS, b"ab", plain=True)
    said, writer, _ = await sent(
        lambda request: plain_response(answer, request), b"x", method=method
    )
    assert said[0][1] == list(HEADERS.items())
    assert said[1:] == [("end", b"")]
    assert writer.length is None


@pytest.mark.parametrize("headers", [{"Transfer-Encoding": "chunked"}, {}])
async def test_chunks(headers: dict[str, str]) -> None:
    """A body of unknown length comes in chunks."""
    stream = Stream(lambda: None, 200, None, CIMultiDict(headers), plain=True)  # type: ignore[arg-type, return-value]  # never opened here
    said, writer, keeps = await sent(lambda _: plain_stream(stream), b"a", b"b")
    assert said == [
        ("HTTP/1.1 200 OK", [("Transfer-Encoding", "chunked")]),
        b"a",
        b"b",
        ("end", b""),
    ]
    assert (writer.chunked, keeps) == (True, True)


async def test_known_length() -> None:
    """A stream announces its length, whatever its fields say."""
    stream = Stream(lambda: None, 200, None, HEADERS, 7, plain=True)  # type: ignore[arg-type, return-value]  # never opened here
    said, writer, _ = await sent(lambda _: plain_stream(stream))
    assert ("Content-Length", "7") in said[0][1]
    assert writer.length == 7


async def test_old_clients() -> None:
    """HTTP/1.0 has no chunks: the end of the connection is that of the body."""
    said, writer, keeps = await sent(
        lambda _: PlainResponse(299, None, {"Transfer-Encoding": "chunked"}),
        b"a",
        version=HttpVersion10,
    )
    assert said[0] == ("HTTP/1.1 299 ", [("Connection", "close")])
    assert (writer.chunked, keeps) == (False, False)
