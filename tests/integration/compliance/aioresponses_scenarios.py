"""What suites do with aioresponses, scenario by scenario, for :mod:`aioresponses_trials` to run.

``SCENARIOS`` holds them by name: those written out, those of the tables, and combinations of
keywords, forms of entry and orders of calls.
"""

import asyncio
import io
import re
import warnings
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from itertools import product
from typing import Any
from unittest.mock import ANY, patch

import aiohttp
from aioresponses_trials import (
    ENTRIES,
    Library,
    Observation,
    Scenario,
    Trial,
    plain,
    real_server,
    with_inside,
    without_port,
)
from multidict import CIMultiDict, MultiDict
from yarl import URL

API = "http://example.test/api"
OTHER = "http://other.test/there"

Run = Callable[[Library], Observation]
SCENARIOS: dict[str, Run] = {}


def _add(name: str, scenario: Scenario, entry: Any = with_inside, **options: Any) -> None:
    assert name not in SCENARIOS, name
    SCENARIOS[name] = lambda library: entry(library, scenario, options)


def scenario(function: Scenario) -> Scenario:
    """Add a scenario that is written out."""
    name: str = getattr(function, "__name__", "")
    _add(name.replace("_", " "), function)
    return function


# What is answered


async def _answered(t: Trial, registered: dict[str, Any], method: str = "GET") -> None:
    t.register(method, API, **registered)
    await t.call(method, API)
    await t.call(method, API)


# Of b"plain"; written out, as the byte for the operating system differs between builds of Python.
_GZIPPED = bytes.fromhex("1f8b08000000000002ff2bc849cccc0300cf62201905000000")

ANSWERS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "body": {"body": "text"},
    "body in bytes": {"body": b"\xff\x00"},
    "body beyond ascii": {"body": "äöü €"},
    "body of 300 kB": {"body": "x" * 300_000},
    "payload": {"payload": {"a": 1, "b": [True, None, 1.5]}},
    "payload list": {"payload": [1, "ä"]},
    "payload text": {"payload": "text"},
    "payload empty": {"payload": {}},
    "payload empty list": {"payload": []},
    "payload number": {"payload": 0},
    "payload false": {"payload": False},
    "payload over body": {"payload": {"a": 1}, "body": "no"},
    "status 201": {"status": 201},
    "status 404 with payload": {"status": 404, "payload": {"error": "no"}},
    "status 500": {"status": 500, "body": "broken"},
    "status 503": {"status": 503},
    "status 204": {"status": 204},
    "status 204 with body": {"status": 204, "body": "kept"},
    "status 205": {"status": 205, "body": "kept"},
    "status 304 with body": {"status": 304, "body": "kept"},
    "status 299": {"status": 299},
    "status 418": {"status": 418},
    "status 600": {"status": 600},
    "status 999": {"status": 999, "body": "odd"},
    "status of HTTPStatus": {"status": HTTPStatus.NOT_FOUND},
    "reason": {"status": 404, "reason": "Gone Fishing"},
    "reason empty": {"reason": ""},
    "content type": {"body": "<p>", "content_type": "text/html"},
    "content type with charset": {"body": b"\xe4", "content_type": "text/plain; charset=latin-1"},
    "content type in headers": {"body": "<p>", "headers": {"Content-Type": "text/html"}},
    "content type in lower case": {"headers": {"content-type": "text/html"}, "body": "x"},
    "content type in both": {
        "headers": {"Content-Type": "text/html"},
        "content_type": "text/plain",
        "body": "x",
    },
    "headers": {"headers": {"X-One": "1", "x-two": "2"}},
    "headers repeated": {"headers": CIMultiDict([("X-Many", "1"), ("X-Many", "2")])},
    "headers beyond ascii": {"headers": {"X-Name": "Jürgen"}},
    "header Set-Cookie": {"headers": {"Set-Cookie": "a=b; Path=/"}},
    "headers Set-Cookie": {"headers": CIMultiDict([("Set-Cookie", "a=b"), ("Set-Cookie", "c=d")])},
    "header Content-Length": {"headers": {"Content-Length": "4"}, "body": "text"},
    "header Content-Length, too long": {"headers": {"Content-Length": "9999"}, "body": "text"},
    "header Content-Length, too short": {"headers": {"content-length": "1"}, "body": "text"},
    "header Content-Length, of nothing": {"headers": {"Content-Length": "0"}, "body": "text"},
    "status 101": {"status": 101, "body": "kept"},
    "header Date and Server": {"headers": {"Date": "then", "Server": "ours"}},
    "header Connection": {"headers": {"Connection": "keep-alive"}, "body": "x"},
    "header Transfer-Encoding": {"headers": {"Transfer-Encoding": "chunked"}, "body": "text"},
    "header Transfer-Encoding, empty": {"headers": {"Transfer-Encoding": "chunked"}},
    "header Content-Encoding, not encoded": {
        "headers": {"Content-Encoding": "gzip"},
        "body": "plain",
    },
    "header Content-Encoding, encoded": {
        "headers": {"Content-Encoding": "gzip"},
        "body": _GZIPPED,
    },
    "header Location without redirect": {"headers": {"Location": "/x"}},
    "repeated": {"body": "again", "repeat": True},
    "exception None": {"exception": None, "body": "x"},
    "timeout False": {"timeout": False, "body": "x"},
}
for _name, _registered in ANSWERS.items():
    _add(f"answer: {_name}", partial(_answered, registered=_registered))
for _method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE"):
    _add(f"answer to {_method}", partial(_answered, registered={"body": "b"}, method=_method))

# Which URLs are the same


async def _asked(t: Trial, registered: Any, asked: Any, options: dict[str, Any]) -> None:
    t.register("GET", registered, body="found")
    await t.call("GET", asked, **options)


