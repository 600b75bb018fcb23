"""``passthrough_unmatched=True``: what no route takes reaches the real server, and is logged.

Where no route could match, aiohttp's own code does it all (*left alone*). Where a route could match
by the body, which is only known once it was sent, the mock has to look and carries it (*proxied*).
"""

import gzip
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from aiointercept import Fault, aiointercept, matchers

Dress = Callable[[aiointercept, str], None]


def left_alone(m: aiointercept, url: str) -> None:
    """Register nothing that could match."""
    m.get("https://api.test/", body="mock", optional=True)


def proxied(m: aiointercept, url: str) -> None:
    """Register what the body decides."""
    m.add(url, "*", match=matchers.body(b"magic"), body="mock", repeat=True, optional=True)


WAYS = pytest.mark.parametrize("dress", [left_alone, proxied])


async def _chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _passing(**options: Any) -> aiointercept:
    return aiointercept(mock_external_urls=True, passthrough_unmatched=True, **options)


@WAYS
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_it_reaches_the_real_server_and_the_log(
    remote: Any, dress: Dress, method: str
) -> None:
    """Method, URL, headers and body arrive; status and headers are seen, bodies pass by."""
    bodies: list[bytes] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        bodies.append(await request.read())
        return web.Response(status=201, reason="Made", text="real", headers={"X-From": "real"})

    remote.handler = answer
    url = remote.url("/x?b=1&a=2%20")
    async with _passing(strict=True) as m, remote.session() as session:
        dress(m, url)
        options: dict[str, Any] = {"headers": {"X-Mine": "1"}, "data": _chunks(b"some ", b"bytes")}
        async with session.request(method, url, **options) as response:
            assert (response.status, response.reason) == (201, "Made")
            assert await response.text() == "real"
            assert response.url == URL(url)
        (call,) = m.calls
        assert call.matched
        assert call.route is None
        assert call.attempts == 1
        assert call.response is not None
        assert call.response.status == 201
        assert call.response.headers["X-From"] == "real"
        assert call.response.body is None
        assert call.request.headers["X-Mine"] == "1"
        assert str(call.request.url) == url
        assert call.duration is not None
    assert len(remote.requests) == 1
    assert remote.requests[0].raw_path == "/x?b=1&a=2%20"
    assert remote.requests[0].headers.getall("X-Mine") == ["1"]
    assert remote.requests[0].headers.getall("Host") == [f"remote.test:{remote.port}"]
    assert bodies == [b"some bytes"]


async def test_the_headers_that_arrive_are_those_of_the_client(remote: Any) -> None:
    """Left alone, nothing is added or lost; proxied, no more than the framing may differ."""
    url = remote.url()
    headers = [("X-Two", "1"), ("X-Two", "2"), ("Accept", "text/plain"), ("Cookie", "a=b")]
    async with remote.session() as session:
        await _post(session, url, headers=headers)
        for dress in (left_alone, proxied):
            async with _passing() as m:
                dress(m, url)
                await _post(session, url, headers=headers)
    direct, alone, carried = (request.raw_headers for request in remote.requests)
    assert alone == direct
    assert sorted(carried) == sorted(direct)


async def _post(
    session: aiohttp.ClientSession, url: str, chunks: Any = (b"a", b"b"), **options: Any
) -> bytes:
    async with session.post(url, data=_chunks(*chunks), **options) as response:
        return await response.read()


@WAYS
async def test_bodies_pass_byte_for_byte_with_their_encoding(remote: Any, dress: Dress) -> None:
    """A gzip body is not unpacked on the way, whatever the client does with it at the end."""
    packed = gzip.compress(b"hello " * 1000, mtime=0)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    remote.handler = answer
    url = remote.url()
    async with (
        _passing() as m,
        remote.session(auto_decompress=False) as raw,
        remote.session() as session,
    ):
        dress(m, url)
        async with raw.post(url, data=_chunks(b"x")) as response:
            assert await response.read() == packed
            assert response.headers["Content-Encoding"] == "gzip"
            assert response.headers["Content-Length"] == str(len(packed))
        assert await _post(session, url) == b"hello " * 1000


