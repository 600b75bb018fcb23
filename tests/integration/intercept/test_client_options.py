"""What clients set on connectors and requests makes no difference to a mocked request."""

import asyncio
import socket
import ssl
import sys
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from aiointercept import CallbackResult, aiointercept

URLS = ("http://h.test/", "https://h.test/", "https://h.test:8443/")


def option_name(options: dict[str, Any]) -> str:
    """Return an id that is the same in every process, so that xdist can share the tests out."""
    return ",".join(
        f"{name}={value if type(value) in (bool, int, str, tuple) else type(value).__name__}"
        for name, value in options.items()
    )


async def _check(session: aiohttp.ClientSession, **options: Any) -> None:
    """Ask twice for each URL, over a first and a pooled connection."""
    async with aiointercept(mock_external_urls=True) as m:
        for url in URLS:
            m.get(url, body=url, repeat=True)
        for url in URLS * 2:
            async with session.get(url, **options) as response:
                assert await response.text() == url
        assert m.call_count == 2 * len(URLS)


@pytest.mark.parametrize(
    "options",
    [
        {"family": socket.AF_INET6},
        {"family": socket.AF_INET},
        {"local_addr": ("192.0.2.1", 0)},
        {"local_addr": ("2001:db8::1", 0)},
        {"use_dns_cache": False},
        {"ttl_dns_cache": 1},
        {"force_close": True},
        {"limit": 1},
        {"limit_per_host": 1},
        {"limit": 0},
        {"ssl": False},
        {"ssl": ssl.create_default_context()},
        {"ssl": aiohttp.Fingerprint(b"0" * 32)},
        {"keepalive_timeout": 0.001},
        {"happy_eyeballs_delay": None},
        {"enable_cleanup_closed": sys.version_info < (3, 12, 7)},
    ],
    ids=option_name,
)
async def test_options_of_a_connector_make_no_difference(options: dict[str, Any]) -> None:
    """Address families, pools, TLS settings: the mock answers as always."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(**options)) as session:
        await _check(session)


@pytest.mark.parametrize(
    "options",
    [
        {"ssl": False},
        {"ssl": ssl.create_default_context()},
        {"ssl": aiohttp.Fingerprint(b"0" * 32)},
        {"server_hostname": "another.test"},
        {"proxy": "http://proxy.test:3128"},
        {"timeout": aiohttp.ClientTimeout(total=None)},
        {"version": aiohttp.HttpVersion10},
    ],
    ids=option_name,
)
async def test_options_of_a_request_make_no_difference(options: dict[str, Any]) -> None:
    """TLS settings, proxies and timeouts of one request: the mock answers as always."""
    if "version" in options:
        async with aiohttp.ClientSession(version=options["version"]) as session:
            await _check(session)
    else:
        async with aiohttp.ClientSession() as session:
            await _check(session, **options)


async def test_force_close_closes_after_each_request() -> None:
    """A connector that keeps nothing alive gets a new connection each time."""
    peers: set[Any] = set()

    def note(url: Any, *, request: Any, **_: Any) -> CallbackResult:
        peers.add(request.transport.get_extra_info("peername"))
        return CallbackResult()

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session,
    ):
        m.get("https://h.test/", callback=note, repeat=True)
        for _ in range(3):
            async with session.get("https://h.test/"):
                pass
    assert len(peers) == 3


@pytest.mark.parametrize("limits", [{"limit": 1}, {"limit_per_host": 1}, {"limit": 2}], ids=str)
async def test_a_connectors_limit_holds_for_mocked_requests(limits: dict[str, int]) -> None:
    """Requests queue for a slot, as they would with a real server, and all get served."""
    running = 0
    most = 0

    async def callback(url: Any, **_: Any) -> CallbackResult:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(3):
            await asyncio.sleep(0)
        running -= 1
        return CallbackResult(body="ok")

    async def ask(session: aiohttp.ClientSession) -> str:
        async with session.get("https://h.test/") as response:
            return await response.text()

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(**limits)) as session,
    ):
        m.get("https://h.test/", callback=callback, repeat=True)
        assert await asyncio.gather(*(ask(session) for _ in range(10))) == ["ok"] * 10
    assert most == next(iter(limits.values()))


async def test_a_custom_resolver_is_not_asked() -> None:
    """A mocked host needs no name service, not even the client's own."""

    class Refusing(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
            raise OSError(f"no such host: {host}")

        async def close(self) -> None:
            """Nothing is held."""

    connector = aiohttp.TCPConnector(resolver=Refusing())
    async with aiohttp.ClientSession(connector=connector) as session:
        await _check(session)


async def test_a_connector_that_overrides_resolve_host_is_intercepted() -> None:
    """Name resolution of a subclass is not on the way of a mocked request."""

    class Pinning(aiohttp.TCPConnector):
        async def _resolve_host(self, host: str, port: int, traces: Any = None) -> Any:
            raise AssertionError(host)

    async with aiohttp.ClientSession(connector=Pinning()) as session:
        await _check(session)


async def test_a_connector_that_overrides_create_connection_is_intercepted() -> None:
    """Nor is how a subclass connects."""

    class Tunnelling(aiohttp.TCPConnector):
        async def _create_connection(self, req: Any, traces: Any, timeout: Any) -> Any:
            raise AssertionError(req.url)

    async with aiohttp.ClientSession(connector=Tunnelling()) as session:
        await _check(session)


async def test_a_connector_that_wraps_create_connection_is_intercepted() -> None:
    """SOCKS connectors override ``_wrap_create_connection``: they do not escape."""

    class Socks(aiohttp.TCPConnector):
        async def _wrap_create_connection(self, *args: Any, **options: Any) -> Any:
            raise AssertionError(args)

    async with aiohttp.ClientSession(connector=Socks()) as session:
        await _check(session)


async def test_a_connector_that_overrides_connect_and_calls_super_is_intercepted() -> None:
    """A subclass may watch; the mock still answers."""
    seen: list[str] = []

    class Watching(aiohttp.TCPConnector):
        async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
            seen.append(str(req.url))
            return await super().connect(req, traces, timeout)

    async with aiohttp.ClientSession(connector=Watching()) as session:
        await _check(session)
    assert seen == [*URLS, *URLS]


async def test_a_base_connector_of_ones_own_is_intercepted() -> None:
    """Not only subclasses of aiohttp's own two connectors are."""

    class Odd(aiohttp.BaseConnector):
        async def _create_connection(self, req: Any, traces: Any, timeout: Any) -> Any:
            raise AssertionError(req.url)

    async with aiohttp.ClientSession(connector=Odd()) as session:
        await _check(session)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the platform has no unix sockets")
async def test_a_unix_connector_is_intercepted(tmp_path: Any) -> None:
    """Its socket need not even exist."""
    connector = aiohttp.UnixConnector(path=str(tmp_path / "nobody.sock"))
    async with aiohttp.ClientSession(connector=connector) as session:
        await _check(session)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the platform has no unix sockets")
async def test_a_unix_connector_reaches_its_socket_again_after_the_block(tmp_path: Any) -> None:
    """The block leaves nothing behind in it."""
    path = str(tmp_path / "real.sock")
    server = aiohttp.web.Server(_real)
    runner = aiohttp.web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await aiohttp.web.UnixSite(runner, path).start()
    try:
        async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(path=path)) as session:
            async with aiointercept(mock_external_urls=True) as m:
                m.get("http://h.test/", body="mock")
                async with session.get("http://h.test/") as response:
                    assert await response.text() == "mock"
            async with session.get("http://h.test/") as response:
                assert await response.text() == "real"
    finally:
        await runner.cleanup()


