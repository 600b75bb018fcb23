import asyncio
import gc
import re
import time
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from aiointercept import (
    AiointerceptRequest,
    Call,
    CallbackResult,
    MockResponse,
    aiointercept,
    matchers,
)


@pytest.fixture
async def m():
    """Return a started mock."""
    async with aiointercept() as started:
        yield started


@pytest.fixture
async def session():
    """Return a session."""
    async with aiohttp.ClientSession() as opened:
        yield opened


async def test_requests_are_kept_by_method_and_normalised_url(
    m: aiointercept, session: aiohttp.ClientSession
):
    """Equal URLs share a key; only keys with requests are there; order is that of arrival."""
    m.add(re.compile(".*"), "*", repeat=True)
    base = m.server_url
    assert m.requests == {}
    await session.get(base + "/b?y=2&x=1")
    await session.post(base + "/a")
    await session.get(base + "/b?x=1&y=2#part")
    assert list(m.requests) == [("GET", URL(base + "/b?x=1&y=2")), ("POST", URL(base + "/a"))]
    assert [str(one.url) for one in m.requests["GET", URL(base + "/b?x=1&y=2")]] == [
        base + "/b?y=2&x=1",
        base + "/b?x=1&y=2",
    ]
    assert ("GET", URL(base + "/a")) not in m.requests


async def test_ordered_requests_over_all_urls(m: aiointercept, session: aiohttp.ClientSession):
    """Keys and requests in order of arrival, with the very requests of the other views."""
    m.add(re.compile(".*"), "*", repeat=True)
    base = m.server_url
    for method, path in (("GET", "/a"), ("POST", "/b"), ("GET", "/a")):
        await session.request(method, base + path)
    keys = [key for key, _ in m.ordered_requests]
    assert keys == [
        ("GET", URL(base + "/a")),
        ("POST", URL(base + "/b")),
        ("GET", URL(base + "/a")),
    ]
    requests = [request for _, request in m.ordered_requests]
    assert requests == [call.request for call in m.calls]
    assert requests[0] is m.requests["GET", URL(base + "/a")][0]
    assert requests[-1] is m.last_request
    assert m.call_count == 3


async def test_unmatched_requests_are_in_the_log(m: aiointercept, session: aiohttp.ClientSession):
    """They count, have no route and no response."""
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.post(m.server_url + "/x")
    (call,) = m.calls
    assert (m.call_count, m.last_request) == (1, call.request)
    assert (call.route, call.response, call.fault, call.matched) == (None, None, None, False)
    assert call.duration is not None


async def test_a_call_tells_what_happened(m: aiointercept, session: aiohttp.ClientSession):
    """Request, route, response, when and how long."""
    handle = m.post("/x", status=201, body="made", headers={"X-A": "1"})
    before = time.time()
    await session.post(m.server_url + "/x", data=b"body")
    (call,) = m.calls
    assert isinstance(call, Call)
    assert isinstance(call.request, AiointerceptRequest)
    assert isinstance(handle, MockResponse)
    assert call.route is handle
    assert call.response.status == 201
    assert call.response.body == b"made"
    assert call.response.headers["x-a"] == "1"
    assert call.fault is None
    assert before <= call.started <= time.time()
    assert 0 <= call.duration <= time.time() - before + 1
    assert call.attempts == 1


async def test_a_request_is_in_the_log_before_it_is_answered(
    m: aiointercept, session: aiohttp.ClientSession
):
    """While the answer is made, response and duration are not there yet."""
    go_on = asyncio.Event()

    async def callback(url: Any, **kwargs: Any):
        await go_on.wait()
        return CallbackResult()

    m.post("/", callback=callback)
    pending = asyncio.create_task(session.post(m.server_url, data=b"seen"))
    while not m.calls:
        await asyncio.sleep(0)
    (call,) = m.calls
    assert call.request.captured_body == b"seen"
    assert (call.response, call.duration) == (None, None)
    go_on.set()
    await pending
    assert call.response.status == 200
    assert call.duration is not None


