"""Hosts that look like another: none of them gets the other's route, in and out of loopback."""

import asyncio
import ipaddress
from typing import Any

import aiohttp
import pytest
from yarl import URL

from aiointercept import aiointercept, matchers

# Pairs that are the same host, by the rules of URLs; and hosts that only look like one.
SAME = [
    ("http://example.test/", "http://EXAMPLE.test/"),
    ("http://example.test/", "http://example.test./"),
    ("http://example.test/", "http://example.test:80/"),
    ("https://example.test/", "https://example.test:443/"),
    ("http://example.test/", "http://user:secret@example.test/"),
    ("http://münchen.test/", "http://xn--mnchen-3ya.test/"),
    ("http://MÜNCHEN.test/", "http://xn--mnchen-3ya.test/"),
    ("http://[2001:db8::1]/", "http://[2001:0db8:0:0:0:0:0:1]/"),
    ("http://[2001:db8::1]/", "http://[2001:DB8::1]:80/"),
]
DIFFERENT = [
    ("http://example.test/", "https://example.test/"),
    ("http://example.test/", "http://example.test:8080/"),
    ("http://example.test/", "http://example.test.evil.test/"),
    ("http://example.test/", "http://evilexample.test/"),
    ("http://example.test/", "http://example-test/"),
    ("http://example.test/", "http://example.test@evil.test/"),
    ("http://example.test/", "http://evil.test/example.test/"),
    ("http://example.test/", "http://evil.test/?http://example.test/"),
    ("http://example.test/", "http://evil.test/#http://example.test/"),
    ("http://example.test/", "http://sub.example.test/"),
    ("http://paypal.test/", "http://p\u0430ypal.test/"),  # a Cyrillic letter
    ("http://apple.test/", "http://xn--pple-43d.test/"),
    ("http://192.0.2.1/", "http://192.0.2.10/"),
    ("http://192.0.2.1/", "http://192.0.2.1.evil.test/"),
    ("http://[2001:db8::1]/", "http://[2001:db8::10]/"),
    ("http://[::ffff:192.0.2.1]/", "http://[::ffff:192.0.2.2]/"),
    ("http://[fe80::1%25eth0]/", "http://[fe80::1%25eth1]/"),
    ("http://example.test/a/b", "http://example.test/a%2Fb"),
    ("http://example.test/a", "http://example.test/a/"),
    ("http://example.test/a", "http://example.test/A"),
    ("http://example.test/?a=1", "http://example.test/?a=1&a=1"),
]
# Spellings of addresses that systems resolve, and that are no loopback by their looks.
NUMBERS = [
    "2130706433",  # 127.0.0.1 in decimal
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "3221225985",  # 192.0.2.1
    "0300.0.2.1",
]
LOOPBACK = ["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.2", "127.255.255.254", "[::1]"]
NO_LOOPBACK = [
    "localhost.test",
    "localhost.evil.test",
    "127.0.0.1.evil.test",
    "xn--localhost-2of.test",
    "0.0.0.0.test",
    "128.0.0.1.test",
    "[2001:db8::127.0.0.1]",
    "[::ffff:192.0.2.1]",
]


async def _ask(session: aiohttp.ClientSession, url: Any) -> str:
    try:
        async with session.get(url) as response:
            return await response.text()
    except aiohttp.ClientConnectionError as error:
        assert "No route matches" in str(error), error
        return "none"


def _routes(mock: aiointercept, url: str) -> None:
    mock.get(url, body="exact", repeat=True)


def _hosts(mock: aiointercept, url: str) -> None:
    parsed = URL(url)
    host = parsed.host_subcomponent or ""
    port = parsed.port if parsed.explicit_port else None
    mock.route(matchers.host(host if port is None else f"{host}:{port}"), body="host", repeat=True)


@pytest.mark.parametrize(("one", "other"), SAME)
async def test_the_same_host_in_another_spelling_is_mocked(
    campaign: Any, one: str, other: str
) -> None:
    """Both ways round."""
    async with aiohttp.ClientSession() as session:
        for registered, asked in ((one, other), (other, one)):
            async with aiointercept(mock_external_urls=True) as mock:
                _routes(mock, registered)
                assert await _ask(session, asked) == "exact"
                campaign.count("look-alike hosts and addresses")


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
async def test_what_only_looks_alike_is_not_mocked(campaign: Any, one: str, other: str) -> None:
    """And is not let out either."""
    async with aiohttp.ClientSession() as session:
        for registered, asked in ((one, other), (other, one)):
            async with aiointercept(mock_external_urls=True) as mock:
                _routes(mock, registered)
                asked_url = URL(asked, encoded="%" in asked)
                assert await _ask(session, asked_url) == "none"
                campaign.count("look-alike hosts and addresses")


@pytest.mark.parametrize("number", NUMBERS)
async def test_numbers_for_addresses_are_mocked_and_never_looked_up(
    campaign: Any, network_attempts: list[Any], number: str
) -> None:
    """Whatever address a system would make of them: they are hosts like others to a mock."""
    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as mock:
            mock.get(f"http://{number}/", body="number")
            assert await _ask(session, f"http://{number}/") == "number"
            if not number.startswith("127."):
                assert await _ask(session, f"http://{number}/other") == "none"
        assert network_attempts == []
    campaign.count("look-alike hosts and addresses")


@pytest.mark.parametrize("host", LOOPBACK)
async def test_this_machine_is_left_alone_by_all_its_names(campaign: Any, host: str) -> None:
    """A call to a port where nobody listens is refused by the system, not by the mock."""
    async with aiointercept(mock_external_urls=True), aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://{host}:1/")
    campaign.count("look-alike hosts and addresses")


@pytest.mark.parametrize("host", NO_LOOPBACK)
async def test_what_looks_like_this_machine_is_not_let_out(
    campaign: Any, network_attempts: list[Any], host: str
) -> None:
    """It would be looked up elsewhere."""
    async with aiointercept(mock_external_urls=True), aiohttp.ClientSession() as session:
        assert await _ask(session, f"http://{host}/") == "none"
    assert network_attempts == []
    campaign.count("look-alike hosts and addresses")


@pytest.mark.parametrize("passed", ["example.test", "https://example.test", "192.0.2.1"])
async def test_passthrough_lets_no_look_alike_out(
    campaign: Any, network_attempts: list[Any], passed: str
) -> None:
    """Only the host itself is passed through."""
    mock = aiointercept(mock_external_urls=True, passthrough=[passed])
    kept = URL(passed if "://" in passed else f"http://{passed}").host
    async with mock, aiohttp.ClientSession() as session:
        for _, other in DIFFERENT:
            url = URL(other, encoded="%" in other)
            if url.host != kept:
                assert await _ask(session, url) == "none"
                campaign.count("look-alike hosts and addresses")
    assert network_attempts == []


def test_the_lists_say_what_python_says() -> None:
    """Those that are loopback are so by Python's own rules, and the others are not."""
    for host in LOOPBACK[2:]:
        assert ipaddress.ip_address(host.strip("[]")).is_loopback
    for host in NO_LOOPBACK[-2:]:
        assert not ipaddress.ip_address(host.strip("[]")).is_loopback
    assert ipaddress.ip_address(2130706433).is_loopback
    assert asyncio.iscoroutinefunction(_ask)
