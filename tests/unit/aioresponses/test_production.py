import asyncio
import io
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from aiointercept.aioresponses.client_calls import ClientCall
from aiointercept.aioresponses.production import refusal

API = "https://api.test/items"


async def never(*_: Any, **__: Any) -> Any:
    """Stand where aiohttp would send."""
    raise AssertionError


def call(session: Any, url: str = API, **kwargs: Any) -> ClientCall:
    """Return a call of a session."""
    return ClientCall(session, "POST", url, kwargs, never)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"json": {"a": object()}}, "TypeError: Object of type object is not JSON serializable"),
        ({"json": {}, "data": b"x"}, "ValueError: data and json parameters can not be used"),
        ({"headers": {"A": "b\n"}}, "ValueError: Newline or carriage return detected in"),
        ({"headers": {"A\r": "b"}}, "ValueError: Newline or carriage return detected in"),
        ({"headers": {"A": None}}, "TypeError: Cannot serialize non-str key None"),
        ({"headers": {"A": 1}}, "TypeError: Cannot serialize non-str key 1"),
        ({"data": object()}, "TypeError: Only io.IOBase, multidict and"),
        ({"data": (chunk for chunk in [b"x"])}, "TypeError: Only io.IOBase, multidict and"),
        ({"data": ["a"]}, "TypeError: Only io.IOBase, multidict and"),
        ({"data": 3}, "TypeError: Only io.IOBase, multidict and"),
        (
            {"data": b"x", "compress": "gzip", "headers": {"Content-Encoding": "gzip"}},
            "ValueError: compress can not be set if Content-Encoding",
        ),
        (
            {"chunked": True, "headers": {"Transfer-Encoding": "chunked"}},
            'ValueError: chunked can not be set if "Transfer-Encoding',
        ),
        (
            {"chunked": True, "headers": {"Content-Length": "1"}},
            "ValueError: chunked can not be set if Content-Length",
        ),
        (
            {"auth": object(), "headers": {"Authorization": "x"}},
            "ValueError: Cannot combine AUTHORIZATION header",
        ),
        ({"cookies": 3}, "TypeError: 'int' object is not iterable"),
        ({"ssl": "no"}, "TypeError: ssl should be SSLContext, bool, Fingerprint or None"),
        ({"timeout": "soon"}, "TypeError: timeout must be a ClientTimeout, not 'soon'"),
    ],
)
async def test_what_production_would_refuse(kwargs: dict[str, Any], message: str) -> None:
    """It is told in aiohttp's own words."""
    async with aiohttp.ClientSession() as session:
        error = refusal(call(session, **kwargs))
    assert f"{type(error).__name__}: {error}".startswith(message)


MAKERS: list[Callable[[], dict[str, Any]]] = [
    dict,
    lambda: {"json": {"a": [1, None]}, "headers": {"A": "b\tc"}, "timeout": 3},
    lambda: {"data": "text", "ssl": False, "timeout": None, "cookies": {"a": "b"}},
    lambda: {"data": b"x" * 2_000_000},
    lambda: {"data": {"a": "1", "file": io.BytesIO(b"x")}},
    lambda: {"data": [("a", "1"), ("a", "2")]},
    lambda: {"data": io.StringIO("x"), "chunked": True},
    lambda: {"data": aiohttp.FormData({"a": "b"}), "compress": "gzip"},
    lambda: {"data": aiohttp.BytesPayload(b"x"), "timeout": aiohttp.ClientTimeout(1)},
    lambda: {"auth": object(), "ssl": True, "chunked": None},
]


@pytest.mark.parametrize("make", MAKERS)
async def test_what_production_would_send(make: Callable[[], dict[str, Any]]) -> None:
    """Nothing is said, nothing is read, and no warning is heard."""
    kwargs = make()
    async with aiohttp.ClientSession() as session:
        assert refusal(call(session, **kwargs)) is None
    file = kwargs.get("data")
    if isinstance(file, io.IOBase):
        assert file.tell() == 0


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("/no/host", aiohttp.InvalidURL),
        ("http:///x", aiohttp.InvalidURL),
        ("ftp://api.test/", aiohttp.NonHttpUrlClientError),
    ],
)
async def test_urls_that_cannot_be_asked(url: str, error: type[Exception]) -> None:
    """They are not of HTTP, or have no host."""
    async with aiohttp.ClientSession() as session:
        assert isinstance(refusal(call(session, url)), error)


async def test_scheme_that_a_connector_allows() -> None:
    """That is up to the connector."""

    class Connector(aiohttp.TCPConnector):
        allowed_protocol_schema_set = frozenset({"unix"})

    async with aiohttp.ClientSession(connector=Connector()) as session:
        assert refusal(call(session, "unix://host/x")) is None


@pytest.mark.parametrize("closed", [False, True])
async def test_session_of_another_loop(closed: bool) -> None:  # noqa: FBT001
    """Whether that could run again or not."""
    loop = asyncio.new_event_loop()
    try:

        class Elsewhere:
            """A session, as far as it is looked at."""

            _loop = loop

        async with aiohttp.ClientSession() as session:
            asked = call(session)
            asked.session = Elsewhere
            if closed:
                loop.close()
            error = refusal(asked)
    finally:
        loop.close()
    assert isinstance(error, RuntimeError)
    assert ("closed" in str(error)) is closed


async def test_serialiser_of_the_session() -> None:
    """What it takes can be sent, whatever ``json.dumps`` says of it."""

    def serialise(value: object) -> str:
        return json.dumps(value, default=str)

    async with aiohttp.ClientSession(json_serialize=serialise) as session:
        assert refusal(call(session, json={"a": object()})) is None
