import asyncio
import http.client
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import httpx
import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from aiointercept import CallbackResult, aiointercept
from aiointercept.errors import AiointerceptWarning

ASKED = {"a": [1, 2]}
ANSWER = b'{"answer": 42}'


def with_requests(url: Any):
    """Ask with requests."""
    response = requests.post(url, json=ASKED)
    return response.status_code, response.content


def with_requests_session(url: Any):
    """Ask with requests over a connection that is kept."""
    with requests.Session() as session:
        response = session.post(url, json=ASKED)
        return response.status_code, response.content


def with_httpx(url: Any):
    """Ask with httpx, blocking."""
    with httpx.Client(trust_env=False) as client:
        response = client.post(url, json=ASKED)
        return response.status_code, response.content


def with_urllib(url: Any):
    """Ask with urllib."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(ASKED).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return response.status, response.read()


def with_http_client(url: Any):
    """Ask with the standard library's bare client."""
    connection = http.client.HTTPConnection(url.split("/")[2])
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/" + url.split("/", 3)[3], json.dumps(ASKED), headers)
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


async def with_aiohttp(url: Any):
    """Ask with aiohttp."""
    async with aiohttp.ClientSession() as session, session.post(url, json=ASKED) as response:
        return response.status, await response.read()


async def with_httpx_async(url: Any):
    """Ask with httpx, awaiting."""
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.post(url, json=ASKED)
        return response.status_code, response.content


BLOCKING = [with_requests, with_requests_session, with_httpx, with_urllib, with_http_client]
AWAITING = [with_aiohttp, with_httpx_async]


def register(m: aiointercept):
    """Register what all of them ask for, and return where that is."""
    m.post("/users?page=1", status=201, body=ANSWER, headers={"X-Seen": "yes"})
    return f"{m.server_url}/users?page=1"


def check(m: aiointercept, answer: Any):
    """Check what came back and what was recorded."""
    assert answer == (201, ANSWER)
    m.assert_called_once_with("/users", "POST", params={"page": 1}, json=ASKED)


@pytest.mark.parametrize("ask", BLOCKING)
async def test_a_blocking_client_on_the_loops_own_thread_is_answered(ask: Any):
    """The loop that could answer is blocked by the one who asks, and yet the answer comes."""
    async with aiointercept() as m:
        check(m, ask(register(m)))


@pytest.mark.parametrize("ask", BLOCKING)
async def test_a_blocking_client_in_another_thread_is_answered(ask: Any):
    """The loop itself answers, as it is not blocked."""
    async with aiointercept() as m:
        check(m, await asyncio.to_thread(ask, register(m)))


@pytest.mark.parametrize("ask", AWAITING)
async def test_an_awaiting_client_is_answered(ask: Any):
    """Client and server share the loop."""
    async with aiointercept() as m:
        check(m, await ask(register(m)))


@pytest.mark.parametrize("ask", BLOCKING)
def test_a_blocking_client_without_any_loop_is_answered(ask: Any):
    """A test without asyncio needs none."""
    with aiointercept() as m:
        check(m, ask(register(m)))


@pytest.mark.parametrize("ask", AWAITING)
def test_an_awaiting_client_inside_a_sync_block_is_answered(ask: Any):
    """A loop that begins after the block, and ends before it, is served as well."""
    with aiointercept() as m:
        check(m, asyncio.run(ask(register(m))))


async def test_blocking_and_awaiting_clients_take_turns():
    """Both find the same routes and the same log, whichever thread answered them."""
    async with aiointercept() as m:
        m.get("/", json="seen", repeat=True)
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                async with session.get(m.server_url) as response:
                    assert await response.json() == "seen"
                assert requests.get(m.server_url).json() == "seen"
        assert m.call_count == 6


async def test_a_kept_connection_survives_the_change_of_threads():
    """A blocking client's connection, taken over while the loop was blocked, is used on."""
    async with aiointercept() as m:
        m.get("/", body="first")
        m.get("/", body="second")
        m.get("/", body="third")
        connection = http.client.HTTPConnection(m.server_host, m.server_port)
        for expected in (b"first", b"second", b"third"):
            connection.request("GET", "/")
            assert connection.getresponse().read() == expected
            await asyncio.sleep(0)
        connection.close()
        assert m.call_count == 3


async def test_a_kept_connection_of_the_loop_is_taken_over_when_that_is_blocked():
    """A client that was served by the loop may ask again from the loop's own thread."""
    async with aiointercept() as m:
        for number in range(6):
            m.post("/", json=number)
        with requests.Session() as session:

            def ask(number: Any):
                return session.post(m.server_url, data=str(number)).json()

            assert await asyncio.to_thread(ask, 0) == 0
            assert ask(1) == 1
            assert ask(2) == 2
            assert await asyncio.to_thread(ask, 3) == 3
            await asyncio.sleep(0)
            assert ask(4) == 4
            assert await asyncio.to_thread(ask, 5) == 5
        assert [await call.request.text() for call in m.calls] == list("012345")


