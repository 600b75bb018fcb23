"""``m.sse``: what of an event goes over the wire, when, and what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest

from aiointercept import Fault, ServerSentEvent, aiointercept

URL = "https://api.test/events"


async def received(session: aiohttp.ClientSession, url: str = URL) -> str:
    """Return the whole stream as text."""
    async with session.get(url) as response:
        return await response.text()


def parsed(stream: str) -> list[dict[str, str]]:
    """Return the events of a stream as a client reads them, fields of several lines joined.

    Written after WHATWG HTML, section 9.2.6, but that an event without data is kept too.
    """
    events: list[dict[str, str]] = []
    for block in stream.split("\n\n")[:-1]:
        event: dict[str, str] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            event[name] = f"{event[name]}\n{value}" if name in event else value
        events.append(event)
    return events


async def test_kinds_of_events() -> None:
    """Text is sent as it is, other values as JSON, and an event of all fields with all of them."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.sse(
            URL,
            [
                "text",
                {"a": [1, None]},
                7,
                None,
                ["list"],
                ServerSentEvent("data", event="added", id="8", retry=1500),
                ServerSentEvent({"json": "ü"}, event="changed"),
                ServerSentEvent(retry=10),
            ],
        )
        assert parsed(await received(session)) == [
            {"data": "text"},
            {"data": json.dumps({"a": [1, None]})},
            {"data": "7"},
            {"data": "null"},
            {"data": json.dumps(["list"])},
            {"event": "added", "id": "8", "retry": "1500", "data": "data"},
            {"event": "changed", "data": json.dumps({"json": "ü"})},
            {"retry": "10"},
        ]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("one\ntwo", "one\ntwo"),
        ("one\r\ntwo", "one\ntwo"),
        ("one\rtwo", "one\ntwo"),
        ("trailing\n", "trailing\n"),
        ("", ""),
        ("  indented", "  indented"),
        ("one\u2028line", "one\u2028line"),
        ("grün", "grün"),
    ],
)
async def test_text_of_several_lines(text: str, seen: str) -> None:
    """Each line gets its own field, so that the client puts them together again."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.sse(URL, [text, "after"])
        assert parsed(await received(session)) == [{"data": seen}, {"data": "after"}]


async def test_comments() -> None:
    """Text that begins with a colon is a comment; within an event it is data like any other."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.sse(URL, [":", ": keep-alive", ServerSentEvent(":-)")])
        assert await received(session) == ": \n\n: keep-alive\n\ndata: :-)\n\n"


async def test_head() -> None:
    """The head says what it is; what the route says of headers and status comes first."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.sse(URL, ["x"])
        m.sse(
            URL,
            ["x"],
            status=201,
            headers={"Cache-Control": "no-store", "Content-Type": "text/event-stream; charset=x"},
            cookies={"seen": "yes"},
        )
        async with session.get(URL) as response:
            assert response.headers["Content-Type"] == "text/event-stream"
            assert response.headers["Cache-Control"] == "no-cache"
        async with session.get(URL) as response:
            assert response.status == 201
            assert response.headers["Content-Type"] == "text/event-stream; charset=x"
            assert response.headers.getall("Cache-Control") == ["no-store"]
            assert response.cookies["seen"].value == "yes"


async def test_other_methods_and_matchers() -> None:
    """It is a registration as any other: with a method, matchers and a name."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.sse(URL, ["hi"], method="post", match=lambda request: request.body == b"x", name="talk")
        async with session.post(URL, data=b"x") as response:
            assert await response.text() == "data: hi\n\n"
        (call,) = m.calls
        assert "talk" in repr(call.route)


async def test_server_mode() -> None:
    """The same in server mode."""
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        m.sse("/events", ["hi"])
        assert await received(session, f"{m.server_url}/events") == "data: hi\n\n"


async def one_and_two() -> AsyncIterator[Any]:
    """Yield two events."""
    yield "one"
    yield {"two": 2}


def sync_one_and_two() -> Iterator[Any]:
    """Yield two events without a loop."""
    yield "one"
    yield {"two": 2}


