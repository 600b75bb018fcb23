"""Who accepts the connections of the listening socket: the loop that owns it, else the helper."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from yarl import URL

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.handling.handler import ConnectionHandler
from aiointercept.adapters.local_server.handover import KeptConnection, left_waiting
from aiointercept.adapters.local_server.helper_thread import Watch, helper_thread

HOST: Final = "127.0.0.1"
_BACKLOG: Final = 1024
CLOSE_TIMEOUT: Final = 2.0  # seconds that another thread gets to close its connections


def listen() -> socket.socket:
    """Return a socket that listens on loopback; from now on connections can queue up."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((HOST, 0))
        listener.listen(_BACKLOG)
        listener.settimeout(0)
    except BaseException:
        listener.close()
        raise
    return listener


class Acceptor:
    """The listening socket behind ``server_url``, and who accepts from it."""

    def __init__(
        self,
        home: asyncio.AbstractEventLoop | None,
        handler: Callable[[asyncio.AbstractEventLoop], ConnectionHandler],
    ) -> None:
        self._listener = listen()
        self.prefix = f"http://{HOST}:{self._listener.getsockname()[1]}"
        self.url = URL(self.prefix)
        self._handler = handler
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
            self._begin(loop, connection, lambda: self._protocol(self._handler(loop)))

    def _protocol(self, handler: ConnectionHandler) -> asyncio.Protocol:
        inner = handler()
        if handler.loop is not self._loop or self._watch is None:
            return inner
        return KeptConnection(inner, handler.steps_of(inner), self._kept)

    def _take_over_kept(self) -> None:
        """Serve on the helper, in whose thread this runs, what the own loop leaves unread."""
        helper = helper_thread().loop
        for kept in left_waiting(tuple(self._kept)):
            try:
                inner = self._handler(helper)()
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
        """Stop accepting and close the listening socket."""
        if self._watch is not None:
            helper_thread().unwatch(self._watch)
        call_on_loop(self._loop, self._stop_accepting, wait=CLOSE_TIMEOUT)
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
