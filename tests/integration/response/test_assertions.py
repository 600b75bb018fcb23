"""Every assertion, through the public object and over real requests."""

import re
import subprocess
import sys
from typing import Any
from unittest import mock

import aiohttp
import pytest
from yarl import URL

from aiointercept import aiointercept


@pytest.fixture
async def m():
    """Return a started mock that answers everything."""
    async with aiointercept() as started:
        started.add(re.compile(".*"), "*", repeat=True)
        yield started


@pytest.fixture
async def ask(m: aiointercept):
    """Return a function that makes a request to a path of the mock."""
    async with aiohttp.ClientSession() as session:

        async def request(method: str, path: str, **options: Any) -> None:
            async with session.request(method, m.server_url + path, **options) as response:
                await response.read()

        yield request


def fails(assertion: Any, *parts: Any, **kwargs: Any):
    """Check that calling ``assertion`` fails, with all of ``parts`` in its message."""
    with pytest.raises(AssertionError) as caught:
        assertion()
    text = str(caught.value)
    for part in parts:
        assert part in text, text
    return text


async def test_before_any_call(m: aiointercept):
    """Nothing was called."""
    m.assert_not_called()
    m.assert_all_matched()
    m.assert_has_calls([])
    fails(m.assert_called, "at least one call")
    fails(m.assert_called_once, "exactly one call", "none")
    fails(lambda: m.assert_any_call("/x"), "/x was not called", "no calls at all")
    fails(lambda: m.assert_called_with("/x"), "/x was not called")
    fails(lambda: m.assert_called_once_with("/x"), "exactly one call")
    fails(lambda: m.assert_has_calls([("GET", "/x")]), "/x was not called")


async def test_after_one_call(m: aiointercept, ask: Any):
    """Each assertion about one call holds."""
    await ask("POST", "/x?a=1&b=2", json={"k": 1}, headers={"X-A": "1"})
    m.assert_called()
    m.assert_called_once()
    fails(m.assert_not_called, "Expected no call", "POST", "/x?a=1&b=2")
    for url in (
        "/x?b=2&a=1",
        m.server_url + "/x?a=1&b=2#part",
        URL(m.server_url + "/x?a=1&b=2"),
        URL("/x?a=1&b=2"),
        re.compile(".*/x"),
    ):
        m.assert_any_call(url, "POST")
        m.assert_any_call(url, "post")
        m.assert_any_call(url, "*")
        m.assert_called_with(url, "POST", json={"k": 1})
        m.assert_called_once_with(url, "POST", headers={"x-a": "1"})
        m.assert_has_calls([("POST", url)])
    m.assert_any_call("/x", "POST", {"a": 1, "b": "2"})
    m.assert_any_call("/x?a=1", "POST", params={"b": 2})
    m.assert_called_with("/x", "POST", {"a": 1, "b": 2}, None, {"k": 1}, {"X-A": "1"}, False)
    m.assert_called_with("/x", "POST", params=[("a", "1"), ("b", "2")], data=b'{"k": 1}')
    m.assert_called_with("/x?a=1&b=2", "POST", data='{"k": 1}', json={"k": mock.ANY})
    fails(lambda: m.assert_any_call("/x"), "GET", "/x was not called", "method")
    fails(lambda: m.assert_any_call("/x", "POST", {"a": 1}), "query")
    fails(lambda: m.assert_called_with("/y?a=1&b=2", "POST"), "/y", "path")


@pytest.mark.parametrize(
    ("wrong", "parts"),
    [
        ({"json": {"k": 2}}, ["$.k", "2", "1"]),
        ({"json": {"k": 1, "l": 2}}, ["$.l"]),
        ({"data": b"other"}, ["other"]),
        ({"data": {"k": "1"}}, ["application/json"]),
        ({"headers": {"X-A": "2"}}, ["X-A", "'2'", "'1'"]),
        ({"headers": {"X-B": "1"}}, ["X-B"]),
        ({"headers": {"X-A": "1"}, "strict_headers": True}, ["User-Agent"]),
        ({"params": {"b": 3}}, ["query['b']"]),
    ],
)
@pytest.mark.parametrize("name", ["assert_called_with", "assert_called_once_with"])
async def test_what_differs_is_told(m: aiointercept, ask: Any, wrong: Any, parts: Any, name: Any):
    """The message names the part, what was expected and what came; it is no bare `assert`."""
    await ask("POST", "/x?a=1", json={"k": 1}, headers={"X-A": "1"})
    text = fails(lambda: getattr(m, name)("/x?a=1", "POST", **wrong), *parts)
    assert "/x?a=1" in text.splitlines()[0]


async def test_a_handle_compares_its_latest_call(m: aiointercept, ask: Any):
    """The assertions of a handle look at what this registration answered."""
    first = m.post("/x", match=lambda request: True)
    second = m.post("/x", optional=True)
    first.assert_not_called()
    fails(first.assert_called, "at least one call", "/x")
    fails(first.assert_called_once, "exactly one call")
    fails(lambda: first.assert_called_with(json=1), "/x", "no calls at all")
    await ask("POST", "/x", json=1, headers={"X-A": "1"})
    first.assert_called()
    first.assert_called_once()
    first.assert_called_with(json=1)
    first.assert_called_with({}, b"1", 1, {"X-A": "1"}, False)
    fails(first.assert_not_called, "Expected no call", "/x")
    fails(lambda: first.assert_called_with(json=2), "expected 2, got 1")
    fails(lambda: first.assert_called_with(params={"a": 1}), "query['a']")
    second.assert_not_called()


