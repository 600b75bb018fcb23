import asyncio
from types import SimpleNamespace
from typing import Any

from yarl import URL

from aiointercept.adapters.interception import started_calls
from aiointercept.adapters.interception.started_calls import StartedCalls


class FakeRequest:
    """A request as connectors get it."""

    def __init__(self, url: str = "http://api.test/") -> None:
        self.method, self.url = "GET", URL(url)


def request() -> Any:
    """Return a request."""
    return FakeRequest()


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


async def test_a_task_that_has_ended_is_forgotten(monkeypatch: Any):
    """Its call is not in flight; when there are many, those of ended tasks go."""
    monkeypatch.setattr(started_calls, "_MOST_TASKS", 2)
    calls = StartedCalls()

    async def call() -> Any:
        return calls.add(request())

    ended = [await asyncio.ensure_future(call()) for _ in range(4)]
    assert [one.in_flight for one in ended] == [False] * 4
    mine = calls.add(request())
    assert calls.take() == [ended[-1], mine]
