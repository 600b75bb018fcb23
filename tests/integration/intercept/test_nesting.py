"""Several mocks at once: nested, overlapping, in one task, in several tasks, in several threads."""

import asyncio
import threading
from typing import Any

import aiohttp
import pytest

from aiointercept import CallbackResult, Fault, aiointercept, matchers

URL = "https://api.test/"


async def _text(session: aiohttp.ClientSession, url: str = URL, **options: Any) -> str:
    async with session.get(url, **options) as response:
        return await response.text()


async def test_the_innermost_with_a_matching_route_serves() -> None:
    """What the inner mock has no route for, the outer one answers, each with its own log."""
    async with (
        aiohttp.ClientSession() as session,
        aiointercept(mock_external_urls=True) as outer,
    ):
        outer.get(URL, body="outer", repeat=True)
        outer.get(f"{URL}outer", body="only outer", repeat=True)
        async with aiointercept(mock_external_urls=True) as inner:
            inner.get(URL, body="inner", repeat=True)
            assert await _text(session) == "inner"
            assert await _text(session, f"{URL}outer") == "only outer"
            assert (inner.call_count, outer.call_count) == (1, 1)
        assert await _text(session) == "outer"
        assert (inner.call_count, outer.call_count) == (1, 2)


async def test_an_inner_route_that_is_used_up_is_skipped() -> None:
    """And so on out to the enclosing mock."""
    async with (
        aiohttp.ClientSession() as session,
        aiointercept(mock_external_urls=True) as outer,
        aiointercept(mock_external_urls=True) as inner,
    ):
        outer.get(URL, body="outer")
        inner.get(URL, body="inner")
        assert await _text(session) == "inner"
        assert await _text(session) == "outer"
        with pytest.raises(aiohttp.ClientConnectionError, match="was already used"):
            await _text(session)
        assert (inner.call_count, outer.call_count) == (2, 1)


async def test_an_inner_route_whose_match_does_not_hold_is_skipped() -> None:
    """Whether that is seen from the head of the request or needs its body."""
    async with (
        aiohttp.ClientSession() as session,
        aiointercept(mock_external_urls=True) as outer,
        aiointercept(mock_external_urls=True) as inner,
    ):
        outer.add(URL, "*", body="outer", repeat=True)
        inner.get(URL, match=matchers.headers({"X-In": "1"}), body="inner", repeat=True)
        inner.post(URL, match=matchers.body(b"in"), body="inner", repeat=True)
        assert await _text(session) == "outer"
        assert await _text(session, headers={"X-In": "1"}) == "inner"

        async def streamed(data: bytes) -> Any:
            yield data

        for data, found in ((b"in", "inner"), (b"out", "outer")):
            async with session.post(URL, data=data) as response:
                assert await response.text() == found
            async with session.post(URL, data=streamed(data)) as response:
                assert await response.text() == found
        assert (inner.call_count, outer.call_count) == (3, 3)


async def test_an_unmatched_request_is_the_inner_ones() -> None:
    """One entry in one log; the inner one explains."""
    async with (
        aiohttp.ClientSession() as session,
        aiointercept(mock_external_urls=True) as outer,
        aiointercept(mock_external_urls=True) as inner,
    ):
        outer.get("https://outer.test/")
        inner.get("https://inner.test/")
        with pytest.raises(aiohttp.ClientConnectionError, match="No route matches"):
            await _text(session)
        assert (inner.call_count, outer.call_count) == (1, 0)


async def test_the_outers_passthrough_is_asked_before_unmatched_fails(remote: Any) -> None:
    """Hosts that the outer one leaves alone are left alone inside the inner one, too."""
    async with (
        remote.session() as session,
        aiointercept(mock_external_urls=True, passthrough=["remote.test"]) as outer,
        aiointercept(mock_external_urls=True) as inner,
    ):
        inner.get(URL, body="inner")
        assert await _text(session, remote.url()) == "real"
        assert await _text(session) == "inner"
        with pytest.raises(aiohttp.ClientConnectionError, match="No route"):
            await _text(session, remote.url(host="other.test"))
        assert (inner.call_count, outer.call_count) == (2, 0)


async def test_an_inner_route_comes_before_the_outers_passthrough(remote: Any) -> None:
    """The inner one may mock what the outer one leaves alone."""
    async with (
        remote.session() as session,
        aiointercept(mock_external_urls=True, passthrough=["remote.test"]),
        aiointercept(mock_external_urls=True) as inner,
    ):
        inner.get(remote.url(), body="inner")
        assert await _text(session, remote.url()) == "inner"


async def test_the_outers_passthrough_unmatched_is_asked_before_unmatched_fails(
    remote: Any,
) -> None:
    """It goes on to the real server, and is in the outer one's log."""
    async with (
        remote.session() as session,
        aiointercept(mock_external_urls=True, passthrough_unmatched=True) as outer,
        aiointercept(mock_external_urls=True) as inner,
    ):
        outer.get(URL, body="outer")
        assert await _text(session, remote.url()) == "real"
        assert await _text(session) == "outer"
        assert (inner.call_count, outer.call_count) == (0, 2)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)], ids=str)
