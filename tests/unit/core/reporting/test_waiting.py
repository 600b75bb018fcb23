from aiointercept.core.calls import Call, CallLog
from aiointercept.core.http.messages import Request
from aiointercept.core.matching.urls import Method, Url
from aiointercept.core.reporting.waiting import describe_missing

USERS = "https://api.test/users"
EXPECTED = (f"GET {USERS}", (Method("GET"), Url(USERS)))


class Clock:
    """A clock that stands still."""

    def now(self) -> float:
        """Return the time of day."""
        return 0.0

    tick = now


def calls(*asked: tuple[str, str], ended: int) -> list[Call]:
    """Return calls, of which the first have ended."""
    log = CallLog(Clock())  # type: ignore[arg-type]  # nobody sleeps
    opened = [log.open(Request(method, url), None, None) for method, url in asked]
    for call in opened[:ended]:
        log.close(call, 200)
    return opened


def test_no_call_at_all() -> None:
    """There is nothing to compare with."""
    assert describe_missing(1, 5.0, [], [], ("", ())) == (
        "Waited 5 seconds for 1 call, but there was none\nThere were no calls at all"
    )


def test_calls_that_have_not_ended_are_told() -> None:
    """They are why it waited."""
    some = calls(("GET", USERS), ("GET", USERS), ended=1)
    assert describe_missing(2, 0.05, some, some, EXPECTED).splitlines() == [
        (
            f"Waited 0.05 seconds for 2 calls of GET {USERS}, but there were 2, of which 1 is not "
            "finished"
        ),
        f"  GET {USERS}",
        f"  GET {USERS}, not finished",
    ]


def test_the_nearest_of_the_other_calls_are_told() -> None:
    """With what differs."""
    some = calls(("GET", USERS), ("POST", USERS), ended=2)
    assert describe_missing(2, 1, some[:1], some, EXPECTED).splitlines() == [
        f"Waited 1 seconds for 2 calls of GET {USERS}, but there was 1",
        f"  GET {USERS}",
        "The nearest other calls, of 1 recorded:",
        f"  POST {USERS} differs in method: expected 'GET', got 'POST'",
    ]


def test_many_calls_are_bounded() -> None:
    """The rest is counted."""
    some = calls(*[("GET", USERS)] * 30, ended=30)
    text = describe_missing(31, 1, some, some, ("", ()))
    assert text.splitlines()[-1] == "  … and 20 more"
