"""Tests that stop the time: timestamps follow, and nothing else waits."""

from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

import aiohttp
import freezegun
import pytest
import requests
import time_machine

from aiointercept import Fault, aiointercept

FREEZERS = {
    "freezegun": lambda: freezegun.freeze_time("2020-01-01"),
    "time-machine": lambda: time_machine.travel("2020-01-01", tick=False),
    "mock": lambda: mock.patch("time.monotonic", return_value=1.0),
}


@pytest.fixture(params=FREEZERS)
def frozen(request: pytest.FixtureRequest) -> AbstractContextManager[Any]:
    """Return what stops the time of a test, in each of the ways that tests do it."""
    return FREEZERS[request.param]()


async def test_delays_end(frozen: AbstractContextManager[Any]) -> None:
    """Of responses and of faults, in either mode."""
    no_limit = aiohttp.ClientTimeout()
    with frozen:
        async with aiointercept(mock_external_urls=True) as m:
            m.get("https://h.test/", delay=0.02)
            m.get("https://h.test/fault", delay=0.02, fault=Fault.CONNECTION_REFUSED)
            async with aiohttp.ClientSession(timeout=no_limit) as session:
                async with session.get("https://h.test/") as response:
                    assert response.status == 200
                with pytest.raises(aiohttp.ClientConnectorError):
                    await session.get("https://h.test/fault")


async def test_a_blocked_loop_is_helped(frozen: AbstractContextManager[Any]) -> None:
    """The helper's own timers go on, also in the test after this one."""
    with frozen:
        async with aiointercept() as m:
            m.get("/", repeat=True)
            assert requests.get(m.server_url).status_code == 200
    async with aiointercept() as m:
        m.get("/", repeat=True)
        assert requests.get(m.server_url).status_code == 200


async def test_timestamps_are_those_of_the_test() -> None:
    """But durations are real."""
    with freezegun.freeze_time("2020-01-01"):
        async with aiointercept(mock_external_urls=True) as m:
            m.get("https://h.test/", delay=0.01)
            async with aiohttp.ClientSession() as session:
                await session.get("https://h.test/")
            assert m.calls[0].started == 1577836800
            assert m.calls[0].duration is not None
            assert m.calls[0].duration > 0.005
