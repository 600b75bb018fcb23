"""Blocks begin and end in one thread while clients in others go on: nobody hangs or gets lost."""

import asyncio
import threading
from collections import Counter
from typing import Any

import aiohttp

from aiointercept import Fault, aiointercept


async def test_blocks_come_and_go_beside_busy_clients(remote: Any) -> None:
    """Each call is answered by a mock or the real server, or told that its block has ended."""
    over = threading.Event()
    found: Counter[str] = Counter()
    lock = threading.Lock()

    async def ask(session: aiohttp.ClientSession, path: str) -> str:
        try:
            async with session.get(remote.url(path)) as response:
                return await response.text()
        except aiohttp.ServerDisconnectedError:
            return "disconnected"
        except aiohttp.ClientConnectionError as error:
            return "ended" if "block ended" in str(error) else repr(error)

    async def client(number: int) -> None:
        connector = remote.connector(limit=3)
        async with aiohttp.ClientSession(connector=connector) as session:
            while not over.is_set():
                paths = [f"/{path}" for path in ("plain", "slow", "broken")[: 1 + number % 3]] * 3
                for text in await asyncio.gather(*(ask(session, path) for path in paths)):
                    with lock:
                        found[text] += 1

    def blocks() -> None:
        for _ in range(40):
            with aiointercept(mock_external_urls=True) as m:
                m.get(remote.url("/plain"), body="mock", repeat=True)
                m.get(remote.url("/slow"), body="mock", delay=0.001, repeat=True)
                m.get(remote.url("/broken"), fault=Fault.EMPTY_RESPONSE, repeat=True)
                threading.Event().wait(0.005)  # some life, however much happens in it

    threads = [threading.Thread(target=asyncio.run, args=(client(n),)) for n in range(3)]
    for thread in threads:
        thread.start()
    try:
        await asyncio.to_thread(blocks)
    finally:
        over.set()
        for thread in threads:
            await asyncio.to_thread(thread.join, 20)
    assert not any(thread.is_alive() for thread in threads)
    assert found["mock"] > 0
    unexpected = set(found) - {"mock", "real", "disconnected", "ended"}
    assert {text for text in unexpected if "No route matches" not in text} == set()