URLS: list[tuple[Any, Any]] = [
    ("http://e.test", "http://e.test/"),
    ("http://e.test/", "http://e.test"),
    ("http://e.test/a", "http://e.test/a/"),
    ("http://E.test/a", "http://e.test/a"),
    ("http://e.test/A", "http://e.test/a"),
    ("http://e.test:80/a", "http://e.test/a"),
    ("http://e.test/a", "http://e.test:80/a"),
    ("http://e.test:8080/a", "http://e.test:8080/a"),
    ("http://e.test:8080/a", "http://e.test:8081/a"),
    ("https://e.test/a", "https://e.test/a"),
    ("https://e.test/a", "http://e.test/a"),
    ("https://e.test:8443/a", "https://e.test:8443/a"),
    ("http://e.test/a#f", "http://e.test/a"),
    ("http://e.test/a", "http://e.test/a#f"),
    ("http://e.test/a#f", "http://e.test/a#f"),
    ("http://e.test/a?x=1&y=2", "http://e.test/a?y=2&x=1"),
    ("http://e.test/a?y=2&x=1", "http://e.test/a?x=1&y=2"),
    ("http://e.test/a?x=1", "http://e.test/a"),
    ("http://e.test/a", "http://e.test/a?x=1"),
    ("http://e.test/a?x=1&x=2", "http://e.test/a?x=2&x=1"),
    ("http://e.test/a?x", "http://e.test/a?x="),
    ("http://e.test/a?x=a b", "http://e.test/a?x=a+b"),
    ("http://e.test/a?x=a b", "http://e.test/a?x=a%20b"),
    ("http://e.test/a?x=%E4", "http://e.test/a?x=%E4"),
    ("http://e.test/a?x=1;y=2", "http://e.test/a?x=1;y=2"),
    ("http://e.test/a?q=a%2Cb", "http://e.test/a?q=a,b"),
    ("http://e.test/a?q=%7B%7D", "http://e.test/a?q={}"),
    ("http://e.test/a b", "http://e.test/a%20b"),
    ("http://e.test/ä", "http://e.test/%C3%A4"),
    ("http://bücher.test/", "http://xn--bcher-kva.test/"),
    ("http://e.test/a%2Fb", "http://e.test/a%2Fb"),
    ("http://e.test/a%2fb", "http://e.test/a%2Fb"),
    ("http://e.test/a//b", "http://e.test/a/b"),
    ("http://e.test/a/../b", "http://e.test/b"),
    ("http://u:p@e.test/a", "http://u:p@e.test/a"),
    ("http://u:p@e.test/a", "http://e.test/a"),
    ("http://e.test/a", "http://u:p@e.test/a"),
    ("http://e.test./a", "http://e.test/a"),
    ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
    ("http://localhost/x", "http://localhost/x"),
    ("http://localhost:9/x", "http://localhost:9/y"),
    ("http://nodot/x", "http://nodot/x"),
    ("http://[::1]/x", "http://[::1]/x"),
    ("http://192.0.2.1/x", "http://192.0.2.1/x"),
    (URL("http://e.test/x"), "http://e.test/x"),
    ("http://e.test/x", URL("http://e.test/x")),
    (URL("http://e.test/x?b=1&a=2"), URL("http://e.test/x?a=2&b=1")),
    (re.compile(r"http://e\.test/.*"), "http://e.test/x?a=1"),
    (re.compile(r"^http://e\.test/x\?a=1&b=2$"), "http://e.test/x?b=2&a=1"),
    (re.compile(r"^http://e\.test/x\?b=2&a=1$"), "http://e.test/x?b=2&a=1"),
    (re.compile(r"e\.test"), "http://e.test/x"),
    (re.compile(r"http://e.test/x"), "http://e.test/x?a=1"),
    (re.compile(r"http://e\.test/x$"), "http://e.test/x?a=1"),
    (re.compile(r"HTTP://E\.TEST/", re.IGNORECASE), "http://e.test/"),
    (re.compile(r"http://e\.test/ä"), "http://e.test/ä"),
    (re.compile(r"http://e\.test/%C3%A4"), "http://e.test/ä"),
    (re.compile(r".*#f$"), "http://e.test/x#f"),
    (re.compile(r""), "https://anything.test/at/all"),
]
for _registered_url, _asked_url in URLS:
    _shown = getattr(_registered_url, "pattern", _registered_url)
    _add(
        f"url: {type(_registered_url).__name__} {_shown} asked as "
        f"{type(_asked_url).__name__} {_asked_url}",
        partial(_asked, registered=_registered_url, asked=_asked_url, options={}),
    )

PARAMS: list[tuple[str, Any]] = [
    ("?a=1", {"a": 1}),
    ("?a=1", {"a": "1"}),
    ("?a=1.5", {"a": 1.5}),
    ("", {}),
    ("", None),
    ("?a=1&b=2", {"b": 2, "a": 1}),
    ("?a=1&a=2", {"a": [1, 2]}),
    ("?a=1&a=2", [("a", "1"), ("a", "2")]),
    ("?a=1&a=2", MultiDict([("a", "2"), ("a", "1")])),
    ("?a=1&b=2", "b=2&a=1"),
    ("?a=x+y%26z", {"a": "x y&z"}),
    ("", {"a": 1}),
    ("?a=1", {}),
    ("?a=", {"a": ""}),
    ("?a=true", {"a": True}),
    ("?a=none", {"a": None}),
]
for _query, _params in PARAMS:
    _add(
        f"params: {_query!r} asked with {_params!r}",
        partial(_asked, registered=API + _query, asked=API, options={"params": _params}),
    )
_add(
    "params: merged into the query",
    partial(_asked, registered=f"{API}?a=1&b=2", asked=f"{API}?b=2", options={"params": {"a": 1}}),
)

# Which route answers, and how often


async def _sequence(t: Trial, routes: list[tuple[Any, dict[str, Any]]], calls: int = 4) -> None:
    for url, options in routes:
        t.register("GET", url, **options)
    for _ in range(calls):
        await t.call("GET", API)


_PATTERN = re.compile(r"http://example\.test/.*")
_A, _B = {"body": "a"}, {"body": "b"}
ORDERS: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    **{f"repeat {times!r}": [(API, {**_A, "repeat": times})] for times in (False, True, 1, 2, 3)},
    **{
        f"repeat {times!r}, then another": [(API, {**_A, "repeat": times}), (API, _B)]
        for times in (False, True, 1, 2, 3, 0, -1)
    },
    "once, then for ever": [(API, _A), (API, {**_B, "repeat": True})],
    "twice each": [(API, {**_A, "repeat": 2}), (API, {**_B, "repeat": 2})],
    "pattern before exact": [(_PATTERN, _A), (API, _B)],
    "exact before pattern": [(API, _A), (_PATTERN, _B)],
    "pattern for ever before exact": [(_PATTERN, {**_A, "repeat": True}), (API, _B)],
    "two patterns": [(_PATTERN, _A), (re.compile(".*api"), _B)],
    "exception, then answer": [(API, {"exception": ValueError("no")}), (API, _B)],
    "exception for ever": [(API, {"exception": ValueError("no"), "repeat": True}), (API, _B)],
    "exception twice": [(API, {"exception": ValueError("no"), "repeat": 2}), (API, _B)],
    "timeout, then answer": [(API, {"timeout": True}), (API, _B)],
    "answers of two statuses": [(API, {"status": 500}), (API, {"status": 200})],
}
for _name, _routes in ORDERS.items():
    _add(f"order: {_name}", partial(_sequence, routes=_routes))


@scenario
async def each_method_has_its_own_routes(t: Trial) -> None:
    """Routes are told apart by method."""
    t.register("GET", API, body="got")
    t.register("POST", API, body="posted")
    for method in ("POST", "PUT", "GET", "GET"):
        await t.call(method, API)


@scenario
async def case_of_methods(t: Trial) -> None:
    """A method is registered and asked for in any case; the log keeps what was passed."""
    for registered, asked in product(("GET", "get", "Get"), repeat=2):
        t.register(registered, API)
        await t.call(asked, API)
    await t.call("post", API)


@scenario
async def two_schemes_of_one_host(t: Trial) -> None:
    """One host under http and https."""
    t.register("GET", "http://e.test/x", body="plain")
    t.register("GET", "https://e.test/x", body="secure")
    await t.call("GET", "https://e.test/x")
    await t.call("GET", "http://e.test/x")


@scenario
async def concurrent_calls(t: Trial) -> None:
    """Calls at the same time get the answers in order of registration."""
    for body in "abc":
        t.register("GET", API, body=body)
    responses = await asyncio.gather(*(t.session.get(API) for _ in range(3)))
    t.note([await response.text() for response in responses])


@scenario
async def registering_between_calls(t: Trial) -> None:
    """Routes may be added at any time."""
    await t.call("GET", API)
    t.register("GET", API, body="late")
    await t.call("GET", API)


# Exceptions


class OwnError(Exception):
    """An exception of a suite."""