@pytest.mark.parametrize(
    ("events", "repeat"),
    [
        (("one", {"two": 2}), True),
        (sync_one_and_two(), 2),
        (sync_one_and_two, 2),
        (one_and_two(), False),
        (one_and_two, 2),
        (lambda: ["one", {"two": 2}], True),
    ],
    ids=["tuple", "generator", "generator function", "async", "async function", "function"],
)
async def test_sources_of_events(events: Any, repeat: Any) -> None:
    """Lists and generators may repeat; async iterators come anew from a function."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.sse(URL, events, repeat=repeat)
        for _ in range(2 if repeat else 1):
            assert await received(session) == 'data: one\n\ndata: {"two": 2}\n\n'


async def test_pauses() -> None:
    """An event arrives when it is made; a comment in a pause keeps the connection alive."""
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[Any]:
        yield "one"
        await go_on.wait()
        yield ": still there"
        yield "two"

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.sse(URL, slow)
        async with session.get(URL) as response:
            assert await response.content.readuntil(b"\n\n") == b"data: one\n\n"
            go_on.set()
            assert await response.content.readuntil(b"\n\n") == b": still there\n\n"
            assert await response.content.readuntil(b"\n\n") == b"data: two\n\n"
            assert await response.content.read() == b""


async def test_client_that_leaves() -> None:
    """A client that has seen enough ends the generator, wherever that is."""
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[Any]:
        try:
            while True:
                yield "x" * 100_000
        finally:
            ended.set()

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.sse(URL, endless)
        async with session.get(URL) as response:
            await response.content.readexactly(1_000)
        await asyncio.wait_for(ended.wait(), 5)


async def test_stream_that_breaks() -> None:
    """``Fault.TRUNCATED_BODY`` breaks the stream after its last event."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.sse(URL, ["one", "two"], fault=Fault.TRUNCATED_BODY)
        async with session.get(URL) as response:
            assert await response.content.readuntil(b"two\n\n") == b"data: one\n\ndata: two\n\n"
            with pytest.raises(aiohttp.ClientPayloadError):
                await response.content.read()


async def test_error_between_events() -> None:
    """An event that cannot be sent is an error of the test, and is held back."""

    async def wrong() -> AsyncIterator[Any]:
        yield "one"
        yield object()

    async def block() -> None:
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.sse(URL, wrong)
            async with session.get(URL) as response:
                assert await response.content.readuntil(b"\n\n") == b"data: one\n\n"
                with pytest.raises(aiohttp.ClientPayloadError):
                    await response.content.read()

    with pytest.raises(TypeError, match="an event must be a str, a ServerSentEvent"):
        await block()


@pytest.mark.parametrize(
    "events",
    [3, None, "text", b"bytes", {"a": 1}, ServerSentEvent("x"), object()],
)
async def test_no_events(events: Any) -> None:
    """What is no collection of events is refused at registration."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match=r"events must be a list or another \(async\) iterable"):
            m.sse(URL, events)


@pytest.mark.parametrize("event", [{1, 2}, b"bytes", object(), [object()]])
async def test_wrong_event_in_a_list(event: Any) -> None:
    """An event in a list that cannot be sent is refused at registration."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match="an event must be a str, a ServerSentEvent"):
            m.sse(URL, ["fine", event])


async def test_coroutine_function() -> None:
    """A coroutine function returns no events; the refusal comes at registration."""

    async def events() -> list[str]:
        return ["x"]

    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match="or a function that returns one"):
            m.sse(URL, events)


async def test_one_shot_iterator_for_several_requests() -> None:
    """It cannot be given twice; the message suggests what can."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(ValueError, match=r"as in make_events instead of make_events\(\)"):
            m.sse(URL, one_and_two(), repeat=True)


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        ({"event": "a\nb"}, ValueError, "event of a ServerSentEvent must be a single line"),
        ({"id": "a\0"}, ValueError, "id of a ServerSentEvent must be a single line"),
        ({"id": 8}, TypeError, "id of a ServerSentEvent must be a str"),
        ({"retry": "soon"}, TypeError, "retry of a ServerSentEvent must be a whole number"),
        ({"retry": -1}, ValueError, "must not be negative"),
    ],
)
def test_fields_that_cannot_be_sent(
    arguments: dict[str, Any], kind: type[Exception], text: str
) -> None:
    """An event that would break the stream cannot be made."""
    with pytest.raises(kind, match=text):
        ServerSentEvent("data", **arguments)


@pytest.mark.parametrize(
    ("option", "kind"),
    [
        ({"body": b"x"}, ValueError),
        ({"payload": {}, "json": {"a": 1}}, ValueError),
        ({"callback": print}, ValueError),
        ({"raises": OSError}, ValueError),
        ({"exception": True}, ValueError),
        ({"fault": Fault.HANG}, ValueError),
        ({"fault": "boom"}, TypeError),
        ({"status": "x"}, TypeError),
        ({"headers": 3}, TypeError),
        ({"headers": {"a": "b\n"}}, ValueError),
        ({"statsu": 200}, TypeError),
    ],
)
async def test_options_that_do_not_fit(option: dict[str, Any], kind: type[Exception]) -> None:
    """An option that leaves no room for events, or is wrong, is refused and named."""
    name = list(option)[-1]
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(kind, match=name):
            m.sse(URL, ["x"], **option)
