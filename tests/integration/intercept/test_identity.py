"""The mock knows where each request was meant to go, whatever the client does; no trace shows."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from aiointercept import CallbackResult, aiointercept


async def _text(session: aiohttp.ClientSession, url: str, **options: Any) -> str:
    async with session.get(url, **options) as response:
        return await response.text()


async def test_http_and_https_of_one_host_are_told_apart_in_one_keep_alive_session() -> None:
    """Schemes are origins of their own, whatever connections the pool holds."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("http://h.test/", body="plain", repeat=True)
        m.get("https://h.test/", body="secure", repeat=True)
        m.get("https://h.test:8443/", body="odd port", repeat=True)

        for _ in range(3):
            assert await _text(session, "http://h.test/") == "plain"
            assert await _text(session, "https://h.test/") == "secure"
            assert await _text(session, "https://h.test:8443/") == "odd port"

        assert set(m.requests) == {
            ("GET", URL("http://h.test/")),
            ("GET", URL("https://h.test/")),
            ("GET", URL("https://h.test:8443/")),
        }
        assert all(len(found) == 3 for found in m.requests.values())


async def test_connections_are_kept_alive_for_each_origin() -> None:
    """A second request to an origin comes over the connection of the first."""
    peers: list[Any] = []

    def note(url: URL, *, request: web.Request, **_: Any) -> CallbackResult:
        assert request.transport is not None
        peers.append(request.transport.get_extra_info("peername"))
        return CallbackResult(body=url.scheme)

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("http://h.test/", callback=note, repeat=True)
        m.get("https://h.test/", callback=note, repeat=True)

        for _ in range(3):
            assert await _text(session, "http://h.test/") == "http"
            assert await _text(session, "https://h.test/") == "https"

    assert len(peers) == 6
    assert len(set(peers)) == 2


async def test_http_and_https_of_one_host_are_told_apart_in_one_redirect_chain() -> None:
    """Each hop of a chain has its own scheme and port."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("http://h.test/a", status=302, headers={"Location": "https://h.test/a"})
        m.get("https://h.test/a", status=307, headers={"Location": "http://h.test:8080/a"})
        m.get("http://h.test:8080/a", status=301, headers={"Location": "//other.test/b"})
        m.get("http://other.test/b", body="there")

        async with session.get("http://h.test/a") as response:
            assert await response.text() == "there"
            assert response.url == URL("http://other.test/b")
            assert [str(one.url) for one in response.history] == [
                "http://h.test/a",
                "https://h.test/a",
                "http://h.test:8080/a",
            ]

        assert [str(key[1]) for key, _ in m.ordered_requests] == [
            "http://h.test/a",
            "https://h.test/a",
            "http://h.test:8080/a",
            "http://other.test/b",
        ]


async def test_four_ports_of_one_host_are_four_origins() -> None:
    """Default ports and odd ones do not get mixed up, not even at once."""
    urls = [
        "http://h.test/",
        "http://h.test:8080/",
        "https://h.test/",
        "https://h.test:8443/",
    ]
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        for url in urls:
            m.get(url, body=url, repeat=True)

        asked = urls * 10
        assert await asyncio.gather(*(_text(session, url) for url in asked)) == asked
        assert {str(url): len(found) for (_, url), found in m.requests.items()} == dict.fromkeys(
            urls, 10
        )


async def test_the_clients_own_host_header_changes_nothing_but_is_kept() -> None:
    """Routing follows the URL; the header is recorded as it was sent."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://h.test/x", body="right")
        m.get("http://forged.test/x", body="wrong")
        m.get("https://forged.test/x", body="wrong")

        assert await _text(session, "https://h.test/x", headers={"Host": "forged.test"}) == "right"

        assert m.last_request is not None
        assert m.last_request.headers["Host"] == "forged.test"
        assert m.last_request.url == URL("https://h.test/x")
        assert list(m.requests) == [("GET", URL("https://h.test/x"))]


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("GET", {}),
        ("GET", {"headers": [("X-Two", "1"), ("X-Two", "2"), ("x-lower", "kept")]}),
        ("GET", {"cookies": {"a": "b"}, "headers": {"Authorization": "Basic bWU6c2VjcmV0"}}),
        ("GET", {"skip_auto_headers": ["User-Agent", "Accept", "Accept-Encoding"]}),
        ("POST", {"json": {"a": 1}}),
        ("POST", {"data": {"form": "field"}}),
        ("POST", {"data": b"x" * 100, "compress": "gzip"}),
        ("PUT", {"data": b"chunks", "chunked": True}),
        ("POST", {"data": b"wait for it", "expect100": True}),
        ("DELETE", {}),
    ],
)
async def test_the_headers_recorded_are_those_a_real_server_gets(
    remote: Any, method: str, options: dict[str, Any]
) -> None:
    """No header is added, lost, renamed or reordered."""
    url = remote.url("/x?b=1&a=2")
    async with remote.session() as session, session.request(method, url, **options) as response:
        assert await response.text() == "real"
    async with aiointercept(mock_external_urls=True) as m, remote.session() as session:
        m.add(url, method, body="mock")
        async with session.request(method, url, **options) as response:
            assert await response.text() == "mock"
        assert m.last_request is not None
        assert m.last_request.raw_headers == remote.requests[0].raw_headers
        assert m.last_request.raw_path == remote.requests[0].raw_path
        assert m.calls[0].request.version == remote.requests[0].version