EXCEPTIONS: dict[str, Any] = {
    "Exception": Exception,
    "Exception with text": Exception("broken"),
    "ValueError": ValueError("wrong"),
    "own": OwnError("own", 3),
    "own class": OwnError,
    "TimeoutError": TimeoutError(),
    "TimeoutError class": TimeoutError,
    "asyncio.TimeoutError": asyncio.TimeoutError("slow"),
    "asyncio.TimeoutError class": asyncio.TimeoutError,
    "OSError": OSError(5, "io"),
    "OSError class": OSError,
    "ConnectionResetError": ConnectionResetError(104, "reset"),
    "ConnectionError": ConnectionError("gone"),
    "CancelledError": asyncio.CancelledError(),
    "KeyboardInterrupt": KeyboardInterrupt("stop"),
    "StopIteration": StopIteration("stop"),
    "ClientError": aiohttp.ClientError("client"),
    "ClientError class": aiohttp.ClientError,
    "ClientConnectionError": aiohttp.ClientConnectionError("connection"),
    "ClientOSError": aiohttp.ClientOSError(104, "reset"),
    "ServerDisconnectedError": aiohttp.ServerDisconnectedError(),
    "ServerDisconnectedError class": aiohttp.ServerDisconnectedError,
    "ServerTimeoutError": aiohttp.ServerTimeoutError("slow"),
    "ClientPayloadError": aiohttp.ClientPayloadError("half"),
    "InvalidURL": aiohttp.InvalidURL("http://"),
    "ClientResponseError": aiohttp.ClientResponseError(
        aiohttp.RequestInfo(URL(API), "GET", CIMultiDict(), URL(API)),  # type: ignore[arg-type]  # a proxy would do as well
        (),
        status=403,
        message="no",
    ),
    "class that needs arguments": aiohttp.ClientConnectorError,
}


async def _raised(t: Trial, exception: Any) -> None:
    t.register("GET", API, exception=exception)
    t.register("POST", API, exception=exception, status=201, body="ignored")
    await t.call("GET", API)
    await t.call("POST", API, json={})
    try:
        t.register("GET", API, exception=exception)
        await t.session.get(API)
    except BaseException as raised:  # noqa: BLE001 - which one is what is observed
        t.note(raised is exception)
        t.note([raised.__cause__ is None, raised.__suppress_context__])


for _name, _exception in EXCEPTIONS.items():
    _add(f"exception: {_name}", partial(_raised, exception=_exception))


@scenario
async def timeout(t: Trial) -> None:
    """``timeout=True`` raises, whatever else is told."""
    t.register("GET", API, timeout=True)
    await t.call("GET", API)
    t.register("GET", API, timeout=True, exception=ValueError("no"), body="no")
    await t.call("GET", API)
    t.register("GET", API, timeout=5)
    await t.call("GET", API, timeout=aiohttp.ClientTimeout(3))


@scenario
async def unmatched(t: Trial) -> None:
    """What no route takes is refused, naming method and URL."""
    await t.call("GET", API)
    await t.call("POST", f"{API}?b=1&a=2", params={"c": "3"}, json={"a": 1})
    t.register("GET", API)
    await t.call("DELETE", API)
    t.check("assert_called")


@scenario
async def raise_for_status(t: Trial) -> None:
    """By the call or by the session."""
    t.register("GET", API, status=500, repeat=True)
    await t.call("GET", API, raise_for_status=True)
    await t.call("GET", API)
    await t.close()
    t.session_options = {"raise_for_status": True}
    await t.call("GET", API)
    await t.call("GET", API, raise_for_status=False)


# Callbacks


async def _called_back(t: Trial, callback: Any, options: dict[str, Any], calls: int = 3) -> None:
    t.register("POST", f"{API}?q=1", callback=partial(callback, t), **options)
    for _ in range(calls):
        await t.call("POST", API, params={"q": 1}, json={"x": 1}, headers={"h": "1"})


def _tells(t: Trial, url: Any, **kwargs: Any) -> Any:
    t.note([type(url).__name__, str(url), kwargs])
    return t.result(payload={"told": True})


def _nothing(t: Trial, url: Any, **kwargs: Any) -> Any:
    del url, kwargs
    t.note("called")


def _raises(t: Trial, url: Any, **kwargs: Any) -> Any:
    del t, url, kwargs
    raise KeyError("from the callback")


def _raises_os_error(t: Trial, url: Any, **kwargs: Any) -> Any:
    del t, url, kwargs
    raise ConnectionResetError(104, "from the callback")


CALLBACKS: dict[str, tuple[Any, dict[str, Any]]] = {
    "told the arguments": (_tells, {}),
    "told the arguments, for ever": (_tells, {"repeat": True}),
    "told the arguments, twice": (_tells, {"repeat": 2}),
    "over everything": (_tells, {"status": 404, "body": "no", "headers": {"x": "y"}}),
    "nothing, so the default": (_nothing, {"status": 201, "body": "default", "repeat": True}),
    "nothing": (_nothing, {}),
    "raises": (_raises, {}),
    "raises for ever": (_raises, {"repeat": True}),
    "raises an OSError": (_raises_os_error, {}),
    "with exception": (_tells, {"exception": ValueError("first")}),
    "with timeout": (_tells, {"timeout": True}),
}
for _name, (_callback, _options) in CALLBACKS.items():
    _add(f"callback: {_name}", partial(_called_back, callback=_callback, options=_options))

RESULTS: dict[str, dict[str, Any]] = {
    "empty": {},
    "status": {"status": 404},
    "body": {"body": "text"},
    "body in bytes": {"body": b"\xff"},
    "payload": {"payload": [1]},
    "payload over body": {"payload": {}, "body": "no"},
    "content type": {"content_type": "text/html", "body": "<p>"},
    "headers": {"headers": {"X-One": "1"}},
    "content type in headers": {"headers": {"Content-Type": "text/html"}},
    "reason": {"reason": "Because", "status": 404},
    "all by position": {"method": "GET", "status": 202, "body": "b", "content_type": "a/b"},
}


async def _result(t: Trial, given: dict[str, Any]) -> None:
    t.register("GET", API, callback=lambda url, **_: t.result(**given), status=201, body="default")
    await t.call("GET", API)


for _name, _given in RESULTS.items():
    _add(f"callback result: {_name}", partial(_result, given=_given))


