"""``strict=True``, ``optional=``, ``assert_all_called`` and ``assert_all_matched``."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from aiointercept import CallbackResult, Fault, aiointercept

URL = "https://api.test/users"

Use = Callable[[aiointercept, aiohttp.ClientSession], Awaitable[None]]


async def in_block(use: Use, **options: Any) -> None:
    """Run ``use`` in a strict block of its own, for tests of what that block raises."""
    options = {"mock_external_urls": True, "strict": True, **options}
    async with aiointercept(**options) as m, aiohttp.ClientSession() as session:
        await use(m, session)


async def swallow(session: aiohttp.ClientSession, url: str, method: str = "GET") -> None:
    """Make a request as code does that survives a dead server."""
    with contextlib.suppress(aiohttp.ClientError):
        async with session.request(method, url):
            pass


async def test_all_is_well() -> None:
    """Nothing is raised where requests and routes agree."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL)
        m.get(URL, repeat=True, optional=True)
        m.post(URL, repeat=2)
        await swallow(session, URL)
        await swallow(session, URL, "POST")
        await swallow(session, URL, "POST")
        m.assert_all_called()
        m.assert_all_matched()

    await in_block(use)


async def test_unmatched_request() -> None:
    """A request that matched nothing fails the block, though the code swallowed the error."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL, repeat=True)
        await swallow(session, URL)
        await swallow(session, f"{URL}?page=2")
        with pytest.raises(AssertionError, match=r"1 request matched no route.*page=2"):
            m.assert_all_matched()
        m.assert_all_called()

    with pytest.raises(AssertionError) as caught:
        await in_block(use)
    message = str(caught.value)
    assert message.startswith("1 request matched no route: GET https://api.test/users?page=2")
    assert "nearest route: GET https://api.test/users, registered at" in message
    assert "test_strict.py:" in message


async def test_unused_route() -> None:
    """A route that nobody asked for fails the block, with the line that registered it."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL)
        m.post(URL, name="create")
        await swallow(session, URL)
        with pytest.raises(AssertionError, match=r"1 route was never used.*create"):
            m.assert_all_called()
        m.assert_all_matched()

    with pytest.raises(AssertionError) as caught:
        await in_block(use)
    message = str(caught.value)
    assert message.startswith("1 route was never used: POST https://api.test/users (create)")
    assert "test_strict.py:" in message


async def test_both() -> None:
    """Where a request and a route miss each other, the message has both."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL)
        await swallow(session, f"{URL}/")

    with pytest.raises(AssertionError) as caught:
        await in_block(use)
    message = str(caught.value)
    assert "1 request matched no route" in message
    assert "1 route was never used" in message


async def test_used_up_is_unmatched() -> None:
    """One call too many matched nothing."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL)
        await swallow(session, URL)
        await swallow(session, URL)

    with pytest.raises(AssertionError, match="1 request matched no route"):
        await in_block(use)


async def test_partly_used() -> None:
    """A route for several requests has to be used as often; an optional one has not."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL, repeat=3)
        m.post(URL, repeat=3, optional=True)
        await swallow(session, URL)
        await swallow(session, URL, "POST")

    with pytest.raises(AssertionError, match="used 1 of 3 times") as caught:
        await in_block(use)
    assert "POST" not in str(caught.value)


@pytest.mark.parametrize("fault", [Fault.CONNECTION_REFUSED, Fault.CONNECTION_RESET])
async def test_faults_count_as_matched(fault: Fault) -> None:
    """A registered failure is an answer as any other: the request matched, the route was used."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL, fault=fault)
        m.post(URL, exception=True)
        m.put(URL, raises=aiohttp.ClientError("as told"))
        for method in ("GET", "POST", "PUT"):
            await swallow(session, URL, method)

    await in_block(use)


async def test_removed_route() -> None:
    """A route that was taken away is not missed."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        default = m.get(URL)
        default.remove()
        m.get(URL, status=204)
        await swallow(session, URL)

    await in_block(use)


async def test_not_strict() -> None:
    """Without ``strict`` the block says nothing; the assertions still do."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL)
        await swallow(session, f"{URL}/1")
        with pytest.raises(AssertionError, match="never used"):
            m.assert_all_called()
        with pytest.raises(AssertionError, match="matched no route"):
            m.assert_all_matched()

    await in_block(use, strict=False)


async def test_server_mode() -> None:
    """In server mode the same holds."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get("/used")
        m.get("/unused")
        await swallow(session, f"{m.server_url}/used")
        await swallow(session, f"{m.server_url}/other", "POST")

    with pytest.raises(
        AssertionError, match=r"(?s)matched no route: POST .*never used: GET .*/unused"
    ):
        await in_block(use, mock_external_urls=False)


async def test_never_masks_an_exception() -> None:
    """An exception on its way out stays what it is; what strict has to say is a note of it."""
    mine = LookupError("mine")

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL)
        raise mine

    with pytest.raises(LookupError) as caught:
        await in_block(use)
    assert caught.value is mine
    assert "1 route was never used" in "".join(mine.__notes__)


async def test_never_masks_cancellation() -> None:
    """Nor does it turn a cancellation into something else."""
    entered = asyncio.Event()

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL)
        entered.set()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(in_block(use))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_held_back_errors_come_first() -> None:
    """An error of a callback is raised; what strict has to say is a note of it."""

    def callback(url: Any, **_: Any) -> CallbackResult:
        raise LookupError("mine")

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        m.get(URL, callback=callback)
        m.post(URL)
        await swallow(session, URL)

    with pytest.raises(LookupError, match="mine") as caught:
        await in_block(use)
    assert "1 route was never used" in "".join(caught.value.__notes__)


def test_sync_block() -> None:
    """``with`` is as strict."""
    with pytest.raises(AssertionError, match="1 route was never used"):
        with aiointercept(strict=True) as m:
            m.get("/unused")


def test_decorated_function() -> None:
    """A decorated function fails as its block does."""

    @aiointercept(mock_external_urls=True, strict=True)
    async def test(m: aiointercept) -> None:
        m.get(URL)

    with pytest.raises(AssertionError, match="1 route was never used"):
        asyncio.run(test())


async def test_stop() -> None:
    """``stop`` raises what the end of a block would, and only once."""
    m = aiointercept(mock_external_urls=True, strict=True)
    await m.start()
    m.get(URL)
    with pytest.raises(AssertionError, match="1 route was never used"):
        await m.stop()
    await m.stop()


async def test_next_block_begins_anew() -> None:
    """What one block was blamed for does not follow the instance into the next one."""
    m = aiointercept(mock_external_urls=True, strict=True)
    with pytest.raises(AssertionError):
        async with m:
            m.get(URL)
    async with m:
        pass


async def test_many() -> None:
    """However many there are, the message stays readable."""

    async def use(m: aiointercept, session: aiohttp.ClientSession) -> None:
        for number in range(50):
            m.get(f"{URL}/{number}")
            await swallow(session, f"{URL}/x{number}")

    with pytest.raises(AssertionError) as caught:
        await in_block(use)
    message = str(caught.value)
    assert "50 requests matched no route" in message
    assert "50 routes were never used" in message
    assert len(message.splitlines()) < 60
