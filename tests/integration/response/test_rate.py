"""``rate=``: whatever kind of body it is, it goes out at so many bytes a second."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aiointercept import Fault, aiointercept
from aiointercept.adapters.handling import pacing

URL = "https://api.test/slow"
BODY = b"x" * 400


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no time pass, but note how long each wait would have been."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr(pacing, "real_sleep", sleep)
    monkeypatch.setattr(pacing, "real_monotonic", lambda: 0.0)
    return found


async def chunks() -> Any:
    """Yield a body in three chunks."""
    for part in (BODY[:100], BODY[100:200], BODY[200:]):
        yield part


@pytest.mark.parametrize("kind", ["bytes", "stream", "file"])
async def test_a_body_is_paced(kind: str, tmp_path: Path, waited: list[float]) -> None:
    """Its last byte is due after size / rate seconds; the answer is what it is without a rate."""
    file = tmp_path / "body"
    file.write_bytes(BODY)
    body: Any = {"bytes": BODY, "stream": chunks, "file": file}[kind]
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, body=body, rate=1000, headers={"X-A": "1"})
        async with session.get(URL) as response:
            assert response.headers["X-A"] == "1"
            assert await response.read() == BODY
        assert m.calls[0].response.status == 200
    assert waited[-1] == pytest.approx(0.4)
    assert len(waited) >= 8


async def test_a_body_that_is_cut(waited: list[float]) -> None:
    """The part that is sent is paced too."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, body=BODY, rate=1000, fault=Fault.TRUNCATED_BODY)
        async with session.get(URL) as response:
            with pytest.raises(aiohttp.ClientPayloadError):
                await response.read()
    assert waited[-1] == pytest.approx(0.2)


async def test_without_a_body_nothing_is_waited_for(waited: list[float]) -> None:
    """Headers go at once."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL, rate=1, status=204)
        m.head(URL, rate=1, body=BODY)
        for method in ("GET", "HEAD"):
            async with session.request(method, URL) as response:
                assert await response.read() == b""
    assert waited == []


@pytest.mark.parametrize("rate", [0, -1, "fast", True, float("inf"), float("nan")])
async def test_what_is_not_a_rate(rate: Any) -> None:
    """It is refused when it is registered."""
    async with aiointercept() as m:
        with pytest.raises((TypeError, ValueError), match="rate"):
            m.get("/", rate=rate)
