"""The clock of this machine."""

import asyncio
import time


class SystemClock:
    """The clock of this machine; see :class:`aiointercept.core.clock.Clock`."""

    now = staticmethod(time.time)
    tick = staticmethod(time.perf_counter)
    sleep = staticmethod(asyncio.sleep)