async def test_a_streamed_response_is_in_the_log_without_its_body(
    m: aiointercept, session: aiohttp.ClientSession
):
    """What only passed by is not kept."""

    async def body():
        yield b"x"

    m.post("/", body=body, status=203)
    async with session.post(m.server_url) as response:
        await response.read()
    assert m.calls[0].response.status == 203
    assert m.calls[0].response.body is None


async def post_everything(m: aiointercept, session: aiohttp.ClientSession):
    """Make a request that has something of everything."""
    await session.post(
        m.server_url + "/x?b=2&a=1&a=%C3%BC&e=",
        json={"k": ["v"]},
        headers={"X-A": "1", "Cookie": "c=3; d=4"},
    )


def check_everything(request: Any, m: aiointercept):
    """Check a request as :func:`post_everything` makes it, but for what is awaited."""
    assert isinstance(request, web.Request)
    assert isinstance(request, AiointerceptRequest)
    assert request.method == "POST"
    assert str(request.url) == m.server_url + "/x?b=2&a=1&a=%C3%BC&e="
    assert str(request.canonical_url) == m.server_url + "/x?a=1&a=%C3%BC&b=2&e="
    assert request.path == "/x"
    assert request.path_qs == "/x?b=2&a=1&a=%C3%BC&e="
    assert request.query_string == "b=2&a=1&a=ü&e="
    assert list(request.query.items()) == [("b", "2"), ("a", "1"), ("a", "ü"), ("e", "")]
    assert request.scheme == "http"
    assert request.headers["x-a"] == "1"
    assert request.cookies == {"c": "3", "d": "4"}
    assert request.content_type == "application/json"
    assert request.captured_body == b'{"k": ["v"]}'
    assert request.content_length == 12
    assert request.match_info == {}
    assert set(request.kwargs) == {"headers", "query", "json", "data"}
    assert request.kwargs["query"] == {"b": ["2"], "a": ["1", "ü"], "e": [""]}
    assert request.kwargs["json"] == {"k": ["v"]}
    assert request.kwargs["data"] == b'{"k": ["v"]}'
    assert request.kwargs["headers"] == request.headers


@pytest.mark.parametrize("when", ["after the exchange", "after the block", "when all else is gone"])
async def test_a_request_is_readable_afterwards(session: aiohttp.ClientSession, when: Any):
    """Whenever it is looked at, the request tells all it told the server."""
    async with aiointercept() as m:
        m.add(re.compile(".*"), "POST", repeat=True)
        base = m.server_url
        await post_everything(m, session)
        if when == "after the exchange":
            check_everything(m.last_request, m)
        if when == "when all else is gone":
            await session.close()
            gc.collect()
            check_everything(m.last_request, m)
    request = m.last_request
    assert str(request.url).startswith(base)
    for _ in range(2):
        assert await request.read() == b'{"k": ["v"]}'
        assert await request.text() == '{"k": ["v"]}'
        assert await request.json() == {"k": ["v"]}


async def test_a_request_is_readable_inside_a_callback(
    m: aiointercept, session: aiohttp.ClientSession
):
    """A callback may read it in every way, before and after others did."""
    seen = []

    async def callback(url: Any, *, request: Any, **kwargs: Any):
        check_everything(request, m)
        seen.extend([await request.json(), await request.text(), await request.read()])
        return CallbackResult()

    m.add(re.compile(".*"), "POST", callback=callback)
    await post_everything(m, session)
    assert seen == [{"k": ["v"]}, '{"k": ["v"]}', b'{"k": ["v"]}']
    assert m.last_request is m.calls[0].request


@pytest.mark.parametrize("inside", [True, False])
async def test_a_form_is_readable(m: aiointercept, session: aiohttp.ClientSession, inside: Any):
    """`post` gives the fields, as often as one likes, and leaves the body readable."""
    seen = []

    async def read(request: Any):
        for _ in range(2):
            fields = await request.post()
            seen.append(list(fields.items()))
        assert await request.read() == b"a=1&a=2&b=%C3%BC"

    async def callback(url: Any, *, request: Any, **kwargs: Any):
        await read(request)
        return CallbackResult()

    m.post("/", callback=callback if inside else lambda url, **kwargs: CallbackResult())
    await session.post(m.server_url, data=[("a", "1"), ("a", "2"), ("b", "ü")])
    if not inside:
        await read(m.last_request)
    assert seen == [[("a", "1"), ("a", "2"), ("b", "ü")]] * 2


