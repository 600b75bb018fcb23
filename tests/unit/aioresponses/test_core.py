from typing import Any

import aiohttp
import pytest

import aiointercept.aioresponses as package
from aiointercept.aioresponses import CallbackResult, RequestCall, aioresponses, compat, core

API = "https://api.test/items"


def test_names_that_suites_import() -> None:
    """All that their code uses of aioresponses.core."""
    assert core.aioresponses is aioresponses
    assert core.CallbackResult is CallbackResult
    assert core.RequestCall is RequestCall
    assert core.ClientResponse is aiohttp.ClientResponse
    assert core.merge_params is compat.merge_params
    assert core.normalize_url is compat.normalize_url
    assert (package.core, package.compat) == (core, compat)


async def test_what_suites_patch_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shims for a newer aiohttp, assigned or patched, do no harm."""

    def shim(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError

    original: Any = core.RequestMatch._build_response  # noqa: SLF001 - what shims do
    assert callable(original)
    monkeypatch.setattr(core.RequestMatch, "_build_response", shim)
    monkeypatch.setattr(core.RequestMatch, "build_response", shim)
    for name in ("ClientResponse", "RequestMatch", "normalize_url", "stream_reader_factory"):
        monkeypatch.setattr(core, name, shim)
    for name in compat.__all__:
        monkeypatch.setattr(compat, name, shim)
    with aioresponses() as m:
        m.get(f"{API}?a=1", payload={"a": 1})
        async with aiohttp.ClientSession() as session:
            async with session.get(API, params={"a": 1}) as response:
                assert await response.json() == {"a": 1}
        m.assert_called_once_with(API, params={"a": 1})


async def test_match_of_a_request() -> None:
    """It matches as a registration does, and makes no responses."""
    match = core.RequestMatch(f"{API}?b=1&a=2", "POST", status=404)
    assert match.match("post", f"{API}?a=2&b=1")
    assert not match.match("GET", f"{API}?a=2&b=1")
    assert not match.match("POST", API)
    with pytest.raises(NotImplementedError, match="delete the code"):
        await match.build_response(API)  # type: ignore[arg-type]  # never looked at
