import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept import Fault
from aiointercept.adapters.passthrough.body_sink import TemporaryFolder
from aiointercept.adapters.passthrough.client import ClientUpstream
from aiointercept.adapters.passthrough.recording import RecordingUpstreams
from aiointercept.core.http.messages import Request
from aiointercept.core.ports.upstream import UpstreamResponse
from aiointercept.core.recording.entries import Entry, RecordedMessage
from aiointercept.core.recording.recorder import Recorder

REQUEST = Request("POST", URL("https://a.test/"), body=b"sent")


class Chunks:
    """A body that comes in chunks, and may break off."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self.chunks = chunks
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    async def aclose(self) -> None:
        """Note that it is closed."""
        self.closed = True


class Server:
    """Answers with what it was made with."""

    def __init__(self, answer: Any, status: int = 200, tunnel: Any = None) -> None:
        self.answer = answer
        self.status = status
        self.tunnel = tunnel

    async def send(self, _request: Request) -> UpstreamResponse:
        """Answer, or fail."""
        if isinstance(self.answer, BaseException):
            raise self.answer
        headers = CIMultiDictProxy(CIMultiDict({"X": "y"}))
        return UpstreamResponse(self.status, "Fine", headers, self.answer, self.tunnel)


class Way:
    """Takes what the client sends."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Note what is written."""
        self.sent.append(data)

    def close(self) -> None:
        """Note that it is closed."""
        self.sent.append(b"closed")


def upstream(server: Any) -> tuple[Recorder, Any]:
    """Return a recorder, and an upstream that it records."""
    recorder = Recorder()
    return recorder, RecordingUpstreams(recorder, TemporaryFolder())(server)


async def test_whole_exchange() -> None:
    """The client gets what the server sends, and it is noted."""
    chunks = Chunks(b"a", b"b")
    recorder, recording = upstream(Server(chunks))
    answer = await recording.send(REQUEST)
    assert [chunk async for chunk in answer.body] == [b"a", b"b"]
    await answer.body.aclose()
    (entry,) = recorder.entries()
    assert chunks.closed
    assert entry.request.body == b"sent"
    assert entry.response_body == b"ab"
    assert (entry.response.status, entry.response.headers["X"], entry.fault) == (200, "y", None)
    assert entry.started > 0


async def test_failures() -> None:
    """Before an answer, within its body, or because the client gave up."""
    recorder, recording = upstream(Server(aiohttp.ServerDisconnectedError()))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await recording.send(REQUEST)
    assert recorder.entries()[0].fault is Fault.EMPTY_RESPONSE
    assert recorder.entries()[0].error == "ServerDisconnectedError: Server disconnected"
    recorder, recording = upstream(Server(Chunks(b"a", aiohttp.ClientPayloadError("x"))))
    answer = await recording.send(REQUEST)
    with pytest.raises(aiohttp.ClientPayloadError):
        [chunk async for chunk in answer.body]
    await answer.body.aclose()
    (entry,) = recorder.entries()
    assert (entry.fault, entry.response_body) == (Fault.TRUNCATED_BODY, b"a")
    recorder, recording = upstream(Server(asyncio.CancelledError()))
    with pytest.raises(asyncio.CancelledError):
        await recording.send(REQUEST)
    assert (recorder.entries()[0].fault, recorder.entries()[0].error) == (Fault.HANG, None)


async def test_client_leaves() -> None:
    """What came of the body is noted, also if the block ends before the client is done."""
    recorder, recording = upstream(Server(Chunks(b"a", b"b")))
    answer = await recording.send(REQUEST)
    async for _ in answer.body:
        break
    recorder.seal()
    assert [entry.response_body for entry in recorder.entries()] == [b"a"]


async def test_sent_again() -> None:
    """What a client repeats silently is one exchange."""
    recorder, recording = upstream(Server(ConnectionResetError()))
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            await recording.send(REQUEST)
    assert len(recorder.entries()) == 1


async def test_streamed_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that is still coming in is noted as it goes out."""
    sent: list[bytes] = []

    async def send(self: ClientUpstream, _request: Request) -> UpstreamResponse:
        assert self.body is not None
        assert not isinstance(self.body, bytes)
        sent.extend([chunk async for chunk in self.body])
        return UpstreamResponse(200, None, CIMultiDictProxy(CIMultiDict()), Chunks())

    monkeypatch.setattr(ClientUpstream, "send", send)
    recorder, recording = upstream(ClientUpstream(None, body=Chunks(b"a", b"b")))
    answer = await recording.send(Request("PUT", URL("https://a.test/")))
    await answer.body.aclose()
    assert sent == [b"a", b"b"]
    assert recorder.entries()[0].request_body == b"ab"


async def test_websocket() -> None:
    """Messages both ways, and who closed."""
    way = Way()
    chunks = Chunks(b"\x81\x02hi", b"\x88\x02\x0f\xa1")
    recorder, recording = upstream(Server(chunks, 101, way))
    answer = await recording.send(REQUEST)
    answer.tunnel.write(b"\x82\x81\0\0\0\0x")
    assert [chunk async for chunk in answer.body] == list(chunks.chunks)
    answer.tunnel.close()
    await answer.body.aclose()
    (entry,) = recorder.entries()
    assert isinstance(entry, Entry)
    assert [(one.from_client, one.data) for one in entry.messages] == [(True, b"x"), (False, "hi")]
    assert all(isinstance(one, RecordedMessage) for one in entry.messages)
    assert entry.notes == {"websocket_close": {"by": "server", "code": 4001}}
    assert way.sent == [b"\x82\x81\0\0\0\0x", b"closed"]


@pytest.mark.parametrize(("by_client", "by"), [(True, "client"), (False, "server")])
async def test_websocket_that_breaks(by_client: bool, by: str) -> None:  # noqa: FBT001  a case
    """Without a frame, and with bytes that are of another protocol."""
    recorder, recording = upstream(Server(Chunks(b"\xc1\x03\xff\xff\xff"), 101, Way()))
    answer = await recording.send(REQUEST)
    if by_client:
        answer.tunnel.close()
    [chunk async for chunk in answer.body]
    answer.tunnel.write(b"\x82\x81\0\0\0\0x")
    await answer.body.aclose()
    assert recorder.entries()[0].notes == {"websocket_close": {"by": by, "code": 1006}}


def test_without_a_way_to_the_server() -> None:
    """There is nothing to record; a mock's own upstream says what it takes."""
    upstreams = RecordingUpstreams(Recorder(), TemporaryFolder())
    assert upstreams(None) is None
    assert upstreams.takes_streams

    class Whole:
        takes_streams = False

        def __call__(self, _client: Any) -> Any:
            return Server(Chunks())

    inner = RecordingUpstreams(Recorder(), TemporaryFolder(), Whole())
    assert not inner.takes_streams
    assert inner(None) is not None