@scenario
async def async_callback(t: Trial) -> None:
    """A coroutine function is awaited."""

    async def callback(url: URL, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        return t.result(payload={"url": str(url), "kwargs": sorted(kwargs)})

    async def failing(url: URL, **_: Any) -> Any:
        await asyncio.sleep(0)
        raise LookupError(str(url))

    t.register("GET", API, callback=callback)
    t.register("PUT", API, callback=failing)
    await t.call("GET", API, headers={"a": "b"})
    await t.call("PUT", API)


@scenario
async def callback_after_one_that_raised(t: Trial) -> None:
    """A callback that raises is not used up."""
    left = [ValueError("first"), ValueError("second")]

    def callback(url: URL, **_: Any) -> Any:
        if left:
            raise left.pop(0)
        return t.result(body="at last")

    t.register("GET", API, callback=callback)
    t.register("GET", API, body="next")
    for _ in range(5):
        await t.call("GET", API)


@scenario
async def callback_that_registers(t: Trial) -> None:
    """A callback may add a route."""

    def callback(url: URL, **_: Any) -> Any:
        t.register("GET", url, body="added")
        return t.result(body="first")

    t.register("GET", API, callback=callback)
    await t.call("GET", API)
    await t.call("GET", API)


@scenario
async def callback_sees_the_very_objects(t: Trial) -> None:
    """The arguments are those of the client; the log has copies of them as they were."""
    headers, data = {"h": "1"}, {"list": [1]}
    seen: list[bool] = []

    def callback(url: URL, **kwargs: Any) -> Any:
        seen.append(kwargs["headers"] is headers and kwargs["json"] is data)
        data["list"].append(2)

    t.register("POST", API, callback=callback)
    await t.call("POST", API, headers=headers, json=data)
    data["list"].append(3)
    t.note(seen)


@scenario
async def callback_for_a_pattern(t: Trial) -> None:
    """The URL has its query sorted, and its fragment."""
    t.register("GET", re.compile(".*"), callback=lambda url, **_: t.note(str(url)))
    await t.call("GET", f"{API}?z=1&a=2#fragment")


@scenario
async def callback_changes_the_context(t: Trial) -> None:
    """A callback runs in the task of the caller."""
    task = asyncio.current_task()
    t.register(
        "GET", API, callback=lambda url, **_: t.note(asyncio.current_task() is task), repeat=True
    )
    await t.session.get(API)


# What is remembered

REMEMBERED: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing": ("GET", {}),
    "json": ("POST", {"json": {"a": [1, {"b": None}]}}),
    "data text": ("POST", {"data": "text"}),
    "data bytes": ("POST", {"data": b"bytes"}),
    "data dict": ("POST", {"data": {"a": "1"}}),
    "data list": ("POST", {"data": [("a", "1"), ("a", "2")]}),
    "data None": ("POST", {"data": None}),
    "headers": ("GET", {"headers": {"A": "b"}}),
    "headers None": ("GET", {"headers": None}),
    "headers pairs": ("GET", {"headers": [("a", "b"), ("a", "c")]}),
    "headers multidict": ("GET", {"headers": CIMultiDict(a="b")}),
    "header Host": ("GET", {"headers": {"Host": "elsewhere.test"}}),
    "params": ("GET", {"params": {"p": "q"}}),
    "params None": ("GET", {"params": None}),
    "timeout": ("GET", {"timeout": aiohttp.ClientTimeout(total=3)}),
    "timeout number": ("GET", {"timeout": 3}),
    "timeout None": ("GET", {"timeout": None}),
    "ssl": ("GET", {"ssl": False}),
    "allow_redirects": ("GET", {"allow_redirects": False}),
    "max_redirects": ("GET", {"max_redirects": 3}),
    "cookies": ("GET", {"cookies": {"a": "b"}}),
    "proxy": ("GET", {"proxy": "http://proxy.test:3128"}),
    "compress": ("POST", {"data": b"x" * 100, "compress": "gzip"}),
    "chunked": ("POST", {"data": b"x" * 100, "chunked": True}),
    "expect100": ("POST", {"data": b"x" * 100, "expect100": True}),
    "raise_for_status": ("GET", {"raise_for_status": True}),
    "read_until_eof": ("GET", {"read_until_eof": True}),
    "skip_auto_headers": ("GET", {"skip_auto_headers": ["User-Agent"]}),
    "server_hostname": ("GET", {"server_hostname": "name.test"}),
    "trace_request_ctx": ("GET", {"trace_request_ctx": {"a": 1}}),
    "everything": (
        "PUT",
        {
            "json": [1],
            "headers": {"A": "b"},
            "params": {"p": 1},
            "ssl": False,
            "timeout": aiohttp.ClientTimeout(1),
            "allow_redirects": False,
        },
    ),
}


async def _remembered(t: Trial, method: str, options: dict[str, Any]) -> None:
    t.register(method, re.compile(".*"), repeat=True)
    await t.call(method, API, **options)
    await t.verb(method.lower(), API, **options)


for _name, (_method, _options) in REMEMBERED.items():
    _add(f"remembered: {_name}", partial(_remembered, method=_method, options=_options))


@scenario
async def remembered_of_each_verb(t: Trial) -> None:
    """What a session's verbs add to the arguments is remembered, too."""
    for verb in ("get", "post", "put", "patch", "delete", "head", "options"):
        t.register(verb, API, repeat=True)
        await t.verb(verb, API)
        await t.call(verb.upper(), API)
        await t.call(verb, API)


@scenario
async def remembered_data_of_other_kinds(t: Trial) -> None:
    """Objects are kept by type; an async iterator is read."""

    async def chunks() -> Any:
        yield b"one"
        yield b"two"

    t.register("POST", API, repeat=True)
    await t.call("POST", API, data=io.BytesIO(b"file"))
    await t.call("POST", API, data=aiohttp.FormData({"a": "b"}))
    await t.call("POST", API, data=chunks())
    await t.call("POST", API, data=aiohttp.BytesPayload(b"payload"))


SESSIONS: dict[str, dict[str, Any]] = {
    "headers": {"headers": {"S": "1", "a": "session"}},
    "cookies": {"cookies": {"x": "y"}},
    "timeout": {"timeout": aiohttp.ClientTimeout(3)},
    "base_url": {"base_url": "http://example.test/"},
    "json_serialize": {"json_serialize": lambda _: '"mine"'},
}


async def _by_session(t: Trial, options: dict[str, Any]) -> None:
    t.session_options = options
    t.register("GET", re.compile(".*"), repeat=True)
    t.register("POST", re.compile(".*"), repeat=True, callback=lambda url, **kw: t.note([kw]))
    place = "api" if "base_url" in options else API
    await t.verb("get", place)
    await t.verb("get", place, headers={"A": "call", "B": "2"})
    await t.verb("get", place, headers=[("a", "1"), ("a", "2")])
    await t.verb("post", place, json={"a": 1}, params={"b": 2})
    await t.verb("get", "http://elsewhere.test/")


for _name, _options in SESSIONS.items():
    _add(f"session: {_name}", partial(_by_session, options=_options))


@scenario
async def requests_can_be_changed(t: Trial) -> None:
    """``requests`` is a plain dict."""
    t.register("GET", API, repeat=True)
    await t.call("GET", API)
    t.note(("GET", URL(API)) in t.mock.requests)
    t.note([[method, str(url)] for method, url in t.mock.requests])
    t.note([call[0].kwargs for call in t.mock.requests.values()])
    t.note(t.mock.requests[("GET", URL(API))][0].kwargs)
    t.mock.requests.clear()
    t.check("assert_not_called")
    await t.call("GET", API)
    t.check("assert_called_once")


@scenario
async def session_of_another_kind(t: Trial) -> None:
    """A closed session, wrong keywords, and the module's own function."""
    t.register("GET", API, repeat=True)
    async with aiohttp.ClientSession() as session:
        await t.attempt(lambda: session.get(API))
    await t.attempt(lambda: session.get(API))
    async with aiohttp.request("GET", API) as response:
        t.note(response.status)
    async with t.session.get(API) as response:
        t.note([response.status, await response.text()])
    await t.attempt(lambda: t.session.request(method="GET", url=API))


# Assertions

_POSTED = {"json": {"a": 1}, "headers": {"H": "1"}, "params": {"p": "q"}, "timeout": 3}


async def _assertions(t: Trial, checks: list[tuple[str, tuple[Any, ...], dict[str, Any]]]) -> None:
    t.register("GET", API, repeat=True)
    t.register("POST", re.compile(".*"), repeat=True)
    await t.verb("get", API)
    await t.verb("get", API, headers={"a": "b"})
    await t.verb("post", API, **_POSTED)
    await t.verb("post", API, data=b"xyz")
    for name, args, kwargs in checks:
        t.check(name, *args, **kwargs)


