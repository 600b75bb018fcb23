"""What type checkers see of the public names. Checked by mypy and pyright, not run."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from aiohttp import web
from typing_extensions import assert_type
from yarl import URL

from aiointercept import (
    AiointerceptRequest,
    Call,
    CallbackResult,
    Fault,
    MockResponse,
    ServerSentEvent,
    aiointercept,
    matchers,
)


async def chunks() -> AsyncIterator[bytes]:
    yield b"chunk"


def answer(url: URL, **kwargs: object) -> CallbackResult:
    return CallbackResult(status=201, payload={"url": str(url), "kwargs": len(kwargs)})


async def converse(ws: web.WebSocketResponse, request: AiointerceptRequest) -> None:
    await ws.send_str(str(request.canonical_url))


class EvenLength:
    def match(self, request: matchers.Request) -> matchers.MatchResult:
        length = len(request.body or b"")
        if length % 2:
            return matchers.MatchResult([matchers.Mismatch("length", "even", length)])
        return matchers.MatchResult()


async def use() -> None:
    async with aiointercept(mock_external_urls=True, passthrough=["real.test"], strict=True) as m:
        assert_type(m, aiointercept)
        assert_type(m.get("https://h.test/x", json={"a": [1]}), MockResponse)
        m.post(URL("https://h.test/x"), status=201, body=b"", repeat=True)
        m.put(re.compile(r"https://h\.test/"), body=Path("file"), headers=[("A", "b")])
        m.add("https://h.test/c", "*", callback=answer, match=matchers.host("h.test"))
        m.get("https://h.test/s", body=chunks, delay=0.5, cookies={"a": "b"}, optional=True)
        m.delete("https://h.test/f", fault=Fault.CONNECTION_RESET)
        m.patch("https://h.test/r", raises=TimeoutError)
        m.route(matchers.path("/x") & ~matchers.query({"a": "1"}) & EvenLength(), status=404)
        m.sse("https://h.test/e", ["a", {"b": 1}, ServerSentEvent("c", event="d")])
        socket = m.ws("wss://h.test/ws", converse, protocols=("chat",))
        socket.assert_received(["hello"])
        assert_type(m.calls, list[Call])
        assert_type(m.server_url, str)
        assert_type(m.server_port, int)
        assert_type(m.last_request, AiointerceptRequest | None)
        assert_type(m.requests, dict[tuple[str, URL], list[AiointerceptRequest]])
        assert_type(m.session(headers={"A": "b"}), aiohttp.ClientSession)
        m.session(header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        m.connector(limits=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        m.assert_called_with("https://h.test/x", "POST", json={"a": 1}, headers={"A": "b"})


@aiointercept(mock_external_urls=True)
async def decorated(m: aiointercept) -> None:
    m.clear()


def use_sync() -> None:
    with aiointercept() as m:
        assert_type(m, aiointercept)
