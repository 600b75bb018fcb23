"""A daemon thread that serves all mocks of the process when their own loop cannot answer.

It runs its own loop. It watches listening sockets, and takes a connection only if it was left
waiting, as happens when a blocking HTTP client runs in the thread of the loop. It does the same
for keep-alive connections of such a client.
"""

import asyncio
import contextlib
import os
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Final

from attrs import define, field
from typing_extensions import override

from aiointercept.adapters.system_clock import real_monotonic

_TICK: Final = 0.025  # seconds; a connection is left waiting after one to two of them
_IDLE_TICKS: Final = 40


@define(eq=False, repr=False)
class Watch:
    """A listening socket that another loop should be accepting from.

    Attributes:
        listener: the socket; its ``accept`` does not block.
        take_over: called in the helper's thread when a connection was left waiting.
        look_after: called in the helper's thread at every tick, to serve open connections that the
            owner leaves unread.
        progress: returns a number that changes whenever the owner does something for one of its
            open connections.
        accepted: how many connections the owner has accepted so far.
    """

    listener: socket.socket
    take_over: Callable[[], None]
    look_after: Callable[[], None]
    progress: Callable[[], int] = lambda: 0
    accepted: int = 0
    _seen: int = field(default=-1, init=False)

    def left_waiting(self) -> bool:
        """Whether the owner has done nothing since the previous call, while a connection waits."""
        done = self.accepted + self.progress()
        waiting = self._seen == done
        self._seen = done
        return waiting

    def nothing_waits(self) -> None:
        """Record that no connection waits."""
        self._seen = -1


class _HelperLoop(asyncio.SelectorEventLoop):
    """A loop whose timers keep running if a test has frozen the time."""

    @override
    def time(self) -> float:
        return real_monotonic()


class HelperThread:
    """A daemon thread with its own loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._watches: set[Watch] = set()
        self._ticking = False
        self._idle_ticks = 0
        # Not a loop of the program's policy: some loops cannot wait for sockets to be readable.
        self.loop: asyncio.AbstractEventLoop = _HelperLoop()
        self._thread = threading.Thread(target=self._run, name="aiointercept-helper", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        """Run the loop for ever, even if a user's callback raises ``SystemExit``.

        The exception has already been reported where the callback ran.
        """
        while not self.loop.is_closed():
            with contextlib.suppress(SystemExit, KeyboardInterrupt):
                self.loop.run_forever()

    @property
    def alive(self) -> bool:
        """Whether the thread runs; it does not run in a forked process."""
        return self._thread.is_alive()

    def watch(self, watch: Watch) -> None:
        """Start watching a listening socket."""
        with self._lock:
            self._watches.add(watch)
            self._selector.register(watch.listener, selectors.EVENT_READ, watch)
            start = not self._ticking
            self._ticking = True
        if start:
            self.loop.call_soon_threadsafe(self._tick)

    def unwatch(self, watch: Watch) -> None:
        """Stop watching a listening socket; call this before the socket is closed."""
        with self._lock:
            if watch in self._watches:
                self._watches.remove(watch)
                self._selector.unregister(watch.listener)

    def _tick(self) -> None:
        with self._lock:
            # With nothing to watch it ticks on for a while: the next test is likely to come soon.
            self._idle_ticks = 0 if self._watches else self._idle_ticks + 1
            if self._idle_ticks > _IDLE_TICKS:
                self._ticking = False
                return
            waiting: set[Watch] = {key.data for key, _ in self._selector.select(0)}
            for watch in self._watches - waiting:
                watch.nothing_waits()
            stuck = [watch for watch in waiting if watch.left_waiting()]
            watches = list(self._watches)
        # Schedule the next tick first, so that an error of one mock does not affect the others.
        self.loop.call_later(_TICK, self._tick)
        for watch in stuck:
            watch.take_over()
        for watch in watches:
            watch.look_after()


_helper: HelperThread | None = None
_creation = threading.Lock()


def _begin_anew() -> None:
    """In a forked process, forget the thread and the lock of the parent."""
    global _helper, _creation
    _helper, _creation = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def is_helpers(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether ``loop`` is the helper thread's; this never starts the thread."""
    return _helper is not None and _helper.loop is loop


def helper_thread() -> HelperThread:
    """Return the helper thread of this process; start it if necessary."""
    global _helper  # noqa: PLW0603  one thread serves all mocks of the process
    with _creation:
        if _helper is None or not _helper.alive:
            _helper = HelperThread()
        return _helper
