from typing import Any

import pytest

from aiointercept import Fault


async def talk(ws: Any, request: Any) -> None:
    """Say nothing."""


def test_a_websocket(memory: Any):
    """Its handle has a transcript; a setting that does not exist is named."""
    assert memory.mock.ws("/chat", talk, heartbeat=5, headers={"X-A": "1"}).messages == []
    assert memory.mock.ws("/lost", talk, fault=Fault.TRUNCATED_BODY).call_count == 0
    with pytest.raises(TypeError, match="did you mean 'heartbeat'"):
        memory.mock.ws("/chat", talk, hartbeat=5)


async def test_events(memory: Any):
    """They are the body, with a content type of their own."""
    memory.mock.sse("/events", ["one", {"two": 2}])
    answer = await memory.get("/events")
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.body == b'data: one\n\ndata: {"two": 2}\n\n'