@WAYS
async def test_an_uploads_encoding_passes_too(remote: Any, dress: Dress) -> None:
    """What the client packed arrives packed."""
    packed = gzip.compress(b"up " * 1000, mtime=0)
    arrived: list[Any] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        arrived.append((request.headers["Content-Encoding"], await request.read()))
        return web.Response()

    remote.handler = answer
    url = remote.url()
    async with _passing() as m, remote.session() as session:
        dress(m, url)
        await _post(session, url, headers={"Content-Encoding": "gzip"}, chunks=[packed])
    assert arrived == [("gzip", b"up " * 1000)]  # aiohttp's server unpacks what it reads


@WAYS
async def test_repeated_headers_are_kept(remote: Any, dress: Dress) -> None:
    """Two cookies are two cookies."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        response = web.Response()
        for value in ("a=1; Path=/", "b=2; Path=/"):
            response.headers.add("Set-Cookie", value)
        response.headers.add("X-Odd", "one")
        response.headers.add("X-Odd", "two")
        return response

    remote.handler = answer
    url = remote.url()
    async with _passing() as m, remote.session() as session:
        dress(m, url)
        async with session.post(url, data=_chunks(b"x")) as response:
            assert response.headers.getall("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]
            assert response.headers.getall("X-Odd") == ["one", "two"]
        assert {cookie.key: cookie.value for cookie in session.cookie_jar} == {"a": "1", "b": "2"}
        assert m.calls[0].response is not None
        assert m.calls[0].response.headers.getall("X-Odd") == ["one", "two"]


@WAYS
async def test_cookies_of_the_real_server_are_the_clients_alone(remote: Any, dress: Dress) -> None:
    """The mock has no jar: one client's cookies do not go with another's requests."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        return web.Response(
            text=request.headers.get("Cookie", "none"), headers={"Set-Cookie": "a=1"}
        )

    remote.handler = answer
    url = remote.url()
    async with _passing() as m, remote.session() as first, remote.session() as second:
        dress(m, url)
        assert await _post(first, url) == b"none"
        assert await _post(second, url) == b"none"
        assert await _post(first, url) == b"a=1"


@WAYS
async def test_redirects_are_relayed_and_not_followed_by_the_mock(
    remote: Any, dress: Dress
) -> None:
    """The client follows, or not, and each hop is a call."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        if request.path == "/old":
            return web.Response(status=303, headers={"Location": "/new"})
        return web.Response(text="new")

    remote.handler = answer
    url = remote.url("/old")
    async with _passing() as m, remote.session() as session:
        dress(m, url)
        async with session.post(url, data=_chunks(b"x"), allow_redirects=False) as response:
            assert response.status == 303
            assert response.headers["Location"] == "/new"
        assert len(remote.requests) == 1
        async with session.post(url, data=_chunks(b"x")) as response:
            assert await response.text() == "new"
            assert response.url == URL(remote.url("/new"))
        statuses = [call.response.status for call in m.calls if call.response is not None]
        assert statuses == [303, 303, 200]


@WAYS
async def test_a_redirect_from_the_real_to_the_mocked(remote: Any, dress: Dress) -> None:
    """And back again: each hop goes where it belongs."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        if request.path == "/start":
            return web.Response(status=307, headers={"Location": "https://mocked.test/"})
        return web.Response(text="real end")

    remote.handler = answer
    url = remote.url("/start")
    async with _passing() as m, remote.session() as session:
        dress(m, url)
        m.add("https://mocked.test/", "*", status=303, headers={"Location": remote.url("/end")})
        async with session.post(url, data=b"x") as response:
            assert await response.text() == "real end"
        assert [str(key[1]) for key, _ in m.ordered_requests] == [
            url,
            "https://mocked.test/",
            remote.url("/end"),
        ]


@WAYS
async def test_responses_stream(remote: Any, dress: Dress) -> None:
    """A chunk arrives before the next one is made."""
    import asyncio  # noqa: PLC0415  # the only test here that needs it

    go_on = asyncio.Event()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await go_on.wait()
        await response.write(b"second")
        return response

    remote.handler = answer
    url = remote.url()
    async with _passing() as m, remote.session() as session:
        dress(m, url)
        async with session.post(url, data=_chunks(b"x")) as response:
            assert await response.content.readany() == b"first"
            go_on.set()
            assert await response.content.read() == b"second"


