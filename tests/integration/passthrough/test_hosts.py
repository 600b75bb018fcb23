"""``passthrough=``: requests to these hosts are not touched at all, nor logged."""

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
        "http://remote.test:{port}/any/path",
    ],
)
async def test_a_host_may_be_given_in_several_forms(remote: Any, form: str) -> None:
    """As host, host and port, or URL; a path makes no difference."""
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
    ["other.test", "remote.test:1", "https://remote.test:{port}", "http://remote.test", "test"],
)
async def test_an_entry_means_that_host_and_no_other(remote: Any, form: str) -> None:
    """Another host, port or scheme is intercepted."""
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


async def test_a_passed_through_host_comes_before_its_routes(remote: Any) -> None:
    """What is said about the host holds whatever is registered there."""
    async with (
        aiointercept(mock_external_urls=True, passthrough=["remote.test"]) as m,
        remote.session() as session,
    ):
        route = m.get(remote.url(), body="mock")
        assert await _text(session, remote.url()) == "real"
        assert not route.called


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
