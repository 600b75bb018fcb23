from typing import Any

import pytest

from aiointercept import Fault, aiointercept
from aiointercept.api.handle import MockResponse, MockWebSocket
from aiointercept.core.calls import Message
from aiointercept.core.http.messages import Request
from aiointercept.testing import InMemoryTransport

API = "http://aiointercept.test"


@pytest.fixture
def transport() -> InMemoryTransport:
    """Return what carries requests to the mock."""
    return InMemoryTransport()


@pytest.fixture
def mock(transport: InMemoryTransport) -> Any:
    """Return a mock that has started, without a socket."""
    with aiointercept(transport=transport) as started:
        yield started


async def test_it_tells_what_the_route_answered(mock: Any, transport: InMemoryTransport) -> None:
    """And not what others did."""
    route = mock.post("/users", repeat=True)
    mock.get("/users")
    assert (route.calls, route.call_count, route.called, route.last_request) == ([], 0, False, None)
    await transport.send("GET", "/users")
    assert not route.called
    await transport.send("POST", "/users", body=b"1")
    await transport.send("POST", "/users", body=b"2")
    assert [call.received.body for call in route.calls] == [b"1", b"2"]
    assert route.called
    assert route.last_request.captured_body == b"2"


async def test_assertions_are_about_this_route(mock: Any, transport: InMemoryTransport) -> None:
    """Each fails with its name."""
    route = mock.post("/users", repeat=True)
    route.assert_not_called()
    for assertion in (route.assert_called, route.assert_called_once, route.assert_called_with):
        with pytest.raises(AssertionError, match="POST http://aiointercept.test/users"):
            assertion()
    await transport.send("POST", "/users", {"X": "y"}, b'{"b": 1}')
    route.assert_called()
    route.assert_called_once()
    route.assert_call_count(1)
    route.assert_called_with({}, json={"b": 1}, headers={"x": "y"})
    with pytest.raises(AssertionError, match=r"\$\.b: expected 2, got 1"):
        route.assert_called_with(json={"b": 2})
    with pytest.raises(AssertionError, match="Expected 2 calls of POST"):
        route.assert_call_count(2)
    with pytest.raises(AssertionError, match="Expected no call of POST"):
        route.assert_not_called()


async def test_misspelt_expectations_are_refused(mock: Any) -> None:
    """Keywords of a client that leave no trace are warned of, in the line of the test."""
    route = mock.get("/")
    with pytest.raises(TypeError, match="'jsno': did you mean 'json'"):
        route.assert_called_with(jsno={})
    with pytest.warns(DeprecationWarning, match="'timeout'") as caught:
        with pytest.raises(AssertionError):
            route.assert_called_with(timeout=3)
    assert caught[0].filename == __file__


async def test_waiting_is_for_this_route(mock: Any, transport: InMemoryTransport) -> None:
    """The message names it."""
    route = mock.get("/a")
    mock.get("/b")
    await transport.send("GET", "/b")
    with pytest.raises(AssertionError, match="1 call of GET http://aiointercept.test/a, but there"):
        await route.wait_for_calls(timeout=0)
    await transport.send("GET", "/a")
    assert await route.wait_for_calls() == route.calls


async def test_a_removed_route_answers_no_more(mock: Any, transport: InMemoryTransport) -> None:
    """Removing it twice is harmless."""
    route = mock.get("/")
    route.remove()
    route.remove()
    with pytest.raises(ConnectionError):
        await transport.send("GET", "/")


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({}, "-> 200, used 0 of 1 time"),
        ({"status": 404, "repeat": 3}, "-> 404, used 0 of 3 times"),
        ({"repeat": True, "name": "all"}, "(all) -> 200, used 0 times"),
        ({"fault": Fault.HANG}, "-> HANG"),
        ({"exception": True}, "-> connection error"),
        ({"callback": lambda url, **_: None}, "-> callback"),
        ({"body": b"secret body", "headers": {"X-Secret": "header"}}, "-> 200"),
    ],
)
def test_it_is_shown_in_one_line(mock: Any, options: Any, shown: str) -> None:
    """Method, URL, name, outcome and how often; no header and no body."""
    text = repr(mock.get("/users", **options))
    assert text.startswith(f"<MockResponse GET {API}/users ")
    assert shown in text
    assert "secret" not in text.lower()


def test_a_long_url_leaves_room_for_the_rest(mock: Any) -> None:
    """What is cut is in the middle."""
    text = repr(mock.get("/" + "x" * 1000, name="n" * 1000, repeat=3))
    assert len(text) <= 200
    assert text.endswith("-> 200, used 0 of 3 times>")
    assert "…" in text


def test_a_websocket_has_its_messages(mock: Any) -> None:
    """Those that clients sent are compared."""

    async def talk(ws: Any, request: Any) -> None:
        pass

    socket = mock.ws("/ws", talk)
    assert isinstance(socket, MockWebSocket)
    assert isinstance(socket, MockResponse)
    call = mock._log.open(  # noqa: SLF001  a call without a connection
        Request("GET", API + "/ws"),
        socket._registration,  # noqa: SLF001  as above
        None,
    )
    call.messages += [Message("received", 1, "a"), Message("sent", 1, "b")]
    socket.assert_received(["a"])
    with pytest.raises(AssertionError, match="did not receive"):
        socket.assert_received(["b"])
    assert repr(socket).startswith(f"<MockWebSocket GET {API}/ws -> WebSocket, used 0")
