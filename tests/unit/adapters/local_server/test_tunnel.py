from typing import Any

import pytest

from aiointercept.adapters.local_server.tunnel import HttpOnly, TunnelEnd, looks_like_http


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"G", None),
        (b"GET", None),
        (b"GET ", None),
        (b"GET /", None),
        (b"GET / ", None),
        (b"GET / HTTP/1.", None),
        (b"GET / HTTP/1.1", None),
        (b"GET / HTTP/1.1\r", None),
        (b"GET / HTTP/1.1\r\n", True),
        (b"M-SEARCH * HTTP/1.0\n", True),
        (b"GET / HTTP/2", False),
        (b"GET / HTTP/1.1 ", False),
        (b"GET  ", None),
        (b"GET /\r\n", False),
        (b"SSH-2.0-x\r\n", False),
        (b"\x00", False),
        (b"(", False),
    ],
)
def test_what_looks_like_http(data: bytes, expected: Any):
    """It is clear as soon as the first line is, and often before."""
    assert looks_like_http(data) is expected


async def test_http_is_passed_on(wire: Any, notes: Any):
    """From the first byte, once it is clear; the end of the connection, too."""
    refused: list[bytes] = []
    protocol = HttpOnly(lambda: notes, refused.append)
    protocol.connection_made(wire)
    protocol.data_received(b"GET / HTT")
    assert notes.transport is None
    protocol.data_received(b"P/1.1\r\n")
    protocol.data_received(b"more")
    protocol.connection_lost(None)
    assert notes.data == b"GET / HTTP/1.1\r\nmore"
    assert notes.heard == [None]
    assert refused == []


async def test_anything_else_is_refused_once(wire: Any, notes: Any):
    """And nothing of it is passed on."""
    refused: list[bytes] = []
    protocol = HttpOnly(lambda: notes, refused.append)
    protocol.connection_made(wire)
    protocol.data_received(b"\x00")
    protocol.data_received(b"GET / HTTP/1.1\r\n")
    protocol.connection_lost(None)
    assert refused == [b"\x00"]
    assert wire.heard == ["close"]
    assert notes.transport is None


async def test_an_end_without_the_other_one(wire: Any):
    """It waits, and what comes all the same goes nowhere."""
    end = TunnelEnd()
    end.connection_made(wire)
    assert wire.heard == ["pause"]
    end.data_received(b"early")
    end.pause_writing()
    end.resume_writing()
    assert end.eof_received() is None
    end.connection_lost(None)
    assert wire.heard == ["pause"]
