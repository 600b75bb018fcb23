import asyncio
import threading
import time
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

import freezegun
import pytest
import time_machine

from aiointercept.adapters.local_server.helper_thread import helper_thread
from aiointercept.adapters.system_clock import SystemClock, real_monotonic, real_sleep

FREEZERS = {
    "freezegun": lambda: freezegun.freeze_time("2020-01-01"),
    "time-machine": lambda: time_machine.travel("2020-01-01", tick=False),
    "mock": lambda: mock.patch("time.monotonic", return_value=1.0),
}


@pytest.fixture(params=FREEZERS)
def frozen(request: pytest.FixtureRequest) -> AbstractContextManager[Any]:
    """Return what stops the time of a test, in each of the ways that tests do it."""
    return FREEZERS[request.param]()


def test_the_real_clock_goes_on(frozen: AbstractContextManager[Any]) -> None:
    """Whatever stands in ``time``."""
    before = real_monotonic()
    with frozen:
        threading.Event().wait(0.01)
        assert real_monotonic() > before


async def test_waiting_ends_in_frozen_time(frozen: AbstractContextManager[Any]) -> None:
    """The timers of the loop may stand still."""
    with frozen:
        await SystemClock().sleep(0.01)


async def test_a_wait_in_frozen_time_is_cancelled(frozen: AbstractContextManager[Any]) -> None:
    """And leaves no thread that waits on."""
    with frozen:
        task = asyncio.ensure_future(real_sleep(3600))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    for thread in threading.enumerate():
        if thread.name == "aiointercept-blocking":
            thread.join()


async def test_time_of_day_is_that_of_the_test() -> None:
    """Timestamps say what the test says."""
    with freezegun.freeze_time("2020-01-01"):
        assert SystemClock().now() == 1577836800
        assert time.time() == 1577836800


async def test_timers_of_the_helper_go_on(frozen: AbstractContextManager[Any]) -> None:
    """Those set in frozen time, and those that were set before."""
    loop = helper_thread().loop
    done = [threading.Event() for _ in range(2)]
    loop.call_soon_threadsafe(loop.call_later, 0.02, done[0].set)
    with frozen:
        loop.call_soon_threadsafe(loop.call_later, 0.01, done[1].set)
        assert await asyncio.to_thread(lambda: [one.wait(60) for one in done]) == [True, True]
