from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from aiointercept.adapters.handling.performing import Performance
from aiointercept.adapters.handling.response import Answered
from aiointercept.adapters.handling.tunnel import tunnel
from aiointercept.core.ports.upstream import UpstreamResponse


class Everything:
    """Stands for a request, its protocol, its writer, its transport and the exchange's owner."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.finished: list[int] = []
        self.closed = False
        self.parser: Any = None
        self.protocol = self.writer = self.transport = self.dispatcher = self.call = self

    def set_parser(self, parser: Any) -> None:
        """Note the parser."""
        self.parser = parser

    def write(self, data: bytes) -> None:
        """Note what is written."""
        self.written.append(data)

    async def drain(self) -> None:
        """Break once two chunks were written."""
        if len(self.written) > 1:
            raise ConnectionResetError

    def close(self) -> None:
        """Note that it is closed."""
        self.closed = True

    def finish(self, _call: Any, status: int, *_: Any) -> None:
        """Note the end of the call."""
        self.finished.append(status)


class Way:
    """The way to the server."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        """Note what is written."""
        self.sent.append(data)

    def close(self) -> None:
        """Note that it is closed."""
        self.closed = True


@pytest.mark.parametrize("gone", [False, True])
async def test_both_ways(monkeypatch: pytest.MonkeyPatch, gone: bool) -> None:  # noqa: FBT001  a case
    """What comes is passed on as it is, until either side is closed; then both are."""
    one, way = Everything(), Way()

    async def prepare(_response: Any, _request: Any) -> None:
        """Write nothing."""

    monkeypatch.setattr(web.StreamResponse, "prepare", prepare)

    async def body() -> AsyncIterator[bytes]:
        yield b"a"
        one.parser.feed_data(b"x")
        if gone:
            one.parser.feed_eof()
            one.request_transport = None
        yield b"b"
        raise AssertionError("the client has gone")

    answer = UpstreamResponse(101, None, CIMultiDictProxy(CIMultiDict()), body(), way)
    performance: Any = Performance(one, one, None)  # type: ignore[arg-type]  # a fake
    assert isinstance(await tunnel(performance, answer, way), Answered)
    assert one.written == [b"a", b"b"]
    assert way.sent == [b"x"]
    assert way.closed is gone
    assert one.closed
    assert one.finished == [101, 101]
