"""What the proxy does with requests, tunnels and failures."""

import asyncio
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests

from aiointercept import CallbackResult, Fault, aiointercept, matchers
from aiointercept.errors import AiointerceptWarning
from aiointercept.testing import InMemoryTransport

SECURE = "https://api.test/users"
PLAIN = "http://api.test/users"
BOTH = pytest.mark.parametrize("url", [PLAIN, SECURE])


@pytest.fixture
def client() -> Any:
    """Give what makes clients that are led to a mock's proxy, and trust it."""

    def make(m: aiointercept) -> httpx.AsyncClient:
        return httpx.AsyncClient(proxy=m.proxy_url, verify=m.ssl_context(), timeout=30)

    return make


async def raw(m: aiointercept, data: bytes) -> bytes:
    """Send bytes to the proxy, and return all that comes until it closes."""
    port = int(m.proxy_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        return await reader.read()
    finally:
        writer.close()


class TestRequests:
    """How they are seen."""

    async def test_origins_are_told_apart(self, client: Any):
        """Schemes, hosts and ports, over connections that are kept."""
        urls = ["http://a.test/", "https://a.test/", "http://b.test/", "https://a.test:8443/"]
        async with aiointercept() as m, client(m) as http:
            for url in urls:
                m.get(url, body=url, repeat=True)
            for _ in range(2):
                for url in urls:
                    assert (await http.get(url)).text == url
            assert [str(call.request.url) for call in m.calls] == urls * 2

    @BOTH
    async def test_no_trace_of_the_proxy(self, url: str):
        """Neither its own header fields nor the absolute form reach the log or a handler."""
        seen: list[Any] = []

        def look(_url: Any, *, request: Any, **_: Any) -> CallbackResult:
            seen.append((request.raw_path, str(request.url), str(request.rel_url), request.scheme))
            seen.append(sorted(request.headers))
            return CallbackResult()

        async with aiointercept() as m:
            m.get(f"{url}?a=%20b", callback=look)
            async with (
                aiohttp.ClientSession(headers={"Proxy-Connection": "keep-alive"}) as session,
                session.get(
                    f"{url}?a=%20b",
                    proxy=m.proxy_url,
                    proxy_headers={"Proxy-Authorization": "Basic bWU6c2VjcmV0"},
                    ssl=m.ssl_context(),
                ) as response,
            ):
                assert response.status == 200
        scheme = url.partition(":")[0]
        assert seen[0] == ("/users?a=%20b", f"{url}?a=%20b", "/users?a=%20b", scheme)
        if scheme == "http":
            assert not [name for name in seen[1] if name.startswith("Proxy")]

    async def test_a_request_that_names_no_origin(self):
        """It is for the mock's own URL."""
        async with aiointercept() as m:
            m.get("/users", body="found")
            url = f"{m.proxy_url}/users"
            assert (await asyncio.to_thread(requests.get, url)).text == "found"
            assert str(m.last_request.url) == f"{m.server_url}/users"

    async def test_absolute_form_at_server_url(self):
        """It names the origin that it names, there too."""
        async with aiointercept() as m:
            m.get(PLAIN, body="found")
            m.get("/own", body="own")
            proxies = {"http": m.server_url}
            answer = await asyncio.to_thread(requests.get, PLAIN, proxies=proxies)
            assert answer.text == "found"
            own = f"{m.server_url}/own"
            assert (await asyncio.to_thread(requests.get, own, proxies=proxies)).text == "own"
            unmatched = await asyncio.to_thread(requests.get, "http://no.test/", proxies=proxies)
            assert unmatched.status_code == 502
            assert [str(call.request.url) for call in m.calls] == [PLAIN, own, "http://no.test/"]

    @pytest.mark.parametrize("tls", [False, True])
    async def test_own_url_through_the_proxy(self, client: Any, tls: Any):
        """It is served and logged once, as anywhere."""
        async with aiointercept(tls=tls) as m, client(m) as http:
            m.get("/own", body="own", repeat=2)
            for _ in range(2):
                assert (await http.get(f"{m.server_url}/own")).text == "own"
            assert [str(call.request.url) for call in m.calls] == [f"{m.server_url}/own"] * 2

    async def test_matchers_and_assertions(self, client: Any):
        """All that holds of other requests holds of these."""
        async with aiointercept() as m, client(m) as http:
            handle = m.post(SECURE, match=matchers.json_body({"a": 1}), status=201)
            assert (await http.post(SECURE, json={"a": 1}, params={"q": "x"})).status_code == 502
            handle.assert_not_called()
            assert (await http.post(SECURE, json={"a": 1})).status_code == 201
            handle.assert_called_with(json={"a": 1})
            m.assert_any_call(SECURE, "POST")

    async def test_async_callbacks_run_at_home(self, client: Any):
        """On the loop that entered the block."""
        loops: list[Any] = []

        async def note(_url: Any, **_: Any) -> CallbackResult:
            loops.append(asyncio.get_running_loop())
            return CallbackResult(body="noted")

        async with aiointercept() as m, client(m) as http:
            m.get(SECURE, callback=note, repeat=True)
            assert (await http.get(SECURE)).text == "noted"
            assert (
                await asyncio.to_thread(
                    httpx.get, SECURE, proxy=m.proxy_url, verify=m.ssl_context()
                )
            ).text == "noted"
            assert loops == [asyncio.get_running_loop()] * 2

    async def test_streams(self, client: Any):
        """Chunks arrive as they are made."""
        more = asyncio.Event()

        async def chunks() -> AsyncIterator[bytes]:
            yield b"one"
            await more.wait()
            yield b"two"

        async with aiointercept() as m, client(m) as http:
            m.get(SECURE, body=chunks)
            async with http.stream("GET", SECURE) as response:
                parts = response.aiter_raw()
                assert await anext(parts) == b"one"
                more.set()
                assert await anext(parts) == b"two"

    async def test_other_mocks_answer_what_this_one_does_not(self, client: Any):
        """As for an intercepted client; that they were entered later does not matter."""
        async with aiointercept() as m, client(m) as http:
            assert (await http.get(SECURE)).status_code == 502
            async with aiointercept(mock_external_urls=True) as other:
                other.get(SECURE, body="other")
                assert (await http.get(SECURE)).text == "other"
                assert other.call_count == 1

    async def test_a_connection_changes_hands(self):
        """A client that keeps its connection is served, in whichever thread it is used."""
        async with aiointercept() as m:
            for url in (PLAIN, SECURE):
                m.get(url, body="found", repeat=True)
            with m.proxied(), requests.Session() as session:
                for _ in range(3):
                    for url in (PLAIN, SECURE):
                        assert (await asyncio.to_thread(session.get, url)).text == "found"
                        assert session.get(url).text == "found"
            assert m.call_count == 12


class TestFailures:
    """What a client of the proxy gets of them."""

    @BOTH
    async def test_unmatched(self, client: Any, url: str, caplog: pytest.LogCaptureFixture):
        """The body explains, as the warning does; the connection goes on."""
        async with aiointercept() as m, client(m) as http:
            m.post(url, body="posted")
            answer = await http.get(url)
            assert answer.status_code == 502
            assert f"No route matches GET {url}" in answer.text
            assert "differs in method: expected 'POST', got 'GET'" in answer.text
            assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert f"No route matches GET {url}" in caplog.text
            assert [call.matched for call in m.calls] == [False]
            assert m.calls[0].response is not None
            assert m.calls[0].response.status == 502
            assert (await http.post(url)).text == "posted"

    async def test_strict(self, client: Any):
        """An unmatched request fails the test, whatever the program made of the 502."""
        with pytest.raises(
            AssertionError, match="1 request matched no route: GET https://api.test/users"
        ):
            async with aiointercept(strict=True) as m, client(m) as http:
                await http.get(SECURE)

    @BOTH
    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            (Fault.DNS_FAILURE, 502),
            (Fault.CONNECTION_REFUSED, 502),
            (Fault.CONNECT_TIMEOUT, 504),
            (Fault.CERTIFICATE_ERROR, 502),
        ],
    )
    async def test_faults_before_a_connection(
        self, client: Any, url: str, fault: Fault, status: int
    ):
        """A proxy that cannot reach the server says so."""
        async with aiointercept(mock_external_urls=True) as m, client(m) as http:
            m.get(url, fault=fault)
            m.get(url, body="after")
            answer = await http.get(url)
            assert answer.status_code == status
            assert f"{fault}: {fault.value}" in answer.text
            assert m.calls[0].fault is fault
            assert (await http.get(url)).text == "after"

    @BOTH
    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (Fault.CONNECTION_RESET, httpx.ReadError),
            (Fault.EMPTY_RESPONSE, httpx.RemoteProtocolError),
            (Fault.TRUNCATED_BODY, httpx.RemoteProtocolError),
            (Fault.MALFORMED_RESPONSE, httpx.RemoteProtocolError),
            (Fault.HANG, httpx.ReadTimeout),
        ],
    )
    async def test_faults_on_the_wire(
        self, client: Any, url: str, fault: Fault, kind: type[Exception]
    ):
        """They are performed, through TLS or not."""
        async with aiointercept() as m, client(m) as http:
            options = {"body": "a body"} if fault is Fault.TRUNCATED_BODY else {}
            m.get(url, fault=fault, **options)
            m.get(url, body="after")
            with pytest.raises(kind):
                await http.get(url, timeout=0.3 if fault is Fault.HANG else 30)
            assert m.calls[0].fault is fault
            assert (await http.get(url)).text == "after"

    @BOTH
    async def test_exception(self, client: Any, url: str):
        """The connection is closed without an answer."""
        async with aiointercept() as m, client(m) as http:
            m.get(url, exception=True)
            with pytest.raises(httpx.RemoteProtocolError):
                await http.get(url)

    @BOTH
    async def test_raises(self, client: Any, url: str):
        """The exception cannot reach another program, so it is told."""
        async with aiointercept(mock_external_urls=True) as m, client(m) as http:
            m.get(url, raises=LookupError("mine"))
            answer = await http.get(url)
            assert (answer.status_code, answer.text) == (502, "aiointercept: LookupError: mine\n")

    async def test_an_error_in_a_callback(self, client: Any):
        """A 500 for the client, and the error itself at the end of the block."""

        def fail(_url: Any, **_: Any) -> CallbackResult:
            msg = "in the callback"
            raise LookupError(msg)

        with pytest.raises(LookupError, match="in the callback"):
            async with aiointercept() as m, client(m) as http:
                m.get(SECURE, callback=fail)
                assert (await http.get(SECURE)).status_code == 500


