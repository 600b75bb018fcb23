import asyncio
import threading
from typing import Any

import freezegun
import pytest

from aiointercept.adapters.system_clock import SystemClock
from aiointercept.api.waiting import Waiting
from aiointercept.core.calls import Call, CallLog
from aiointercept.core.http.messages import Request

URL = "https://api.test/"


@pytest.fixture
def log() -> CallLog:
    """Return an empty log."""
    return CallLog(SystemClock())


def opened(log: CallLog, url: str = URL) -> Call:
    """Return a call that has been received."""
    return log.open(Request("GET", url), None, None)


def ended(log: CallLog, url: str = URL) -> Call:
    """Return a call that has ended."""
    call = opened(log, url)
    log.close(call, 200)
    return call


async def test_calls_that_came_before_count(log: CallLog) -> None:
    """Then nothing is waited for, whatever the limit."""
    first, second, _ = (ended(log) for _ in range(3))
    assert await Waiting(log, 2, 0).wait() == [first, second]


async def test_a_call_counts_once_it_has_ended(log: CallLog) -> None:
    """The first ones by arrival, whichever ends first."""
    first = opened(log)
    waiting = asyncio.ensure_future(Waiting(log, 2, 60).wait())
    await asyncio.sleep(0)
    second = ended(log)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    log.close(first)
    assert await waiting == [first, second]


async def test_only_calls_that_are_meant_count(log: CallLog) -> None:
    """Others are for the message."""
    ended(log, URL + "other")
    waiting = Waiting(log, 1, 60, lambda call: call.received.url.path == "/")
    task = asyncio.ensure_future(waiting.wait())
    await asyncio.sleep(0)
    call = await asyncio.to_thread(ended, log)
    assert await task == [call]


async def test_it_fails_with_what_was_asked_instead(log: CallLog) -> None:
    """After the limit, and not before a call that came in time is seen."""
    ended(log)
    with pytest.raises(AssertionError, match=r"for 2 calls, but there was 1\n  GET https"):
        await Waiting(log, 2, 0.01).wait()


async def test_frozen_time_does_not_stop_the_limit(log: CallLog) -> None:
    """Nor the calls."""
    with freezegun.freeze_time("2020-01-01"):
        with pytest.raises(AssertionError, match="but there was none"):
            await Waiting(log, 1, 0.01).wait()
        task = asyncio.ensure_future(Waiting(log, 1, 60).wait())
        await asyncio.sleep(0)
        call = ended(log)
        assert await task == [call]


async def test_it_is_cancelled_cleanly(log: CallLog) -> None:
    """Nobody listens any more, and no task is left."""
    task = asyncio.ensure_future(Waiting(log, 1, 60).wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    ended(log)
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_thread_waits_for_another(log: CallLog) -> None:
    """It is woken, and polls nothing."""
    thread = threading.Timer(0.01, ended, [log])
    thread.start()
    (call,) = Waiting(log, 1, 60).wait_sync()
    thread.join()
    assert call.duration is not None
    assert Waiting(log, 1, 0).wait_sync() == [call]


def test_a_thread_gives_up_after_the_limit(log: CallLog) -> None:
    """In frozen time too."""
    with freezegun.freeze_time("2020-01-01"), pytest.raises(AssertionError, match="Waited 0.01"):
        Waiting(log, 1, 0.01).wait_sync()


async def test_the_thread_of_a_running_loop_must_not_wait(log: CallLog) -> None:
    """The message names what to use."""
    with pytest.raises(RuntimeError, match=r"await wait_for_calls\(\)"):
        Waiting(log, 1, 1).wait_sync()


@pytest.mark.parametrize(
    ("count", "timeout", "error", "name"),
    [
        (0, 1, ValueError, "count"),
        (-1, 1, ValueError, "count"),
        ("1", 1, TypeError, "count"),
        (True, 1, TypeError, "count"),
        (1, -1, ValueError, "timeout"),
        (1, float("inf"), ValueError, "timeout"),
        (1, None, TypeError, "timeout"),
        (1, "5", TypeError, "timeout"),
    ],
)
def test_impossible_arguments_are_refused(
    log: CallLog, count: Any, timeout: Any, error: type[Exception], name: str
) -> None:
    """By name, before anything is waited for."""
    with pytest.raises(error, match=name):
        Waiting(log, count, timeout)
