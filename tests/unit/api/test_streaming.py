from collections.abc import AsyncIterator
from typing import Any

import pytest

from aiointercept.api.streaming import event_options, websocket
from aiointercept.core.routing.faults import Fault


async def talk(ws: Any, request: Any) -> None:
    """Lead a conversation."""


async def forever() -> AsyncIterator[str]:
    """Yield events."""
    yield "one"


async def body_of(options: dict[str, Any]) -> bytes:
    """Return all bytes of the body."""
    return b"".join([chunk async for chunk in options["body"]()])


def test_the_settings_of_a_websocket():
    """They are cleaned; headers go with the answer to the handshake."""
    reply = websocket(talk, {"heartbeat": 5, "protocols": ["chat"]}, {"X-A": "1"})
    assert reply.handler is talk
    assert reply.options == {"heartbeat": 5, "protocols": ("chat",)}
    assert (dict(reply.headers), reply.drops) == ({"X-A": "1"}, False)


def test_faults_of_a_websocket():
    """One that truncates drops the conversation when the handler ends; others come before it."""
    assert websocket(talk, {}, fault=Fault.TRUNCATED_BODY).drops
    assert websocket(talk, {}, fault=Fault.HANG).fault is Fault.HANG


@pytest.mark.parametrize(
    ("handler", "options", "message"),
    [
        (lambda ws, request: None, {}, "async def handler"),
        (forever, {}, "async def handler"),
        (talk, {"protocols": "chat"}, "protocols must be a list"),
        (talk, {"heartbeat": "5"}, "heartbeat of a WebSocket must be a number, not '5'"),
        (talk, {"hartbeat": 5}, "did you mean 'heartbeat'?"),
    ],
)
def test_what_a_websocket_does_not_take(handler: Any, options: dict[str, Any], message: str):
    """The message names the argument."""
    with pytest.raises(TypeError) as failed:
        websocket(handler, options)
    assert message in str(failed.value)


def test_a_handler_of_one_argument():
    """It would fail only when a client comes."""

    async def short(ws: Any) -> None: ...

    with pytest.raises(TypeError, match="must take two arguments: ws and request"):
        websocket(short, {})


async def test_events_are_given_anew_to_each_request():
    """A list is copied; a function is called again."""
    events = ["one"]
    options = event_options(events, {"repeat": True})
    events.append("two")
    assert await body_of(options) == await body_of(options) == b"data: one\n\n"
    made = event_options(forever, {"repeat": True})
    assert await body_of(made) == await body_of(made) == b"data: one\n\n"


def test_events_that_come_only_once():
    """For one request they are fine, for more they are refused."""
    with pytest.raises(ValueError, match="make_events instead of make_events"):
        event_options(forever(), {"repeat": True})
    assert callable(event_options(forever(), {})["body"])


def test_the_headers_of_events():
    """Caches are told to stay away, unless the user says something else."""
    assert event_options([], {})["headers"] == [("Cache-Control", "no-cache")]
    given = {"headers": {"cache-control": "private"}}
    assert event_options([], given)["headers"] == [("cache-control", "private")]


@pytest.mark.parametrize(
    "options", [{"body": "x"}, {"json": {"a": 1}}, {"fault": Fault.CONNECTION_RESET}]
)
def test_other_answers_beside_events(options: dict[str, Any]):
    """They contradict each other."""
    with pytest.raises(ValueError, match="contradict each other"):
        event_options([], options)


@pytest.mark.parametrize("events", ["one", {"a": 1}, 1])
def test_what_is_not_a_series_of_events(events: Any):
    """One event alone is most likely a mistake."""
    with pytest.raises(TypeError, match="events must be a list"):
        event_options(events, {})