class TestCertificateFaults:
    """They are performed in the handshake behind ``CONNECT``."""

    @pytest.mark.parametrize(
        ("fault", "message"),
        [
            (Fault.CERTIFICATE_EXPIRED, "certificate has expired"),
            (Fault.CERTIFICATE_WRONG_HOST, "Hostname mismatch"),
            (Fault.CERTIFICATE_UNTRUSTED, "unable to get local issuer certificate"),
        ],
    )
    async def test_the_reason(
        self, client: Any, fault: Fault, message: str, caplog: pytest.LogCaptureFixture
    ):
        """The client sees what is wrong; the call is logged, and nobody is warned."""
        async with aiointercept(tls=True, strict=True) as m:
            failing = m.post(SECURE, fault=fault)
            working = m.get(SECURE, body="after")
            async with client(m) as http:
                with pytest.raises(httpx.ConnectError, match=message):
                    await http.post(SECURE)
                # The server learns of it a little later than the client.
                while not m.calls:
                    await asyncio.sleep(0.001)
                (call,) = m.calls
                assert (call.fault, call.route, call.request.method) == (fault, failing, "POST")
                assert str(call.request.url) == SECURE
                assert (await http.get(SECURE)).text == "after"
                assert working.call_count == 1
        assert not caplog.records

    async def test_a_client_that_does_not_mind(self):
        """It gets the response of the route."""
        async with aiointercept(tls=True) as m:
            m.get(SECURE, fault=Fault.CERTIFICATE_EXPIRED, body="all the same")
            unchecked = m.ssl_context()
            unchecked.check_hostname = False
            unchecked.verify_mode = ssl.CERT_NONE
            async with httpx.AsyncClient(proxy=m.proxy_url, verify=unchecked) as http:
                assert (await http.get(SECURE)).text == "all the same"
            (call,) = m.calls
            assert call.fault is Fault.CERTIFICATE_EXPIRED

    async def test_a_client_that_does_not_trust_the_mock(self, caplog: pytest.LogCaptureFixture):
        """The warning says what to do."""
        async with aiointercept() as m:
            async with httpx.AsyncClient(
                proxy=m.proxy_url, verify=ssl.create_default_context()
            ) as http:
                with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                    await http.get(SECURE)
            while not caplog.records:
                await asyncio.sleep(0.001)
            assert "give it m.ca_file" in caplog.text
            assert m.call_count == 0