CHECKS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("assert_called", (), {}),
    ("assert_not_called", (), {}),
    ("assert_called_once", (), {}),
    ("assert_any_call", (API,), {}),
    ("assert_any_call", (API, "POST"), {}),
    ("assert_any_call", (API, "post"), {}),
    ("assert_any_call", (API, "PUT"), {}),
    ("assert_any_call", (URL(API),), {}),
    ("assert_any_call", (OTHER,), {}),
    ("assert_any_call", (API, "POST"), {"params": {"p": "q"}}),
    ("assert_any_call", (API, "POST"), {"params": {"p": "r"}}),
    ("assert_any_call", (f"{API}?p=q", "POST"), {}),
    ("assert_any_call", (API, "GET"), {"headers": {"never": "compared"}}),
    ("assert_any_call", (), {"url": API, "method": "POST"}),
    ("assert_called_with", (API,), {}),
    ("assert_called_with", (API,), {"headers": {"a": "b"}}),
    ("assert_called_with", (API,), {"headers": {"A": "b"}}),
    ("assert_called_with", (API,), {"headers": {"a": "c"}}),
    ("assert_called_with", (API,), {"headers": ANY}),
    ("assert_called_with", (API,), {"headers": {"a": ANY}}),
    ("assert_called_with", (API,), {"headers": {"a": "b"}, "allow_redirects": True}),
    ("assert_called_with", (API,), {"headers": {"a": "b"}, "allow_redirects": False}),
    ("assert_called_with", (API,), {"headers": {"a": "b"}, "data": None}),
    ("assert_called_with", (API, "POST"), {"data": b"xyz"}),
    ("assert_called_with", (API, "post"), {"data": b"xyz"}),
    ("assert_called_with", (API, "POST"), {"data": "xyz"}),
    ("assert_called_with", (API, "POST"), {"data": b"other"}),
    ("assert_called_with", (API, "POST"), _POSTED),
    ("assert_called_with", (API, "POST"), {**_POSTED, "data": None}),
    ("assert_called_with", (API, "POST"), {**_POSTED, "json": ANY}),
    ("assert_called_with", (API, "POST"), {**_POSTED, "json": {"a": 2}}),
    ("assert_called_with", (API, "POST"), {**_POSTED, "timeout": 4}),
    ("assert_called_with", (API, "POST"), {"params": {"p": "q"}}),
    ("assert_called_with", (f"{API}?p=q", "POST"), _POSTED),
    ("assert_called_with", (f"{API}?p=q", "POST"), {}),
    ("assert_called_with", (API, "POST", ["json"]), {"params": {"p": "q"}, "json": {"a": 1}}),
    ("assert_called_with", (API, "POST", ["json"]), {"params": {"p": "q"}, "json": {"a": 2}}),
    ("assert_called_with", (API, "POST", ["json", "headers"]), {**_POSTED, "timeout": 9}),
    ("assert_called_with", (API, "POST", ["headers"]), {"params": {"p": "q"}}),
    ("assert_called_with", (API, "POST", []), {"params": {"p": "q"}}),
    ("assert_called_with", (API, "POST", ["other"]), {"params": {"p": "q"}}),
    ("assert_called_with", (API,), {"args_to_match": ["headers"], "headers": {"a": "b"}}),
    ("assert_called_with", (API, "GET", None, "positional"), {"headers": {"a": "b"}}),
    ("assert_called_with", (OTHER,), {}),
    ("assert_called_with", (API, "PUT"), {}),
    ("assert_called_with", (re.compile(API),), {}),
    ("assert_called_with", (), {"url": API, "method": "POST", "data": b"xyz"}),
    ("assert_called_with", (), {}),
    ("assert_called_once_with", (API,), {"headers": {"a": "b"}}),
]
for _number, _check in enumerate(CHECKS):
    _add(f"assertion {_number}: {_check[0]}", partial(_assertions, checks=[_check]))


@scenario
async def assertions_without_a_call(t: Trial) -> None:
    """What each assertion says before the first call."""
    t.check("assert_called")
    t.check("assert_not_called")
    t.check("assert_called_once")
    t.check("assert_any_call", API)
    t.check("assert_called_with", API)
    t.check("assert_called_once_with", API)


@scenario
async def assertions_after_one_call(t: Trial) -> None:
    """What each assertion says after one call, of every method."""
    for verb in ("get", "post", "put", "patch", "delete", "head", "options"):
        t.register(verb, API)
        await t.verb(verb, API)
        t.check("assert_called_once")
        t.check("assert_called_once_with", API)
        t.check("assert_called_once_with", API, verb.upper())
        t.check("assert_called_once_with", API, verb, data=None)
        t.check("assert_called_once_with", API, verb, allow_redirects=False)
        t.mock.requests.clear()


@scenario
async def assertions_of_params(t: Trial) -> None:
    """``params`` are merged into the URL, and compared."""
    t.register("GET", f"{API}?a=1&b=2")
    await t.verb("get", API, params={"b": 2, "a": 1})
    for url in (f"{API}?a=1&b=2", f"{API}?b=2&a=1", API):
        t.check("assert_any_call", url)
        t.check("assert_any_call", url, params={"b": "2", "a": "1"})
        t.check("assert_called_with", url)
        t.check("assert_called_with", url, params={"b": 2, "a": 1})
        t.check("assert_called_with", url, params={"b": "2", "a": "1"})
        t.check("assert_called_once_with", url, params={"b": 2, "a": 1})


@scenario
async def assertions_after_failures(t: Trial) -> None:
    """A call that fails is a call."""
    t.register("GET", API, exception=ValueError())
    await t.verb("get", API)
    t.check("assert_called_once_with", API)
    await t.verb("get", OTHER, headers={"a": "b"})
    t.check("assert_any_call", OTHER)
    t.check("assert_called_with", OTHER, headers={"a": "b"})
    t.check("assert_called_once")


# Redirects


async def _redirected(t: Trial, status: int, method: str) -> None:
    t.register(method, API, status=status, headers={"Location": OTHER}, body="moved")
    for other in ("GET", "POST", "PUT", "DELETE", "HEAD"):
        t.register(other, OTHER, body=f"by {other}")
    data = {"json": {"a": 1}} if method in ("POST", "PUT") else {}
    await t.call(method, API, headers={"A": "b"}, **data)


for _status, _method in product((300, 301, 302, 303, 304, 307, 308), ("GET", "POST", "HEAD")):
    _add(f"redirect {_status} of {_method}", partial(_redirected, status=_status, method=_method))

LOCATIONS = (
    "/rel",
    "rel",
    "//other.test/y",
    "?q=1",
    "http://other.test/x#frag",
    "http://other.test/ü?a=ü",
    "http://other.test/x?b=1&a=2",
    "../up",
    "HTTP://OTHER.test/case",
)


async def _located(t: Trial, headers: dict[str, str]) -> None:
    t.register("GET", "http://example.test/a/b?p=1", status=302, headers=headers)
    t.register("GET", re.compile(".*"), callback=lambda url, **kw: t.note([str(url), kw]), body="e")
    await t.call("GET", "http://example.test/a/b", params={"p": 1})


for _location in LOCATIONS:
    _add(f"redirect to {_location}", partial(_located, headers={"Location": _location}))
_add("redirect without location", partial(_located, headers={}))
_add("redirect to location in lower case", partial(_located, headers={"location": "/x"}))


@scenario
async def redirect_not_followed(t: Trial) -> None:
    """``allow_redirects=False``, and HEAD, which does not follow by itself."""
    t.register("GET", API, status=302, headers={"Location": OTHER})
    t.register("HEAD", API, status=302, headers={"Location": OTHER}, repeat=True)
    t.register("GET", OTHER)
    await t.call("GET", API, allow_redirects=False)
    await t.verb("head", API)
    await t.verb("head", API, allow_redirects=True)


@scenario
async def redirect_chain(t: Trial) -> None:
    """Several hops; the log has the call once."""
    for hop in range(3):
        to = {"Location": f"/{hop + 1}"}
        t.register("GET", f"http://example.test/{hop}", status=301 + hop, headers=to)
    t.register("GET", "http://example.test/3", body="end")
    await t.call("GET", "http://example.test/0", headers={"a": "b"})
    t.check("assert_called_once")


@scenario
async def redirect_to_nowhere(t: Trial) -> None:
    """A hop that no route takes is refused in the name of the call."""
    t.register("GET", API, status=302, headers={"Location": "/nowhere"})
    await t.call("GET", API)


@scenario
async def redirect_to_an_exception(t: Trial) -> None:
    """A hop may raise."""
    t.register("GET", API, status=302, headers={"Location": OTHER})
    t.register("GET", OTHER, exception=OSError(5, "io"))
    await t.call("GET", API)


