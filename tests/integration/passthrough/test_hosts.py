"""``passthrough=``: requests to these hosts are not touched at all, nor logged."""

import re
from typing import Any

import aiohttp
import pytest
from yarl import URL

from aiointercept import aiointercept


async def _text(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(url) as response:
        return await response.text()


@pytest.mark.parametrize(
    "form",
    [
        "remote.test",
        "REMOTE.test",
        "remote.test.",
        "remote.test:{port}",
        "http://remote.test:{port}",
        "https://remote.test:{port}",
        "http://remote.test",
        "https://remote.test",
        "http://remote.test:{port}/x",
    ],
)
async def test_a_host_may_be_given_in_several_forms(remote: Any, form: str) -> None:
    """The host decides, whatever the scheme; a port and a path that are given must agree."""
    entry = form.format(port=remote.port)
    async with (
        aiointercept(mock_external_urls=True, passthrough=[entry], strict=True) as m,
        remote.session() as session,
    ):
        m.get("https://api.test/", body="mock")
        assert await _text(session, remote.url("/x")) == "real"
        assert await _text(session, "https://api.test/") == "mock"
        assert m.call_count == 1


@pytest.mark.parametrize(
    "form",
    ["other.test", "remote.test:1", "*.remote.test", "http://remote.test:{port}/path", "test"],
)
async def test_an_entry_means_that_host_and_no_other(remote: Any, form: str) -> None:
    """Another host, port or path is intercepted."""
    entry = form.format(port=remote.port)
    async with (
        aiointercept(mock_external_urls=True, passthrough=[entry]) as m,
        remote.session() as session,
    ):
        with pytest.raises(aiohttp.ClientConnectionError, match="no route is registered"):
            await _text(session, remote.url())
        assert m.call_count == 1
    assert remote.requests == []


async def test_a_url_object_and_a_single_entry_are_fine(remote: Any) -> None:
    """``passthrough`` takes an iterable, or one of them."""
    for passthrough in (URL(remote.url()), remote.url(), {remote.url()}, (remote.url(),)):
        async with (
            aiointercept(mock_external_urls=True, passthrough=passthrough),
            remote.session() as session,
        ):
            assert await _text(session, remote.url()) == "real"


async def test_addresses_may_be_passed_through() -> None:
    """With and without brackets, IPv6 too; loopback needs no entry."""
    mock = aiointercept(
        mock_external_urls=True, passthrough=["192.0.2.1", "2001:db8::1", "[2001:db8::2]:8080"]
    )
    async with mock as m, aiohttp.ClientSession() as session:
        m.get("http://192.0.2.2/", body="mock")
        assert await _text(session, "http://192.0.2.2/") == "mock"


async def test_a_route_that_passthrough_makes_unreachable_is_refused(remote: Any) -> None:
    """The message names both; a pattern may mean other hosts too, and passes over this one."""
    async with (
        aiointercept(mock_external_urls=True, passthrough=["remote.test"]) as m,
        remote.session() as session,
    ):
        with pytest.raises(ValueError, match=r"http://remote\.test:.*passthrough='remote.test'"):
            m.get(remote.url(), body="mock")
        m.get(m.server_url, body="own")
        m.get(re.compile(".*"), body="mock", repeat=True)
        assert await _text(session, remote.url()) == "real"


@pytest.mark.parametrize("entry", ["re*.test", "*", "a.*.test", "https://*/x"])
def test_other_wildcards_are_refused(entry: str) -> None:
    """Only ``*.`` before a host is understood."""
    with pytest.raises(ValueError, match="wildcard|neither a URL"):
        aiointercept(mock_external_urls=True, passthrough=[entry])


async def test_subdomains(remote: Any) -> None:
    """``*.`` stands for any of them, but not for the host itself."""
    async with (
        aiointercept(mock_external_urls=True, passthrough=["*.test"]) as m,
        remote.session() as session,
    ):
        m.get("http://test/", body="mock")
        assert await _text(session, remote.url()) == "real"
        assert await _text(session, "http://test/") == "mock"


async def test_pooled_connections_of_a_passed_through_host_are_used_on(remote: Any) -> None:
    """One connection serves before, in and after the block: nothing is touched."""
    async with remote.session() as session:
        assert await _text(session, remote.url()) == "real"
        async with aiointercept(mock_external_urls=True, passthrough=["remote.test"]):
            assert await _text(session, remote.url()) == "real"
        assert await _text(session, remote.url()) == "real"
    assert len(remote.peers) == 1
    assert len(remote.requests) == 3


async def test_a_real_error_of_a_passed_through_host_is_its_own(remote: Any) -> None:
    """DisconnectReply is refused, as aiohttp tells it."""
    async with (
        aiointercept(mock_external_urls=True, passthrough=["remote.test"]) as m,
        remote.session() as session,
    ):
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("http://remote.test:1/")
        assert m.call_count == 0


@pytest.mark.parametrize("options", [{"passthrough": ["h.test"]}, {"passthrough_unmatched": True}])
def test_passthrough_without_interception_is_refused(options: dict[str, Any]) -> None:
    """There is nothing to pass through, then."""
    with pytest.raises(ValueError, match="mock_external_urls"):
        aiointercept(**options)