class TestTunnels:
    """What is behind ``CONNECT``."""

    async def test_no_http(self, caplog: pytest.LogCaptureFixture):
        """It is closed with a warning that says so."""
        async with aiointercept() as m:
            answer = await raw(m, b"CONNECT db.test:5432 HTTP/1.1\r\n\r\nSSH-2.0-x\r\n")
            assert answer == b"HTTP/1.1 200 Connection established\r\n\r\n"
            assert "CONNECT db.test:5432: the data is neither TLS nor HTTP/1.1" in caplog.text

    async def test_plain_http(self):
        """The origin has the scheme that is spoken."""
        async with aiointercept() as m:
            m.get("http://api.test:443/", body="found")
            answer = await raw(m, b"CONNECT api.test:443 HTTP/1.1\r\n\r\nGET / HTTP/1.0\r\n\r\n")
            assert answer.endswith(b"found")

    async def test_no_target(self):
        """A 400 says what is expected."""
        async with aiointercept() as m:
            assert (await raw(m, b"CONNECT api.test HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 400 ")

    async def test_strangers_never_reach_the_network(self):
        """Whatever they ask for leads to the mock; the guard of this suite would tell."""
        async with aiointercept() as m:
            for target in (b"example.com:443", b"192.0.2.1:22", b"[2001:db8::1]:80"):
                await raw(m, b"CONNECT " + target + b" HTTP/1.1\r\n\r\nGET / HTTP/1.0\r\n\r\n")
            assert m.call_count == 3

    async def test_it_listens_on_loopback_only(self):
        """As ``server_url`` does."""
        async with aiointercept() as m:
            assert m.proxy_url.startswith("http://127.0.0.1:")
            assert m.proxy_url != m.server_url

    async def test_a_local_server_that_is_not_there(self):
        """The client is told."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            async with aiointercept() as m:
                answer = await raw(m, f"CONNECT localhost:{port} HTTP/1.1\r\n\r\n".encode())
                assert answer.startswith(b"HTTP/1.1 502 ")
                assert b"could not be reached" in answer
                plain = await raw(m, f"GET http://localhost:{port}/ HTTP/1.0\r\n\r\n".encode())
                assert b"502 Bad Gateway" in plain
                assert m.call_count == 0


class TestPassthrough:
    """Requests that go on to the real server."""

    async def test_hosts(self, client: Any, remote: Any):
        """They are not touched, and not logged, in the clear or through a tunnel."""
        host = f"127.0.0.1:{remote.port}"
        async with (
            aiointercept(mock_external_urls=True, passthrough=[host]) as m,
            client(m) as http,
        ):
            assert (await http.post(f"http://{host}/x", content=b"data")).text == "real"
            tunnelled = await raw(
                m, f"CONNECT {host} HTTP/1.1\r\n\r\nGET / HTTP/1.0\r\nHost: x\r\n\r\n".encode()
            )
            assert tunnelled.endswith(b"real")
            assert m.call_count == 0
        assert len(remote.requests) == 2

    async def test_what_no_route_matches(self, client: Any, remote: Any):
        """With ``passthrough_unmatched`` it goes on, and is in the log."""
        url = f"http://127.0.0.1:{remote.port}"
        async with (
            aiointercept(mock_external_urls=True, passthrough_unmatched=True) as m,
            client(m) as http,
        ):
            m.get(f"{url}/mocked", body="mocked")
            assert (await http.get(f"{url}/mocked")).text == "mocked"
            assert (await http.get(f"{url}/other")).text == "real"
            assert (await http.post(f"{url}/other", content=b"x" * 1_000_000)).text == "real"
            assert [call.response.status for call in m.calls if call.response] == [200] * 3
        assert [request.path for request in remote.requests] == ["/other", "/other"]

    async def test_a_server_that_cannot_be_reached(self, client: Any):
        """The reason is in the 502."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            async with (
                aiointercept(mock_external_urls=True, passthrough_unmatched=True) as m,
                client(m) as http,
            ):
                m.get(f"{url}/mocked", optional=True)
                answer = await http.get(f"{url}/other")
                assert answer.status_code == 502
                assert "ClientConnectorError" in answer.text


