import asyncio
from collections.abc import Callable

import aiohttp
import pytest

from aiointercept import CallbackResult, aiointercept


def intercepted(_: aiointercept) -> aiohttp.ClientSession:
    """Return a session as any code makes one."""
    return aiohttp.ClientSession()


@pytest.mark.parametrize("make", [intercepted, aiointercept.session], ids=["any", "own"])
async def test_closing_a_session_with_a_call_in_flight(
    make: Callable[[aiointercept], aiohttp.ClientSession],
) -> None:
    """The client hears what aiohttp says, and its silent retry is no call to the mock."""
    async with aiointercept(mock_external_urls=True, strict=True) as m:
        begun = asyncio.Event()

        async def answer(url: object, **kwargs: object) -> CallbackResult:
            begun.set()
            return await asyncio.get_running_loop().create_future()

        m.get("http://api.test/", callback=answer)
        session = make(m)
        pending = asyncio.ensure_future(session.get("http://api.test/"))
        await begun.wait()
        await session.close()
        with pytest.raises(aiohttp.ClientConnectionError, match="Connector is closed"):
            await pending
        assert [call.matched for call in m.calls] == [True]