@scenario
async def redirect_to_itself(t: Trial) -> None:
    """A retry by redirect."""
    t.register("GET", API, status=302, headers={"Location": API})
    t.register("GET", API, body="now")
    await t.call("GET", API)


# Reading a response


class OwnResponse(aiohttp.ClientResponse):
    """A class of a suite."""

    async def text(self, *args: Any, **kwargs: Any) -> str:
        """Tell that it was used."""
        return f"own {await super().text(*args, **kwargs)}"


@scenario
async def response_class(t: Trial) -> None:
    """The class that a registration or a callback tells is used."""
    t.register("GET", API, response_class=OwnResponse, body="b")
    t.register("GET", API, callback=lambda url, **_: t.result(response_class=OwnResponse, body="c"))
    t.register("GET", API, body="d")
    for _ in range(3):
        response = await t.session.get(API)
        t.note([type(response).__name__, await response.text()])


@scenario
async def response_reading(t: Trial) -> None:
    """All ways of reading."""
    t.register("GET", API, body="[1,2]\nxx", repeat=True)
    response = await t.session.get(API)
    t.note([await response.content.read(3), await response.content.readline()])
    t.note([await response.content.read(), response.content.at_eof()])
    response = await t.session.get(API)
    t.note(b"".join([chunk async for chunk in response.content.iter_chunked(3)]))
    response = await t.session.get(API)
    t.note([line async for line in response.content])
    response = await t.session.get(API)
    t.note([await response.text(), await response.read(), await response.text("latin-1")])
    async with t.session.get(API) as response:
        t.note(await response.text())
    t.note(await response.text())


@scenario
async def response_json(t: Trial) -> None:
    """Parsing, and what keeps from it."""
    t.register("GET", API, payload={"a": 1})
    t.register("GET", API, body="")
    t.register("GET", API, body="no json")
    t.register("GET", API, body="{}", content_type="text/plain")
    for _ in range(3):
        response = await t.session.get(API)
        await t.attempt(response.json)
    response = await t.session.get(API)
    try:
        await response.json()
    except aiohttp.ContentTypeError as raised:
        t.note([raised.status, raised.message])
    await t.attempt(lambda: response.json(content_type=None))


@scenario
async def response_closed_early(t: Trial) -> None:
    """A response that is left, released or closed unread."""
    t.register("GET", API, body="text", repeat=True)
    async with t.session.get(API) as response:
        t.note(response.status)
    t.note(response.closed)
    response = await t.session.get(API)
    response.release()
    t.note(response.closed)
    response = await t.session.get(API)
    response.close()
    t.note(response.closed)
    response = await t.session.get(API)
    try:
        response.raise_for_status()
    finally:
        t.note(await response.text())


@scenario
async def cookies_of_a_response(t: Trial) -> None:
    """``Set-Cookie`` is parsed."""
    t.register("GET", API, headers={"Set-Cookie": "a=b; Path=/; HttpOnly"})
    response = await t.session.get(API)
    t.note({name: [morsel.value, morsel["path"]] for name, morsel in response.cookies.items()})


# The life of a mock


def _reuse(library: Library) -> Observation:
    """Enter one instance twice: routes end with the block, requests add up."""
    mock = library.aioresponses()

    async def block(trial: Trial) -> None:
        await trial.call("GET", API)
        trial.register("GET", API, body="x")
        await trial.call("GET", API)
        trial.check("assert_called_once")

    seen = []
    for _ in range(2):
        with mock:
            trial = Trial(library, mock)
            asyncio.run(_closing(trial, block))
        trial.note_requests()
        seen.append(trial.seen)
    return seen


async def _closing(trial: Trial, block: Scenario) -> None:
    try:
        await block(trial)
    finally:
        await trial.close()


def _decorated_twice(library: Library) -> Observation:
    """Call a decorated function twice."""

    @library.aioresponses()
    async def run(mock: Any) -> Observation:
        trial = Trial(library, mock)
        trial.register("GET", API, body="x")
        await _closing(trial, lambda trial: trial.call("GET", API))
        return trial.seen

    return [asyncio.run(run()), asyncio.run(run())]


def _session_from_outside(library: Library) -> Observation:
    """Use sessions made before the block, and across blocks."""

    async def run() -> Observation:
        seen = []
        async with aiohttp.ClientSession() as session:
            for body in "ab":
                with library.aioresponses() as mock:
                    mock.get(API, body=body)
                    response = await session.get(API)
                    seen.append(await response.text())
        return seen

    return asyncio.run(run())


def _error_leaves(library: Library) -> Observation:
    """An exception leaves the block as it is."""
    try:
        with library.aioresponses() as mock:
            mock.get(API)
            raise OwnError("from the block")  # noqa: TRY301 - it is to leave this very block
    except OwnError as raised:
        return error_text(raised)


def error_text(raised: BaseException) -> str:
    """Return type and text of an exception."""
    return f"{type(raised).__name__}: {raised}"


def _stop_twice(library: Library) -> Observation:
    """Stopping twice is harmless."""
    mock = library.aioresponses()
    mock.start()
    mock.stop()
    mock.stop()
    return mock.requests


def _nothing_left(library: Library) -> Observation:
    """After the block aiohttp is what it was."""
    before = aiohttp.ClientSession.__dict__["_request"]
    with library.aioresponses():
        pass
    return aiohttp.ClientSession.__dict__["_request"] is before


SCENARIOS |= {
    "life: one instance twice": _reuse,
    "life: decorated function twice": _decorated_twice,
    "life: session from outside": _session_from_outside,
    "life: error leaves": _error_leaves,
    "life: stop twice": _stop_twice,
    "life: nothing left": _nothing_left,
}


# Side effects


@scenario
async def trace_hooks_hear_nothing(t: Trial) -> None:
    """No hook is told of a mocked call, and none is lost."""
    heard: list[str] = []

    async def hear(_session: Any, _context: Any, params: Any) -> None:
        heard.append(type(params).__name__)

    config = aiohttp.TraceConfig()
    for signal in ("on_request_start", "on_request_end", "on_request_exception"):
        getattr(config, signal).append(hear)
    t.session_options = {"trace_configs": [config]}
    t.register("GET", API, body="x")
    t.register("GET", API, exception=ValueError())
    for _ in range(3):
        await t.call("GET", API)
    t.note([heard, len(t.session.trace_configs)])


@scenario
async def middlewares_do_not_run(t: Trial) -> None:
    """Client middlewares are none of a mock's business."""

    async def middleware(request: Any, handler: Any) -> Any:
        t.note("middleware")
        return await handler(request)

    t.session_options = {"middlewares": (middleware,)}
    t.register("GET", API)
    await t.call("GET", API)


@scenario
async def an_answer_takes_no_turn_of_the_loop(t: Trial) -> None:
    """A call ends before anything else can run."""
    t.register("GET", API, payload={"a": 1})

    async def fetch() -> Any:
        async with t.session.get(API) as response:
            return await response.json()

    t.session_options = {"trust_env": True}
    assert t.session
    task = asyncio.create_task(fetch())
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    t.note([await task, turns])


# What production would refuse


def _auth() -> aiohttp.BasicAuth:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated since aiohttp 3.14
        return aiohttp.BasicAuth("a", "b")


