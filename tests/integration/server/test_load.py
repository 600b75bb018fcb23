import asyncio
import random
from collections import Counter

import aiohttp

from aiointercept import aiointercept

REQUESTS = 2_000
CONNECTIONS = 200
ROUTES = 500


async def test_2000_concurrent_requests_over_200_connections_against_500_routes():
    """Every answer is right, every call is logged once."""
    numbers = [number % ROUTES for number in range(REQUESTS)]
    random.Random(7).shuffle(numbers)
    peers = set()

    async with aiointercept() as m:
        for number in range(ROUTES):
            m.post(f"/{number}?page={number}", json={"answer": number}, repeat=REQUESTS // ROUTES)

        async def ask(number: int, serial: int) -> None:
            url = f"{m.server_url}/{number}?page={number}"
            async with session.post(url, json={"serial": serial}) as response:
                assert response.status == 200
                peers.add(response.connection and response.connection.transport)
                assert await response.json() == {"answer": number}

        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        async with aiohttp.ClientSession(connector=connector) as session:
            await asyncio.gather(*(ask(number, at) for at, number in enumerate(numbers)))

        assert m.call_count == REQUESTS
        logged = Counter()
        for (method, url), found in m.requests.items():
            assert method == "POST"
            logged[int(url.path[1:])] += len(found)
        assert logged == dict.fromkeys(range(ROUTES), REQUESTS // ROUTES)
        serials = sorted([(await call.request.json())["serial"] for call in m.calls])
        assert serials == list(range(REQUESTS))
        assert all(call.response.status == 200 and call.duration >= 0 for call in m.calls)
        m.assert_all_called()
        m.assert_all_matched()
