from types import SimpleNamespace
from typing import Any

import pytest
from yarl import URL

from aiointercept.adapters.interception.attempts import Attempts

URL_OF_CALL = URL("http://api.test/items")


def request(timer: object, method: str = "GET", url: URL = URL_OF_CALL) -> Any:
    """Return a request of the call that has ``timer``."""
    return SimpleNamespace(_timer=timer, method=method, url=url)


def begun(attempts: Attempts, first: Any) -> Any:
    """Return the sending of ``first``, which is in a log."""
    attempt: Any = attempts.begin(first)
    call: Any = object()
    attempt.begin(call, None)
    return attempt


def test_a_silent_repetition():
    """It has the timer of the call, and is made anew."""
    attempts, timer = Attempts(), object()
    attempt = begun(attempts, request(timer))
    assert attempts.repeated_by(request(timer)) is attempt


@pytest.mark.parametrize(
    "changes", [{"method": "HEAD"}, {"url": URL("http://api.test/other")}, {"timer": object()}]
)
def test_what_is_a_call_of_its_own(changes: dict[str, Any]):
    """A redirect goes elsewhere, another call has another timer."""
    attempts, timer = Attempts(), object()
    begun(attempts, request(timer))
    assert attempts.repeated_by(request(**{"timer": timer, **changes})) is None


def test_a_middleware_that_sends_again():
    """It sends the same object."""
    attempts, first = Attempts(), request(object())
    begun(attempts, first)
    assert attempts.repeated_by(first) is None


def test_an_answer_ends_it():
    """What comes after it repeats nothing; nor does what was never in a log."""
    attempts, timer = Attempts(), object()
    begun(attempts, request(timer)).settle()
    assert attempts.repeated_by(request(timer)) is None
    attempts.begin(request(timer))
    assert attempts.repeated_by(request(timer)) is None


def test_a_method_that_aiohttp_does_not_repeat():
    """There is nothing to be recognised."""
    assert Attempts().begin(request(object(), "POST")) is None


def test_only_so_many_are_remembered():
    """The oldest is forgotten first."""
    attempts = Attempts()
    timers = [object() for _ in range(1025)]
    for timer in timers:
        begun(attempts, request(timer))
    assert attempts.repeated_by(request(timers[0])) is None
    assert attempts.repeated_by(request(timers[1])) is not None