# Made anew for each run, as some of them can be used but once.
UNSENDABLE: dict[str, Callable[[], dict[str, Any]]] = {
    "json that is none": lambda: {"json": {"a": object()}},
    "json beside data": lambda: {"json": {}, "data": b"x"},
    "header with a line break": lambda: {"headers": {"A": "b\n"}},
    "header name with a line break": lambda: {"headers": {"A\n": "b"}},
    "header None": lambda: {"headers": {"A": None}},
    "header number": lambda: {"headers": {"A": 1}},
    "header bytes": lambda: {"headers": {"A": b"b"}},
    "data from a generator": lambda: {"data": (chunk for chunk in [b"x"])},
    "data object": lambda: {"data": object()},
    "data number": lambda: {"data": 3},
    "data dict of numbers": lambda: {"data": {"a": 1}},
    "data dict of None": lambda: {"data": {"a": None}},
    "data set": lambda: {"data": {"a"}},
    "cookies number": lambda: {"cookies": 3},
    "timeout text": lambda: {"timeout": "soon"},
    "ssl text": lambda: {"ssl": "no"},
    "proxy that is none": lambda: {"proxy": "::"},
    "auth beside Authorization": lambda: {
        "auth": _auth(),
        "headers": {"Authorization": "x"},
    },
    "chunked beside Transfer-Encoding": lambda: {
        "chunked": True,
        "data": b"x",
        "headers": {"Transfer-Encoding": "chunked"},
    },
    "chunked beside Content-Length": lambda: {
        "chunked": True,
        "data": b"x",
        "headers": {"Content-Length": "1"},
    },
    "compress beside Content-Encoding": lambda: {
        "compress": "gzip",
        "data": b"x",
        "headers": {"Content-Encoding": "gzip"},
    },
    "Content-Length too large": lambda: {"data": b"x", "headers": {"Content-Length": "9999"}},
    "Content-Length too small": lambda: {"data": b"xyz", "headers": {"Content-Length": "1"}},
    "Content-Length without a body": lambda: {"headers": {"Content-Length": "9999"}},
    "Transfer-Encoding": lambda: {"data": b"x", "headers": {"Transfer-Encoding": "chunked"}},
    "Transfer-Encoding without a body": lambda: {"headers": {"Transfer-Encoding": "chunked"}},
    "Transfer-Encoding beside Content-Length": lambda: {
        "data": b"x",
        "headers": {"Transfer-Encoding": "chunked", "Content-Length": "1"},
    },
    "Expect": lambda: {"data": b"x", "headers": {"Expect": "100-continue"}},
    "header Host with a line break": lambda: {"headers": {"Host": "a\r\nb"}},
    "max_redirects 0": lambda: {"max_redirects": 0},
    "read_bufsize 1": lambda: {"read_bufsize": 1},
    "read_until_eof False": lambda: {"read_until_eof": False},
}


async def _unsendable(t: Trial, make: Callable[[], dict[str, Any]]) -> None:
    t.register("POST", API, body="answered", repeat=True)
    for _ in range(2):
        await t.call("POST", API, **make())
        await t.verb("post", API, **make())


for _name, _make in UNSENDABLE.items():
    _add(f"unsendable: {_name}", partial(_unsendable, make=_make))

for _url in (
    "/no/host",
    "no/slash",
    "",
    "http://",
    "http:///x",
    "//example.test/x",
    "ftp://example.test/x",
    "unix://socket/x",
    "tcp://example.test/x?b=1&a=2",
):
    _add(f"unsendable: {_url!r}", partial(_asked, registered=_url, asked=_url, options={}))


@scenario
async def unsendable_in_a_session(t: Trial) -> None:
    """Headers of a session, too."""
    t.session_options = {"headers": {"S": None, "T": "a\nb"}}
    t.register("GET", API, repeat=True)
    await t.call("GET", API)
    await t.call("GET", API, headers={"S": "s"})


def _session_of_another_loop(library: Library, *, closed: bool) -> Observation:
    """Use a session made on a loop that stands still, or is closed."""
    loop = asyncio.new_event_loop()

    async def make() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(5), headers={"S": "s"})

    async def use() -> Observation:
        with library.aioresponses() as mock:
            mock.get(API, payload={"a": 1}, headers={"Set-Cookie": "a=b"}, repeat=True)
            seen = []
            for _ in range(2):
                async with session.get(API, headers={"A": "b"}) as response:
                    seen.append(await response.json())
            mock.get(OTHER, exception=OwnError("own"))
            try:
                await session.get(OTHER)
            except OwnError as raised:
                seen.append(error_text(raised))
            return [*seen, len(mock.requests)]

    session = loop.run_until_complete(make())
    try:
        if closed:
            loop.close()
        return asyncio.run(use())
    finally:
        session.detach()
        loop.close()


SCENARIOS |= {
    "session of another loop": partial(_session_of_another_loop, closed=False),
    "session of a closed loop": partial(_session_of_another_loop, closed=True),
}


# What a response tells of its request


def _told(response: aiohttp.ClientResponse) -> Observation:
    info = response.request_info
    return [response.method.lower(), info.method.lower(), plain(CIMultiDict(info.headers))]


@scenario
async def request_info(t: Trial) -> None:
    """The headers that the client passed, those of its session merged in, and no others."""
    t.session_options = {"headers": {"S": "session", "A": "session"}, "cookies": {"c": "d"}}
    t.register("GET", API, repeat=True)
    t.register("POST", API, repeat=True, status=500)
    t.note(_told(await t.session.get(API)))
    t.note(_told(await t.session.get(API, headers={"A": "call", "B": "2"})))
    t.note(_told(await t.session.post(API, json={"a": 1}, headers={"A": "call"})))
    t.note(_told(await t.session.post(API, data={"a": "1"}, cookies={"e": "f"})))
    try:
        await t.session.post(API, headers={"C": "d"}, raise_for_status=True)
    except aiohttp.ClientResponseError as raised:
        info = raised.request_info
        t.note([raised.status, info.method.lower(), plain(CIMultiDict(info.headers))])


async def _told_of_redirect(t: Trial, status: int, method: str) -> None:
    t.register(method, API, status=status, headers={"Location": OTHER})
    t.register("GET", OTHER, status=302, headers={"Location": "/end"})
    t.register("GET", "http://other.test/end", body="end")
    headers = {"Authorization": "secret", "A": "b"}
    response = await t.session.request(method, API, headers=headers, data=b"x")
    t.note([_told(hop) for hop in (*response.history, response)])
    t.note([str(hop.url) for hop in (*response.history, response)])
    t.note(response.method)


for _status, _method in product((301, 302, 303, 307, 308), ("GET", "post", "PUT", "HEAD")):
    _add(
        f"request info after redirect {_status} of {_method}",
        partial(_told_of_redirect, status=_status, method=_method),
    )


@scenario
async def long_redirect_chain(t: Trial) -> None:
    """As many hops as aiohttp follows by itself."""
    for hop in range(9):
        to = {"Location": f"/{hop + 1}"}
        t.register("POST" if hop == 0 else "GET", f"http://e.test/{hop}", status=302, headers=to)
    t.register("GET", "http://e.test/9", body="end")
    await t.call("POST", "http://e.test/0", json={"a": 1})


# Objects that are changed after the registration


async def _changed(t: Trial, headers: Any, options: dict[str, Any]) -> None:
    payload = {"a": [1]}
    t.register("GET", API, payload=payload, headers=headers, repeat=True, **options)
    headers["X"] = "changed"
    headers["Y"] = "new"
    payload["a"].append(2)
    await t.call("GET", API)
    payload["b"] = [3]
    headers["X"] = "again"
    await t.call("GET", API)


for _name, _options in {"plain": {}, "callback": {"callback": lambda url, **_: None}}.items():
    for _kind in (dict, CIMultiDict):
        _add(
            f"changed after registration: {_kind.__name__}, {_name}",
            lambda t, kind=_kind, options=_options: _changed(t, kind({"X": "first"}), options),
        )


@scenario
async def one_dict_of_headers_for_all_registrations(t: Trial) -> None:
    """It is filled anew for each, and each answers as it was then."""
    headers: dict[str, str] = {}
    for number in range(3):
        headers["X"] = str(number)
        t.register("GET", f"{API}/{number}", headers=headers, repeat=True)
    for number in (0, 1, 2, 0):
        await t.call("GET", f"{API}/{number}")


