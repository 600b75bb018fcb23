import asyncio
import re
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp.base_protocol import BaseProtocol
from yarl import URL

from aiointercept.aioresponses.client_calls import CallPatch, ClientCall, receive_body
from aiointercept.core.errors import UnsupportedAiohttpError

API = "https://api.test/items"
ORIGINAL = vars(aiohttp.ClientSession)["_request"]


async def sent(*args: Any, **kwargs: Any) -> Any:
    """Return what aiohttp would have got."""
    return args, kwargs


def call(session: Any, url: Any = API, **kwargs: Any) -> ClientCall:
    """Return a call of a session."""
    return ClientCall(session, "POST", url, kwargs, sent)


async def test_call_is_completed_as_a_session_completes_it() -> None:
    """URL and headers; the arguments stay as they were passed."""
    async with aiohttp.ClientSession("https://api.test/", headers={"A": "s", "B": "s"}) as session:
        asked = call(session, "items?b=1", params={"a": 2}, headers={"A": "c"})
    assert asked.url == URL(f"{API}?b=1&a=2")
    assert asked.sorted_url == URL(f"{API}?a=2&b=1")
    assert asked.headers == {"A": "c", "B": "s"}
    assert asked.kwargs == {"params": {"a": 2}, "headers": {"A": "c"}}
    assert asked.shown == {"params": {"a": 2}, "headers": {"A": "c", "B": "s"}}


async def test_arguments_are_shown_as_they_are_without_session_headers() -> None:
    """The very objects."""
    async with aiohttp.ClientSession() as session:
        asked = call(session, headers={"A": "c"})
    assert asked.shown is asked.kwargs


@pytest.mark.parametrize(
    ("url", "is_http", "place"),
    [
        (f"{API}?token=secret#x", True, API),
        ("wss://user:secret@api.test/", True, "wss://api.test/"),
        ("/path?token=secret", False, "/path"),
        ("ftp://api.test/x", False, "ftp://api.test/x"),
        ("", False, ""),
    ],
)
async def test_place_has_no_secrets(url: str, is_http: bool, place: str) -> None:  # noqa: FBT001
    """For messages; it need not be a URL of HTTP."""
    async with aiohttp.ClientSession() as session:
        asked = call(session, url)
    assert (asked.is_http, asked.place) == (is_http, place)


async def test_body_that_is_known() -> None:
    """Where it needs no aiohttp to be made."""
    async with aiohttp.ClientSession() as session:
        for kwargs, body in (
            ({}, b""),
            ({"data": "ä"}, "ä".encode()),
            ({"data": bytearray(b"x")}, b"x"),
            ({"json": {"a": 1}}, b'{"a": 1}'),
            ({"json": object()}, None),
            ({"data": {"a": "b"}}, None),
        ):
            assert call(session, **kwargs).known_body() == body


async def test_data_that_comes_in_pieces_is_read() -> None:
    """Other data is not."""

    async def chunks() -> Any:
        yield b"a"
        yield b"b"

    async with aiohttp.ClientSession() as session:
        for data, read in ((chunks(), b"ab"), ({"a": 1}, {"a": 1})):
            asked = call(session, data=data)
            await asked.read_data()
            assert asked.kwargs["data"] == read


async def test_call_is_passed_on_as_it_was_passed() -> None:
    """With the very arguments."""
    async with aiohttp.ClientSession() as session:
        got: Any = await call(session, params={"a": 1}, json=[1]).pass_on()
        assert got == ((session, "POST", API), {"params": {"a": 1}, "json": [1]})


class Response:
    """What aiohttp returns at the end."""

    def __init__(self) -> None:
        self._history = ("later",)


@pytest.mark.parametrize(
    ("method", "url", "body", "secret"),
    [
        ("POST", f"{API}/2", True, True),
        ("GET", f"{API}/2", False, True),
        ("POST", "https://other.test/", True, False),
        ("POST", "http://api.test/", True, False),
    ],
)
async def test_redirect_that_is_followed(
    method: str,
    url: str,
    body: bool,  # noqa: FBT001
    secret: bool,  # noqa: FBT001
) -> None:
    """The body goes on with the method, secrets only to the same server, the query not at all."""
    seen: list[Any] = []

    async def original(*args: Any, **kwargs: Any) -> Any:
        seen.append((args, kwargs))
        return Response()

    async with aiohttp.ClientSession() as session:
        kwargs = {"params": {"a": 1}, "json": [1], "headers": {"Authorization": "s", "X": "y"}}
        asked = ClientCall(session, "POST", API, kwargs, original)
        history: Any = ["first"]
        response: Any = await asked.go_on(method, URL(url), history)
        [(args, passed)] = seen
        assert args == (session, method, URL(url))
    assert response._history == ("first", "later")  # noqa: SLF001 - as set
    assert "params" not in passed
    assert ("json" in passed) is body
    assert passed["headers"]["X"] == "y"
    assert ("Authorization" in passed["headers"]) is secret


async def test_patch_hands_calls_over() -> None:
    """Each with what was passed; what aiohttp refuses by itself is no call."""
    seen: list[ClientCall] = []

    async def answer(asked: ClientCall) -> Any:
        seen.append(asked)
        return Response()

    patch = CallPatch(answer)
    async with aiohttp.ClientSession() as session:
        patch.apply()
        patch.apply()
        try:
            await session.post(API, json=[1])
            with pytest.raises(TypeError, match="bogus"):
                await session.get(API, bogus=1)
            patch.undo()
            await session.get(API, headers={"A": "b"})
            await session.close()
            with pytest.raises(RuntimeError, match="Session is closed"):
                await session.get(API)
        finally:
            patch.undo()
    assert vars(aiohttp.ClientSession)["_request"] is ORIGINAL
    assert [(one.method, one.passed_url) for one in seen] == [("POST", API), ("GET", API)]
    assert seen[0].kwargs["json"] == [1]
    assert seen[1].kwargs["headers"] == {"A": "b"}


def test_aiohttp_that_is_not_as_we_know_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the version and what to do; nothing is patched."""

    async def other(self: object, method: str) -> None:
        """Take other arguments."""

    patch = CallPatch(sent)
    monkeypatch.setattr(aiohttp.ClientSession, "_request", other)
    version = re.escape(aiohttp.__version__)
    with pytest.raises(UnsupportedAiohttpError, match=rf"{version}.*Install a newer"):
        patch.apply()
    assert vars(aiohttp.ClientSession)["_request"] is other
    monkeypatch.delattr(aiohttp.ClientSession, "_request")
    with pytest.raises(UnsupportedAiohttpError, match="_request is missing"):
        patch.apply()


async def test_body_is_received_as_it_is() -> None:
    """No copy of it is made where aiohttp has a reader for it; else it is parsed."""
    parsed: list[bytes] = []
    reader = aiohttp.StreamReader(BaseProtocol(asyncio.get_running_loop()), 1 << 20)
    body = bytes(1000)
    receive_body(protocol_with(reader, parsed), body)
    assert reader.read_nowait() is body

    receive_body(protocol_with(None, parsed), body)
    assert parsed == [body]


def protocol_with(reader: aiohttp.StreamReader | None, parsed: list[bytes]) -> Any:
    """Return what stands for a client's protocol that has received a head."""
    return SimpleNamespace(_payload=reader, data_received=parsed.append)
