"""What type checkers see of the drop-in: misspelt keywords are found. Checked, not run."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from unittest import mock

import aiohttp
from typing_extensions import assert_type
from yarl import URL

from aiointercept.aioresponses import CallbackResult, RequestCall, aioresponses
from aiointercept.aioresponses.compat import merge_params, normalize_url


async def chunks() -> AsyncIterator[bytes]:
    yield b"chunk"


def answer(url: URL, **kwargs: object) -> CallbackResult:
    return CallbackResult(status=201, payload={"url": str(url), "kwargs": len(kwargs)})


class OwnResponse(aiohttp.ClientResponse):
    pass


async def use() -> None:
    with aioresponses(passthrough=["http://127.0.0.1"], passthrough_unmatched=True) as m:
        assert_type(m, aioresponses)
        assert_type(m.get("https://h.test/x", payload={"a": [1]}, repeat=True), None)
        m.post(URL("https://h.test/x"), status=201, body=b"", headers={"A": "b"}, reason="So")
        m.put(re.compile(r"https://h\.test/"), exception=asyncio.TimeoutError, repeat=2)
        m.patch("https://h.test/x", exception=OSError(5), timeout=False, callback=answer)
        m.delete("https://h.test/x", body=chunks, content_type="text/plain")
        m.head("https://h.test/x", body=Path("file"), response_class=OwnResponse)
        m.options("https://h.test/x", timeout=True)
        m.add("https://h.test/x", "PURGE", 204)
        m.get("https://h.test/x", statsu=200)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        m.get("https://h.test/x", json={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        m.assert_any_call("https://h.test/x", "POST", params={"a": 1})
        m.assert_called_with("https://h.test/x", json={"a": 1}, headers=mock.ANY, timeout=3)
        m.assert_called_once_with("https://h.test/x", "POST", ["json"], json={"a": 1})
        m.assert_called_with("https://h.test/x", jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        m.assert_called_once_with("https://h.test/x", header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        assert_type(m.requests, dict[tuple[str, URL], list[RequestCall]])
    async with aioresponses(param="mocked") as entered:
        assert_type(entered, aioresponses)
    aioresponses(passthru=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert_type(normalize_url("https://h.test/"), URL)
    assert_type(merge_params("https://h.test/", {"a": "b"}), URL)
