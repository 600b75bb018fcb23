import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp.connector import BaseConnector
from yarl import URL

from aiointercept.adapters.interception.block_end import BlockEnd, StartedCalls

TIMEOUT: Any = None


class FakeRequest:
    """A request as connectors get it."""

    def __init__(self, url: str = "http://api.test/") -> None:
        self.method, self.url = "GET", URL(url)


def request(url: str = "http://api.test/") -> Any:
    """Return a request to ``url``."""
    return FakeRequest(url)


class FakeConnector(BaseConnector):
    """Counts the connections that it is asked for."""

    asked = 0

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
        self.asked += 1


async def test_calls_by_task():
    """All are forgotten once they are taken; a call that left is none of the mock's."""
    calls = StartedCalls()
    started = calls.add(request())
    assert (started.method, started.in_flight) == ("GET", True)
    assert calls.take() == [started]
    assert calls.take() == []
    calls.add(request())
    calls.leave()
    assert calls.take() == []


async def test_a_call_that_has_its_answer():
    """It is no longer in flight."""
    started = StartedCalls().add(request())
    started.connecting = False
    assert not started.in_flight
    connection: Any = SimpleNamespace(protocol=object())
    started.connection = connection
    assert started.in_flight


async def test_what_repeats_a_call_is_refused_until_its_task_ends():
    """Another call of the task goes through; the guard goes with the task."""
    connector = FakeConnector()
    go_on = asyncio.Event()
    calls = StartedCalls()

    async def work() -> None:
        calls.add(request())
        await go_on.wait()
        with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
            await connector.connect(request(), [], TIMEOUT)
        await connector.connect(request("http://api.test/other"), [], TIMEOUT)

    task = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    BlockEnd(lambda: False).cut_off(connector, calls.take())
    assert "connect" in vars(connector)
    await connector.connect(request(), [], TIMEOUT)
    go_on.set()
    await task
    await asyncio.sleep(0)
    assert connector.asked == 2
    assert "connect" not in vars(connector)
    await connector.close()
