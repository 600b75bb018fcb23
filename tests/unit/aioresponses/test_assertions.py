from typing import Any

import pytest
from yarl import URL

from aiointercept.aioresponses.assertions import (
    RequestCall,
    RequestCalls,
    compare,
    expected_call,
    fail_if_called,
    fail_unless_called,
    fail_unless_called_once,
    find_calls,
    recorded_call,
)

API = "https://api.test/items"


def made(*methods: str, **kwargs: Any) -> RequestCalls:
    """Return what was called."""
    return {(method, URL(API)): [recorded_call(method, kwargs)] for method in methods}


def test_whether_there_were_calls() -> None:
    """None, one, or more."""
    fail_if_called({})
    fail_unless_called(made("GET"))
    fail_unless_called_once(made("GET"))
    with pytest.raises(AssertionError, match=r"^Expected 'aioresponses' to have been called\.$"):
        fail_unless_called({})
    with pytest.raises(AssertionError, match="to have been called once. Called 2 times"):
        fail_unless_called_once(made("GET", "POST"))
    with pytest.raises(AssertionError, match=f"Called 1 times.\nCalled were:\n  GET {API}"):
        fail_if_called(made("GET"))


def test_calls_of_one_url() -> None:
    """``params`` are merged into it; the message shows what was called instead."""
    requests = {("GET", URL(f"{API}?a=1")): [recorded_call("GET", {})]}
    assert len(find_calls(requests, API, "get", (), {"params": {"a": 1}})) == 1
    with pytest.raises(AssertionError, match="call not found\nCalled were:\n  GET"):
        find_calls(requests, API, "GET", (), {"headers": {}})
    with pytest.raises(AssertionError, match="call not found\nNothing was called"):
        find_calls({}, API, "GET", (3,), {})
    many = {("GET", URL(f"{API}/{number}")): [] for number in range(9)}
    with pytest.raises(AssertionError, match="and 4 more"):
        find_calls(many, API, "GET", (), {})


def test_what_is_recorded_does_not_change_later() -> None:
    """Copies, and what a session adds; what cannot be copied as it is."""
    data = {"a": [1]}
    recorded = recorded_call("POST", {"json": data})
    data["a"].append(2)
    assert recorded == ((), {"json": {"a": [1]}, "allow_redirects": True, "data": None})
    generator = (one for one in [1])
    recorded = recorded_call("GET", {"data": generator, "allow_redirects": False})
    assert recorded.kwargs == {"data": generator, "allow_redirects": False}


def test_comparison() -> None:
    """All arguments, or those that are named."""
    actual = RequestCall((), {"json": 1, "timeout": 3, "allow_redirects": True})
    compare(actual, expected_call("GET", (), {"json": 1, "timeout": 3}), None, "GET")
    compare(actual, expected_call("GET", (), {"json": 1}), ["json"], "GET")
    with pytest.raises(AssertionError, match="the last GET had other arguments"):
        compare(actual, expected_call("GET", (), {"json": 2, "timeout": 3}), None, "GET")
    with pytest.raises(AssertionError, match="other arguments"):
        compare(actual, expected_call("GET", (), {"json": 1}), ["timeout"], "GET")
    assert expected_call("post", (), {}).kwargs == {"allow_redirects": True, "data": None}


def test_secrets_that_differ() -> None:
    """Both are masked; the message says that they differ."""
    [[actual]] = made("GET", headers={"Authorization": "one"}, json={"a": 1}).values()
    expected = expected_call("GET", (), {"headers": {"Authorization": "two"}, "json": {"a": 1}})
    with pytest.raises(AssertionError) as caught:
        compare(actual, expected, None, "GET it")
    text = str(caught.value)
    assert "\n-headers: {'Authorization': 'REDACTED'}\n" in text
    assert "\n+headers: {'Authorization': 'REDACTED'} (another value)\n" in text
    assert text.count("another value") == 1
    assert "one" not in text.replace("another", "")
