"""What tests of recording share: a remote of many kinds of answers, and how a client sees it."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

# Lets the modules of this room import each other.
sys.path.insert(0, str(Path(__file__).parent))

Look = Callable[..., Awaitable[Any]]


async def answer(request: web.BaseRequest) -> web.StreamResponse:
    """Answer as the path of ``request`` says."""
    kind = request.path.partition("/")[2].partition("/")[0]
    return await _ANSWERS.get(kind, _echo)(request)


async def _echo(request: web.BaseRequest) -> web.StreamResponse:
    # As it comes in: reading at once has a limit.
    body = b"".join([chunk async for chunk in request.content.iter_any()])
    return web.Response(body=body or b"hello", headers={"X-Method": request.method})


async def _stream(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
    await response.prepare(request)
    async for chunk in request.content.iter_any():
        await response.write(chunk)
    return response


async def _compressed(_request: web.BaseRequest) -> web.StreamResponse:
    response = web.json_response({"compressed": ["é", 1, None]})
    response.enable_compression(web.ContentCoding.gzip)
    return response


async def _strange_encoding(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(body=b"\x00\x01 as it is", headers={"Content-Encoding": "x-unheard-of"})


async def _repeated(_request: web.BaseRequest) -> web.StreamResponse:
    response = web.Response(text="cookies", reason="Fine Indeed")
    for value in ("one=1; Path=/", "two=2; Path=/; HttpOnly"):
        response.headers.add("Set-Cookie", value)
    response.headers.add("X-Twice", "a")
    response.headers.add("X-Twice", "b")
    return response


async def _redirect(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "/landing?page=2"})


async def _nothing(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=204)


async def _unchanged(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=304, headers={"ETag": '"x"'})


async def _events(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for number in range(3):
        await response.write(b"data: %d\n\n" % number)
    return response


async def _cut(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b"the beginning")
    assert request.transport is not None
    request.transport.close()
    return response


async def _gone(request: web.BaseRequest) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _garbage(request: web.BaseRequest) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b"this is not HTTP\r\n\r\n")
    request.transport.close()
    return web.Response()


async def _chat(request: web.BaseRequest) -> web.StreamResponse:
    socket = web.WebSocketResponse(protocols=["chat"])
    await socket.prepare(request)
    await socket.send_str("welcome")
    async for message in socket:
        if message.data == "quit":
            await socket.close(code=4001)
        elif message.type is aiohttp.WSMsgType.TEXT:
            await socket.send_str(message.data * 40)
        else:
            await socket.send_bytes(message.data[::-1])
    return socket


async def _refused_chat(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=403, text="members only")


_ANSWERS: dict[str, Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]] = {
    "stream": _stream,
    "compressed": _compressed,
    "strange": _strange_encoding,
    "repeated": _repeated,
    "redirect": _redirect,
    "nothing": _nothing,
    "unchanged": _unchanged,
    "events": _events,
    "cut": _cut,
    "gone": _gone,
    "garbage": _garbage,
    "chat": _chat,
    "refused_chat": _refused_chat,
}


@pytest.fixture
def server(remote: Any) -> Any:
    """Give the real server, which answers as paths say."""
    remote.handler = answer
    return remote


@pytest.fixture
async def client(server: Any) -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session that finds every name at the real server."""
    async with server.session() as session:
        yield session


async def seen(
    client: aiohttp.ClientSession, method: str, url: str, **options: Any
) -> tuple[Any, ...]:
    """Return all that a caller sees of a request; dates aside."""
    try:
        async with client.request(method, url, **options) as response:
            # The order of headers means something among those of one name only.
            names = {name: response.headers.getall(name) for name in response.headers}
            headers = sorted(pair for pair in names.items() if pair[0] != "Date")
            try:
                body: Any = await response.read()
            except aiohttp.ClientPayloadError:
                body = "cut off"
            history = [(one.status, str(one.url)) for one in response.history]
            return response.status, response.reason, headers, body, str(response.url), history
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return (type(error),)


@pytest.fixture(params=["har", "yaml"])
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Give the path of a cassette that is not there yet, in each format."""
    return tmp_path / "cassettes" / f"test.{request.param}"


@pytest.fixture
def look() -> Look:
    """Give :func:`seen`."""
    return seen