async def test_the_headers_recorded_are_those_that_the_client_says_it_sent() -> None:
    """What the mock saw is what ``request_info`` tells."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.post("https://h.test/", body="ok")
        async with session.post("https://h.test/", json={"a": 1}) as response:
            sent = response.request_info.headers
        assert m.last_request is not None
        assert list(m.last_request.headers.items()) == list(sent.items())


async def test_a_callback_gets_the_headers_that_were_sent_and_no_others() -> None:
    """A user's callback finds no header of ours."""
    seen: list[dict[str, str]] = []

    def callback(url: URL, *, headers: Any, **_: Any) -> CallbackResult:
        seen.append(dict(headers))
        return CallbackResult()

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(skip_auto_headers=["User-Agent"]) as session,
    ):
        m.get("https://h.test:8443/", callback=callback)
        async with session.get("https://h.test:8443/", headers={"X-Mine": "1"}):
            pass
    assert set(seen[0]) == {"Host", "X-Mine", "Accept", "Accept-Encoding"}
    assert seen[0]["Host"] == "h.test:8443"


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.7/",
        "https://192.0.2.7/",
        "http://192.0.2.7:8080/",
        "http://[2001:db8::7]/",
        "https://[2001:db8::7]/",
        "https://[2001:db8::7]:8443/",
    ],
)
async def test_addresses_are_mocked_as_any_host(url: str) -> None:
    """Literals of both families need no resolver, and escape nothing."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(url, body="mock")
        assert await _text(session, url) == "mock"
        assert list(m.requests) == [("GET", URL(url))]
        with pytest.raises(aiohttp.ClientConnectionError, match="was already used"):
            await session.get(url)


async def test_ws_and_wss_count_as_http_and_https() -> None:
    """A WebSocket has the origin of its HTTP twin, in routes and in the log."""

    async def echo(ws: web.WebSocketResponse, request: web.Request) -> None:
        async for message in ws:
            await ws.send_str(f"{request.url.scheme}: {message.data}")

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.ws("ws://h.test/chat", echo)
        m.ws("wss://h.test/chat", echo)
        for url in ("ws://h.test/chat", "https://h.test/chat"):
            async with session.ws_connect(url) as ws:
                await ws.send_str("hello")
                assert (
                    await ws.receive_str()
                    == f"{url.partition(':')[0].replace('ws', 'http')}: hello"
                )
        assert list(m.requests) == [
            ("GET", URL("http://h.test/chat")),
            ("GET", URL("https://h.test/chat")),
        ]


async def test_wss_and_https_share_a_pool_and_stay_themselves() -> None:
    """The pool knows no scheme but TLS; a request over a shared connection is still right."""

    async def hang_up(ws: web.WebSocketResponse, request: web.Request) -> None:
        await ws.close()

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://h.test/", body="page", repeat=True)
        m.ws("wss://h.test/ws", hang_up, repeat=True)
        for _ in range(2):
            assert await _text(session, "https://h.test/") == "page"
            async with session.ws_connect("wss://h.test/ws") as ws:
                assert (await ws.receive()).type is aiohttp.WSMsgType.CLOSE
        assert {(key[1].scheme, key[1].path) for key, _ in m.ordered_requests} == {
            ("https", "/"),
            ("https", "/ws"),
        }


async def test_https_urls_behave_although_no_tls_is_spoken() -> None:
    """``resp.url``, secure cookies and the scheme seen by callbacks are those of ``https``."""
    schemes: list[str] = []

    def callback(url: URL, *, request: web.Request, **_: Any) -> CallbackResult:
        schemes.extend([url.scheme, request.scheme, request.url.scheme])
        return CallbackResult(headers={"Set-Cookie": "s=1; Secure; Path=/"})

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://h.test/login", callback=callback)
        m.get("https://h.test/", body="in", repeat=True)
        m.get("http://h.test/", body="plain", repeat=True)
        async with session.get("https://h.test/login") as response:
            assert response.url == URL("https://h.test/login")
        assert schemes == ["https"] * 3

        assert await _text(session, "https://h.test/") == "in"
        assert m.last_request is not None
        assert m.last_request.cookies == {"s": "1"}
        assert await _text(session, "http://h.test/") == "plain"
        assert m.last_request.cookies == {}


@pytest.mark.parametrize("base", ["https://api.test/v1/", "http://api.test:8080/v1/"])
async def test_a_base_url_is_part_of_what_the_mock_sees(base: str) -> None:
    """Relative URLs of a session arrive under its base."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(base_url=base) as session,
    ):
        m.get(f"{base}users", body="all")
        assert await _text(session, "users") == "all"
        assert list(m.requests) == [("GET", URL(f"{base}users"))]


async def test_fragments_trailing_dots_and_default_ports_name_the_same_place() -> None:
    """Spellings of one URL meet the same route."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://h.test", body="root", repeat=True)
        for url in ("https://h.test:443/", "https://h.test./", "https://H.test/#top"):
            assert await _text(session, url) == "root"
        assert list(m.requests) == [("GET", URL("https://h.test/"))]