class TestEnvironment:
    """``proxy_environment()`` and ``proxied()``."""

    async def test_what_it_names(self):
        """The proxy, and files that are there as long as the block."""
        async with aiointercept() as m:
            environment = m.proxy_environment()
            assert environment["HTTPS_PROXY"] == environment["http_proxy"] == m.proxy_url
            bundle = Path(environment["SSL_CERT_FILE"])
            assert await asyncio.to_thread(bundle.exists)
        assert not await asyncio.to_thread(bundle.exists)

    async def test_proxied(self):
        """The variables are set, and restored whatever happens; one block at a time."""
        before = dict(os.environ)
        async with aiointercept() as m, aiointercept() as other:
            with pytest.raises(LookupError), m.proxied():
                assert os.environ["HTTP_PROXY"] == m.proxy_url
                assert os.environ["NO_PROXY"] == ""
                with pytest.raises(RuntimeError, match="already active"), other.proxied():
                    pass
                raise LookupError
            assert dict(os.environ) == before
            with other.proxied():
                assert os.environ["HTTP_PROXY"] == other.proxy_url
        assert dict(os.environ) == before

    async def test_without_the_extra(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        """Plain HTTP works; who speaks TLS all the same is closed, with a warning."""
        monkeypatch.setitem(sys.modules, "trustme", None)
        async with aiointercept() as m:
            m.get(PLAIN, body="found")
            assert "SSL_CERT_FILE" not in m.proxy_environment()
            with m.proxied():
                assert (await asyncio.to_thread(requests.get, PLAIN)).text == "found"
                with pytest.raises(requests.ConnectionError):
                    await asyncio.to_thread(requests.get, SECURE)
            assert "pip install 'aiointercept[tls]'" in caplog.text

    async def test_outside_of_the_block(self):
        """There is no proxy then, and its address is no more."""
        m = aiointercept()
        for ask in (lambda: m.proxy_url, m.proxy_environment, m.proxied().__enter__):
            with pytest.raises(RuntimeError, match="Server not started"):
                ask()
        async with m:
            url = m.proxy_url
        with pytest.raises(RuntimeError, match="Server not started"):
            _ = m.proxy_url
        with pytest.raises(requests.ConnectionError):
            requests.get(PLAIN, proxies={"http": url})

    async def test_with_a_transport_of_ones_own(self):
        """It has no sockets, so no proxy."""
        async with aiointercept(transport=InMemoryTransport()) as m:
            with pytest.raises(TypeError, match=r"m\.proxy_url needs the real server on loopback"):
                _ = m.proxy_url

    async def test_routes_for_other_servers_are_not_warned_of(self):
        """Once the proxy was asked for, they can be reached."""
        async with aiointercept() as m:
            m.get(SECURE)
            _ = m.proxy_url
        with pytest.warns(AiointerceptWarning, match=r"m\.proxied\(\)"):
            async with aiointercept() as m:
                m.get(SECURE)


async def test_load(client: Any):
    """1,000 requests over 50 connections, with TLS: answered right, and logged once each."""

    def echo(url: Any, **_: Any) -> CallbackResult:
        return CallbackResult(body=str(url))

    async with aiointercept() as m:
        m.route(matchers.host("api.test"), callback=echo, repeat=True)
        limits = httpx.Limits(max_connections=1)
        context = m.ssl_context()

        async def ask(number: int) -> None:
            async with httpx.AsyncClient(
                proxy=m.proxy_url, verify=context, limits=limits, timeout=60
            ) as http:
                for turn in range(20):
                    url = f"https://api.test/{number}/{turn}"
                    answer = await http.get(url)
                    assert (answer.status_code, answer.text) == (200, url)

        await asyncio.gather(*(ask(number) for number in range(50)))
        urls = sorted(str(call.request.url) for call in m.calls)
        assert urls == sorted(
            f"https://api.test/{n}/{turn}" for n in range(50) for turn in range(20)
        )
