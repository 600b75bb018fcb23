"""Trace hooks of the client run as with a real server: all of them, in the same order."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aiointercept import CallbackResult, Fault, aiointercept

_HOOKS = (
    "request_start",
    "request_chunk_sent",
    "response_chunk_received",
    "request_end",
    "request_exception",
    "request_redirect",
    "connection_queued_start",
    "connection_queued_end",
    "connection_create_start",
    "connection_create_end",
    "connection_reuseconn",
    "dns_resolvehost_start",
    "dns_resolvehost_end",
    "dns_cache_hit",
    "dns_cache_miss",
    "request_headers_sent",
)

Scenario = Callable[[aiohttp.ClientSession, str], Awaitable[None]]


def _tracing(events: list[tuple[str, str]]) -> aiohttp.TraceConfig:
    config = aiohttp.TraceConfig()

    def note(name: str) -> Callable[..., Awaitable[None]]:
        async def hook(session: Any, context: Any, params: Any) -> None:
            events.append((name, getattr(params, "host", "")))

        return hook

    for name in _HOOKS:
        getattr(config, f"on_{name}").append(note(name))
    return config


async def _get(session: aiohttp.ClientSession, url: str, **options: Any) -> None:
    async with session.get(url, **options) as response:
        await response.read()


async def _once(session: aiohttp.ClientSession, base: str) -> None:
    await _get(session, f"{base}/")


async def _pooled(session: aiohttp.ClientSession, base: str) -> None:
    for _ in range(3):
        await _get(session, f"{base}/")


async def _upload(session: aiohttp.ClientSession, base: str) -> None:
    async with session.post(f"{base}/", data=b"some bytes") as response:
        await response.read()


async def _redirected(session: aiohttp.ClientSession, base: str) -> None:
    await _get(session, f"{base}/redirect")


async def _two_hosts(session: aiohttp.ClientSession, base: str) -> None:
    await _get(session, f"{base}/")
    await _get(session, f"{base}/".replace("remote.test", "other.test"))
    await _get(session, f"{base}/".replace("remote.test", "REMOTE.test"))


async def _fresh_connections(session: aiohttp.ClientSession, base: str) -> None:
    for _ in range(3):
        await _get(session, f"{base}/", headers={"Connection": "close"})


async def _queued(session: aiohttp.ClientSession, base: str) -> None:
    async with session.get(f"{base}/") as first:
        second = asyncio.create_task(_get(session, f"{base}/"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await first.read()
    await second


async def _by_address(session: aiohttp.ClientSession, base: str) -> None:
    await _get(session, f"{base}/".replace("remote.test", "127.0.0.1"))


async def _disconnected(session: aiohttp.ClientSession, base: str) -> None:
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await session.post(f"{base}/closed")


async def _like_the_mock(request: web.BaseRequest) -> web.StreamResponse:
    await request.read()
    if request.path == "/redirect":
        return web.Response(status=302, headers={"Location": "/"})
    if request.path == "/closed":
        assert request.transport is not None
        request.transport.close()
    return web.Response(text="real")


@pytest.mark.parametrize("options", [{}, {"use_dns_cache": False}, {"limit": 1}], ids=str)
@pytest.mark.parametrize(
    "scenario",
    [
        _once,
        _pooled,
        _upload,
        _redirected,
        _two_hosts,
        _fresh_connections,
        _queued,
        _by_address,
        _disconnected,
    ],
)
async def test_the_hooks_run_as_with_a_real_server(
    remote: Any, scenario: Scenario, options: dict[str, Any]
) -> None:
    """What the hooks of a mocked client hear is what those of a real client heard."""
    remote.handler = _like_the_mock
    base = remote.url("").rstrip("/")
    heard: dict[str, list[tuple[str, str]]] = {"real": [], "mock": []}

    async with aiohttp.ClientSession(
        connector=remote.connector(**options), trace_configs=[_tracing(heard["real"])]
    ) as session:
        await scenario(session, base)

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(**options), trace_configs=[_tracing(heard["mock"])]
        ) as session,
    ):
        for host in ("remote.test", "other.test", "127.0.0.1"):
            root = f"http://{host}:{remote.port}/"
            m.get(root, body="mock", repeat=True)
            m.post(root, body="mock", repeat=True)
        m.get(f"{base}/redirect", status=302, headers={"Location": "/"})
        m.post(f"{base}/closed", fault=Fault.EMPTY_RESPONSE)
        await scenario(session, base)

    assert heard["mock"] == heard["real"]


async def test_hooks_hear_of_a_failed_name_resolution() -> None:
    """A resolution that fails has begun, and the request ends in an exception."""
    events: list[tuple[str, str]] = []
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(trace_configs=[_tracing(events)]) as session,
    ):
        m.get("https://h.test/", fault=Fault.DNS_FAILURE)
        with pytest.raises(aiohttp.ClientConnectorDNSError):
            await session.get("https://h.test/")
    assert events == [
        ("request_start", ""),
        ("connection_create_start", ""),
        ("dns_cache_miss", "h.test"),
        ("dns_resolvehost_start", "h.test"),
        ("request_exception", ""),
    ]


async def test_hooks_hear_of_a_refused_connection() -> None:
    """The name was found, the connection was not made."""
    events: list[tuple[str, str]] = []
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(trace_configs=[_tracing(events)]) as session,
    ):
        m.get("https://h.test/", fault=Fault.CONNECTION_REFUSED)
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("https://h.test/")
    assert [name for name, _ in events] == [
        "request_start",
        "connection_create_start",
        "dns_cache_miss",
        "dns_resolvehost_start",
        "dns_resolvehost_end",
        "request_exception",
    ]


async def test_a_hook_that_adds_a_header_adds_it_for_the_mock_too() -> None:
    """Instrumentation writes headers in ``on_request_start``; the mock sees them."""

    async def inject(session: Any, context: Any, params: Any) -> None:
        params.headers["traceparent"] = "00-1-2-01"

    config = aiohttp.TraceConfig()
    config.on_request_start.append(inject)
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(trace_configs=[config]) as session,
    ):
        m.get("https://h.test/")
        await _get(session, "https://h.test/")
        assert m.last_request is not None
        assert m.last_request.headers["traceparent"] == "00-1-2-01"


async def test_a_hook_may_itself_call_a_mocked_url() -> None:
    """A hook that fetches a token on the way gets it from the mock."""
    tokens: list[str] = []

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as other:

        async def fetch(session: Any, context: Any, params: Any) -> None:
            async with other.get("https://auth.test/token") as response:
                tokens.append(await response.text())

        config = aiohttp.TraceConfig()
        config.on_connection_create_start.append(fetch)
        m.get("https://auth.test/token", body="t")
        m.get("https://h.test/", callback=lambda url, **_: CallbackResult(body=tokens[0]))
        async with (
            aiohttp.ClientSession(trace_configs=[config]) as session,
            session.get("https://h.test/") as response,
        ):
            assert await response.text() == "t"
        assert [str(url) for (_, url), _ in m.ordered_requests] == [
            "https://auth.test/token",
            "https://h.test/",
        ]
