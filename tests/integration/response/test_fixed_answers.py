"""The bytes of answers that are made beforehand are those that aiohttp writes itself."""

import asyncio
import re
from itertools import product
from typing import Any, Final

import pytest

from aiointercept import aiointercept
from aiointercept.adapters.handling import fixed, performing

ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "plain": {"body": b"hello"},
    "empty": {"body": b""},
    "json": {"json": {"a": [1, "é"]}},
    "text with a charset": {"body": "é", "content_type": "text/plain; charset=utf-8"},
    "repeated fields": {"headers": [("X-A", "1"), ("X-B", "2"), ("x-a", "3")]},
    "a field that is not ASCII": {"headers": {"X-Name": "naïve ✓"}},
    "an empty field": {"headers": {"X-Empty": ""}},
    "cookies": {"cookies": {"a": "1", "b": "2"}},
    "encoded": {"body": b"\x1f\x8b", "headers": {"Content-Encoding": "gzip"}},
    "own length": {"body": b"hello", "headers": {"Content-Length": "3"}},
    "chunked": {"body": b"hello", "headers": {"Transfer-Encoding": "chunked"}},
    "own date": {"headers": {"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}},
    "own server": {"headers": {"Server": "nginx"}},
    "to be closed": {"headers": {"Connection": "close"}},
    "kept alive": {"headers": {"Connection": "keep-alive"}},
    "created": {"status": 201, "headers": {"Location": "/x"}},
    "no content": {"status": 204},
    "not modified": {"status": 304, "headers": {"ETag": '"1"'}},
    "redirect": {"status": 302, "headers": {"Location": "/other"}},
    "not found": {"status": 404, "json": {"error": "no"}},
    "odd status": {"status": 599},
    "odd reason": {"status": 200, "reason": "Très bien"},
    "no reason": {"status": 200, "reason": ""},
    "server error": {"status": 503, "headers": {"Retry-After": "1"}},
    "64 KiB": {"body": bytes(1 << 16)},
    "more than 64 KiB": {"body": bytes((1 << 16) + 1)},
}
REQUESTS: Final = {
    "GET": b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD": b"HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST": b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi",
    "close": b"GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    "HTTP/1.0": b"GET /x HTTP/1.0\r\n\r\n",
    "HTTP/1.0 kept alive": b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "expects continue": (
        b"POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
    ),
}
LAST: Final = b"GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


async def received(options: dict[str, Any], request: bytes) -> bytes:
    """Return all that comes back for a request and one more behind it on the same connection."""
    async with aiointercept() as m:
        m.add("/x", "*", **options)
        m.get("/last", body=b"last")
        reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
        writer.write(request + LAST)
        data = await reader.read()
        writer.close()
        await writer.wait_closed()
    return re.sub(rb"Date: (?!Thu, 01 Jan 1970)[^\r]*", b"Date: now", data)


@pytest.mark.parametrize(("answer", "request_line"), list(product(ANSWERS, REQUESTS)))
async def test_the_bytes_are_those_of_aiohttp(
    answer: str, request_line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With pipelining, as one more request follows at once."""
    options, request = ANSWERS[answer], REQUESTS[request_line]
    ours = await received(options, request)
    monkeypatch.setattr(performing, "fixed_response", lambda _answer, _request: None)
    assert ours == await received(options, request)


async def test_the_short_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test above would compare aiohttp with itself."""
    taken: list[bool] = []

    def counting(*args: Any) -> Any:
        response = fixed.fixed_response(*args)
        taken.append(response is not None)
        return response

    monkeypatch.setattr(performing, "fixed_response", counting)
    await received(ANSWERS["plain"], REQUESTS["GET"])
    await received(ANSWERS["plain"], REQUESTS["HEAD"])
    assert taken == [True, False, False, False]
