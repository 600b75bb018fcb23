"""Sessions live longer or shorter than blocks; no connection of one world serves the other."""

from typing import Any

import aiohttp
import pytest

from aiointercept import aiointercept

MOCKED = "https://api.test/"


async def _text(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(url) as response:
        return await response.text()


async def test_a_warm_real_connection_does_not_serve_a_mocked_request(remote: Any) -> None:
    """A kept-alive connection to the real host is there when the block begins, and is not used."""
    async with remote.session() as session:
        for _ in range(2):
            assert await _text(session, remote.url()) == "real"
        assert len(remote.peers) == 1

        async with aiointercept(mock_external_urls=True) as m:
            m.get(remote.url(), body="mock", repeat=True)
            for _ in range(2):
                assert await _text(session, remote.url()) == "mock"
            assert m.call_count == 2
        assert len(remote.requests) == 2


async def test_a_warm_mocked_connection_does_not_serve_after_the_block(remote: Any) -> None:
    """The session reaches the real host again, over the connection it had before."""
    async with remote.session() as session:
        assert await _text(session, remote.url()) == "real"
        async with aiointercept(mock_external_urls=True) as m:
            m.get(remote.url(), body="mock", repeat=True)
            assert await _text(session, remote.url()) == "mock"
        for _ in range(2):
            assert await _text(session, remote.url()) == "real"
        assert len(remote.requests) == 3
        assert len(remote.peers) == 1


async def test_a_block_fills_no_dns_cache_and_uses_none(remote: Any) -> None:
    """Names are resolved for real requests only."""
    async with remote.session() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.get(remote.url(), body="mock")
            assert await _text(session, remote.url()) == "mock"
        assert remote.resolver.asked == []
        assert await _text(session, remote.url()) == "real"
        assert remote.resolver.asked == ["remote.test"]
        async with aiointercept(mock_external_urls=True) as m:
            m.get(remote.url(), body="mock again")
            assert await _text(session, remote.url()) == "mock again"


async def test_a_session_made_inside_is_a_real_one_afterwards(remote: Any) -> None:
    """Where it was made makes no difference."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(remote.url(), body="mock")
        session = remote.session()
        assert await _text(session, remote.url()) == "mock"
    async with session:
        assert await _text(session, remote.url()) == "real"


async def test_one_session_in_several_blocks(remote: Any) -> None:
    """Each block answers with its own routes, and between them the world is real."""
    async with remote.session() as session:
        for number in range(3):
            async with aiointercept(mock_external_urls=True) as m:
                m.get(remote.url(), body=f"mock {number}")
                assert await _text(session, remote.url()) == f"mock {number}"
            assert await _text(session, remote.url()) == "real"
        assert len(remote.requests) == 3


async def test_a_sync_block_does_the_same(remote: Any) -> None:
    """``with`` in async code keeps the worlds apart as well."""
    async with remote.session() as session:
        assert await _text(session, remote.url()) == "real"
        with aiointercept(mock_external_urls=True) as m:
            m.get(remote.url(), body="mock", repeat=True)
            assert await _text(session, remote.url()) == "mock"
        assert await _text(session, remote.url()) == "real"


async def test_a_real_response_is_read_on_inside_the_block(remote: Any) -> None:
    """A response whose reading began before the block ends as it began."""
    async with (
        remote.session() as session,
        session.get(remote.url()) as response,
        aiointercept(mock_external_urls=True) as m,
    ):
        m.get(remote.url(), body="mock")
        assert await _text(session, remote.url()) == "mock"
        assert await response.text() == "real"
    assert m.call_count == 1


async def test_a_mocked_response_that_was_read_stays_readable() -> None:
    """What arrived in the block is there after it."""
    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.get(MOCKED, json={"a": 1}, headers={"X-A": "b"})
            response = await session.get(MOCKED)
            await response.read()
        assert await response.json() == {"a": 1}
        assert response.headers["X-A"] == "b"
        response.release()


async def test_cookies_of_a_mocked_response_stay_in_the_session() -> None:
    """The cookie jar is the client's own."""
    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.get(MOCKED, cookies={"sid": "1"})
            assert await _text(session, MOCKED) == ""
        async with aiointercept(mock_external_urls=True) as m:
            m.get(MOCKED)
            assert await _text(session, MOCKED) == ""
            assert m.last_request is not None
            assert m.last_request.cookies == {"sid": "1"}


async def test_a_session_closed_inside_the_block_is_closed() -> None:
    """Closing the session closes what was connected in its name, and it cannot be used again."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(MOCKED, repeat=True)
        session = aiohttp.ClientSession()
        assert await _text(session, MOCKED) == ""
        await session.close()
        with pytest.raises(RuntimeError, match="closed"):
            await session.get(MOCKED)


async def test_a_session_of_a_third_party_is_intercepted() -> None:
    """``aiohttp.request`` makes a session of its own."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(MOCKED, body="mock")
        async with aiohttp.request("GET", MOCKED) as response:
            assert await response.text() == "mock"


@pytest.mark.parametrize("intercepting", [False, True])
async def test_m_session_is_intercepted_in_either_mode(intercepting: bool) -> None:  # noqa: FBT001
    """``m.session()`` reaches the mock under any URL, whether or not aiohttp is patched."""
    async with aiointercept(mock_external_urls=intercepting) as m, m.session() as session:
        m.get("https://api.test/a", body="https", repeat=True)
        m.get("http://api.test/a", body="http", repeat=True)
        for _ in range(2):
            assert await _text(session, "https://api.test/a") == "https"
            assert await _text(session, "http://api.test/a") == "http"
        with pytest.raises(aiohttp.ClientConnectionError, match="No route matches"):
            await session.get("https://nowhere.test/")
        assert m.call_count == 5


async def test_m_session_takes_the_options_of_a_session() -> None:
    """Base URL and headers work as in any session."""
    options: dict[str, Any] = {"base_url": "https://api.test/v1/", "headers": {"X-A": "b"}}
    async with aiointercept() as m, m.session(**options) as session:
        m.get("https://api.test/v1/users", body="all")
        assert await _text(session, "users") == "all"
        assert m.last_request is not None
        assert m.last_request.headers["X-A"] == "b"


@pytest.mark.parametrize("intercepting", [False, True])
async def test_m_connector_takes_the_options_of_a_connector(intercepting: bool) -> None:  # noqa: FBT001
    """Limits and TLS settings may be given; the session is the user's own."""
    async with aiointercept(mock_external_urls=intercepting) as m:
        connector = m.connector(limit=1, ssl=False, force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            m.get(MOCKED, body="mock", repeat=True)
            for _ in range(2):
                assert await _text(session, MOCKED) == "mock"
        assert isinstance(connector, aiohttp.TCPConnector)
        assert connector.limit == 1


async def test_m_session_patches_nothing(remote: Any) -> None:
    """Other sessions reach the real world meanwhile."""
    async with aiointercept() as m, m.session() as mocked, remote.session() as real:
        m.get(remote.url(), body="mock", repeat=True)
        assert await _text(mocked, remote.url()) == "mock"
        assert await _text(real, remote.url()) == "real"
        assert m.call_count == 1


async def test_m_session_fails_after_the_block(remote: Any) -> None:
    """It never reaches the network, not even when the mock is gone."""
    async with aiointercept() as m:
        session = m.session()
        m.get(remote.url(), body="mock")
        assert await _text(session, remote.url()) == "mock"
    async with session:
        with pytest.raises(aiohttp.ClientConnectionError, match="ended"):
            await session.get(remote.url())
    assert remote.requests == []


async def test_m_session_before_start_says_so() -> None:
    """As with routes, there has to be a block."""
    with pytest.raises(RuntimeError, match=r"^Server not started"):
        aiointercept().session()
    with pytest.raises(RuntimeError, match=r"^Server not started"):
        aiointercept().connector()
