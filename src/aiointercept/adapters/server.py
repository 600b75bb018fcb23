"""The real server on loopback: sockets, and which loop accepts from them. It binds nothing else."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Final, TypeVar

from yarl import URL

from aiointercept.adapters.helper_thread import Watch, helper_thread, is_helpers
from aiointercept.adapters.kept import KeptConnection, left_waiting
from aiointercept.adapters.loops import call_on_loop
from aiointercept.adapters.site import Relay, Site
from aiointercept.core.dispatch import run_here
from aiointercept.core.ports import Desk, Line, Run

T = TypeVar("T")

_HOST: Final = "127.0.0.1"
_BACKLOG: Final = 1024
_PATIENCE: Final = 0.05  # seconds that a loop gets to show that it is not blocked
_GOODBYE: Final = 2.0  # seconds that another thread gets to close its connections
_ENDED: Final = "the block of this mock has ended"


def _listen() -> socket.socket:
    """Return a socket that listens on loopback; from now on connections can queue up."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((_HOST, 0))
        listener.listen(_BACKLOG)
        listener.settimeout(0)
    except BaseException:
        listener.close()
        raise
    return listener


class LoopbackServer:
    """A transport: a real HTTP server at ``127.0.0.1``, on the loop that started it.

    Where no loop runs at the start, the helper thread serves; where the loop is blocked, the helper
    thread takes over what waits. Intercepted clients are served on their own loops.

    Args:
        relay: carries a request to the real server and its answer back.
    """

    def __init__(self, relay: Relay | None = None) -> None:
        self._relay = relay
        self._lock = threading.Lock()
        self._desk: Desk | None = None
        self._home: asyncio.AbstractEventLoop | None = None
        self._sites: dict[asyncio.AbstractEventLoop, Site] = {}
        self._entrance: _Entrance | None = None
        self._rendezvous: socket.socket | None = None
        self._closing: list[Site] = []

    def start(self, desk: Desk) -> None:
        """See :meth:`aiointercept.core.ports.Transport.start`."""
        self._desk = desk
        try:
            self._home = asyncio.get_running_loop()
        except RuntimeError:
            self._home = None

    @property
    def url(self) -> URL:
        """See :attr:`aiointercept.core.ports.Transport.url`; the socket is made at first use."""
        with self._lock:
            if self._entrance is None:
                self._entrance = _Entrance(self._home, self._site)
            return self._entrance.url

    def stop(self) -> None:
        """See :meth:`aiointercept.core.ports.Transport.stop`."""
        with self._lock:
            self._desk = None
            entrance, self._entrance = self._entrance, None
            rendezvous, self._rendezvous = self._rendezvous, None
            self._closing, self._sites = list(self._sites.values()), {}
        if entrance is not None:
            entrance.close()
        if rendezvous is not None:
            rendezvous.close()
        for site in self._closing:
            call_on_loop(site.loop, site.close, wait=_GOODBYE if is_helpers(site.loop) else 0)

    async def wait_closed(self) -> None:
        """See :meth:`aiointercept.core.ports.Transport.wait_closed`."""
        here = asyncio.get_running_loop()
        for site in self._closing:
            if site.loop is here:
                await site.wait_closed()
            elif site.loop.is_running():
                future = asyncio.run_coroutine_threadsafe(site.wait_closed(), site.loop)
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(asyncio.wrap_future(future), _GOODBYE)
        self._closing = []

    async def dial(self, factory: Callable[[], Any], line: Line) -> Any:
        """See :meth:`aiointercept.core.ports.Transport.dial`."""
        loop = asyncio.get_running_loop()
        site = self._site(loop)
        client, server = self._pair()
        try:
            await loop.connect_accepted_socket(lambda: site.protocol(line), server)
            _, protocol = await loop.create_connection(factory, sock=client)
        except BaseException:
            client.close()
            server.close()
            raise
        return protocol

    def _pair(self) -> tuple[socket.socket, socket.socket]:
        """Return the two ends of a new connection over loopback."""
        client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        with self._lock:
            if self._desk is None:
                client.close()
                raise ConnectionError(_ENDED)
            if self._rendezvous is None:
                self._rendezvous = _listen()
                # Where the last packet of a handshake is slow, it has to be waited for.
                self._rendezvous.settimeout(_GOODBYE)
            try:
                client.connect(self._rendezvous.getsockname())
                client.settimeout(0)
                server, address = self._rendezvous.accept()
                while address != client.getsockname():
                    # A stranger has found the port: it is not for him.
                    server.close()
                    server, address = self._rendezvous.accept()
            except BaseException:
                client.close()
                raise
        server.settimeout(0)
        return client, server

    def _site(self, loop: asyncio.AbstractEventLoop) -> Site:
        site = self._sites.get(loop)
        if site is None:
            if self._desk is None:
                raise ConnectionError(_ENDED)
            site = Site(self._desk, self._prefix, loop, self._relay, self._run_for(loop))
            self._sites[loop] = site
        return site

    def _prefix(self) -> str:
        assert self._entrance is not None  # noqa: S101  whoever comes came through it
        return self._entrance.prefix

    def _run_for(self, loop: asyncio.AbstractEventLoop) -> Run:
        home = self._home
        if home is None or home is loop or not is_helpers(loop):
            return run_here

        async def run(awaitable: Awaitable[T]) -> T:
            return await _run_at_home(awaitable, home)

        return run


