"""The listening sockets on loopback, and the real server behind them. It binds no other address."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import Future
from functools import partial
from typing import Any, Final, TypeVar
from weakref import WeakSet

from yarl import URL

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.handling.gateway import Gateway
from aiointercept.adapters.handling.handler import ConnectionHandler
from aiointercept.adapters.local_server.acceptor import CLOSE_TIMEOUT, Acceptor
from aiointercept.adapters.local_server.entrances import (
    PlainEntrance,
    ProxyEntrance,
    TlsEntrance,
)
from aiointercept.adapters.local_server.helper_thread import is_helpers
from aiointercept.adapters.local_server.socket_pair import OwnedSocket, socket_pair
from aiointercept.adapters.local_server.tls import Authority
from aiointercept.adapters.local_server.tls_protocol import TlsProtocol
from aiointercept.core.dispatcher import run_here
from aiointercept.core.http.messages import Origin
from aiointercept.core.http.urls import is_address
from aiointercept.core.ports.chained_mock import Run
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.dispatcher import Dispatcher

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

T = TypeVar("T")

_PATIENCE: Final = 0.05  # seconds to wait for a loop before it counts as blocked
_ENDED: Final = "the block of this mock has ended"


class LoopbackServer:
    """A transport: a real HTTP server at ``127.0.0.1``, on the loop that started it.

    If no loop is running at the start, the helper thread serves. If the loop is blocked, the helper
    thread takes over the waiting connections. Intercepted clients are served on their own loops.

    In a forked process, a mock still answers intercepted clients. Loops, threads, connections and
    the server at ``url`` remain those of the parent process.

    Args:
        authority: makes certificates; ``None`` for a new one.
        secure: whether the server at :attr:`url` speaks HTTPS.
        gateway: makes the connections of clients of the proxy; ``None`` if there is no proxy.
    """

    def __init__(
        self,
        authority: Authority | None = None,
        *,
        secure: bool = False,
        gateway: Gateway | None = None,
    ) -> None:
        self._authority = Authority() if authority is None else authority
        self._secure = secure
        self._gateway = gateway
        self._proxy: Acceptor | None = None
        self._lock = threading.Lock()
        self._dispatcher: Dispatcher | None = None
        self._home: asyncio.AbstractEventLoop | None = None
        self._handlers: dict[asyncio.AbstractEventLoop, ConnectionHandler] = {}
        self._entrance: Acceptor | None = None
        # A handler lives as long as its connections do; nothing else keeps its loop alive.
        self._closing: Collection[ConnectionHandler] = ()
        self._closing_entrances: list[Acceptor] = []

    def start(self, dispatcher: Dispatcher) -> None:
        """See :meth:`aiointercept.core.ports.transport.Listener.start`."""
        self._dispatcher = dispatcher
        try:
            self._home = asyncio.get_running_loop()
        except RuntimeError:
            self._home = None

    @property
    def url(self) -> URL:
        """See :attr:`aiointercept.core.ports.transport.Listener.url`; made at first use."""
        with self._lock:
            if self._entrance is None:
                entrance = TlsEntrance(self._authority) if self._secure else PlainEntrance()
                self._entrance = Acceptor(self._home, self._handler, entrance)
            return self._entrance.url

    @property
    def proxy_url(self) -> URL:
        """The URL of a forward proxy that leads to this mock; made at first use.

        Raises:
            RuntimeError: if this server has none.
        """
        _ = self.url  # requests without an origin belong to it
        with self._lock:
            if self._gateway is None:
                msg = "this LoopbackServer was made without a gateway, so it has no proxy"
                raise RuntimeError(msg)
            if self._proxy is None:
                entrance = ProxyEntrance(self._authority, self._gateway, connect_to_real_server)
                self._proxy = Acceptor(self._home, self._handler, entrance)
            return self._proxy.url

    def stop(self) -> None:
        """See :meth:`aiointercept.core.ports.transport.Listener.stop`."""
        with self._lock:
            self._dispatcher = None
            entrances = [self._entrance, self._proxy]
            self._entrance = self._proxy = None
            closing, self._handlers = list(self._handlers.values()), {}
        self._closing_entrances = [one for one in entrances if one is not None]
        for entrance in self._closing_entrances:
            entrance.close()
        self._home = None
        closing = [one for one in closing if one.pid == os.getpid()]
        self._closing = WeakSet(closing) if closing else ()
        for handler in closing:
            call_on_loop(
                handler.loop, handler.close, wait=CLOSE_TIMEOUT if is_helpers(handler.loop) else 0
            )

    async def wait_closed(self) -> None:
        """See :meth:`aiointercept.core.ports.transport.Listener.wait_closed`."""
        entrances, self._closing_entrances = self._closing_entrances, []
        for entrance in entrances:
            await entrance.wait_closed()
        here = asyncio.get_running_loop()
        for handler in tuple(self._closing):
            if handler.loop is here:
                await handler.wait_closed()
            elif handler.loop.is_running():
                future = asyncio.run_coroutine_threadsafe(handler.wait_closed(), handler.loop)
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(asyncio.wrap_future(future), CLOSE_TIMEOUT)
        self._closing = ()

    async def dial(self, factory: Callable[[], Any], connection: ClientConnection) -> Any:
        """See :meth:`aiointercept.core.ports.transport.Dialer.dial`."""
        loop = asyncio.get_running_loop()
        serve: Callable[[], asyncio.Protocol] = partial(self._handler(loop).protocol, connection)
        tls = connection.tls
        near: dict[str, Any] = {}
        if tls is not None:
            context = self._authority.server_context(*_shown_hosts(connection), fault=tls.fault)
            near = {"ssl": tls.context, "server_hostname": tls.server_hostname}
            served: asyncio.Protocol = TlsProtocol(serve, context)
        else:
            served = serve()
        protocol = factory()
        client, server = socket_pair()
        client_end, server_end = OwnedSocket(client, protocol), OwnedSocket(server, served)
        transports: list[asyncio.WriteTransport] = []
        try:
            transports.append((await loop.connect_accepted_socket(server_end, server))[0])
            transports.append((await loop.create_connection(client_end, sock=client, **near))[0])
            if self._dispatcher is None:
                raise ConnectionError(_ENDED)  # noqa: TRY301  the handler below closes both ends
        except BaseException:
            for transport in transports:
                transport.abort()
            client_end.close()
            server_end.close()
            raise
        return protocol

    def _handler(self, loop: asyncio.AbstractEventLoop) -> ConnectionHandler:
        handler = self._handlers.get(loop)
        if handler is None:
            if self._dispatcher is None:
                raise ConnectionError(_ENDED)
            handler = ConnectionHandler(
                self._dispatcher,
                self._prefix,
                loop,
                self._run_for(loop),
                contains_exits=is_helpers(loop),
                gateway=self._gateway,
            )
            self._handlers[loop] = handler
        return handler

    def _prefix(self) -> str:
        assert self._entrance is not None  # noqa: S101  the connection came through it
        return self._entrance.prefix

    def _run_for(self, loop: asyncio.AbstractEventLoop) -> Run:
        home = self._home
        if home is None or home is loop or not is_helpers(loop):
            return run_here

        async def run(awaitable: Awaitable[T]) -> T:
            return await _run_at_home(awaitable, home)

        return run


def _shown_hosts(connection: ClientConnection) -> tuple[str, ...]:
    """Return the hosts for which the server shows the client a certificate.

    This is the requested host. For an IP address, it is also the name that the client verifies.
    """
    host = connection.origin.host
    if connection.tls is None or not is_address(host):
        return (host,)
    return host, connection.tls.server_hostname


async def connect_to_real_server(origin: Origin, factory: Callable[[], asyncio.Protocol]) -> None:
    """Connect ``factory``'s protocol to the real server at ``origin``."""
    await asyncio.get_running_loop().create_connection(factory, origin.host, origin.port)


async def _run_at_home(awaitable: Awaitable[T], home: asyncio.AbstractEventLoop) -> T:
    """Await on the loop that entered the block, or on this loop if that one is blocked."""
    here = asyncio.get_running_loop()
    claim = threading.Lock()
    begun: asyncio.Future[Future[T]] = here.create_future()

    def begin() -> None:
        if claim.acquire(blocking=False):
            future = asyncio.run_coroutine_threadsafe(run_here(awaitable), home)
            here.call_soon_threadsafe(begun.set_result, future)

    try:
        home.call_soon_threadsafe(begin)
    except RuntimeError:  # the loop is closed
        return await awaitable
    try:
        await asyncio.wait([begun], timeout=_PATIENCE)
    except asyncio.CancelledError:
        if claim.acquire(blocking=False):
            _abandon(awaitable)
        else:
            begun.add_done_callback(lambda done: done.result().cancel())
        raise
    if claim.acquire(blocking=False):
        return await awaitable
    return await asyncio.wrap_future(await begun)


def _abandon(awaitable: Awaitable[object]) -> None:
    """Prevent Python's warning about a coroutine that is never awaited."""
    close = getattr(awaitable, "close", None)
    if close is not None:
        close()
