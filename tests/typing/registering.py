"""Options of routes: what type checkers take, and every misspelling that they find."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from typing_extensions import assert_type
from yarl import URL

from aiointercept import (
    AiointerceptRequest,
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
    return CallbackResult(status=201, json={"url": str(url), "kwargs": len(kwargs)})


async def answer_later(url: URL, **kwargs: object) -> CallbackResult | None:
    return None if kwargs else CallbackResult(body=str(url))


def fail(url: URL, **kwargs: object) -> Fault:
    return Fault.HANG


def wrong(url: URL, **kwargs: object) -> int:
    return len(kwargs) + len(str(url))


def is_even(request: matchers.Request) -> bool:
    return not len(request.body or b"") % 2


async def talk(ws: web.WebSocketResponse, request: AiointerceptRequest) -> None:
    await ws.send_str(str(request.canonical_url))


def blocking(ws: web.WebSocketResponse, request: AiointerceptRequest) -> int:
    return 1


U = "https://h.test/x"


def takes(m: aiointercept) -> None:
    assert_type(m.get(U, callback=answer), MockResponse)
    m.get(U, callback=answer_later, body=chunks, rate=1024)
    m.post(U, callback=fail, match=is_even)
    m.put(U, match=[matchers.path("/x"), is_even], body=chunks())
    m.patch(U, body=Path("file"), ignore_query=True)
    m.delete(URL(U), status=204, headers={"A": "b"}, cookies={"c": "d"})
    m.head(re.compile("x"), repeat=3, delay=0.5, optional=True, name="n")
    m.options(U, raises=TimeoutError, reason="no")
    m.add(U, "*", 404, "text", exception=True)
    m.route(matchers.graphql("Q", {"a": 1}), json=[1], fault=Fault.TRUNCATED_BODY)
    m.route(
        matchers.multipart({"f": matchers.part(b"x", filename="f")})
        | matchers.json_body([1], any_order=True)
    )
    m.ws(U, talk, protocols=["chat"], heartbeat=5, headers={"A": "b"}, fault=Fault.HANG)
    m.sse(U, ["a", ServerSentEvent("b")], method="POST", rate=10)
    m.sse(U, lambda: [1, 2])


def misspelt(m: aiointercept) -> None:
    # The names of other libraries, and slips of the pen.
    m.get(U, status_code=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, text="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, content=b"x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, timeout=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, times=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, params={"a": 1})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, match_headers={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, faults=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, verb="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, stauts=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, hearbeat=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], delai=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(mock_external=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(text="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misplaced(m: aiointercept) -> None:
    m.get(U, 404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(404)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.get(U, status="404")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.get(U, body={})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.get(U, repeat=1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.get(U, fault="HANG")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.get(U, callback=wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.get(U, match="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.ws(U, blocking)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.sse(U, [], body=b"x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