class _Entrance:
    """The listening socket behind ``server_url``, and who accepts from it."""

    def __init__(
        self,
        home: asyncio.AbstractEventLoop | None,
        site: Callable[[asyncio.AbstractEventLoop], Site],
    ) -> None:
        self._listener = _listen()
        self.prefix = f"http://{_HOST}:{self._listener.getsockname()[1]}"
        self.url = URL(self.prefix)
        self._site = site
        self._tasks: set[asyncio.Task[Any]] = set()
        self._kept: set[KeptConnection] = set()
        self._watch: Watch | None = None
        helper = helper_thread()
        self._loop = helper.loop if home is None else home
        if home is not None:
            self._watch = Watch(
                self._listener, lambda: self._accept(helper.loop), self._take_over_kept
            )
            helper.watch(self._watch)
        call_on_loop(self._loop, self._open)

    def _open(self) -> None:
        if self._listener.fileno() != -1:
            self._loop.add_reader(self._listener, self._accept, self._loop)

    def _accept(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                # Nothing waits any more, somebody else took it, or the block has ended.
                return
            if self._watch is not None:
                self._watch.accepted += 1
            connection.settimeout(0)
            self._begin(loop, connection, lambda: self._protocol(self._site(loop)))

    def _protocol(self, site: Site) -> asyncio.Protocol:
        inner = site()
        if site.loop is not self._loop or self._watch is None:
            return inner
        return KeptConnection(inner, site.steps_of(inner), self._kept)

    def _take_over_kept(self) -> None:
        """Serve on the helper, in whose thread this runs, what the own loop leaves unread."""
        helper = helper_thread().loop
        for kept in left_waiting(tuple(self._kept)):
            try:
                inner = self._site(helper)()
                connection = kept.hand_over(inner, helper)
            except OSError:  # it was closed just now, or the block has ended
                continue
            self._begin(helper, connection, partial(_same, inner))
            call_on_loop(self._loop, kept.let_go)

    def _begin(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
    ) -> None:
        task = loop.create_task(_serve(loop, connection, protocol))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        if self._watch is not None:
            helper_thread().unwatch(self._watch)
        call_on_loop(self._loop, self._stop_accepting, wait=_GOODBYE)
        if self._loop.is_closed():
            self._listener.close()

    def _stop_accepting(self) -> None:
        self._loop.remove_reader(self._listener)
        for task in tuple(self._tasks):
            call_on_loop(task.get_loop(), task.cancel)
        self._listener.close()


def _same(protocol: asyncio.Protocol) -> asyncio.Protocol:
    return protocol


async def _serve(
    loop: asyncio.AbstractEventLoop,
    connection: socket.socket,
    protocol: Callable[[], asyncio.Protocol],
) -> None:
    try:
        await loop.connect_accepted_socket(protocol, connection)
    except OSError:
        connection.close()


async def _run_at_home(awaitable: Awaitable[T], home: asyncio.AbstractEventLoop) -> T:
    """Await on the loop that entered the block; here if that turns out to be blocked."""
    here = asyncio.get_running_loop()
    claim = threading.Lock()
    begun: asyncio.Future[Future[T]] = here.create_future()

    def begin() -> None:
        if claim.acquire(blocking=False):
            future = asyncio.run_coroutine_threadsafe(run_here(awaitable), home)
            here.call_soon_threadsafe(begun.set_result, future)

    try:
        home.call_soon_threadsafe(begin)
    except RuntimeError:  # it is closed
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
    """Keep Python from warning of what nobody will await."""
    close = getattr(awaitable, "close", None)
    if close is not None:
        close()
