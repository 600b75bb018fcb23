"""What integration tests of several rooms share: a real server in the role of the world outside.

It listens on loopback and is known as any ``*.test`` name, through a resolver of its own.
"""

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from attrs import define, field

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Resolver(AbstractResolver):
    """Finds every name on this machine, and notes the names."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give this machine's address."""
        self.asked.append(host)
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def _text(request: web.BaseRequest) -> web.StreamResponse:
    await request.read()
    return web.Response(text="real", headers={"X-From": "real"})


@define(eq=False)
class Remote:
    """A real server outside of the mock.

    Attributes:
        handler: answers; may be replaced.
        requests: method, URL path and headers as they came, with the raw bytes of both.
        peers: one entry for each connection that was used.
    """

    handler: Handler = _text
    requests: list[web.BaseRequest] = field(factory=list)
    peers: set[Any] = field(factory=set)
    resolver: Resolver = field(factory=Resolver)
    scheme: str = "http"
    port: int = 0
    ssl: Any = True

    def url(self, path: str = "/", host: str = "remote.test") -> str:
        """Return the URL of a path, at any host name."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def connector(self, **options: Any) -> aiohttp.TCPConnector:
        """Return a connector that finds every name here."""
        options.setdefault("resolver", self.resolver)
        return aiohttp.TCPConnector(**options)

    def session(self, **options: Any) -> aiohttp.ClientSession:
        """Return a session that finds every name here."""
        return aiohttp.ClientSession(connector=self.connector(), **options)

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Note a request and answer it."""
        self.requests.append(request)
        assert request.transport is not None
        self.peers.add(request.transport.get_extra_info("peername"))
        if "Expect" in request.headers:  # a bare server leaves this to its handler
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return await self.handler(request)


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    """Give a real server that speaks plain HTTP."""
    one = Remote()
    async for running in _run(one, None):
        yield running


@pytest.fixture
async def secure_remote() -> AsyncIterator[Remote]:
    """Give a real server that speaks TLS; its certificate is good for ``*.test`` and ``ssl``."""
    authority = trustme.CA()
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("remote.test", "other.test").configure_cert(here)
    one = Remote(scheme="https")
    one.ssl = ssl.create_default_context()
    authority.configure_trust(one.ssl)
    async for running in _run(one, here):
        yield running


async def _run(one: Remote, context: ssl.SSLContext | None) -> AsyncIterator[Remote]:
    server = web.Server(one.serve)
    runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    one.port = runner.addresses[0][1]
    try:
        yield one
    finally:
        await runner.cleanup()
