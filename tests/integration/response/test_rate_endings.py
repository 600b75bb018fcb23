"""Bodies at a rate that are never sent to their end, or not at all."""

import asyncio
from typing import Any

import aiohttp
import pytest

from aiointercept import aiointercept

API = "https://api.test/"
BODY = b"x" * 60


async def asked(method: str = "GET") -> bytes:
    """Return the body of an answer."""
    async with aiohttp.ClientSession() as session, session.request(method, API) as response:
        return await response.read()


@pytest.mark.parametrize(
    ("method", "options"), [("HEAD", {"body": BODY}), ("GET", {"status": 204})]
)
async def test_where_there_is_no_body_nothing_is_waited_for(method: str, options: Any) -> None:
    """At a byte a second it would take a minute."""
    async with aiointercept(mock_external_urls=True) as m:
        m.add(API, method, rate=1, **options)
        assert await asked(method) == b""


async def test_a_client_that_leaves_ends_it() -> None:
    """And the end of the block does."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(API, body=BODY, rate=1, repeat=True)
        task = asyncio.ensure_future(asked())
        await asyncio.sleep(0.02)
        task.cancel()
        await m.wait_for_calls()
        left = asyncio.ensure_future(asked())
        await asyncio.sleep(0.02)
    with pytest.raises(aiohttp.ClientError):
        await left


@pytest.mark.parametrize(
    ("rate", "error"),
    [
        (0, ValueError),
        (-1, ValueError),
        (float("inf"), ValueError),
        ("1", TypeError),
        (True, TypeError),
    ],
)
async def test_an_impossible_rate_is_refused(rate: Any, error: type[Exception]) -> None:
    """By name."""
    async with aiointercept() as m:
        with pytest.raises(error, match="rate"):
            m.get("/", rate=rate)
