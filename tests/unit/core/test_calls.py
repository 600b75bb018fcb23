import threading
from typing import Any

import pytest

from aiointercept.core.calls import CallLog
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.urls import Url
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import DisconnectReply, RaiseReply
from aiointercept.core.routing.routes import Registration, Route

H = "https://h.test/"


class Clock:
    """A clock that goes one second further each time it is looked at."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        """Return a time of day."""
        return 1_000_000.0 + self.time

    def tick(self) -> float:
        """Return the next second."""
        self.time += 1
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        """Go on at once."""


@pytest.fixture
def log() -> CallLog:
    """Return an empty log."""
    return CallLog(Clock())


def test_an_empty_log(log: CallLog):
    """It has no calls and no last one."""
    assert len(log) == 0
    assert list(log) == []
    assert log.snapshot() == []
    assert log.last() is None


def test_calls_in_order_of_arrival(log: CallLog):
    """Opened calls are there at once; what is handed out is a copy."""
    calls = [log.open(Request("GET", H + str(number)), None, None) for number in range(3)]
    assert list(log) == log.snapshot() == calls
    assert log.last() is calls[-1]
    assert len(log) == 3
    log.snapshot().clear()
    assert len(log) == 3
    log.clear()
    assert list(log) == []


def test_a_call_that_goes_on_and_one_that_has_ended(log: CallLog):
    """Duration and response come with the end."""
    call = log.open(Request("GET", H), None, None)
    assert (call.duration, call.response, call.attempts) == (None, None, 1)
    assert call.started == 1_000_100.0
    log.close(call, 201, {"A": "1"}, b"body")
    assert call.duration == 1.0
    assert (call.response.status, call.response.headers["a"], call.response.body) == (
        201,
        "1",
        b"body",
    )


def test_a_call_without_a_response(log: CallLog):
    """It ends as well."""
    call = log.open(Request("GET", H), None, None, matched=False)
    log.close(call)
    assert (call.duration, call.response, call.matched) == (1.0, None, False)


def test_what_answered_it(log: CallLog):
    """The counted route, its rule, and the handle that the user holds."""
    route = Route("GET", Url(H), None, Response())
    registration = Registration(route, 1, handle="the handle")
    call = log.open(Request("GET", H), registration, None)
    assert call.registration is registration
    assert call.route == "the handle"
    unmatched = log.open(Request("GET", H), None, None)
    assert (unmatched.registration, unmatched.route) == (None, None)


def test_how_it_is_shown(log: CallLog):
    """Presented when first asked for, once; without a presenter it is the core's own value."""
    shown = []

    def present(request: Any, match_info: Any):
        shown.append((request, match_info))
        return object()

    request = Request("GET", H)
    assert log.open(request, None, None).request is request
    call = log.open(request, None, present, match_info={"id": "1"})
    assert shown == []
    assert call.request is call.request
    assert shown == [(request, {"id": "1"})]


def test_a_call_that_was_sent_again(log: CallLog):
    """Attempts are counted; the latest presenter shows it."""
    call = log.open(Request("GET", H), None, lambda request, match_info: "first")
    assert call.request == "first"
    call.sent_again()
    assert (call.attempts, call.request) == (2, "first")
    call.sent_again(lambda request, match_info: "second")
    assert (call.attempts, call.request) == (3, "second")


def test_threads_lose_no_call(log: CallLog):
    """Whoever writes at the same time."""

    def write() -> None:
        for _ in range(200):
            log.close(log.open(Request("GET", H), None, None), 200)

    threads = [threading.Thread(target=write) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log) == 1000
    assert all(call.duration is not None for call in log)


def test_the_end_of_a_call_is_told(log: CallLog):
    """To all who listen, as long as they do; the call is complete by then."""
    heard: list[object] = []
    one, two = (log.open(Request("GET", H), None, None) for _ in range(2))
    with log.listening(lambda: heard.append((one.duration, one.response and one.response.status))):
        log.close(one, 200)
        with log.listening(lambda: heard.append("both")):
            log.close_with(two, Response(204))
    log.close(two)
    assert heard == [(2.0, 200), (2.0, 200), "both"]


@pytest.mark.parametrize(
    ("reply", "matched", "status", "ended", "outcome"),
    [
        (None, True, None, False, "not answered yet"),
        (None, True, 204, True, "204"),
        (None, True, None, True, "no answer"),
        (None, False, None, True, "connection error"),
        (DisconnectReply(), True, None, True, "connection error"),
        (RaiseReply(ValueError), True, None, True, "ValueError"),
        (RaiseReply(ValueError("x")), True, None, True, "ValueError"),
        (Response(), True, None, True, "no answer"),
    ],
)
def test_a_call_tells_its_outcome(  # noqa: PLR0913, PLR0917  a table
    log: CallLog, reply: Any, matched: Any, status: Any, ended: Any, outcome: str
):
    """In a word or two."""
    route = Registration(Route("GET", Url(H), None, reply), 1) if reply is not None else None
    call = log.open(Request("GET", H), route, None, matched=matched)
    if ended:
        log.close(call, status)
    assert call.outcome == outcome
    call.fault = Fault.HANG
    assert call.outcome == "HANG"


def test_a_call_is_shown_in_one_line():
    """Without headers and body, whatever the length of its URL; secrets are masked if asked."""
    log = CallLog(Clock(), lambda url: str(url).replace("secret", "REDACTED"))
    request = Request("POST", f"{H}{'x' * 1000}", {"X": "header"}, body=b"body")
    route = Registration(Route("POST", Url(H), None, Response(), name="n" * 300), 1)
    call = log.open(request, route, None)
    call.sent_again()
    log.close(call, 200)
    text = repr(call)
    assert len(text) <= 200
    assert text.startswith("<Call POST https://h.test/xxx")
    assert " -> 200, 1,000.0 ms, sent 2 times, by nnn" in text
    assert "header" not in text
    assert "body" not in text
    unmatched = log.open(Request("GET", H + "secret"), None, None, matched=False)
    assert repr(unmatched) == (
        "<Call GET https://h.test/REDACTED -> not answered yet, no route matched>"
    )