async def test_a_connection_opened_before_the_loop_was_blocked_is_taken_over():
    """The loop has accepted it, and read nothing yet."""
    async with aiointercept() as m:
        m.get("/", body="first")
        m.get("/", body="second")
        connection = http.client.HTTPConnection(m.server_host, m.server_port)
        connection.connect()
        sock = connection.sock
        for _ in range(5):
            await asyncio.sleep(0)
        for expected in (b"first", b"second"):
            connection.request("GET", "/")
            assert connection.getresponse().read() == expected
            assert connection.sock is sock
        connection.close()


async def test_what_the_loop_has_begun_is_not_taken_over():
    """A request that the loop is reading, or answering, waits for the loop; nothing is lost."""
    async with aiointercept() as m:
        began = asyncio.Event()
        go_on = asyncio.Event()

        async def callback(url: Any, **kwargs: Any):
            began.set()
            await go_on.wait()
            return CallbackResult(body="first")

        m.get("/", callback=callback)
        m.post("/", body="second")
        m.get("/blocking", body="blocking", repeat=True)
        reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        await began.wait()
        # The next request comes while the first is answered, and while the loop is blocked.
        writer.write(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nhalf")
        assert requests.get(m.server_url + "/blocking").text == "blocking"
        go_on.set()
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(5) == b"first"
        # Half a request is read: its rest belongs to the same loop.
        await asyncio.sleep(0)
        writer.write(b"half")
        assert requests.get(m.server_url + "/blocking").text == "blocking"
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(6) == b"second"
        assert m.requests[("POST", URL(m.server_url + "/"))][0].captured_body == b"halfhalf"
        writer.close()
        await writer.wait_closed()


async def test_many_blocking_clients_at_once_while_the_loop_is_blocked():
    """Each gets its own answer although only the helper is there for all of them."""
    async with aiointercept() as m:
        for number in range(20):
            m.get(f"/{number}", json=number)
        with ThreadPoolExecutor(8) as pool:
            urls = [f"{m.server_url}/{number}" for number in range(20)]
            answers = list(pool.map(lambda url: requests.get(url).json(), urls))
        assert answers == list(range(20))
        assert m.call_count == 20


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("/users", "/users"),
        ("/users?b=2&a=1", "/users?a=1&b=2"),
        ("/a%20b", "/a b"),
        ("/ünï", "/%C3%BCn%C3%AF"),
        ("/", ""),
        ("/x#fragment", "/x"),
    ],
)
async def test_a_path_means_the_mocks_own_server(registered: Any, asked: Any):
    """A URL that is a path only is relative to `server_url`, and compared as any URL."""
    async with aiointercept() as m:
        m.get(registered, body="found")
        async with aiohttp.ClientSession(m.server_url + "/") as session:
            async with session.get(m.server_url + asked) as response:
                assert await response.text() == "found"
        m.assert_called_once_with(registered)
        m.assert_any_call(registered)


async def test_requests_arrive_under_the_servers_url_whatever_their_host_header_says():
    """A client may say that it wants another host; it did come to this server."""
    async with aiointercept() as m:
        m.get("/users", body="found")
        async with (
            aiohttp.ClientSession() as session,
            session.get(m.server_url + "/users", headers={"Host": "api.test"}) as response,
        ):
            assert await response.text() == "found"
        assert str(m.last_request.url) == m.server_url + "/users"
        assert m.last_request.headers["Host"] == "api.test"


async def test_the_absolute_form_of_a_request_is_understood():
    """A client that takes the server for its proxy names the origin, so that one counts."""
    async with aiointercept() as m:
        m.get("/users?a=1", body="not this one", optional=True)
        m.get("http://api.test/users?a=1", body="found")
        async with (
            aiohttp.ClientSession() as session,
            session.get("http://api.test/users?a=1", proxy=m.server_url) as response,
        ):
            assert await response.text() == "found"
        assert str(m.last_request.url) == "http://api.test/users?a=1"
        assert m.last_request.raw_path == "/users?a=1"


async def test_nothing_global_is_touched_in_server_mode():
    """Clients that go elsewhere go there, past the mock: to a server of the test's own."""

    async def handle(request: Any):
        return web.Response(text="the real one")

    app = web.Application()
    app.router.add_get("/users", handle)

    async def ask(real: TestServer) -> None:
        async with aiointercept() as m:
            m.get(str(real.make_url("/users")), body="mocked")
            async with (
                aiohttp.ClientSession() as session,
                session.get(real.make_url("/users")) as response,
            ):
                assert await response.text() == "the real one"
            m.assert_not_called()

    async with TestServer(app) as real:
        with pytest.warns(AiointerceptWarning, match=r"/users was never used.*mock_external_urls"):
            await ask(real)


async def test_an_intercepted_session_needs_no_interception_of_the_process():
    """`m.session()` leads hard-coded URLs to the mock in server mode too."""
    async with aiointercept() as m:
        m.get("https://api.test/users", body="mocked")
        async with m.session() as session, session.get("https://api.test/users") as response:
            assert await response.text() == "mocked"
            assert str(response.url) == "https://api.test/users"
        m.assert_called_once_with("https://api.test/users")
