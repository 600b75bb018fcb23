import inspect
from typing import Any

import pytest
from aiohttp import web

from aiointercept import Fault, MockResponse, aiointercept
from aiointercept.api.handle import MockWebSocket
from aiointercept.api.live import LiveVerbs, WebSocketSettings
from aiointercept.api.verbs import Verbs
from aiointercept.core.routing.replies import FaultReply, WebSocket
from aiointercept.testing import InMemoryTransport

OF_ADD = inspect.signature(Verbs.add).parameters


@pytest.fixture
def mock() -> Any:
    """Return a mock that has started, without a socket."""
    with aiointercept(transport=InMemoryTransport()) as started:
        yield started


async def talk(ws: Any, request: Any) -> None:
    """Say nothing."""


@pytest.mark.parametrize("verb", [LiveVerbs.ws, LiveVerbs.sse])
def test_shared_options_are_those_of_add(verb: Any) -> None:
    """By default and type."""
    for name, one in inspect.signature(verb).parameters.items():
        if name in OF_ADD:
            other = OF_ADD[name]
            assert (one.default, one.annotation) == (other.default, other.annotation)


def test_all_settings_of_a_websocket_are_known() -> None:
    """Those of the aiohttp that is installed."""
    known = set(inspect.signature(web.WebSocketResponse).parameters)
    assert known <= set(WebSocketSettings.__annotations__)


def test_a_websocket_is_registered(mock: Any) -> None:
    """With its settings, the headers of its handshake, and the options of a route."""
    socket = mock.ws("wss://h.test/", talk, protocols=["a"], headers={"X": "y"}, repeat=2, name="n")
    assert isinstance(socket, MockWebSocket)
    route = socket._registration.route  # noqa: SLF001  what was made of it
    assert isinstance(route.reply, WebSocket)
    assert route.reply.options == {"protocols": ("a",)}
    assert route.reply.headers == {"X": "y"}
    assert not route.reply.drops
    assert (route.limit, route.name, str(route.target)) == (2, "n", "https://h.test/")


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.CONNECTION_RESET])
def test_a_fault_stands_in_place_of_the_handshake(mock: Any, fault: Fault) -> None:
    """But for the one that drops the connection afterwards."""
    reply = mock.ws("/", talk, fault=fault)._registration.route.reply  # noqa: SLF001  as above
    assert isinstance(reply, FaultReply)
    assert reply.fault is fault
    dropping = mock.ws("/", talk, fault=Fault.TRUNCATED_BODY)._registration.route.reply  # noqa: SLF001  as above
    assert isinstance(dropping, WebSocket)
    assert dropping.drops


def test_a_setting_that_this_aiohttp_does_not_have_is_refused(
    mock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At registration, not when a client comes."""
    monkeypatch.setattr(web, "WebSocketResponse", lambda heartbeat=None: None)
    with pytest.raises(TypeError, match="'compress'"):
        mock.ws("/", talk, compress=True)


async def test_events_are_registered(mock: Any) -> None:
    """For any method, with the headers of a stream of events."""
    route = mock.sse("/", ["a"], method="POST", headers={"X": "y"}, rate=3)
    assert isinstance(route, MockResponse)
    answer = await mock._transport.send("POST", "/")  # noqa: SLF001  the one it was given
    assert answer.body == b"data: a\n\n"
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X"] == "y"


@pytest.mark.parametrize(
    "options", [{"body": b"x"}, {"callback": print}, {"raises": ValueError}, {"fault": Fault.HANG}]
)
def test_another_answer_beside_events_is_refused(mock: Any, options: Any) -> None:
    """The message names both."""
    (name,) = options
    with pytest.raises(ValueError, match=f"{name}.* and events contradict each other"):
        mock.sse("/", [], **options)
