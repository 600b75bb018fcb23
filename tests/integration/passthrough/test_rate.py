"""``rate=`` of the mock: bodies of real servers go out at so many bytes a second."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aiointercept import aiointercept
from aiointercept.adapters.handling import pacing

BODY = b"x" * 400


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no time pass, but note when the latest byte of each body was due."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr(pacing, "real_sleep", sleep)
    monkeypatch.setattr(pacing, "real_monotonic", lambda: 0.0)
    return found


@pytest.fixture(autouse=True)
def large(remote: Any) -> None:
    """Let the real server answer with a body in two chunks."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(status=203, headers={"X-From": "real"})
        await response.prepare(request)
        await response.write(BODY[:100])
        await response.write(BODY[100:])
        return response

    remote.handler = answer


async def test_what_is_passed_through(remote: Any, waited: list[float]) -> None:
    """Its last byte is due after size / rate seconds; the answer is the real one."""
    async with (
        aiointercept(mock_external_urls=True, passthrough_unmatched=True, rate=1000) as m,
        remote.session() as session,
    ):
        async with session.get(remote.url()) as response:
            assert (response.status, response.headers["X-From"]) == (203, "real")
            assert await response.read() == BODY
        assert m.calls[0].response.status == 203
    assert waited[-1] == pytest.approx(0.4)
    assert len(waited) >= 8


async def test_what_is_recorded_and_replayed(
    remote: Any, waited: list[float], tmp_path: Path
) -> None:
    """Both times."""
    for record in ("once", "none"):
        cassette = tmp_path / "slow.har"
        async with (
            aiointercept(cassette=cassette, record=record, rate=1000),
            remote.session() as session,
            session.get(remote.url()) as response,
        ):
            assert await response.read() == BODY
        assert waited[-1] == pytest.approx(0.4)
        waited.clear()
    assert len(remote.requests) == 1


async def test_a_route_of_its_own(waited: list[float]) -> None:
    """It gets the rate of the mock, unless it has one itself."""
    async with (
        aiointercept(mock_external_urls=True, rate=1000) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://api.test/", body=BODY)
        m.get("https://api.test/", body=BODY, rate=100)
        for due in (0.4, 4.0):
            async with session.get("https://api.test/") as response:
                assert await response.read() == BODY
            assert waited[-1] == pytest.approx(due)


async def test_what_is_not_touched(remote: Any, waited: list[float]) -> None:
    """Hosts that are passed through go their own way."""
    async with (
        aiointercept(mock_external_urls=True, passthrough=["remote.test"], rate=1),
        remote.session() as session,
        session.get(remote.url()) as response,
    ):
        assert await response.read() == BODY
    assert waited == []


@pytest.mark.parametrize("rate", [0, -1, "fast", True, float("inf"), float("nan")])
def test_what_is_not_a_rate(rate: Any) -> None:
    """It is refused by the constructor."""
    with pytest.raises((TypeError, ValueError), match="rate"):
        aiointercept(rate=rate)
