from collections.abc import Callable

import pytest
from attrs import define

from aiointercept.core.calls import Call, CallLog
from aiointercept.core.http.messages import Request
from aiointercept.core.matching.urls import Url
from aiointercept.core.reporting.summary import render_report
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.registry import Registration, Registry
from aiointercept.core.routing.replies import DisconnectReply, FaultReply, RaiseReply, Reply
from aiointercept.core.routing.replies import Response as Answer
from aiointercept.core.routing.routes import Route

USERS = "https://api.test/users"


@define
class Clock:
    """A clock that is told how late it is."""

    seconds: float = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.seconds

    def tick(self) -> float:
        """Seconds, of which differences mean something."""
        return self.seconds

    async def sleep(self, seconds: float, /) -> None:
        """Be later at once."""
        self.seconds += seconds


@define(eq=False)
class Mock:
    """Routes and calls of a mock that takes no requests itself."""

    clock: Clock
    log: CallLog
    registry: Registry

    @classmethod
    def new(cls) -> "Mock":
        """Return one without routes and calls."""
        clock = Clock()
        return cls(clock, CallLog(clock), Registry())

    def route(self, url: str = USERS, reply: Reply | None = None, **more: object) -> Registration:
        """Add a route for GET requests."""
        reply = Answer() if reply is None else reply
        return self.registry.add(
            Route("GET", Url(url), None, reply, declared_at="test_x.py:12", **more)
        )

    def ask(self, url: str = USERS, *, method: str = "GET", body: bytes = b"") -> Call:
        """Add a call, taken by the route that fits if one does."""
        request = Request(method, url, body=body)
        chosen = self.registry.match(request)
        registration = None if chosen is None else chosen.registration
        return self.log.open(request, registration, None, matched=chosen is not None)

    def end(self, call: Call, seconds: float, status: int | None = None) -> None:
        """End a call after some seconds."""
        self.clock.seconds += seconds
        self.log.close(call, status)

    def report(self) -> list[str]:
        """Return the lines of the report."""
        return render_report(self.log.snapshot(), list(self.registry)).splitlines()


@pytest.fixture
def mock() -> Mock:
    """Return a mock without routes and calls."""
    return Mock.new()


def test_nothing_to_say(mock: Mock) -> None:
    """A mock that was not used, and was to be used for nothing, is not worth a line."""
    assert mock.report() == []
    mock.route(optional=True)
    assert mock.report() == []


def test_a_call_is_told_with_status_time_and_route(mock: Mock) -> None:
    """Method, URL, what was answered, how long it took, and what answered it, in one line."""
    mock.route()
    mock.end(mock.ask(), 0.0123, 404)
    assert mock.report() == [
        "1 call:",
        (
            "  GET https://api.test/users -> 404, 12.3 ms, by GET https://api.test/users, "
            "registered at test_x.py:12"
        ),
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0.00 ms"), (0.00042, "0.42 ms"), (61.5, "61,500.0 ms")]
)
def test_times_of_any_size_are_readable(mock: Mock, seconds: float, text: str) -> None:
    """Short ones have more digits than long ones."""
    mock.route()
    mock.end(mock.ask(), seconds, 200)
    assert f"-> 200, {text}, by" in mock.report()[1]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (RaiseReply(TimeoutError("late")), "TimeoutError"),
        (RaiseReply(OSError), "OSError"),
        (DisconnectReply(), "connection error"),
        (Answer(), "no answer"),
    ],
    ids=["instance", "class", "refused", "client_left"],
)
def test_a_call_without_a_response(mock: Mock, reply: Reply, outcome: str) -> None:
    """What the client got in its place is told as far as it is known."""
    mock.route(reply=reply)
    mock.end(mock.ask(), 0.002)
    assert f"-> {outcome}, 2.0 ms, by GET" in mock.report()[1]


