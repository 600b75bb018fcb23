from typing import Any

import pytest
from yarl import URL


async def test_what_was_asked(memory: Any):
    """Calls in order; requests by method and URL."""
    memory.mock.get("/one", repeat=True, ignore_query=True)
    assert (memory.mock.call_count, memory.mock.last_request) == (0, None)
    await memory.get("/one?page=1")
    await memory.get("/one?page=2")
    assert memory.mock.call_count == 2
    assert memory.mock.last_request.query_string == "page=2"
    assert [call.received.url.query_string for call in memory.mock.calls] == ["page=1", "page=2"]
    assert len(memory.mock.requests["GET", "/one?page=1"]) == 1
    key, _ = memory.mock.ordered_requests[0]
    assert key == ("GET", URL("http://aiointercept.test/one?page=1"))


async def test_forgetting(memory: Any):
    """Calls alone, or routes as well."""
    memory.mock.get("/one", repeat=True, ignore_query=True)
    await memory.get("/one")
    memory.mock.clear_calls()
    assert memory.mock.call_count == 0
    await memory.get("/one")
    memory.mock.clear()
    assert memory.mock.calls == []
    with pytest.raises(ConnectionError):
        await memory.get("/one")


async def test_assertions_without_a_call(memory: Any):
    """Each says that nothing came."""
    memory.mock.assert_not_called()
    memory.mock.assert_call_count(0)
    for assertion in (memory.mock.assert_called, memory.mock.assert_called_once):
        with pytest.raises(AssertionError):
            assertion()


async def test_assertions_on_calls(memory: Any):
    """A path alone is relative to the mock; the latest call is told from any."""
    memory.mock.get("/one", repeat=True, ignore_query=True)
    await memory.get("/one?page=1")
    memory.mock.assert_called_once_with("/one", params={"page": "1"})
    await memory.get("/one?page=2")
    memory.mock.assert_any_call("/one", params={"page": "1"})
    memory.mock.assert_called_with("/one", params={"page": "2"})
    with pytest.raises(AssertionError):
        memory.mock.assert_called_with("/one", params={"page": "3"})
    with pytest.raises(AssertionError):
        memory.mock.assert_any_call("/one", params={"page": "3"})


async def test_all_that_was_registered_and_asked(memory: Any):
    """A route that was not used, and a call that no route took."""
    memory.mock.get("/one")
    memory.mock.assert_all_matched()
    with pytest.raises(AssertionError, match="/one"):
        memory.mock.assert_all_called()
    await memory.get("/one")
    memory.mock.assert_all_called()
    with pytest.raises(ConnectionError):
        await memory.get("/two")
    with pytest.raises(AssertionError, match="/two"):
        memory.mock.assert_all_matched()
