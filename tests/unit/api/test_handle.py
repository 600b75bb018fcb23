from typing import Any
from unittest.mock import ANY

import aiohttp
import pytest

from aiointercept.core.calls import Message


async def test_a_handle_counts_its_own_calls(memory: Any):
    """Those of other routes are not among them."""
    one, other = memory.mock.get("/one", repeat=True, ignore_query=True), memory.mock.get("/other")
    assert (one.called, one.call_count, one.last_request) == (False, 0, None)
    await memory.get("/one?page=1")
    await memory.get("/other")
    assert (one.called, one.call_count, other.call_count) == (True, 1, 1)
    assert one.last_request.query_string == "page=1"


async def test_its_assertions(memory: Any):
    """They count this route alone."""
    handle = memory.mock.get("/one", repeat=True, ignore_query=True)
    memory.mock.get("/other")
    await memory.get("/other")
    handle.assert_not_called()
    handle.assert_call_count(0)
    with pytest.raises(AssertionError):
        handle.assert_called()
    await memory.get("/one?page=1", headers={"X-One": "1"})
    handle.assert_called_once()
    handle.assert_called_with(params={"page": "1"}, headers={"X-One": "1"})
    with pytest.raises(AssertionError, match="page"):
        handle.assert_called_with(params={"page": "2"})
    with pytest.raises(AssertionError):
        handle.assert_not_called()


async def test_a_route_that_is_removed(memory: Any):
    """It answers no more; its calls stay."""
    handle = memory.mock.get("/one", repeat=True, ignore_query=True)
    await memory.get("/one")
    handle.remove()
    with pytest.raises(ConnectionError):
        await memory.get("/one")
    assert handle.call_count == 1


async def test_the_messages_of_a_websocket(memory: Any):
    """They are compared one by one, with wildcards."""

    async def talk(ws: Any, request: Any) -> None:
        raise AssertionError

    handle = memory.mock.ws("/chat", talk)
    with pytest.raises(ConnectionError, match="needs a real connection"):
        await memory.get("/chat")
    text = aiohttp.WSMsgType.TEXT
    handle.calls[0].messages[:] = [
        Message("received", text, "hello"),
        Message("sent", text, "welcome"),
        Message("received", text, "bye"),
    ]
    handle.assert_received(["hello", ANY])
    with pytest.raises(AssertionError, match="-'ciao'") as failed:
        handle.assert_received(["hello", "ciao"])
    assert "+'bye'" in str(failed.value)
