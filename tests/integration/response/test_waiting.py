"""Waiting for calls that code under test makes in the background."""

import asyncio
import threading
from typing import Any

import aiohttp
import pytest
import requests

from aiointercept import Fault, aiointercept

API = "https://api.test/jobs"


async def ask(url: str = API, method: str = "GET") -> None:
    """Make a call whose outcome nobody looks at."""
    async with aiohttp.ClientSession() as session:
        try:
            async with session.request(method, url) as response:
                await response.read()
        except aiohttp.ClientError:
            pass


async def test_calls_of_background_tasks_are_waited_for() -> None:
    """Those of a mock, and those of a route."""
    async with aiointercept(mock_external_urls=True) as m:
        route = m.get(API, repeat=True, status=202)
        tasks = [asyncio.ensure_future(ask()) for _ in range(3)]
        calls = await m.wait_for_calls(3)
        assert [call.response.status for call in calls if call.response] == [202] * 3
        assert await route.wait_for_calls(2) == calls[:2]
        await asyncio.gather(*tasks)


@pytest.mark.parametrize(
    "options",
    [{"fault": Fault.CONNECTION_REFUSED}, {"raises": ValueError}, {"exception": True}, None],
)
async def test_failed_and_unmatched_calls_count(options: Any) -> None:
    """They have ended, too."""
    async with aiointercept(mock_external_urls=True) as m:
        if options is not None:
            m.post(API, **options)
        task = asyncio.ensure_future(asyncio.wait([asyncio.ensure_future(ask(API, "POST"))]))
        (call,) = await m.wait_for_calls(url=API, method="post")
        assert call.response is None
        (done, _) = await task
        done.pop().exception()


async def test_a_call_that_the_client_abandons_counts() -> None:
    """It has ended without a response."""
    async with aiointercept() as m:
        m.get("/", delay=3600)
        task = asyncio.ensure_future(ask(m.server_url))
        with pytest.raises(AssertionError, match="1 is not finished"):
            await m.wait_for_calls(timeout=0.1)
        task.cancel()
        (call,) = await m.wait_for_calls()
        assert call.response is None


async def test_the_message_names_the_nearest_call() -> None:
    """Paths are relative as in assertions."""
    async with aiointercept(mock_external_urls=True, base_url="https://api.test") as m:
        m.get("/jobs")
        await ask()
        with pytest.raises(AssertionError) as caught:
            await m.wait_for_calls(timeout=0.01, url="/job")
        assert str(caught.value).splitlines() == [
            "Waited 0.01 seconds for 1 call of * https://api.test/job, but there was none",
            "The nearest other calls, of 1 recorded:",
            f"  GET {API} differs in path: expected '/job', got '/jobs'",
        ]


def test_sync_tests_and_threads_wait_too() -> None:
    """For calls of a blocking client in another thread."""
    with aiointercept() as m:
        route = m.get("/", repeat=True)
        thread = threading.Thread(target=requests.get, args=[m.server_url], kwargs={"timeout": 60})
        thread.start()
        assert m.wait_for_calls_sync() == route.wait_for_calls_sync()
        thread.join()
        with pytest.raises(AssertionError, match="was 1"):
            route.wait_for_calls_sync(2, timeout=0)


async def test_several_loops_and_threads_wait_for_one_mock() -> None:
    """Each is woken."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(API, repeat=True)

        def wait_there() -> int:
            return len(asyncio.run(m.wait_for_calls(2)))

        others = [asyncio.to_thread(wait_there), asyncio.to_thread(m.wait_for_calls_sync, 2)]
        waiting = asyncio.gather(*others, m.wait_for_calls(2))
        await asyncio.sleep(0)
        await asyncio.gather(ask(), ask())
        found, *lists = await waiting
        assert [found, *map(len, lists)] == [2, 2, 2]


async def test_a_running_loop_is_not_blocked() -> None:
    """The error names the other one."""
    async with aiointercept() as m:
        with pytest.raises(RuntimeError, match="await wait_for_calls"):
            m.wait_for_calls_sync()
        with pytest.raises(RuntimeError, match="await wait_for_calls"):
            m.get("/").wait_for_calls_sync()
