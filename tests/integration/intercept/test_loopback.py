"""The application's own test server stays reachable, unless a route names it."""

import re
from typing import Any

import aiohttp
import pytest

from aiointercept import aiointercept, errors, matchers


async def _text(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(url) as response:
        return await response.text()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_loopback_is_left_alone(remote: Any, host: str) -> None:
    """Requests to this machine reach it, and are not in the log."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        remote.session() as session,
    ):
        m.get("https://api.test/", body="mock", repeat=True)
        assert await _text(session, remote.url(host=host)) == "real"
        assert await _text(session, "https://api.test/") == "mock"
        assert m.call_count == 1


async def test_catch_all_routes_do_not_name_loopback(remote: Any) -> None:
    """A pattern or matcher that would fit any host leaves this machine alone."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        remote.session() as session,
    ):
        m.get(re.compile(".*"), body="mock", repeat=True)
        m.route(matchers.method("GET"), body="mock", repeat=True)
        m.get(f"http://127.0.0.1:{remote.port + 1}/", body="another port")
        m.get(f"http://127.0.0.9:{remote.port}/", body="another address")
        assert await _text(session, remote.url(host="127.0.0.1")) == "real"
        assert await _text(session, remote.url(host="localhost")) == "real"
        assert await _text(session, "http://api.test/") == "mock"


async def test_an_exact_url_names_its_host_and_port(remote: Any) -> None:
    """Every request there is for the mock then, a request for another path too."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        remote.session() as session,
    ):
        m.get(remote.url("/mocked", host="127.0.0.1"), body="mock")
        assert await _text(session, remote.url("/mocked", host="127.0.0.1")) == "mock"
        with pytest.raises(aiohttp.ClientConnectionError, match="No route matches"):
            await session.get(remote.url("/other", host="127.0.0.1"))
        assert await _text(session, remote.url("/mocked", host="localhost")) == "real"


async def test_a_pattern_in_whose_text_the_host_stands_names_it(remote: Any) -> None:
    """An escaped address counts as its text."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        remote.session() as session,
    ):
        m.get(re.compile(r"http://127\.0\.0\.1:\d+/mocked"), body="mock", repeat=True)
        m.get(re.compile(r"^https?://localhost(:\d+)?/mocked"), body="local mock", repeat=True)
        assert await _text(session, remote.url("/mocked", host="127.0.0.1")) == "mock"
        assert await _text(session, remote.url("/mocked", host="localhost")) == "local mock"
        assert await _text(session, remote.url("/other", host="127.0.0.1")) == "real"


@pytest.mark.parametrize(
    "matcher",
    [
        matchers.host("127.0.0.1"),
        matchers.host("127.0.0.1") & matchers.path("/mocked"),
        matchers.url_pattern(r"http://127\.0\.0\.1:\d+/mocked"),
    ],
    ids=str,
)
async def test_a_matcher_in_whose_text_the_host_stands_names_it(remote: Any, matcher: Any) -> None:
    """``m.route`` can mock this machine as any host."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        remote.session() as session,
    ):
        m.route(matcher, body="mock", repeat=True)
        assert await _text(session, remote.url("/mocked", host="127.0.0.1")) == "mock"
        assert await _text(session, remote.url("/mocked", host="localhost")) == "real"


async def test_the_ipv6_loopback_is_left_alone_unless_named() -> None:
    """``::1`` is this machine too: unmocked it is tried, and refused by whoever is not there."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("http://[::1]:9/", body="mock")
        assert await _text(session, "http://[::1]:9/") == "mock"
        assert m.call_count == 1


async def test_the_mocks_own_server_url_answers_in_intercept_mode() -> None:
    """``server_url`` is loopback as well; requests there meet path-only routes."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("/own", body="own")
        assert await _text(session, f"{m.server_url}/own") == "own"


@pytest.mark.parametrize("options", [{}, {"passthrough_unmatched": True}, {"tls": True}], ids=str)
async def test_an_unmatched_request_to_the_mocks_own_url_is_explained(options: Any) -> None:
    """One call and one message, as for any server that is mocked; it is never passed through."""
    async with (
        aiointercept(mock_external_urls=True, **options) as m,
        aiohttp.ClientSession() as session,
    ):
        with pytest.raises(errors.NoRouteError, match=f"No route matches GET {m.server_url}/typo"):
            await session.get(f"{m.server_url}/typo")
        assert [call.matched for call in m.calls] == [False]


async def test_the_own_url_of_an_outer_mock_is_explained_by_it() -> None:
    """The inner one has nothing to do with it, and passes nothing on to it."""
    async with (
        aiointercept(mock_external_urls=True) as outer,
        aiointercept(mock_external_urls=True, passthrough_unmatched=True) as inner,
        aiohttp.ClientSession() as session,
    ):
        with pytest.raises(errors.NoRouteError):
            await session.get(f"{outer.server_url}/typo")
        assert (outer.call_count, inner.call_count) == (1, 0)


async def test_an_unmatched_request_to_loopback_is_left_alone_though_unmatched_fails(
    remote: Any,
) -> None:
    """With no route at all, nothing on this machine is touched."""
    async with (
        aiointercept(mock_external_urls=True, strict=True) as m,
        remote.session() as session,
    ):
        assert await _text(session, remote.url(host="127.0.0.1")) == "real"
        assert m.call_count == 0
