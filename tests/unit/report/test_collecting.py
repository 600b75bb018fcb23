"""What mocks were asked, test by test: attribution, masking, bounds."""

from pathlib import PurePath

from attrs import define, field

from aiointercept.core.calls import Call, CallLog
from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import as_matcher
from aiointercept.core.matching.results import MatchResult
from aiointercept.core.matching.urls import Url
from aiointercept.core.recording.redacting.redaction import DEFAULT_REDACTION, Redaction
from aiointercept.core.routing.registry import Registration, Registry
from aiointercept.core.routing.replies import Response as Answer
from aiointercept.core.routing.routes import Route
from aiointercept.report.collecting import (
    Collector,
    Snapshot,
    assemble,
    dump_line,
    har_of_mock,
)

USERS = "https://api.test/users"


@define
class Clock:
    """A clock that goes on by a tenth of a second whenever it is asked."""

    seconds: float = 0.0

    def now(self):
        """Seconds since the epoch."""
        self.seconds = round(self.seconds + 0.1, 6)
        return self.seconds

    def tick(self):
        """Seconds, of which differences mean something."""
        return self.seconds

    async def sleep(self, seconds, /):
        """Be later at once."""
        self.seconds += seconds


@define(eq=False)
class Run:
    """One run of a mock that takes no requests itself."""

    clock: Clock
    redaction: Redaction | None = DEFAULT_REDACTION
    closed: bool = False
    registry: Registry = field(factory=Registry, init=False)
    log: CallLog = field(init=False)

    def __attrs_post_init__(self):
        self.log = CallLog(self.clock)

    @property
    def calls(self) -> list[Call]:
        """All calls."""
        return self.log.snapshot()

    @property
    def routes(self) -> list[Registration]:
        """All routes."""
        return list(self.registry)

    def take_cleared_calls(self) -> list[Call]:
        """Return what was cleared."""
        return self.log.take_cleared()

    def route(self, url=USERS, **more):
        """Add a route for GET requests."""
        return self.registry.add(
            Route("GET", Url(url), None, Answer(), declared_at="/suite/tests/test_x.py:12", **more)
        )

    def ask(self, url=USERS, *, body=b"", answer=b"", headers=None, ended=True):
        """Add a call, taken by the route that fits if one does."""
        request = Request("GET", url, headers, body=body)
        chosen = self.registry.match(request)
        registration = None if chosen is None else chosen.registration
        call = self.log.open(request, registration, None, matched=registration is not None)
        if ended:
            self.log.close(call, None if registration is None else 200, None, answer)
        return call


def urls(found):
    """Return what was asked."""
    return [entry["request"]["url"] for entry in found["entries"]]


def test_each_call_belongs_to_the_test_in_which_it_ended():
    """Also where a mock outlives a test, and where its calls were cleared."""
    collector, run = Collector(), Run(Clock())
    collector.add(run)
    run.route(repeated := f"{USERS}/1", limit=None)
    run.ask(repeated)
    run.log.clear()
    slow = run.ask(ended=False)
    first = collector.end_test("test_a", "passed")
    assert urls(first) == [repeated]
    run.log.close(slow)
    run.ask(repeated)
    second = collector.end_test("test_b")
    assert urls(second) == [USERS, repeated]
    assert [entry["_aiointercept"]["test"] for entry in second["entries"]] == ["test_b"] * 2
    assert collector.end_test("test_c") is None


def test_what_was_cleared_before_is_not_taken_up():
    """A run is told of from the moment it is added."""
    collector, run = Collector(), Run(Clock())
    run.take_cleared_calls()
    run.ask()
    run.log.clear()
    collector.add(run)
    assert collector.end_test("test_a") is None


def test_calls_of_several_mocks_are_in_the_order_of_time():
    """And numbered by mock."""
    collector, clock = Collector(), Clock()
    one, two = Run(clock), Run(clock)
    collector.add(one)
    collector.add(two)
    two.ask(f"{USERS}/1")
    one.ask(f"{USERS}/2")
    two.ask(f"{USERS}/3")
    found = collector.end_test("test_a")
    assert [entry["_aiointercept"]["mock"] for entry in found["entries"]] == [2, 1, 2]
    assert urls(found) == [f"{USERS}/{number}" for number in (1, 2, 3)]


def test_unused_routes_are_told_of_once_they_can_be_used_no_more():
    """When the run has closed, or when its routes end with the test; optional ones never."""
    collector, run, server = Collector(PurePath("/suite")), Run(Clock()), Run(Clock())
    collector.add(run)
    collector.add(server)
    for one in (run, server):
        one.route()
        one.route(f"{USERS}/may", optional=True)
    unused = {"test": "test_a", "route": f"GET {USERS}", "declared_at": "tests/test_x.py:12"}
    assert collector.end_test("test_a", ending=[server])["unused_routes"] == [unused]
    run.closed = True
    assert collector.end_test("test_b")["unused_routes"] == [unused]
    assert collector.end_test("test_c") is None


def test_times_are_told_to_the_microsecond():
    """Calls over loopback are quick."""
    collector, run = Collector(), Run(Clock(0.000123))
    collector.add(run)
    run.ask()
    (entry,) = collector.end_test("test_a")["entries"]
    assert entry["startedDateTime"] == "1970-01-01T00:00:00.100123+00:00"


