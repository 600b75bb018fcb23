import pytest
from yarl import URL

from aiointercept.aioresponses.assertion_methods import CallAssertions
from aiointercept.aioresponses.assertions import recorded_call

USERS = URL("http://api.test/users")


def calls(*methods: str) -> CallAssertions:
    """Return the assertions over a call by each method."""
    asserting = CallAssertions()
    asserting.requests = {}
    for method in methods:
        record = recorded_call(method, {"json": {"id": 1}, "timeout": 3})
        asserting.requests.setdefault((method, USERS), []).append(record)
    return asserting


def test_none():
    """Only `assert_not_called` holds."""
    asserting = calls()
    asserting.assert_not_called()
    for fails in (asserting.assert_called, asserting.assert_called_once):
        with pytest.raises(AssertionError):
            fails()
    with pytest.raises(AssertionError):
        asserting.assert_any_call(USERS)


def test_one():
    """With its arguments, or those of them that are named."""
    asserting = calls("POST")
    asserting.assert_called()
    asserting.assert_called_once()
    asserting.assert_any_call(USERS, "post", json="not compared")
    asserting.assert_called_with(USERS, "POST", json={"id": 1}, timeout=3)
    asserting.assert_called_once_with(str(USERS), "POST", ["json"], json={"id": 1})
    with pytest.raises(AssertionError):
        asserting.assert_not_called()
    with pytest.raises(AssertionError):
        asserting.assert_called_with(USERS, "POST", json={"id": 2}, timeout=3)


def test_several():
    """One of them is not the only one."""
    asserting = calls("GET", "GET")
    asserting.assert_called_with(USERS, json={"id": 1}, timeout=3)
    for fails in (
        asserting.assert_called_once,
        lambda: asserting.assert_called_once_with(USERS, json={"id": 1}, timeout=3),
    ):
        with pytest.raises(AssertionError):
            fails()