@scenario
async def changed_result_of_a_callback(t: Trial) -> None:
    """A result that is returned again and again."""
    payload, headers = {"a": 1}, {"X": "1"}
    result = t.result(payload=payload, headers=headers)
    t.register("GET", API, callback=lambda url, **_: result, repeat=True)
    await t.call("GET", API)
    payload["a"], headers["X"] = 2, "2"
    await t.call("GET", API)


@scenario
async def payload_over_a_body_of_any_type(t: Trial) -> None:
    """What ``body`` is does not count then."""
    for body in ({"a": 1}, [1], None, 3, object()):
        t.register("GET", API, payload={"p": 1}, body=body)
        await t.call("GET", API)
    t.register("GET", API, payload=None, body="text")
    await t.call("GET", API)


@scenario
async def clear(t: Trial) -> None:
    """The routes go, what was asked stays."""
    t.register("GET", API, repeat=True)
    await t.call("GET", API)
    t.mock.clear()
    t.note_requests()
    await t.call("GET", API)
    t.register("GET", API, body="again")
    await t.call("GET", API)
    t.check("assert_called_once")


@scenario
async def verbs_call_add(t: Trial) -> None:
    """Who patches ``add`` sees the method as a keyword."""
    with patch.object(t.library.aioresponses, "add", autospec=True) as add:
        for verb in ("get", "post", "put", "patch", "delete", "head", "options"):
            t.note(getattr(t.mock, verb)(API, status=201) is add.return_value)
    t.note([[list(call.args[1:]), call.kwargs] for call in add.call_args_list])


def _wrong_param(library: Library) -> Observation:
    """Python itself refuses, when the function is called."""

    @library.aioresponses(param="other")
    def run(mock: Any) -> Any:
        return mock

    @library.aioresponses(param="other")
    async def run_async(mock: Any) -> Any:
        return mock

    @library.aioresponses(param="other")
    def take_all(**kwargs: Any) -> Any:
        return sorted(kwargs)

    seen: list[Observation] = []
    for call in (run, lambda: asyncio.run(run_async()), take_all):
        try:
            seen.append(call())
        except TypeError as raised:
            seen.append(str(raised).rpartition(">.")[2])
    return seen


SCENARIOS["decorated with a wrong param"] = _wrong_param


def _decorated_beside_others(library: Library) -> Observation:
    """The mock follows what is given by position; patches below, and defaults, come after it."""

    class Suite:
        @library.aioresponses()
        @patch("os.getpid", return_value="second")
        def test(self, mock: Any, getpid: Any) -> Any:
            return type(mock).__name__, getpid()

        @library.aioresponses()
        def test_all(self, *args: Any) -> Any:
            return [type(one).__name__ for one in args]

        @library.aioresponses()
        async def test_async(self, value: Any, mock: Any, url: str = API) -> Any:
            return value, type(mock).__name__, url

    suite: Any = Suite()
    return [suite.test(), suite.test_all(1), asyncio.run(suite.test_async(1))]


SCENARIOS["decorated beside other decorators"] = _decorated_beside_others


# Bodies where HTTP has none


async def _read_in_pieces(t: Trial, method: str, options: dict[str, Any]) -> None:
    t.register(method, API, body="in pieces", repeat=True, **options)
    response = await t.session.request(method, API)
    t.note([response.status, response.reason, await response.content.read(3)])
    t.note([await response.content.read(), response.content.at_eof(), await response.read()])
    await t.call(method, API)


for _method, _options in {
    "GET 204": {"status": 204},
    "GET 304": {"status": 304},
    "GET 101": {"status": 101},
    "HEAD": {},
    "HEAD with a length": {"headers": {"Content-Length": "5"}},
    "OPTIONS 204": {"status": 204},
}.items():
    _add(
        f"body in pieces: {_method}",
        partial(_read_in_pieces, method=_method.split()[0], options=_options),
    )


# Passing through


def _passing(name: str, play: Callable[[Trial, URL], Any], options: Callable[[URL], Any]) -> None:
    def run(library: Library) -> Observation:
        async def inside() -> Observation:
            runner, base = await real_server()
            try:
                with library.aioresponses(**options(base)) as mock:
                    trial = Trial(library, mock)
                    try:
                        await play(trial, base)
                    finally:
                        await trial.close()
                trial.note_requests()
            finally:
                await runner.cleanup()
            assert base.port is not None
            return without_port(trial.seen, base.port)

        return asyncio.run(inside())

    SCENARIOS[f"passthrough: {name}"] = run


async def _pass_and_mock(t: Trial, base: URL) -> None:
    t.register("GET", str(base / "mocked"), body="mocked")
    t.register("GET", API, body="mocked")
    await t.call("GET", str(base / "x"), params={"b": "1", "a": "2"})
    await t.call("POST", str(base / "x"), json={"a": 1})
    await t.call("GET", str(base / "mocked"))
    await t.call("GET", str(base / "mocked"))
    await t.call("GET", str(base / "redirect"))
    await t.call("GET", API)
    t.check("assert_called_once")


async def _pass_and_refuse(t: Trial, base: URL) -> None:
    await _pass_and_mock(t, base)
    await t.call("GET", API)
    await t.call("GET", OTHER)


async def _raise_and_pass(t: Trial, base: URL) -> None:
    t.register("GET", str(base / "x"), exception=ValueError("mocked"))
    await t.call("GET", str(base / "x"))
    await t.call("GET", str(base / "x"))


_passing("by the beginning of a URL", _pass_and_refuse, lambda base: {"passthrough": [str(base)]})
_passing("by a longer beginning", _pass_and_refuse, lambda base: {"passthrough": [f"{base}x"]})
_passing(
    "by one of several",
    _pass_and_mock,
    lambda base: {"passthrough": ["http://no.test", "http://127.0.0.1"]},
)
_passing("of what no route takes", _pass_and_mock, lambda _: {"passthrough_unmatched": True})
_passing("after an exception", _raise_and_pass, lambda _: {"passthrough_unmatched": True})
_passing(
    "both",
    _pass_and_mock,
    lambda base: {"passthrough": [str(base)], "passthrough_unmatched": True},
)


# Combinations of keywords, entries and orders


async def _combined(
    t: Trial, status: int, content: dict[str, Any], repeat: Any, call: dict[str, Any]
) -> None:
    t.register("GET", re.compile(".*/api"), status=status, repeat=repeat, **content)
    t.register("POST", API, status=status, repeat=repeat, headers={"X-By": "post"}, **content)
    for verb in ("post", "get", "post", "get", "get"):
        await t.verb(verb, API, **call)
    t.check("assert_called_with", API, "POST", **call)
    t.check("assert_called_with", API, **call)
    t.check("assert_called_once")


_CONTENTS: list[dict[str, Any]] = [
    {},
    {"body": "text", "content_type": "text/plain"},
    {"payload": {"a": [1]}},
]
_CALLS: list[dict[str, Any]] = [{}, {"headers": {"A": "b"}, "timeout": aiohttp.ClientTimeout(9)}]
for _number, (_status, _content, _repeat, _call) in enumerate(
    product((200, 404, 500), _CONTENTS, (False, 2, True), _CALLS)
):
    # Each in another form, and all in each form.
    _entry = ENTRIES[(_number + _number // len(ENTRIES)) % len(ENTRIES)]
    _add(
        f"combination: {_status}, {'+'.join(_content) or 'empty'}, repeat={_repeat}, "
        f"{'+'.join(_call) or 'bare'}, {_entry.__name__}",
        partial(_combined, status=_status, content=_content, repeat=_repeat, call=_call),
        _entry,
    )