@pytest.mark.parametrize("inside", [True, False])
async def test_a_multipart_form_is_readable(
    m: aiointercept, session: aiohttp.ClientSession, inside: Any
):
    """`post` gives fields and files, `multipart` the parts one by one."""
    seen = []

    async def read(request: Any):
        fields = await request.post()
        seen.append((fields["name"], fields["file"].filename, fields["file"].file.read()))
        reader = await request.multipart()
        seen.extend([(part.name, part.filename, bytes(await part.read())) async for part in reader])

    async def callback(url: Any, *, request: Any, **kwargs: Any):
        await read(request)
        return CallbackResult()

    m.post("/", callback=callback if inside else lambda url, **kwargs: CallbackResult())
    form = aiohttp.FormData()
    form.add_field("name", "value")
    form.add_field("file", b"\x00content" * 10_000, filename="a.bin")
    await session.post(m.server_url, data=form)
    if not inside:
        await read(m.last_request)
    content = b"\x00content" * 10_000
    assert seen == [
        ("value", "a.bin", content),
        ("name", None, b"value"),
        ("file", "a.bin", content),
    ]


async def test_a_form_read_in_a_callback_is_readable_once_more_afterwards(
    session: aiohttp.ClientSession,
):
    """Files, too: they are neither closed with the exchange nor read to their end."""

    async def callback(url: Any, *, request: Any, **kwargs: Any):
        assert (await request.post())["file"].file.read() == b"content"
        return CallbackResult()

    async with aiointercept() as m:
        m.post("/", callback=callback)
        form = aiohttp.FormData()
        form.add_field("file", b"content", filename="a.txt", content_type="text/plain")
        form.add_field("json", "[1]", content_type="application/json")
        form.add_field("plain", "ü", content_type="text/plain; charset=utf-8")
        async with session.post(m.server_url, data=form) as response:
            assert response.status == 200
    for _ in range(2):
        fields = await m.last_request.post()
        assert fields["file"].file.read() == b"content"
        assert (fields["file"].name, fields["file"].content_type) == ("file", "text/plain")
        assert fields["json"] == b"[1]"
        assert fields["plain"] == "ü"


async def test_a_form_is_readable_after_the_connection_is_gone(session: aiohttp.ClientSession):
    """A request made of what was kept parses forms like one that is alive."""
    content = b"x" * 200_000
    async with aiointercept() as m:
        m.post("/", repeat=True)
        form = aiohttp.FormData()
        form.add_field("file", content, filename="a.bin")
        await session.post(m.server_url, data=form)
        await session.post(m.server_url, data={"a": ""})
    await session.close()
    gc.collect()
    first, second = (call.request for call in m.calls)
    fields = await first.post()
    assert fields["file"].file.read() == content
    assert fields["file"].content_type == "application/octet-stream"
    assert list((await second.post()).items()) == [("a", "")]


async def test_nested_parts_of_a_form_need_multipart(
    m: aiointercept, session: aiohttp.ClientSession
):
    """`post` says what to use for what is no field; other bodies have no fields."""
    m.post("/", repeat=True)
    with aiohttp.MultipartWriter("form-data") as outer:
        with aiohttp.MultipartWriter("mixed") as inner:
            inner.append("text")
        outer.append(inner)
    await session.post(m.server_url, data=outer)
    with pytest.raises(ValueError, match="read it with request.multipart"):
        await m.last_request.post()
    await session.post(m.server_url, json={"a": 1})
    assert list((await m.last_request.post()).items()) == []


