import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from aiointercept.adapters.handling.faults import (
    break_connection,
    fail_client,
    perform_fault,
    raise_from_callback,
    truncated,
)
from aiointercept.adapters.handling.response import Answered
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import (
    CallbackRaiseReply,
    FaultReply,
    FileReply,
    NoRouteReply,
    RaiseReply,
    Stream,
)

Stages = Callable[..., Any]


class FakeSocket:
    """Notes its options."""

    def __init__(self) -> None:
        self.options: list[tuple[int, int]] = []

    def setsockopt(self, level: int, option: int, value: bytes) -> None:
        self.options.append((level, option))


async def chunks_of(stream: Stream) -> list[bytes]:
    """Return all chunks of ``stream``."""
    return [chunk async for chunk in stream.open()]


async def test_a_truncated_body():
    """One byte more is announced than there is, and half of it comes."""
    stream = truncated(Response(201, None, {"X-One": "1"}, b"abcde"))
    assert (stream.status, stream.length) == (201, 6)
    assert await chunks_of(stream) == [b"abc"]


async def test_a_truncated_stream():
    """All chunks come; a length that is not known stays so."""

    async def body() -> AsyncIterator[bytes]:
        yield b"one"

    assert await chunks_of(truncated(Stream(body))) == [b"one"]
    assert truncated(Stream(body)).length is None
    assert truncated(Stream(body, length=3)).length == 4


async def test_a_truncated_file(tmp_path: Path):
    """It is read as a stream."""
    file = tmp_path / "file"
    file.write_bytes(b"data")
    assert await chunks_of(truncated(FileReply(file))) == [b"data"]


@pytest.mark.parametrize("fault", [Fault.DNS_FAILURE, Fault.CONNECTION_REFUSED])
async def test_a_fault_before_there_is_a_connection(stage: Stages, fault: Fault):
    """The client's call raises; nothing goes over the connection."""
    one, reply = stage(), FaultReply(fault)
    assert isinstance(await perform_fault(one.performance, reply), Answered)
    assert one.raised == [reply]
    assert one.owner.told == [("fail", fault)]
    assert not one.transport.written


async def test_a_fault_on_the_connection(stage: Stages):
    """What is not HTTP goes out, then the connection closes."""
    one = stage()
    await perform_fault(one.performance, FaultReply(Fault.MALFORMED_RESPONSE))
    assert one.transport.written.startswith(b"SSH-")
    assert one.transport.closed
    assert one.raised == []


async def test_a_reset(stage: Stages):
    """The socket is told to close with RST."""
    one = stage()
    one.transport.sock = FakeSocket()
    await break_connection(one.performance.request, Fault.CONNECTION_RESET)
    assert one.transport.aborted
    assert one.transport.sock.options == [(socket.SOL_SOCKET, socket.SO_LINGER)]


async def test_a_server_that_hangs(stage: Stages):
    """It waits until it is cancelled, and the connection stays open."""
    one = stage()
    task = asyncio.ensure_future(break_connection(one.performance.request, Fault.HANG))
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not one.transport.is_closing()


async def test_nobody_can_be_made_to_raise(stage: Stages):
    """At the mock's own URL the test learns why the route cannot be performed."""
    one = stage(intercepted=False)
    await fail_client(one.performance, RaiseReply(ValueError("x")))
    assert "only works for an intercepted client" in str(one.owner.errors[0])


async def test_a_callback_that_raises(stage: Stages):
    """An intercepted client raises the error itself, others get a 500."""
    error, one, other = ValueError("x"), stage(), stage(intercepted=False)
    reply = CallbackRaiseReply(error)
    await raise_from_callback(one.performance, reply)
    assert one.raised == [reply]
    await raise_from_callback(other.performance, reply)
    assert other.owner.told == [("answered", 500)]
    assert other.owner.errors == [error]


async def test_an_unmatched_request_is_logged_once(stage: Stages, caplog: pytest.LogCaptureFixture):
    """However often the client repeats it."""
    one = stage()
    with caplog.at_level(logging.WARNING, "aiointercept"):
        await fail_client(one.performance, NoRouteReply("No route matches"))
        one.call.attempts = 2
        await fail_client(one.performance, NoRouteReply("No route matches"))
    assert caplog.messages == ["No route matches"]