def test_a_fault_is_told_by_its_name(mock: Mock) -> None:
    """It is what happened to the client, whatever was sent before."""
    mock.route(reply=FaultReply(Fault.CONNECTION_RESET))
    call = mock.ask()
    call.fault = Fault.CONNECTION_RESET
    mock.end(call, 0.002)
    assert "-> CONNECTION_RESET, 2.0 ms, by GET" in mock.report()[1]


def test_a_call_that_has_not_ended(mock: Mock) -> None:
    """It has no time yet."""
    mock.route()
    mock.ask()
    assert "-> not answered yet, by GET" in mock.report()[1]


def test_a_silent_retry_is_told(mock: Mock) -> None:
    """It is one call, which was sent more than once."""
    mock.route()
    call = mock.ask()
    call.attempts = 2
    mock.end(call, 0.002, 200)
    assert "-> 200, sent 2 times, 2.0 ms, by GET" in mock.report()[1]


def test_a_call_that_no_route_had_to_take(mock: Mock) -> None:
    """As one that went to the real server."""
    call = mock.log.open(Request("GET", USERS, body=b""), None, None)
    mock.end(call, 0.002, 200)
    assert mock.report() == [
        "1 call:",
        "  GET https://api.test/users -> 200, 2.0 ms, by a real server, or a matcher raised",
    ]


def test_unmatched_requests_are_told_with_the_nearest_route(mock: Mock) -> None:
    """After the calls, with what differs; a route that was never used is told as well."""
    mock.route()
    mock.end(mock.ask("https://api.test/user", body=b"{}"), 0.002)
    assert mock.report() == [
        "1 call:",
        "  GET https://api.test/user -> connection error, 2.0 ms, no route matched",
        "1 request matched no route: GET https://api.test/user",
        "  GET https://api.test/user with body '{}'",
        (
            "    nearest route: GET https://api.test/users, registered at test_x.py:12, differs in "
            "path: expected '/users', got '/user'"
        ),
        "1 route was never used: GET https://api.test/users",
        "  GET https://api.test/users, registered at test_x.py:12",
        (
            "    nearest unmatched call: GET https://api.test/user differs in path: "
            "expected '/users', got '/user'"
        ),
    ]


def test_a_route_that_is_used_up_is_told_as_such(mock: Mock) -> None:
    """It is the nearest, and differs in nothing else."""
    mock.route()
    mock.end(mock.ask(), 0.001, 200)
    mock.end(mock.ask(), 0.001)
    assert mock.report()[0] == "2 calls:"
    assert mock.report()[-1].endswith("matches, but was already used")


def test_the_latest_of_many_calls_are_listed(mock: Mock) -> None:
    """They are nearest to the failure."""
    mock.route("https://api.test/1", limit=None)
    for _ in range(1500):
        mock.end(mock.ask("https://api.test/1"), 0.001, 200)
    mock.end(mock.ask("https://api.test/1?last"), 0.001, 200)
    report = mock.report()
    assert report[0] == "1,501 calls, of which the latest 20:"
    calls = [line for line in report if line.startswith("  GET https://api.test/1")]
    assert "GET https://api.test/1?last ->" in calls[19]


def grow_calls(mock: Mock) -> None:
    """Ask for very many very long URLs that match nothing, with large bodies."""
    mock.route()
    for number in range(300):
        url = f"https://api.test/{number}/{'x' * 5000}"
        mock.end(mock.ask(url, method="POST", body=b"y" * 100_000), 0.001)


def grow_routes(mock: Mock) -> None:
    """Register very many very long URLs that are not asked for."""
    for number in range(300):
        mock.route(f"https://api.test/{number}/{'x' * 5000}")


@pytest.mark.parametrize("grow", [grow_calls, grow_routes])
def test_a_report_is_bounded(mock: Mock, grow: Callable[[Mock], None]) -> None:
    """However much there is to say, a reader gets no more than some screens of it."""
    grow(mock)
    report = mock.report()
    assert len(report) < 100
    assert sum(map(len, report)) < 30_000