async def test_leaving_in_any_order_restores(remote: Any, order: tuple[int, ...]) -> None:
    """As long as one is left it answers; after the last one the world is real."""
    before = _dictionaries()
    mocks = [aiointercept(mock_external_urls=True) for _ in range(3)]
    async with remote.session() as session:
        for number, mock in enumerate(mocks):
            await mock.start()
            mock.get(remote.url(), body=str(number), repeat=True)
        left = {0, 1, 2}
        for number in order:
            assert await _text(session, remote.url()) == str(max(left))
            await mocks[number].stop()
            left.discard(number)
        assert await _text(session, remote.url()) == "real"
    assert _dictionaries() == before


async def test_overlapping_blocks_of_several_tasks_have_each_their_own_requests() -> None:
    """A task that entered a mock is answered by it, whatever others have entered since."""
    barrier: list[asyncio.Event] = [asyncio.Event() for _ in range(3)]

    async def work(number: int) -> list[str]:
        async with aiohttp.ClientSession() as session, aiointercept(mock_external_urls=True) as m:
            m.get(URL, body=str(number), repeat=True)
            barrier[number].set()
            await asyncio.gather(*(event.wait() for event in barrier))
            found = [await _text(session) for _ in range(5)]
            found += await asyncio.gather(*(_text(session) for _ in range(5)))
            assert m.call_count == 10
            return found

    found = await asyncio.gather(*(work(number) for number in range(3)))
    assert found == [[str(number)] * 10 for number in range(3)]


def test_overlapping_blocks_of_several_threads_have_each_their_own_requests() -> None:
    """A thread with a loop of its own, in a block of its own, is answered by that."""
    barrier = threading.Barrier(4)
    found: dict[int, list[str]] = {}

    async def work(number: int) -> None:
        async with aiohttp.ClientSession() as session, aiointercept(mock_external_urls=True) as m:
            m.get(URL, body=str(number), repeat=True)
            barrier.wait(10)
            found[number] = [await _text(session) for _ in range(20)]
            assert m.call_count == 20

    threads = [threading.Thread(target=asyncio.run, args=(work(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == {number: [str(number)] * 20 for number in range(4)}


async def test_one_instance_entered_again_begins_anew() -> None:
    """Routes end with the block; the log stays until the next one begins."""
    mock = aiointercept(mock_external_urls=True)
    async with aiohttp.ClientSession() as session:
        async with mock as m:
            m.get(URL, body="first", repeat=True)
            assert await _text(session) == "first"
        assert mock.call_count == 1
        async with mock as m:
            assert m.call_count == 0
            with pytest.raises(aiohttp.ClientConnectionError, match="no route is registered"):
                await _text(session)
            m.get(URL, body="second")
            assert await _text(session) == "second"


async def test_a_callback_of_the_outer_one_runs_and_its_error_is_the_outers() -> None:
    """Whose route it is, his is the error."""

    def broken(url: Any, **_: Any) -> CallbackResult:
        raise LookupError("outer")

    outer = aiointercept(mock_external_urls=True)
    await outer.start()
    outer.get(URL, callback=broken)
    async with (
        aiointercept(mock_external_urls=True),
        aiohttp.ClientSession() as session,
        session.get(URL) as response,
    ):
        assert response.status == 500
    with pytest.raises(LookupError, match="outer"):
        await outer.stop()


async def test_faults_and_errors_of_the_outer_one_work_from_inside() -> None:
    """Whatever the answer is, it comes through."""
    error = ValueError("outer")
    async with (
        aiohttp.ClientSession() as session,
        aiointercept(mock_external_urls=True) as outer,
        aiointercept(mock_external_urls=True) as inner,
    ):
        outer.get(f"{URL}refused", fault=Fault.CONNECTION_REFUSED)
        outer.get(f"{URL}empty", fault=Fault.EMPTY_RESPONSE)
        outer.get(f"{URL}raises", raises=error)
        with pytest.raises(aiohttp.ClientConnectorError):
            await _text(session, f"{URL}refused")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await _text(session, f"{URL}empty")
        with pytest.raises(ValueError, match="outer") as caught:
            await _text(session, f"{URL}raises")
        assert caught.value is error
        assert [call.attempts for call in outer.calls] == [1, 2, 1]
        assert inner.call_count == 0


async def test_m_session_of_the_outer_one_inside_the_inner() -> None:
    """A session that belongs to a mock asks that one first, wherever it is used."""
    async with aiointercept() as own, own.session() as session:
        own.get(URL, body="own", repeat=True)
        async with aiointercept(mock_external_urls=True) as other:
            other.get(URL, body="other", repeat=True)
            other.get(f"{URL}other", body="other", repeat=True)
            assert await _text(session) == "own"
            assert await _text(session, f"{URL}other") == "other"


async def test_a_server_mode_mock_inside_an_intercepting_one() -> None:
    """Its ``server_url`` is loopback, which is left alone."""
    async with (
        aiohttp.ClientSession() as session,
        aiointercept(mock_external_urls=True) as outer,
        aiointercept() as inner,
    ):
        outer.get(URL, body="outer")
        inner.get("/", body="inner")
        assert await _text(session) == "outer"
        assert await _text(session, f"{inner.server_url}/") == "inner"


def _dictionaries() -> list[dict[str, Any]]:
    return [
        dict(vars(kind))
        for kind in (
            aiohttp.BaseConnector,
            aiohttp.TCPConnector,
            aiohttp.UnixConnector,
            aiohttp.NamedPipeConnector,
            aiohttp.ClientSession,
            aiohttp.ClientRequest,
        )
    ]
