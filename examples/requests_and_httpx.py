"""One mock for code that uses requests, httpx and aiohttp side by side.

Run it with ``python examples/requests_and_httpx.py``. It needs the extra: ``aiointercept[tls]``.
"""

import asyncio

import aiohttp
import httpx
import requests

from aiointercept import aiointercept

API = "https://api.shop.test"


def login() -> str:
    """Return a token; an old part of the code, with requests."""
    answer = requests.post(f"{API}/login", data={"user": "ada"}, timeout=10)
    answer.raise_for_status()
    return str(answer.json()["token"])


async def orders(token: str) -> list[str]:
    """Return the orders; a newer part, with httpx."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        answer = await client.get(f"{API}/orders")
        return [str(name) for name in answer.json()]


async def price(name: str) -> int:
    """Return a price; a part with aiohttp."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{API}/prices", params={"name": name}) as response,
    ):
        return int(await response.text())


async def test_shop() -> None:
    """All three reach the same routes and are in the same log."""
    async with aiointercept(mock_external_urls=True, strict=True) as m:
        m.post(f"{API}/login", json={"token": "t-1"})
        m.get(f"{API}/orders", json=["tea"])
        m.get(f"{API}/prices?name=tea", body="3")
        with m.proxied():
            token = login()
            assert await orders(token) == ["tea"]
            assert await price("tea") == 3
        m.assert_any_call(f"{API}/login", "POST", data={"user": "ada"})
        m.assert_any_call(f"{API}/orders", headers={"Authorization": "Bearer t-1"})
        for call in m.calls:
            print(call.request.method, call.request.url)


if __name__ == "__main__":
    asyncio.run(test_shop())