def test_unmatched_calls_have_their_near_misses_by_field():
    """Routes of all mocks of the test are looked at; texts are as they are."""
    collector, run, other = Collector(), Run(Clock()), Run(Clock())
    collector.add(run)
    collector.add(other)
    other.route()
    run.ask("https://api.test/user")
    (entry,) = collector.end_test("test_a")["entries"]
    assert entry["_aiointercept"]["outcome"] == "unmatched"
    (miss,) = entry["_aiointercept"]["near_misses"]
    assert miss["differences"] == [{"part": "path", "expected": "/users", "actual": "/user"}]


def test_secrets_are_masked_everywhere():
    """In URLs, headers, bodies, routes and differences; not where masking was turned off."""
    secret = f"{USERS}?token=hush"
    for redaction, shown in ((DEFAULT_REDACTION, False), (None, True)):
        collector, run = Collector(), Run(Clock(), redaction)
        collector.add(run)
        run.route(secret)
        run.route(f"{USERS}?token=hush2")
        run.ask(secret, body=b'{"password": "hush"}', headers={"Authorization": "hush"})
        run.ask(secret)
        run.closed = True
        assert ("hush" in dump_line(collector.end_test("test_a"))) is shown


def test_of_large_bodies_the_beginning():
    """With their true sizes, and a word on it."""
    collector, run = Collector(), Run(Clock())
    collector.add(run)
    run.route()
    run.ask(body=b"q" * 1_500_000, answer=b"a" * 2_000_000)
    (entry,) = collector.end_test("test_a")["entries"]
    posted, content = entry["request"]["postData"], entry["response"]["content"]
    assert len(posted["text"]) == len(content["text"]) == 1 << 20
    assert entry["request"]["bodySize"] == 1_500_000
    assert content["size"] == 2_000_000
    assert posted["comment"] == "the first 1,048,576 of 1,500,000 bytes"
    assert content["comment"] == "the first 1,048,576 of 2,000,000 bytes"


def test_what_cannot_be_shown_is_told_of():
    """Without the URL, in which there may be what could not be masked."""

    def broken(message):
        raise LookupError("no idea")

    collector, run = Collector(), Run(Clock(), Redaction(also=broken))
    collector.add(run)
    run.ask(f"{USERS}?token=hush")
    (entry,) = collector.end_test("test_a")["entries"]
    assert entry["comment"] == "LookupError: no idea"
    assert "hush" not in str(entry)
    assert entry["_aiointercept"]["test"] == "test_a"


def test_tests_of_several_processes_are_put_in_order():
    """By their first calls; those with none come last."""
    found = [
        {"test": name, "outcome": "", "started": at, "entries": entries, "unused_routes": unused}
        for name, at, entries, unused in (
            ("late", 2.0, [2], []),
            ("never", None, [], [{"test": "never"}]),
            ("last", None, [], [{"test": "early"}]),
            ("early", 1.0, [1], []),
        )
    ]
    log = assemble(found, "1.1.0")["log"]
    assert log["entries"] == [1, 2]
    assert [one["test"] for one in log["_aiointercept"]["tests"]] == ["early", "late", "never"]
    assert log["_aiointercept"]["unused_routes"] == [{"test": "never"}, {"test": "early"}]
    assert log["creator"] == {"name": "aiointercept", "version": "1.1.0"}
    assert log["_aiointercept"]["started"] == "1970-01-01T00:00:01.000Z"


def test_tests_that_move_the_clock_stay_in_their_order():
    """When a test began says who looks at it from outside."""
    collector, tests = Collector(), []
    for began, now in ((10.0, 5000.0), (20.0, 1.0)):
        run = Run(Clock(now))
        collector.add(run)
        run.ask()
        tests.append(collector.end_test(f"test at {now}", began=began))
    notes = assemble(reversed(tests), "1.1.0")["log"]["_aiointercept"]
    assert [one["test"] for one in notes["tests"]] == ["test at 5000.0", "test at 1.0"]
    assert notes["started"] == "1970-01-01T00:00:10.000Z"


def test_a_route_that_cannot_be_described_fails_no_run():
    """A matcher may fail to say what it is; the rest of the test is told all the same."""

    class Mute:
        """A matcher without words."""

        def match(self, request, /):
            return MatchResult()

        def __repr__(self):
            raise LookupError("no words")

    run = Run(Clock())
    run.registry.add(
        Route("GET", Url(f"{USERS}/1"), as_matcher(Mute()), Answer(), declared_at="x.py:1")
    )
    run.ask()
    found = Collector()
    found.add(run)
    told = found.end_test("test_a", ending=[run])
    assert told is not None
    words = "a route that cannot be described: LookupError: no words"
    assert [one["route"] for one in told["unused_routes"]] == [words]
    assert urls(told) == [USERS]


def test_one_mock():
    """All of it at once; nothing of it is somebody else's to miss."""
    run = Run(Clock())
    run.take_cleared_calls()
    run.route(f"{USERS}/unused")
    run.ask()
    run.log.clear()
    run.ask(f"{USERS}/1")
    snapshot = Snapshot(run.calls, run.routes, None)
    log = har_of_mock(snapshot, "1.1.0")["log"]
    assert [entry["request"]["url"] for entry in log["entries"]] == [f"{USERS}/1"]
    assert len(log["_aiointercept"]["unused_routes"]) == 1
    assert len(run.take_cleared_calls()) == 1
    assert har_of_mock(Snapshot([], [], None), "1.1.0")["log"]["entries"] == []