async def test_a_form_as_data(m: aiointercept, ask: Any):
    """A mapping means form fields, encoded in either way."""
    await ask("POST", "/x", data={"a": "1", "b": "2"})
    m.assert_called_with("/x", "POST", data={"a": "1", "b": "2"})
    m.assert_called_with("/x", "POST", data={"a": mock.ANY, "b": "2"})
    m.assert_called_with("/x", "POST", data=b"a=1&b=2")
    fails(lambda: m.assert_called_with("/x", "POST", data={"a": "1"}), "b")


async def test_the_latest_call_to_that_url_counts(m: aiointercept, ask: Any):
    """Calls to other URLs in between make no difference."""
    await ask("POST", "/x", json=1)
    await ask("POST", "/x", json=2)
    await ask("POST", "/y", json=3)
    m.assert_called_with("/x", "POST", json=2)
    fails(lambda: m.assert_called_with("/x", "POST", json=1), "expected 1, got 2")
    fails(lambda: m.assert_called_once_with("/x", "POST", json=2), "exactly one call", "3")
    m.assert_any_call("/x", "POST")


async def test_calls_in_order(m: aiointercept, ask: Any):
    """In a row by default, in any order if told so."""
    for path in ("/a", "/b", "/c", "/a"):
        await ask("GET", path)
    m.assert_has_calls([("GET", "/b"), ("GET", "/c")])
    m.assert_has_calls([("GET", "/a"), ("GET", "/b"), ("GET", "/c"), ("get", "/a")])
    m.assert_has_calls([("GET", "/c"), ("GET", "/a"), ("GET", "/a")], any_order=True)
    fails(lambda: m.assert_has_calls([("GET", "/a"), ("GET", "/c")]), "one right after the other")
    fails(lambda: m.assert_has_calls([("GET", "/b"), ("GET", "/b")], True), "/b was called 1 time")


async def test_all_called_and_all_matched():
    """Routes without calls, and calls without routes."""
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        m.post("/used")
        m.assert_all_matched()
        fails(m.assert_all_called, "1 route was never used", "/used", "test_assertions.py:")
        await session.post(m.server_url + "/used")
        m.get("/perhaps", optional=True)
        m.assert_all_called()
        m.assert_all_matched()
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.post(m.server_url + "/unused")
        fails(m.assert_all_matched, "1 request matched no route", "/unused", "/used")
        m.assert_all_called()


async def test_assertions_hold_after_the_block():
    """The log stays readable, so what was asked can be asserted outside, paths included."""
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        handle = m.post("/x")
        await session.post(m.server_url + "/x", json=1)
    m.assert_called_once_with("/x", "POST", json=1)
    m.assert_has_calls([("POST", "/x")])
    m.assert_all_matched()
    handle.assert_called_once()
    fails(m.assert_not_called, "/x")


@pytest.mark.parametrize(
    "check",
    [
        lambda m, handle: m.assert_any_call("/x", "POST", timeout=3, ssl=False),
        lambda m, handle: m.assert_called_with("/x", "POST", timeout=3, ssl=False),
        lambda m, handle: m.assert_called_once_with("/x", "POST", timeout=3, ssl=False),
        lambda m, handle: handle.assert_called_with(timeout=3, ssl=False),
    ],
)
async def test_extra_keywords_are_ignored_with_a_warning(ask: Any, m: aiointercept, check: Any):
    """What cannot be compared is named, at the line of the test that gave it."""
    handle = m.post("/x", match=lambda request: True)
    await ask("POST", "/x")
    with pytest.warns(DeprecationWarning, match="'timeout', 'ssl'") as caught:
        check(m, handle)
    assert caught[0].filename == __file__


async def test_messages_are_bounded_however_large_the_bodies(m: aiointercept, ask: Any):
    """A body of a megabyte does not make a message of a megabyte."""
    await ask("POST", "/x", data=b"x" * 1_000_000)
    text = fails(lambda: m.assert_called_with("/x", "POST", data=b"y" * 1_000_000))
    assert len(text) < 10_000
    text = fails(lambda: m.assert_called_with("/x", "POST", json=list(range(100_000))))
    assert len(text) < 10_000


def test_optimised_python_changes_nothing():
    """Assertions are raised, not asserted: `python -O` keeps them."""
    source = """
import asyncio
from aiointercept import aiointercept

async def main():
    async with aiointercept() as m:
        try:
            m.assert_called()
        except AssertionError as error:
            print(error)

asyncio.run(main())
"""
    run = subprocess.run(
        [sys.executable, "-O", "-c", source], check=True, capture_output=True, text=True
    )
    assert "at least one call" in run.stdout