@WAYS
async def test_empty_and_bodiless_responses(remote: Any, dress: Dress) -> None:
    """204, 304 and HEAD have no body, and the connection is fit for the next request."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        status = int(request.path[1:])
        return web.Response(status=status, text="" if status != 200 else "body")

    remote.handler = answer
    async with _passing() as m, remote.session() as session:
        for status in (204, 304, 200, 204):
            url = remote.url(f"/{status}?{len(remote.requests)}")
            dress(m, url)
            async with session.post(url, data=_chunks(b"x")) as response:
                assert response.status == status
                assert await response.text() == ("body" if status == 200 else "")
        async with session.head(remote.url("/200")) as response:
            assert response.headers["Content-Length"] == "4"


@pytest.mark.parametrize("over", ["plain", "tls"])
async def test_websocket_upgrades_work(remote: Any, secure_remote: Any, over: str) -> None:
    """A real WebSocket is one, beside mocked requests."""
    real = remote if over == "plain" else secure_remote

    async def echo(request: Any) -> web.StreamResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            await ws.send_str(f"real {message.data}")
        return ws

    real.handler = echo
    url = URL(real.url("/chat"))
    url = url.with_scheme("ws" if url.scheme == "http" else "wss")
    async with _passing() as m, real.session() as session:
        left_alone(m, real.url())
        async with session.ws_connect(url, ssl=real.ssl) as ws:
            await ws.send_str("hello")
            assert await ws.receive_str() == "real hello"
        (call,) = m.calls
        assert call.response is not None
        assert call.response.status == 101
        assert call.response.headers["Upgrade"].lower() == "websocket"


@WAYS
@pytest.mark.parametrize("where", ["request", "connector"])
async def test_the_clients_own_tls_settings_are_used(
    secure_remote: Any, dress: Dress, where: str
) -> None:
    """Its trust in a private authority, given with the request or the connector."""
    url = secure_remote.url()
    connector = secure_remote.connector(
        **({"ssl": secure_remote.ssl} if where == "connector" else {})
    )
    options: dict[str, Any] = {"ssl": secure_remote.ssl} if where == "request" else {}
    async with _passing() as m, aiohttp.ClientSession(connector=connector) as session:
        dress(m, url)
        assert await _post(session, url, **options) == b"real"
        assert secure_remote.requests[0].url.scheme == "https"


@WAYS
async def test_without_trust_the_certificate_is_refused(secure_remote: Any, dress: Dress) -> None:
    """The real error reaches the client, as aiohttp tells it; with ``ssl=False`` there is none."""
    url = secure_remote.url()
    async with _passing() as m, secure_remote.session() as session:
        dress(m, url)
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await _post(session, url)
        assert await _post(session, url, ssl=False) == b"real"
        assert [call.response is None for call in m.calls] == [True, False]


@WAYS
async def test_a_real_error_is_a_client_connection_error(remote: Any, dress: Dress) -> None:
    """A refused connection, an unknown name, a server that hangs up."""

    async def hang_up(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    remote.handler = hang_up
    async with _passing() as m, remote.session() as session:
        refused = "http://remote.test:1/"
        dress(m, refused)
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await _post(session, refused)
        assert isinstance(caught.value.os_error, ConnectionRefusedError)
        dress(m, remote.url())
        with pytest.raises(aiohttp.ClientConnectionError):
            await _post(session, remote.url())
        assert all(call.response is None for call in m.calls)
        assert all(call.duration is not None for call in m.calls)
        assert m.call_count == 2


@WAYS
async def test_a_real_body_that_breaks_off_breaks_off(remote: Any, dress: Dress) -> None:
    """The client does not take a part for the whole."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"part")
        assert request.transport is not None
        request.transport.close()
        return response

    remote.handler = answer
    url = remote.url()
    async with _passing() as m, remote.session() as session:
        dress(m, url)
        async with session.post(url, data=_chunks(b"x")) as response:
            with pytest.raises(aiohttp.ClientPayloadError):
                await response.read()


async def test_a_body_that_matches_is_answered_and_one_that_does_not_is_proxied(
    remote: Any,
) -> None:
    """The body alone decides, streamed or not, over one session."""
    url = remote.url()
    async with _passing() as m, remote.session() as session:
        route = m.post(url, match=matchers.json_body({"a": 1}), body="mock", repeat=True)
        for text, found in ((b'{"a": 1}', b"mock"), (b'{"a": 2}', b"real"), (b"{", b"real")):
            async with session.post(url, data=_chunks(text)) as response:
                assert await response.read() == found
            async with session.post(url, data=text) as response:
                assert await response.read() == found
        assert route.call_count == 2
        assert m.call_count == 6
        assert len(remote.requests) == 4
        m.assert_all_matched()


