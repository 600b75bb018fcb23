"""The one daemon thread that helps all mocks of the process when their own loop cannot answer.

It has a loop of its own. It watches listening sockets and takes a connection only if it was left
waiting, as happens when a blocking HTTP client runs on the loop's own thread; likewise one that
such a client has kept open.
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
    """A listening socket that somebody else should be accepting from.

    Attributes:
        listener: the socket; its ``accept`` does not block.
        take_over: called in the helper's thread when a connection was left waiting.
        look_after: called there again and again, for what else its owner should be doing.
        progress: returns a number that changes whenever its owner does something for a connection
            that it has taken.
        accepted: how many connections its owner has taken so far.
    """

    listener: socket.socket
    take_over: Callable[[], None]
    look_after: Callable[[], None]
    progress: Callable[[], int] = lambda: 0
    accepted: int = 0
    _seen: int = field(default=-1, init=False)

    def left_waiting(self) -> bool:
        """Whether a connection waits, and its owner has done nothing since this was last asked."""
        done = self.accepted + self.progress()
        waiting = self._seen == done
        self._seen = done
        return waiting

    def nothing_waits(self) -> None:
        """Note that the owner keeps up."""
        self._seen = -1


class _HelperLoop(asyncio.SelectorEventLoop):
    """A loop whose timers go on where a test has frozen the time."""

    @override
    def time(self) -> float:
        return real_monotonic()


class HelperThread:
    """A daemon thread with a loop, which runs from its first use on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._watches: set[Watch] = set()
        self._ticking = False
        self._idle_ticks = 0
        # Not what the program's policy makes: some loops cannot wait for sockets to be readable.
        self.loop: asyncio.AbstractEventLoop = _HelperLoop()
        self._thread = threading.Thread(target=self._run, name="aiointercept-helper", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        """Run the loop for ever: what ends the loop of a program must not end that of its tests.

        A ``SystemExit`` in a user's callback has been reported by then, where the callback ran.
        """
        while not self.loop.is_closed():
            with contextlib.suppress(SystemExit, KeyboardInterrupt):
                self.loop.run_forever()

    @property
    def alive(self) -> bool:
        """Whether the thread runs; it does not in a process that was forked off."""
        return self._thread.is_alive()

    def watch(self, watch: Watch) -> None:
        """Look after a listening socket."""
        with self._lock:
            self._watches.add(watch)
            self._selector.register(watch.listener, selectors.EVENT_READ, watch)
            start = not self._ticking
            self._ticking = True
        if start:
            self.loop.call_soon_threadsafe(self._tick)

    def unwatch(self, watch: Watch) -> None:
        """Stop looking after it; must be called before it is closed."""
        with self._lock:
            if watch in self._watches:
                self._watches.remove(watch)
                self._selector.unregister(watch.listener)

    def _tick(self) -> None:
        with self._lock:
            # With nothing to watch it goes on for a while: the next test is likely to be near.
            self._idle_ticks = 0 if self._watches else self._idle_ticks + 1
            if self._idle_ticks > _IDLE_TICKS:
                self._ticking = False
                return
            waiting: set[Watch] = {key.data for key, _ in self._selector.select(0)}
            for watch in self._watches - waiting:
                watch.nothing_waits()
            stuck = [watch for watch in waiting if watch.left_waiting()]
            watches = list(self._watches)
        # Whatever becomes of one mock, the others are to be helped.
        self.loop.call_later(_TICK, self._tick)
        for watch in stuck:
            watch.take_over()
        for watch in watches:
            watch.look_after()


_helper: HelperThread | None = None
_creation = threading.Lock()


def _begin_anew() -> None:
    """Forget, in a process that was forked off, the thread and the lock of its parent."""
    global _helper, _creation
    _helper, _creation = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def is_helpers(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether ``loop`` is that of the helper thread, which is not started for it."""
    return _helper is not None and _helper.loop is loop


def helper_thread() -> HelperThread:
    """Return the process's helper thread, started if need be."""
    global _helper  # noqa: PLW0603  one thread serves all mocks of the process
    with _creation:
        if _helper is None or not _helper.alive:
            _helper = HelperThread()
        return _helper
