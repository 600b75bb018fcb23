"""One service, written three times: for aiohttp, as an ASGI application, as a WSGI application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import flask
import pytest
from aiohttp import WSMsgType, web
from attrs import define, field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket


@define
class Service:
    """A service under ``/v2``, and what happened in it."""

    app: Any = None
    events: list[str] = field(factory=list)
    loops: set[asyncio.AbstractEventLoop] = field(factory=set)
    gate: asyncio.Event = field(factory=asyncio.Event)


class TeapotError(Exception):
    """What the services raise."""


def aiohttp_service() -> Service:  # noqa: C901  one handler after the other
    """Return aiohttp service."""
    service = Service()

    async def about(request: web.Request) -> web.Response:
        return web.json_response(
            {
                "url": str(request.url),
                "host": request.host,
                "scheme": request.scheme,
                "client": request.remote,
                "header": request.headers.getall("X-Many", []),
            }
        )

    async def echo(request: web.Request) -> web.Response:
        body = await request.read()
        return web.Response(body=body, content_type=request.content_type)

    async def boom(request: web.Request) -> web.Response:
        raise TeapotError("in the service")

    async def numbers(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for number in range(5):
            await response.write(b"%d\n" % number)
        return response

    async def upper(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        async for chunk in request.content.iter_any():
            await response.write(chunk.upper())
        return response

    async def sse(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        service.events.append("began")
        try:
            while True:
                await response.write(b"data: x\n\n")
                await asyncio.sleep(0.001)
        finally:
            service.events.append("ended")

    async def chat(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=["chat"])
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data.upper())
            else:
                await socket.send_bytes(message.data * 2)
        service.events.append("chat ended")
        return socket

    async def life(app: web.Application) -> AsyncIterator[None]:
        service.loops.add(asyncio.get_running_loop())
        service.events.append("started")
        yield
        service.events.append("cleaned up")

    app = service.app = web.Application(client_max_size=1 << 30)
    app.cleanup_ctx.append(life)
    app.router.add_get("/v2/about/{name}", about)
    app.router.add_post("/v2/echo", echo)
    app.router.add_get("/v2/boom", boom)
    app.router.add_get("/v2/numbers", numbers)
    app.router.add_post("/v2/upper", upper)
    app.router.add_get("/v2/sse", sse)
    app.router.add_get("/v2/chat", chat)
    return service


def asgi_service() -> Service:  # noqa: C901  one endpoint after the other
    """Return ASGI service."""
    service = Service()

    async def about(request: Request) -> Response:
        return JSONResponse(
            {
                "url": str(request.url),
                "host": request.headers["host"],
                "scheme": request.url.scheme,
                "client": request.client.host,
                "server": list(request.scope["server"]),
                "header": request.headers.getlist("X-Many"),
            }
        )

    async def echo(request: Request) -> Response:
        return Response(await request.body(), media_type=request.headers.get("content-type"))

    async def boom(request: Request) -> Response:
        raise TeapotError("in the service")

    async def numbers(request: Request) -> Response:
        async def lines() -> AsyncIterator[bytes]:
            for number in range(5):
                yield b"%d\n" % number

        return StreamingResponse(lines())

    async def upper(request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            async for chunk in request.stream():
                yield chunk.upper()

        return StreamingResponse(chunks())

    async def sse(request: Request) -> Response:
        async def events() -> AsyncIterator[bytes]:
            service.events.append("began")
            try:
                while True:
                    yield b"data: x\n\n"
                    await asyncio.sleep(0.001)
            finally:
                service.events.append("ended")

        return StreamingResponse(events(), media_type="text/event-stream")

    async def chat(socket: WebSocket) -> None:
        await socket.accept(subprotocol="chat")
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                service.events.append("chat ended")
                return
            if message.get("text") is not None:
                await socket.send_text(message["text"].upper())
            else:
                await socket.send_bytes(message["bytes"] * 2)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        service.loops.add(asyncio.get_running_loop())
        service.events.append("started")
        yield
        service.events.append("cleaned up")

    service.app = Starlette(
        lifespan=life,
        routes=[
            Route("/v2/about/{name}", about),
            Route("/v2/echo", echo, methods=["POST"]),
            Route("/v2/boom", boom),
            Route("/v2/numbers", numbers),
            Route("/v2/upper", upper, methods=["POST"]),
            Route("/v2/sse", sse),
            WebSocketRoute("/v2/chat", chat),
        ],
    )
    return service


def wsgi_service() -> Service:
    """Return WSGI service."""
    service = Service()
    app = service.app = flask.Flask("fake")
    app.testing = True

    @app.get("/v2/about/<name>")
    def about(name: str) -> Any:
        request = flask.request
        return {
            "url": request.url,
            "host": request.host,
            "scheme": request.scheme,
            "client": request.remote_addr,
            "header": request.headers["X-Many"].split(",") if "X-Many" in request.headers else [],
        }

    @app.post("/v2/echo")
    def echo() -> Any:
        return flask.Response(flask.request.get_data(), content_type=flask.request.content_type)

    @app.get("/v2/boom")
    def boom() -> Any:
        raise TeapotError("in the service")

    @app.get("/v2/numbers")
    def numbers() -> Any:
        return flask.Response(b"%d\n" % number for number in range(5))

    return service


SERVICES: dict[str, Callable[[], Service]] = {
    "aiohttp": aiohttp_service,
    "asgi": asgi_service,
    "wsgi": wsgi_service,
}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Service:
    """Return service."""
    return SERVICES[request.param]()


@pytest.fixture(params=["aiohttp", "asgi"])
def async_service(request: pytest.FixtureRequest) -> Service:
    """Return async service."""
    return SERVICES[request.param]()
