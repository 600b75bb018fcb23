"""Accepts the connections of a listening socket, on the loop that owns it or the helper's."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from yarl import URL

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.handling.handler import ConnectionHandler
from aiointercept.adapters.local_server.entrances import Entrance
from aiointercept.adapters.local_server.handover import (
    KeptConnection,
    left_waiting,
    progress_of,
)
from aiointercept.adapters.local_server.helper_thread import Watch, helper_thread
from aiointercept.adapters.local_server.socket_pair import OwnedSocket, listen

CLOSE_TIMEOUT: Final = 2.0  # seconds for another thread to close its connections

_BACKLOG: Final = 1024
# For every so many connections, the helper waits one more tick without progress.
_CONNECTIONS_A_LOOK: Final = 50
_MOST_AT_ONCE: Final = 256  # connections that one turn of the loop accepts


class Acceptor:
    """A listening socket that accepts connections on a loop.

    Args:
        home: the loop that accepts; ``None`` for the helper thread's. If this loop cannot wait for
            sockets to become readable, as the default loop of Windows, the helper's loop accepts
            instead.
        handler: returns the handler that serves connections on a loop.
        entrance: how connections are served.
    """

    def __init__(
        self,
        home: asyncio.AbstractEventLoop | None,
        handler: Callable[[asyncio.AbstractEventLoop], ConnectionHandler],
        entrance: Entrance,
    ) -> None:
        self._pid = os.getpid()
        self._entrance = entrance
        self._handler = handler
        self._tasks: set[asyncio.Task[Any]] = set()
        self._kept: set[KeptConnection] = set()
        self._progress_seen = -1
        self._idle_looks = 0
        self._watch: Watch | None = None
        self._listener = listen(_BACKLOG)
        try:
            self.prefix = entrance.url(self._listener.getsockname()[1])
            self.url = URL(self.prefix)
            self._begin_to_accept(home)
        except BaseException:
            self._listener.close()
            raise

    def _begin_to_accept(self, home: asyncio.AbstractEventLoop | None) -> None:
        helper = helper_thread()
        self._loop = helper.loop if home is None else home
        if home is not None:
            self._watch = Watch(
                self._listener,
                lambda: self._accept(helper.loop),
                self._take_over_kept,
                self._progress,
            )
            helper.watch(self._watch)
        call_on_loop(self._loop, self._open)

    def _open(self) -> None:
        if self._listener.fileno() == -1:
            return
        try:
            self._loop.add_reader(self._listener, self._accept, self._loop)
        except NotImplementedError:
            self._unwatch()
            self._loop = helper_thread().loop
            call_on_loop(self._loop, self._open)

    def _unwatch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            helper_thread().unwatch(watch)

    def _accept(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(_MOST_AT_ONCE):
            try:
                connection, _ = self._listener.accept()
            except OSError:
                # No connection waits, another thread accepted it, or the block has ended.
                return
            if self._watch is not None:
                self._watch.accepted += 1
            self._begin(loop, connection, lambda: self._protocol(self._handler(loop)))

    def _protocol(self, handler: ConnectionHandler) -> asyncio.BaseProtocol:
        inner, steps = self._entrance.protocol(handler)
        if handler.loop is not self._loop or self._watch is None:
            return inner
        return KeptConnection(inner, steps, self._kept)

    def _progress(self) -> int:
        return progress_of(tuple(self._kept))

    def _take_over_kept(self) -> None:
        """Move connections that the own loop leaves unread to the helper's loop.

        This runs in the helper's thread. A loop that has recently done something for any of its
        connections is busy, not blocked, and keeps them all. The more connections it has, the
        longer it may take.
        """
        helper = helper_thread().loop
        connections = tuple(self._kept)
        waiting = left_waiting(connections)
        before, self._progress_seen = self._progress_seen, progress_of(connections)
        self._idle_looks = self._idle_looks + 1 if before == self._progress_seen else 0
        if self._idle_looks <= len(connections) // _CONNECTIONS_A_LOOK:
            return
        for kept in waiting:
            try:
                connection = kept.hand_over()
            except OSError:  # it is closed, or its own loop has begun to read
                continue
            self._begin(helper, connection, partial(self._moved, kept))
            call_on_loop(self._loop, kept.let_go)

    def _moved(self, kept: KeptConnection) -> asyncio.BaseProtocol:
        return self._entrance.moved(kept.inner, self._handler(helper_thread().loop))

    def _begin(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: socket.socket,
        protocol: Callable[[], asyncio.BaseProtocol],
    ) -> None:
        serving = _Serving(loop, connection, protocol)
        task = loop.create_task(serving.run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(serving.end)

    def close(self) -> None:
        """Stop accepting and close the listening socket.

        In a forked process, this only closes that process's copy of the socket; the loops and
        threads belong to the parent.
        """
        if self._pid != os.getpid():
            self._listener.close()
            return
        self._unwatch()
        call_on_loop(self._loop, self._stop_accepting, wait=CLOSE_TIMEOUT)
        if self._loop.is_closed():
            self._listener.close()
            self._entrance.abort()

    async def wait_closed(self) -> None:
        """Wait, after ``close``, until connections that this loop was accepting are closed."""
        here = asyncio.get_running_loop()
        tasks = [task for task in tuple(self._tasks) if task.get_loop() is here]
        if tasks:
            await asyncio.wait(tasks)
            await asyncio.sleep(0)

    def _stop_accepting(self) -> None:
        self._loop.remove_reader(self._listener)
        for task in tuple(self._tasks):
            call_on_loop(task.get_loop(), task.cancel)
        self._listener.close()
        self._entrance.abort()


class _Serving:
    """Connects an accepted connection to its protocol, and closes it if that fails."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: socket.socket,
        protocol: Callable[[], asyncio.BaseProtocol],
    ) -> None:
        self._loop = loop
        self._connection = connection
        self._protocol = protocol
        self._close: Callable[[], None] = connection.close

    async def run(self) -> None:
        # If this fails, the client has disconnected, or the block has ended.
        with contextlib.suppress(OSError):
            self._connection.settimeout(0)
            factory: Any = OwnedSocket(self._connection, self._protocol())
            self._close = factory.close
            await self._loop.connect_accepted_socket(factory, self._connection)

    def end(self, _task: object) -> None:
        self._close()
