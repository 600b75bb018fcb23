"""Bodies that go out at a rate, whatever kind of body they are."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aiointercept import CallbackResult, Fault, aiointercept

API = "https://api.test/"
BODY = b"x" * 60
RATE = 600  # so that it takes a tenth of a second


async def chunks() -> AsyncIterator[bytes]:
    """Give the body in two halves."""
    yield BODY[:30]
    yield BODY[30:]


async def asked(m: aiointercept, method: str = "GET") -> tuple[float, float, bytes]:
    """Return how long head and body took, and the body."""
    async with aiohttp.ClientSession() as session:
        begun = time.perf_counter()
        async with session.request(method, API) as response:
            head = time.perf_counter() - begun
            body = await response.read()
            return head, time.perf_counter() - begun, body


@pytest.mark.parametrize(
    "options",
    [
        {"body": BODY},
        {"body": BODY.decode(), "content_type": "text/plain"},
        {"body": chunks},
        {"callback": lambda url, **_: CallbackResult(body=BODY)},
        {"callback": lambda url, **_: None, "body": BODY},
        {"body": "file"},
    ],
)
async def test_every_kind_of_body_is_paced(options: Any, tmp_path: Path) -> None:
    """The head goes at once; the whole takes as long as the rate says."""
    if options.get("body") == "file":
        (tmp_path / "file.bin").write_bytes(BODY)
        options = {"body": tmp_path / "file.bin"}
    async with aiointercept(mock_external_urls=True) as m:
        m.get(API, rate=RATE, **options)
        head, whole, body = await asked(m)
        assert body == BODY
        assert whole >= 0.099
        assert whole - head >= 0.05
        (call,) = await m.wait_for_calls()
        assert call.response.status == 200
        if isinstance(options.get("body"), (bytes, str)) and "callback" not in options:
            assert call.response.body == BODY


async def test_events_are_paced() -> None:
    """A stream of events is a body, too."""
    async with aiointercept(mock_external_urls=True) as m:
        m.sse(API, ["x" * 20] * 2, rate=RATE)
        _, whole, body = await asked(m)
        assert whole >= len(body) / RATE - 0.001


async def test_a_truncated_body_breaks_after_its_part() -> None:
    """That part goes out at the rate."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(API, body=BODY, rate=RATE, fault=Fault.TRUNCATED_BODY)
        begun = time.perf_counter()
        with pytest.raises(aiohttp.ClientPayloadError):
            await asked(m)
        assert time.perf_counter() - begun >= 0.049


@pytest.mark.parametrize(
    ("method", "options"), [("HEAD", {"body": BODY}), ("GET", {"status": 204})]
)
async def test_where_there_is_no_body_nothing_is_waited_for(method: str, options: Any) -> None:
    """At a byte a second it would take a minute."""
    async with aiointercept(mock_external_urls=True) as m:
        m.add(API, method, rate=1, **options)
        _, _, body = await asked(m, method)
        assert body == b""


async def test_a_client_that_leaves_ends_it() -> None:
    """And the end of the block does."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(API, body=BODY, rate=1, repeat=True)
        task = asyncio.ensure_future(asked(m))
        await asyncio.sleep(0.02)
        task.cancel()
        await m.wait_for_calls()
        left = asyncio.ensure_future(asked(m))
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
