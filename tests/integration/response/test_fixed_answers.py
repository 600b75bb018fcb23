"""The bytes of answers that are made beforehand are those that aiohttp writes itself."""

import asyncio
import json
import re
from itertools import product
from pathlib import Path
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
RECORDED: Final[dict[str, tuple[int, str, list[tuple[str, str]], str]]] = {
    "plain": (200, "OK", [("Content-Type", "text/plain"), ("X-A", "1")], "hello"),
    "without a type": (200, "OK", [], "hello"),
    "empty": (200, "OK", [("X-A", "1")], ""),
    "own date and server": (
        200,
        "OK",
        [("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Server", "nginx")],
        "hello",
    ),
    "repeated fields": (200, "OK", [("X-A", "1"), ("X-B", "2"), ("x-a", "3")], "hello"),
    "another length": (200, "OK", [("X-A", "1"), ("content-length", "3"), ("X-B", "2")], "hello"),
    "two lengths": (200, "OK", [("Content-Length", "3"), ("content-length", "4")], "hello"),
    "chunked": (200, "OK", [("Transfer-Encoding", "chunked")], "hello"),
    "hop by hop": (200, "OK", [("Connection", "close"), ("Keep-Alive", "timeout=5")], "hello"),
    "encoded": (200, "OK", [("Content-Encoding", "gzip")], "hello"),
    "a field that is not ASCII": (200, "OK", [("X-Name", "naïve ✓")], "hello"),
    "no content": (204, "No Content", [("X-A", "1")], ""),
    "not modified": (304, "Not Modified", [("ETag", '"1"'), ("Content-Length", "9")], ""),
    "odd reason": (599, "Très bien", [], "hello"),
    "more than 64 KiB": (200, "OK", [], "x" * ((1 << 16) + 1)),
}
# aiohttp refuses what follows these.
CLOSING: Final = (REQUESTS["close"], REQUESTS["HTTP/1.0"])
LAST: Final = b"GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


async def received(options: dict[str, Any], request: bytes, cassette: Path | None = None) -> bytes:
    """Return all that comes back for a request and one more behind it on the same connection."""
    async with aiointercept() as m:
        if cassette is None:
            m.add("/x", "*", **options)
        else:
            m.replay(cassette, match_on=["path"], base_url=m.server_url)
        m.get("/last", body=b"last")
        reader, writer = await asyncio.open_connection(m.server_host, m.server_port)
        writer.write(request if request in CLOSING else request + LAST)
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


def written(recorded: tuple[int, str, list[tuple[str, str]], str], folder: Path) -> Path:
    """Return a cassette with one entry, for the path ``/x``."""
    status, reason, headers, text = recorded
    response = {
        "status": status,
        "statusText": reason,
        "headers": [{"name": name, "value": value} for name, value in headers],
        "content": {"size": len(text), "mimeType": "", "text": text},
    }
    request = {"method": "GET", "url": "http://api.test/x", "headers": []}
    file = folder / "recorded.har"
    log = {"version": "1.2", "entries": [{"request": request, "response": response}]}
    file.write_text(json.dumps({"log": log}), encoding="utf-8")
    return file


@pytest.mark.parametrize(("answer", "request_line"), list(product(RECORDED, REQUESTS)))
async def test_the_bytes_of_recorded_answers(
    answer: str, request_line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They are sent as they were recorded, on the short way as on the long one."""
    cassette, request = written(RECORDED[answer], tmp_path), REQUESTS[request_line]
    ours = await received({}, request, cassette)
    assert ours.startswith((f"HTTP/1.1 {RECORDED[answer][0]} ".encode(), b"HTTP/1.1 100 "))
    monkeypatch.setattr(performing, "fixed_response", lambda _answer, _request: None)
    assert ours == await received({}, request, cassette)


async def test_the_short_way_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else the tests above would compare aiohttp with itself."""
    taken: list[bool] = []

    def counting(*args: Any) -> Any:
        response = fixed.fixed_response(*args)
        taken.append(response is not None)
        return response

    monkeypatch.setattr(performing, "fixed_response", counting)
    await received(ANSWERS["plain"], REQUESTS["GET"])
    await received(ANSWERS["plain"], REQUESTS["HEAD"])
    assert taken == [True, False, False, False]
    taken.clear()
    await received({}, REQUESTS["GET"], written(RECORDED["plain"], tmp_path))
    assert taken[0]