async def _real(request: Any) -> aiohttp.web.StreamResponse:
    return aiohttp.web.Response(text="real")


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"])
async def test_a_proxy_of_the_environment_does_not_divert(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """``trust_env=True`` reads the proxy; the mock is reached all the same."""
    monkeypatch.setenv(variable, "http://user:secret@proxy.test:3128")
    async with aiohttp.ClientSession(trust_env=True) as session:
        await _check(session)


async def test_a_proxy_leaves_no_trace_in_a_mocked_request() -> None:
    """Neither its authorization nor the absolute form of the URL is sent."""
    options: dict[str, Any] = {
        "proxy": "http://me:secret@proxy.test:3128",
        "proxy_headers": {"X-Proxy": "1"},
    }
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        for url in ("http://h.test/x", "https://h.test/x"):
            m.get(url, repeat=True)
            for _ in range(2):
                async with session.get(url, **options):
                    pass
                assert m.last_request is not None
                assert "Proxy-Authorization" not in m.last_request.headers
                assert "X-Proxy" not in m.last_request.headers
                assert m.last_request.raw_path == "/x"
                assert m.last_request.method == "GET"


async def test_with_and_without_a_proxy_one_host_is_the_same_host() -> None:
    """Requests that differ in their proxy only meet the same routes."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://h.test/", body="mock", repeat=True)
        for proxy in (None, "http://proxy.test:3128", None, "https://proxy.test:3129"):
            async with session.get("https://h.test/", proxy=proxy) as response:
                assert await response.text() == "mock"
