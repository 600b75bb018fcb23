"""The clock of this machine, which goes on where a test has frozen the time.

Libraries that freeze time replace ``time.monotonic`` in modules, and with it the time of event
loops. A default argument keeps the real one.
"""

import asyncio
import threading
import time
from collections.abc import Callable

from aiointercept.adapters.event_loops import run_blocking


def real_monotonic(_monotonic: Callable[[], float] = time.monotonic) -> float:
    """Return seconds of a clock that nothing stops; only differences mean something."""
    return _monotonic()


def _is_frozen(_monotonic: Callable[[], float] = time.monotonic) -> bool:
    """Whether the timers of event loops may wait for a clock that stands still."""
    return time.monotonic is not _monotonic


async def real_sleep(seconds: float) -> None:
    """Wait, also where the time is frozen."""
    if not _is_frozen():
        await asyncio.sleep(seconds)
        return
    stop = threading.Event()
    try:
        await run_blocking(lambda: stop.wait(seconds))
    finally:
        stop.set()


class SystemClock:
    """The clock of this machine; see :class:`aiointercept.core.clock.Clock`."""

    tick = staticmethod(time.perf_counter)
    sleep = staticmethod(real_sleep)

    def now(self) -> float:
        """Return the time of day, as a test has set it."""
        return time.time()