async def test_what_was_registered_counts_as_matched_though_it_fails(remote: Any) -> None:
    """Exceptions, faults and used-up queues are for the mock, for their own URL only."""
    async with _passing() as m, remote.session() as session:
        m.get(remote.url("/exception"), exception=True)
        m.get(remote.url("/fault"), fault=Fault.CONNECTION_REFUSED)
        m.get(remote.url("/once"), body="mock")
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(remote.url("/exception"))
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(remote.url("/fault"))
        async with session.get(remote.url("/once")) as response:
            assert await response.text() == "mock"
        for path in ("/exception", "/fault", "/once"):
            with pytest.raises(aiohttp.ClientConnectionError, match="was already used"):
                await session.get(remote.url(path))
        assert remote.requests == []
        for path in ("/other", "/once?a=1", "/"):
            async with session.get(remote.url(path)) as response:
                assert await response.text() == "real"
        async with session.post(remote.url("/once")) as response:
            assert await response.text() == "real"
        assert len(remote.requests) == 4


async def test_loopback_goes_its_own_way_without_an_entry(remote: Any) -> None:
    """What is left alone for being this machine is not in the log, with passthrough either."""
    async with _passing() as m, remote.session() as session:
        async with session.get(remote.url(host="127.0.0.1")) as response:
            assert await response.text() == "real"
        assert m.call_count == 0


async def test_passthrough_hosts_are_not_in_the_log_beside_it(remote: Any) -> None:
    """Both options together: untouched hosts, and logged others."""
    async with _passing(passthrough=["remote.test"]) as m, remote.session() as session:
        for host in ("remote.test", "other.test"):
            async with session.get(remote.url(host=host)) as response:
                assert await response.text() == "real"
        assert [call.received.origin.host for call in m.calls] == ["other.test"]


async def test_a_mocked_and_a_real_request_at_one_host_do_not_share_connections(
    remote: Any,
) -> None:
    """The pool of the one world never serves the other."""
    async with _passing() as m, remote.session() as session:
        m.get(remote.url("/mock"), body="mock", repeat=True)
        for _ in range(3):
            async with session.get(remote.url("/mock")) as response:
                assert await response.text() == "mock"
            async with session.get(remote.url("/real")) as response:
                assert await response.text() == "real"
    assert len(remote.requests) == 3
    assert len(remote.peers) == 1


async def test_the_clients_proxy_is_used_for_what_goes_on(remote: Any) -> None:
    """A proxied request goes through the proxy that the client asked for."""
    async with _passing() as m, remote.session() as session:
        for dress, path in ((left_alone, "/a"), (proxied, "/b")):
            url = f"http://elsewhere.test{path}"
            dress(m, url)
            assert await _post(session, url, proxy=remote.url(host="proxy.test")) == b"real"
    assert [request.raw_path for request in remote.requests] == [
        "http://elsewhere.test/a",
        "http://elsewhere.test/b",
    ]


async def test_expect_100_continue_passes(remote: Any) -> None:
    """A client that waits for leave to send its body gets it."""
    url = remote.url()
    async with _passing() as m, remote.session() as session:
        proxied(m, url)
        async with session.post(url, data=_chunks(b"x"), expect100=True) as response:
            assert await response.text() == "real"


async def test_a_middlewares_next_try_goes_through_the_clients_proxy(remote: Any) -> None:
    """The first try is mocked, where no proxy is asked; the second goes on, and by the proxy."""

    async def retry(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        response = await handler(request)
        if response.status == 503:
            response.release()
            response = await handler(request)
        return response

    async with _passing() as m, remote.session(middlewares=(retry,)) as session:
        m.route(matchers.host("elsewhere.test"), status=503)
        proxy = remote.url(host="proxy.test")
        async with session.get("http://elsewhere.test/", proxy=proxy) as response:
            assert await response.text() == "real"
        assert m.call_count == 2
    assert [request.raw_path for request in remote.requests] == ["http://elsewhere.test/"]