async def test_a_request_without_a_body(m: aiointercept, session: aiohttp.ClientSession):
    """All ways to read give nothing."""
    m.get("/")
    await session.get(m.server_url)
    request = m.last_request
    assert not request.captured_body
    assert await request.read() == b""
    assert await request.text() == ""
    assert list((await request.post()).items()) == []
    assert request.kwargs["data"] is None
    assert request.kwargs["json"] is None


async def test_text_is_decoded_as_its_charset_says(m: aiointercept, session: aiohttp.ClientSession):
    """`text` follows the Content-Type of the request."""
    m.post("/")
    headers = {"Content-Type": "text/plain; charset=latin-1"}
    await session.post(m.server_url, data="ü".encode("latin-1"), headers=headers)
    assert await m.last_request.text() == "ü"


async def test_the_log_keeps_no_connection_alive(session: aiohttp.ClientSession):
    """Requests in the log do not hold on to what they came over."""
    async with aiointercept() as m:
        m.get("/", repeat=True)
        async with session.get(m.server_url) as response:
            await response.read()
        request = m.last_request
    assert str(request.url) == str(m.calls[0].received.url)
    assert request.transport is None


async def test_a_handle_knows_its_own_calls(m: aiointercept, session: aiohttp.ClientSession):
    """Count, calls and last request are those which this registration answered."""
    first = m.post("/")
    second = m.post("/", repeat=2)
    other = m.post("/other")
    assert (first.called, first.call_count, first.last_request) == (False, 0, None)
    for number in range(3):
        await session.post(m.server_url, data=str(number))
    assert [first.call_count, second.call_count, other.call_count] == [1, 2, 0]
    assert [first.called, second.called, other.called] == [True, True, False]
    assert first.calls == m.calls[:1]
    assert second.calls == m.calls[1:]
    assert second.last_request is m.last_request
    assert await first.last_request.text() == "0"
    assert "POST" in repr(first)


async def test_match_info_of_a_template(m: aiointercept, session: aiohttp.ClientSession):
    """What a template finds in the URL stands in the request, decoded."""
    seen = []

    def callback(url: Any, *, request: Any, **kwargs: Any):
        seen.append(dict(request.match_info))
        return CallbackResult()

    m.route(matchers.url_template(m.server_url + "/users/{id}"), callback=callback)
    await session.get(m.server_url + "/users/a%20b")
    assert seen == [{"id": "a b"}]
    assert m.last_request.match_info == {"id": "a b"}


async def test_the_parts_of_the_log_are_copies(m: aiointercept, session: aiohttp.ClientSession):
    """Who changes what the mock gives out does not change the log."""
    m.get("/")
    await session.get(m.server_url)
    m.calls.pop()
    m.requests.popitem()
    m.ordered_requests.clear()
    assert m.call_count == len(m.calls) == len(m.requests) == len(m.ordered_requests) == 1


@pytest.mark.parametrize("part", ["calls", "requests"])
async def test_clearing_a_part_clears_the_log(
    m: aiointercept, session: aiohttp.ClientSession, part: str
):
    """As with aioresponses; the routes stay."""
    m.get("/", repeat=True)
    await session.get(m.server_url)
    getattr(m, part).clear()
    assert (m.call_count, m.calls, m.requests) == (0, [], {})
    await session.get(m.server_url)
    assert m.call_count == 1


async def test_requests_are_looked_up_by_text(m: aiointercept, session: aiohttp.ClientSession):
    """Or a path alone, with any case of the method."""
    m.get("/a?x=1&y=2")
    await session.get(f"{m.server_url}/a?y=2&x=1")
    for url in ("/a?x=1&y=2", f"{m.server_url}/a?y=2&x=1", URL(m.server_url) / "a" % "x=1&y=2"):
        assert ("get", url) in m.requests
        assert len(m.requests["GET", url]) == 1
        assert m.requests.get(("get", url)) is not None
    assert ("POST", "/a?x=1&y=2") not in m.requests
    assert m.requests.get(("GET", "/b")) is None
    assert "GET" not in m.requests
    with pytest.raises(KeyError):
        m.requests["GET", "/b"]
