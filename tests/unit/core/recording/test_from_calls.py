from typing import Any

from yarl import URL

from aiointercept.core.calls import CallLog, Message
from aiointercept.core.http.encodings import encode
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry
from aiointercept.core.recording.from_calls import entries_of, entry_of, recorded_outcome
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import DisconnectReply, RaiseReply
from aiointercept.core.routing.routes import Route


class Clock:
    """A clock that stands still."""

    def now(self) -> float:
        """Return a time."""
        return 5.0

    def tick(self) -> float:
        """Return another one."""
        return 1.0


LOG = CallLog(Clock())  # type: ignore[arg-type]  # nothing waits here
GET = Request("GET", URL("https://a.test/"))


def call(reply: Any = None, *, matched: bool = True, finished: bool = True) -> Any:
    """Return a call."""
    registration = None
    if reply is not None:
        route = Route("GET", None, None, reply, declared_at="test.py:1", name="mine")
        registration = Registry().add(route)
    found = LOG.open(GET, registration, None, matched=matched)
    if finished:
        headers = {"Content-Encoding": "gzip"}
        LOG.close(found, 200, headers, encode(b"text", ["gzip"]))
    return found


def test_entry() -> None:
    """Decoded, with the route and where it was registered."""
    found = call(Response())
    found.messages.append(Message("received", 1, "hello"))
    found.attempts = 2
    entry = entry_of(found)
    assert entry.response is not None
    assert entry.response.body == b"text"
    assert (entry.started, entry.duration) == (5.0, 0.0)
    assert entry.messages[0].from_client
    assert entry.notes == {
        "outcome": "matched",
        "route": "GET * (mine)",
        "declared_at": "test.py:1",
        "attempts": 2,
    }


def test_bodies_that_are_not_encoded_as_they_say() -> None:
    """Are written as they are."""
    found = call(Response(), finished=False)
    LOG.close(found, 200, {"Content-Encoding": "gzip"}, b"plain")
    entry = entry_of(found)
    assert entry.encoded
    assert entry.response_body == b"plain"


def test_outcomes() -> None:
    """One word each."""
    assert recorded_outcome(call(Response())) == "matched"
    assert recorded_outcome(call()) == "passthrough"
    assert recorded_outcome(call(matched=False)) == "unmatched"
    failed = call(Response())
    failed.fault = Fault.HANG
    assert recorded_outcome(failed) == "fault"
    assert entry_of(failed).fault is Fault.HANG
    for reply in (RaiseReply(TimeoutError("late")), DisconnectReply()):
        simulated = call(reply, finished=False)
        LOG.close(simulated)
        assert recorded_outcome(simulated) == "fault"
    assert entry_of(call(RaiseReply(ValueError("x")))).error == "ValueError: x"
    assert entry_of(call(RaiseReply(ValueError))).error == "ValueError"


def test_all_calls() -> None:
    """Those that have ended; what was recorded has the bodies that passed by."""
    recorded = Entry(GET, Response(200, body=b"recorded"))
    calls = [call(), call(finished=False), call(Response()), call()]
    found = entries_of(calls, [recorded])
    assert [entry.response_body for entry in found] == [b"recorded", b"text", b"text"]
    assert found[0].notes == {"outcome": "passthrough"}
