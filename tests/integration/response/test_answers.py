import asyncio
from http import HTTPStatus
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict

from aiointercept import aiointercept


@pytest.fixture
async def m():
    """Return a started mock."""
    async with aiointercept() as started:
        yield started


@pytest.fixture
async def session():
    """Return a session that keeps cookies of IP addresses too."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as opened:
        yield opened


async def two_parts():
    """Yield a body in two parts."""
    yield b"one "
    yield b"two"


class Parts:
    """An async iterable that starts anew each time."""

    def __aiter__(self):
        return two_parts()


async def test_the_default_answer_is_an_empty_json_200(
    m: aiointercept, session: aiohttp.ClientSession
):
    """Nothing but the URL is needed."""
    m.get("/")
    async with session.get(m.server_url) as response:
        assert (response.status, response.reason) == (200, "OK")
        assert response.headers["Content-Type"] == "application/json"
        assert await response.read() == b""


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete", "options", "head"])
async def test_every_shortcut_registers_its_method(
    m: aiointercept, session: aiohttp.ClientSession, verb: Any
):
    """A shortcut takes its own method, and no other."""
    getattr(m, verb)("/", status=201, body=b"body", headers={"X-A": "1"}, name="the route")
    other = "POST" if verb == "get" else "GET"
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.request(other, m.server_url)
    async with session.request(verb.upper(), m.server_url) as response:
        assert response.status == 201
        assert response.headers["X-A"] == "1"
        assert await response.read() == (b"" if verb == "head" else b"body")


async def test_add_takes_its_arguments_by_position(m: aiointercept, session: aiohttp.ClientSession):
    """The order of the arguments is that of the documentation."""
    m.add(
        "/",
        "put",
        207,
        b"ignored",
        {"a": 1},
        None,
        {"X-A": "1"},
        "text/x-own",
        2,
        None,
        "Own words",
    )
    for _ in range(2):
        async with session.put(m.server_url) as response:
            assert (response.status, response.reason) == (207, "Own words")
            assert response.headers["Content-Type"] == "text/x-own"
            assert await response.read() == b'{"a": 1}'


@pytest.mark.parametrize("method", ["GET", "POST", "PURGE", "OPTIONS"])
async def test_a_star_takes_every_method(
    m: aiointercept, session: aiohttp.ClientSession, method: Any
):
    """`*` answers standard and other methods."""
    m.add("/", "*", body="any")
    async with session.request(method, m.server_url) as response:
        assert await response.text() == "any"


async def test_methods_compare_without_case(m: aiointercept, session: aiohttp.ClientSession):
    """Registered and asked in any case."""
    m.add("/", "purge", body="purged")
    async with session.request("Purge", m.server_url) as response:
        assert await response.text() == "purged"
    m.assert_called_once_with("/", "pUrGe")


@pytest.mark.parametrize("status", [200, 201, 299, 302, 400, 404, 418, 500, 503, 599])
async def test_status(m: aiointercept, session: aiohttp.ClientSession, status: Any):
    """Any final status is sent as given."""
    m.get("/", status=status)
    async with session.get(m.server_url, allow_redirects=False) as response:
        assert response.status == status


async def test_a_status_may_be_a_member_of_httpstatus(
    m: aiointercept, session: aiohttp.ClientSession
):
    """`http.HTTPStatus` is an int."""
    m.get("/", status=HTTPStatus.NOT_FOUND)
    async with session.get(m.server_url) as response:
        assert (response.status, response.reason) == (404, "Not Found")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\x00\xffraw", b"\x00\xffraw"),
        (bytearray(b"array"), b"array"),
        ("ünïcödé", "ünïcödé".encode()),
        ("", b""),
        (None, b""),
        (two_parts, b"one two"),
        (Parts(), b"one two"),
        (Parts, b"one two"),
    ],
)
async def test_bodies_for_any_number_of_requests(
    m: aiointercept, session: aiohttp.ClientSession, body: Any, expected: Any
):
    """Each request gets the whole body."""
    m.get("/", body=body, repeat=True)
    for _ in range(3):
        async with session.get(m.server_url) as response:
            assert await response.read() == expected


async def test_an_async_generator_is_good_for_one_request(
    m: aiointercept, session: aiohttp.ClientSession
):
    """A generator gives its parts once."""
    m.get("/", body=two_parts())
    async with session.get(m.server_url) as response:
        assert await response.read() == b"one two"


@pytest.mark.parametrize("repeat", [2, True])
async def test_an_async_generator_for_more_requests_is_refused(m: aiointercept, repeat: Any):
    """The message suggests the form that works."""
    generator = two_parts()
    with pytest.raises(ValueError, match="only once.*body=make_chunks instead of body=make_chunk"):
        m.get("/", body=generator, repeat=repeat)
    await generator.aclose()


async def test_a_file_is_streamed_with_its_length(
    m: aiointercept, session: aiohttp.ClientSession, tmp_path: Path
):
    """A `Path` means the content of that file, whatever its size."""
    file = tmp_path / "body.bin"
    file.write_bytes(b"0123456789" * 100_000)
    m.get("/", body=file, content_type="application/octet-stream", repeat=True)
    for _ in range(2):
        async with session.get(m.server_url) as response:
            assert response.content_length == 1_000_000
            assert response.content_type == "application/octet-stream"
            assert await response.read() == file.read_bytes()


async def test_a_stream_arrives_chunk_by_chunk(m: aiointercept, session: aiohttp.ClientSession):
    """The client sees a part before the next one is made."""
    go_on = asyncio.Event()

    async def body():
        yield b"first"
        await go_on.wait()
        yield b"second"

    m.get("/", body=body)
    async with session.get(m.server_url) as response:
        assert response.headers["Transfer-Encoding"] == "chunked"
        assert await response.content.readany() == b"first"
        go_on.set()
        assert await response.content.read() == b"second"


@pytest.mark.parametrize("name", ["json", "payload"])
@pytest.mark.parametrize("value", [{"a": [1, None]}, [], "text", 0, False, "ünï"])
async def test_json_is_serialised_with_the_defaults(
    m: aiointercept, session: aiohttp.ClientSession, name: Any, value: Any
):
    """`json` and `payload` mean the same and win over `body`."""
    m.get("/", body="ignored", **{name: value})
    async with session.get(m.server_url) as response:
        assert await response.json() == value
        assert response.headers["Content-Type"] == "application/json"


async def test_json_and_payload_may_both_be_given_if_they_are_equal(
    m: aiointercept, session: aiohttp.ClientSession
):
    """Two names for one value are no contradiction."""
    m.get("/", json={"a": 1}, payload={"a": 1})
    async with session.get(m.server_url) as response:
        assert await response.json() == {"a": 1}


@pytest.mark.parametrize(
    "headers",
    [
        [("X-A", "1"), ("Set-Cookie", "a=1"), ("X-A", "2"), ("Set-Cookie", "b=2")],
        CIMultiDict([("X-A", "1"), ("Set-Cookie", "a=1"), ("X-A", "2"), ("Set-Cookie", "b=2")]),
    ],
)
async def test_headers_may_repeat(m: aiointercept, session: aiohttp.ClientSession, headers: Any):
    """Pairs and multidicts keep all values, in order."""
    m.get("/", headers=headers)
    async with session.get(m.server_url) as response:
        assert response.headers.getall("X-A") == ["1", "2"]
        assert response.headers.getall("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "application/json"),
        ({"content_type": "text/html; charset=latin-1"}, "text/html; charset=latin-1"),
        ({"headers": {"content-type": "text/csv"}}, "text/csv"),
        ({"headers": {"Content-Type": "text/csv"}, "content_type": "text/html"}, "text/csv"),
        ({"json": {}, "content_type": "application/problem+json"}, "application/problem+json"),
    ],
)
async def test_content_type(
    m: aiointercept, session: aiohttp.ClientSession, options: Any, expected: Any
):
    """One Content-Type is sent: that in `headers`, else `content_type`, else the default."""
    m.get("/", **options)
    async with session.get(m.server_url) as response:
        assert response.headers.getall("Content-Type") == [expected]


async def test_cookies_are_set(m: aiointercept, session: aiohttp.ClientSession):
    """The client keeps them and sends them back."""
    m.get("/", cookies={"session": "abc", "spaced": "a b"}, headers={"Set-Cookie": "own=1; Path=/"})
    m.get("/next")
    async with session.get(m.server_url) as response:
        assert response.cookies["session"].value == "abc"
        assert response.cookies["spaced"].value == "a b"
        assert response.cookies["own"]["path"] == "/"
    await session.get(m.server_url + "/next")
    sent = SimpleCookie(m.last_request.headers["Cookie"])
    assert {name: one.value for name, one in sent.items()} == {
        "session": "abc",
        "spaced": "a b",
        "own": "1",
    }


async def test_redirects_are_followed_by_the_client(
    m: aiointercept, session: aiohttp.ClientSession
):
    """A chain of redirects is a chain of calls."""
    m.get("/a", status=302, headers={"Location": "/b"})
    m.get("/b", status=307, headers={"Location": m.server_url + "/c?x=1"})
    m.get("/c?x=1", body="arrived")
    async with session.get(m.server_url + "/a") as response:
        assert await response.text() == "arrived"
        assert [one.status for one in response.history] == [302, 307]
    m.assert_has_calls([("GET", "/a"), ("GET", "/b"), ("GET", "/c?x=1")])


async def test_delay_keeps_the_answer_back(m: aiointercept, session: aiohttp.ClientSession):
    """A client that waits no longer than that gives up; others are served meanwhile."""
    m.get("/slow", delay=60)
    m.get("/late", body="late", delay=0.01)
    m.get("/", body="at once")
    with pytest.raises(asyncio.TimeoutError):
        await session.get(m.server_url + "/slow", timeout=aiohttp.ClientTimeout(total=0.05))
    async with session.get(m.server_url) as response:
        assert await response.text() == "at once"
    async with session.get(m.server_url + "/late") as response:
        assert await response.text() == "late"
    assert m.calls[-1].duration >= 0.01


async def test_headers_of_a_stream_and_its_status(m: aiointercept, session: aiohttp.ClientSession):
    """All that a response has, a streamed one has too."""
    m.get("/", body=two_parts, status=206, reason="Some", headers={"X-A": "1"}, cookies={"c": "1"})
    async with session.get(m.server_url) as response:
        assert (response.status, response.reason) == (206, "Some")
        assert response.headers["X-A"] == "1"
        assert response.cookies["c"].value == "1"
        assert await response.text() == "one two"


@pytest.mark.parametrize("body", [b"12345", two_parts])
@pytest.mark.parametrize(
    "headers",
    [{"Transfer-Encoding": "chunked"}, {"Content-Length": "5", "Transfer-Encoding": "chunked"}],
)
async def test_framing_headers_of_a_copied_response_do_no_harm(
    m: aiointercept, session: aiohttp.ClientSession, body: Any, headers: Any
):
    """Headers copied from a real response may name its framing; the client still reads all."""
    m.get("/", body=body, headers=headers)
    async with session.get(m.server_url) as response:
        assert await response.read() == (b"12345" if body == b"12345" else b"one two")
        assert response.headers["Transfer-Encoding"] == "chunked"


async def test_head_may_tell_the_length_of_what_get_would_bring(
    m: aiointercept, session: aiohttp.ClientSession
):
    """A registered Content-Length is kept for HEAD."""
    m.head("/", headers={"Content-Length": "1000"})
    async with session.head(m.server_url) as response:
        assert response.headers["Content-Length"] == "1000"


@pytest.mark.parametrize("length", ["0", "3", "1000"])
async def test_a_length_that_does_not_fit_is_corrected(
    m: aiointercept, session: aiohttp.ClientSession, length: Any
):
    """A Content-Length copied from another response neither cuts the body nor keeps one waiting."""
    m.get("/", body="12345", headers={"Content-Length": length}, repeat=True)
    for _ in range(2):
        async with session.get(m.server_url) as response:
            assert response.headers.getall("Content-Length") == ["5"]
            assert await response.text() == "12345"
