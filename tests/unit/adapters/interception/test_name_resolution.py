from types import SimpleNamespace
from typing import Any

import pytest
from yarl import URL

from aiointercept.adapters.interception.name_resolution import NameResolution


class FakeTrace:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def hear(*_: object) -> None:
            self.heard.append(name.removeprefix("send_dns_"))

        return hear


async def heard(resolution: NameResolution, url: str, *, found: bool = True) -> list[str]:
    """Return what a hook hears of a call to ``url``."""
    trace: Any = FakeTrace()
    request: Any = SimpleNamespace(url=URL(url))
    await resolution.trace(request, [trace], found=found)
    return trace.heard


async def test_a_name_is_resolved_once():
    """The next time it is in the cache; another port is another entry."""
    resolution = NameResolution(resolves=True, caches=True)
    first = ["cache_miss", "resolvehost_start", "resolvehost_end"]
    assert await heard(resolution, "http://api.test/") == first
    assert await heard(resolution, "http://api.test/x") == ["cache_hit"]
    assert await heard(resolution, "https://api.test/") == first


async def test_without_a_cache():
    """It is resolved each time."""
    resolution = NameResolution(resolves=True, caches=False)
    for _ in range(2):
        assert await heard(resolution, "http://api.test/") == [
            "resolvehost_start",
            "resolvehost_end",
        ]


async def test_a_name_that_does_not_exist():
    """Its resolution has no end, and is not remembered."""
    resolution = NameResolution(resolves=True, caches=True)
    for _ in range(2):
        assert await heard(resolution, "http://api.test/", found=False) == [
            "cache_miss",
            "resolvehost_start",
        ]


@pytest.mark.parametrize("url", ["http://192.0.2.1/", "http://[2001:db8::1]/"])
async def test_an_address_is_not_resolved(url: str):
    """Nor is any name, where the connector resolves none."""
    assert await heard(NameResolution(resolves=True, caches=True), url) == []
    assert await heard(NameResolution(resolves=False, caches=True), "http://api.test/") == []
