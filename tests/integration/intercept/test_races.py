"""Blocks begin and end in one thread while clients in others go on: nobody hangs or gets lost."""

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp

from aiointercept import Fault, aiointercept

# What a call may be told: it was in flight at the end of a block, or came before its routes.
EXPECTED = ("block ended", "No route matches")


async def _ask(session: aiohttp.ClientSession, url: str) -> str:
    try:
        async with session.get(url) as response:
            return await response.text()
    except aiohttp.ServerDisconnectedError:
        return "disconnected"
    except aiohttp.ClientConnectionError as error:
        text = str(error)
        return next((known for known in EXPECTED if known in text), repr(error))


async def _be_busy(session: aiohttp.ClientSession, urls: list[str], over: Any) -> Counter[str]:
    found: Counter[str] = Counter()
    while not over.is_set():
        found.update(await asyncio.gather(*(_ask(session, url) for url in urls)))
    return found


def _come_and_go(remote: Any) -> None:
    for number in range(40):
        with aiointercept(mock_external_urls=True) as m:
            m.get(remote.url("/plain"), body="mock", repeat=True)
            m.get(remote.url("/slow"), body="mock", delay=0.001, repeat=True)
            m.get(remote.url("/broken"), fault=Fault.EMPTY_RESPONSE, repeat=True)
            threading.Event().wait(0.005)  # some life, however much happens in it
            while number % 10 == 0 and not any(call.response for call in m.calls):
                threading.Event().wait(0.001)


async def test_blocks_come_and_go_beside_busy_clients(remote: Any) -> None:
    """Each call is answered by a mock or the real server, or told that its block has ended."""
    over = threading.Event()

    async def client(number: int) -> Counter[str]:
        urls = [remote.url(path) for path in ("/plain", "/slow", "/broken")[: 1 + number]] * 3
        async with aiohttp.ClientSession(connector=remote.connector(limit=3)) as session:
            return await _be_busy(session, urls, over)

    with ThreadPoolExecutor(3) as pool:
        clients = [pool.submit(asyncio.run, client(number)) for number in range(3)]
        await asyncio.to_thread(_come_and_go, remote)
        over.set()
        found: Counter[str] = Counter()
        for one in clients:
            found.update(await asyncio.wrap_future(one))
    assert found["mock"] > 0
    assert set(found) <= {"mock", "real", "disconnected", *EXPECTED}
