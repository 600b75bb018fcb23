"""The clock of this machine, which keeps running if a test has frozen the time.

Libraries that freeze time replace ``time.monotonic`` in modules, and with it the time of event
loops. A default argument stores the real function.
"""

import asyncio
import threading
import time
from collections.abc import Callable

from aiointercept.adapters.event_loops import run_blocking


def real_monotonic(_monotonic: Callable[[], float] = time.monotonic) -> float:
    """Return seconds of a clock that nothing stops; only differences are meaningful."""
    return _monotonic()


def _is_frozen(_monotonic: Callable[[], float] = time.monotonic) -> bool:
    """Whether the time may be frozen, so that timers of event loops would never fire."""
    return time.monotonic is not _monotonic


async def real_sleep(seconds: float) -> None:
    """Sleep for real seconds, even if the time is frozen."""
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
        """Return the time of day; a test may have frozen it."""
        return time.time()
