from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from aiointercept.adapters.handling import pacing
from aiointercept.adapters.handling.forward import forward
from aiointercept.adapters.handling.response import Answered
from aiointercept.core.ports.upstream import UpstreamResponse
from aiointercept.core.routing.replies import ForwardReply

Stages = Callable[..., Any]


class FakeUpstream:
    """A real server that answers with ``chunks``, or raises."""

    def __init__(self, *chunks: bytes | BaseException) -> None:
        self.chunks = chunks

    async def send(self, request: Any) -> UpstreamResponse:
        first = self.chunks[0]
        if isinstance(first, OSError):
            raise first
        headers = {"Connection": "close", "X-One": "1", "Content-Length": "6"}
        return UpstreamResponse(200, "OK", headers, self.body())

    async def body(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk


async def test_the_answer_comes_back(stage: Stages):
    """With its fields, except those of the connection to the real server."""
    one = stage(ForwardReply())
    one.owner.upstream = FakeUpstream(b"one", b"two")
    response = await forward(one.performance, ForwardReply())
    assert bytes(one.transport.written).endswith(b"\r\n\r\nonetwo")
    assert response.headers["X-One"] == "1"
    assert "Connection" not in response.headers
    assert one.owner.told == [("finish", 200), ("finish", 200)]
    assert one.settled == [True]


async def test_a_real_server_that_is_not_there(stage: Stages):
    """The client's call raises, with an error that it knows."""
    one = stage(ForwardReply())
    one.owner.upstream = FakeUpstream(OSError("no way"))
    assert isinstance(await forward(one.performance, ForwardReply()), Answered)
    error = one.raised[0].exception
    assert isinstance(error, aiohttp.ClientConnectionError)
    assert str(error) == "OSError: no way"
    assert one.settled == []


async def test_a_real_server_that_breaks_off(stage: Stages):
    """The client must not take what it got for the whole."""
    one = stage(ForwardReply())
    one.owner.upstream = FakeUpstream(b"one", aiohttp.ClientPayloadError("cut"))
    assert isinstance(await forward(one.performance, ForwardReply()), Answered)
    assert one.transport.closed


async def test_no_way_to_the_real_server(stage: Stages):
    """The connection just closes."""
    one = stage(ForwardReply())
    assert isinstance(await forward(one.performance, ForwardReply()), Answered)
    assert one.owner.told == []


async def test_the_answer_at_a_rate(stage: Stages, monkeypatch: Any):
    """Each piece comes when it is due."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(pacing, "real_sleep", sleep)
    monkeypatch.setattr(pacing, "real_monotonic", lambda: 0.0)
    one = stage(ForwardReply(6))
    one.owner.upstream = FakeUpstream(b"one", b"two")
    await forward(one.performance, ForwardReply(6))
    assert bytes(one.transport.written).endswith(b"\r\n\r\nonetwo")
    assert waited[-1] == pytest.approx(1)
