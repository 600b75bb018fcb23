"""Tests as a project writes them: with the fixtures of the pytest plugin, and without any plugin.

Run them with ``pytest examples/test_with_pytest.py``. They need pytest alone; with pytest-asyncio,
anyio or pytest-aiohttp the tests would be ``async def`` and use the same fixtures.
"""

import asyncio
import urllib.error
import urllib.request

import aiohttp
import pytest

from aiointercept import Fault, aiointercept

PRICES = "https://prices.example.com/v2"


async def price_of(article: str) -> float | None:
    """Return the price of an article; ``None`` if the service is slow or away."""
    limits = aiohttp.ClientTimeout(total=5, sock_read=0.5)
    async with aiohttp.ClientSession(timeout=limits) as session:
        try:
            async with session.get(f"{PRICES}/prices", params={"article": article}) as response:
                found: dict[str, float] = await response.json()
                return found["price"]
        except aiohttp.ClientConnectionError:
            return None


@pytest.mark.aiointercept(mock_external_urls=True, strict=True)
def test_price(aiointercept_mock: aiointercept) -> None:
    """The client asks for the article, and reads the price from the answer."""
    prices = aiointercept_mock.get(f"{PRICES}/prices?article=apple", payload={"price": 1.5})
    assert asyncio.run(price_of("apple")) == 1.5
    prices.assert_called_once()


@pytest.mark.parametrize("fault", [Fault.CONNECTION_REFUSED, Fault.HANG])
@pytest.mark.aiointercept(mock_external_urls=True)
def test_service_that_is_away(aiointercept_mock: aiointercept, fault: Fault) -> None:
    """However the service fails, the client goes on without a price."""
    aiointercept_mock.get(f"{PRICES}/prices?article=apple", fault=fault)
    assert asyncio.run(price_of("apple")) is None


def test_any_client(aiointercept_server: aiointercept) -> None:
    """In server mode any HTTP client can be tested, by its URL."""
    aiointercept_server.get("/health", status=503)
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(f"{aiointercept_server.server_url}/health")


@aiointercept(mock_external_urls=True)
def test_decorated(m: aiointercept) -> None:
    """A decorator does without fixtures, in unittest too."""
    m.get(f"{PRICES}/prices?article=pear", payload={"price": 2.0})
    assert asyncio.run(price_of("pear")) == 2.0
