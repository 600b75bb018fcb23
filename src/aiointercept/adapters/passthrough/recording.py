"""Upstreams that record the requests and responses of the real servers while relaying them."""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
from attrs import evolve, field, frozen

from aiointercept.adapters.passthrough.body_sink import BodySink, TemporaryFolder
from aiointercept.adapters.passthrough.client import ClientUpstream
from aiointercept.adapters.passthrough.network_faults import fault_of
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.ports.upstream import Tunnel, Upstream, UpstreamFactory, UpstreamResponse
from aiointercept.core.recording.entries import AnyBody, Entry, RecordedMessage, StoredBody
from aiointercept.core.recording.recorder import Recorder, Slot
from aiointercept.core.recording.websocket_frames import NOTE_OF_CLOSING, CloseFrame, FrameReader
from aiointercept.core.routing.faults import Fault


@frozen(eq=False, repr=False)
class RecordingUpstreams:
    """Makes upstreams that record; see :class:`.ports.upstream.UpstreamFactory`.

    Args:
        recorder: gets the recorded exchanges.
        folder: stores large bodies until they are saved.
        inner: makes the upstreams to the real servers; ``None`` to use each client's own.
    """

    recorder: Recorder
    folder: TemporaryFolder
    inner: UpstreamFactory | None = None
    _slots: WeakKeyDictionary[Request, Slot] = field(
        factory=WeakKeyDictionary[Request, Slot], init=False
    )

    def slot_for(self, request: Request) -> Slot:
        """Return the slot of an exchange; the same one if the client silently repeats it."""
        slot = self._slots.get(request)
        if slot is None:
            slot = self._slots[request] = self.recorder.begin()
        else:
            slot.begin_again()
        return slot

    @property
    def takes_streams(self) -> bool:
        """Whether the upstream can send a body that is still arriving."""
        return self.inner is None or self.inner.takes_streams

    def __call__(self, client: Upstream | None) -> Upstream | None:
        """Return an upstream that records what another upstream relays."""
        upstream = client if self.inner is None else self.inner(client)
        return None if upstream is None else _Recording(self, upstream)


class _Recording:
    """Records one exchange; see :class:`.ports.upstream.Upstream`."""

    def __init__(self, owner: RecordingUpstreams, upstream: Upstream) -> None:
        self._owner = owner
        self._upstream = upstream
        self._sent: BodySink | None = None

    async def send(self, request: Request) -> UpstreamResponse:
        """See :meth:`.ports.upstream.Upstream.send`."""
        note = _Note(self._owner, request)
        upstream = self._upstream
        if request.body is None and isinstance(upstream, ClientUpstream):
            body = upstream.body
            if body is not None and not isinstance(body, bytes):
                note.sent = BodySink(self._owner.folder)
                upstream = evolve(upstream, body=_copied(body, note.sent))
        try:
            answer = await upstream.send(request)
        except Exception as error:
            note.finish(None, b"", fault_of(error), error)
            raise
        except asyncio.CancelledError as error:
            # The client gave up; a silent server makes it give up again in a replay.
            note.finish(None, b"", Fault.HANG, error)
            raise
        if answer.tunnel is not None:
            messages = _Messages(note, answer, answer.tunnel)
            return evolve(answer, body=messages, tunnel=messages)
        return evolve(answer, body=_Noted(note, answer))


async def _copied(body: AsyncIterable[bytes], sink: BodySink) -> AsyncIterator[bytes]:
    async for chunk in body:
        await sink.write(chunk)
        yield chunk


class _Note:
    """The data of a running exchange so far."""

    def __init__(self, owner: RecordingUpstreams, request: Request) -> None:
        self._slot = owner.slot_for(request)
        self.folder = owner.folder
        self.request = request
        self.sent: BodySink | None = None
        # Not the loop's clock, which stands still while a test has frozen the time.
        self.started = time.time()
        self._began = time.perf_counter()

    def finish(
        self, answer: UpstreamResponse | None, body: AnyBody, *more: Any, **named: Any
    ) -> None:
        """Record the complete exchange."""
        self._slot.finish(self.entry(answer, body, *more, **named))

    def hand_in(self, entry: Entry) -> None:
        """Record the complete exchange, as :meth:`entry` returned it."""
        self._slot.finish(entry)

    def answered(self, so_far: Callable[[], Entry]) -> None:
        """Note that the answer has begun; ``so_far`` returns the exchange up to now."""
        self._slot.so_far = so_far

    def entry(
        self,
        answer: UpstreamResponse | None,
        body: AnyBody,
        fault: Fault | None = None,
        error: BaseException | None = None,
        **more: Any,
    ) -> Entry:
        """Return the exchange in its current state."""
        request = self.request
        sent = b"" if self.sent is None else self.sent.result()
        file = sent if isinstance(sent, StoredBody) else None
        if request.body is None:
            request = evolve(request, body=None if isinstance(sent, StoredBody) else sent)
        response = None
        if answer is not None:
            held = None if isinstance(body, StoredBody) else body
            response = Response(answer.status, answer.reason, answer.headers, held)
        text = None
        if error is not None and fault is not Fault.HANG:
            text = f"{type(error).__name__}: {error}"
        return Entry(
            request,
            response,
            fault,
            request_file=file,
            response_file=body if isinstance(body, StoredBody) else None,
            started=self.started,
            duration=time.perf_counter() - self._began,
            error=text,
            **more,
        )


class _Noted:
    """The body of an answer, recorded while the client reads it."""

    def __init__(self, note: _Note, answer: UpstreamResponse) -> None:
        self._note = note
        self._answer = answer
        self._sink = BodySink(note.folder)
        self._finished = False
        note.answered(lambda: note.entry(answer, self._sink.result()))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.body:
                await self._sink.write(chunk)
                yield chunk
        except (aiohttp.ClientError, ConnectionError) as error:
            self._finish(Fault.TRUNCATED_BODY, error)
            raise
        self._finish()

    def _finish(self, fault: Fault | None = None, error: BaseException | None = None) -> None:
        if not self._finished:
            self._finished = True
            self._note.finish(self._answer, self._sink.result(), fault, error)

    async def aclose(self) -> None:
        """Record what has arrived, if the client did not read it all, and close the connection."""
        try:
            self._finish()
        finally:
            await _close(self._answer.body)


class _Messages:
    """The bytes of a WebSocket, whose messages are recorded while they are relayed."""

    def __init__(self, note: _Note, answer: UpstreamResponse, tunnel: Tunnel) -> None:
        self._note = note
        self._answer = answer
        self._tunnel = tunnel
        self._messages: list[RecordedMessage] = []
        self._close: dict[str, Any] | None = None
        extensions = answer.headers.get("Sec-WebSocket-Extensions", "")
        self._readers: dict[bool, FrameReader | None] = {
            side: FrameReader(extensions, from_client=side) for side in (True, False)
        }
        note.answered(self._entry)

    def _entry(self) -> Entry:
        notes = {} if self._close is None else {NOTE_OF_CLOSING: self._close}
        return self._note.entry(self._answer, b"", messages=tuple(self._messages), notes=notes)

    def _read(self, data: bytes, *, from_client: bool) -> None:
        reader = self._readers[from_client]
        if reader is None:
            return
        try:
            for message in reader.feed(data):
                if not isinstance(message, CloseFrame):
                    now = time.time()
                    self._messages.append(RecordedMessage(from_client, message, now))
                elif self._close is None:
                    side = "client" if from_client else "server"
                    self._close = {"by": side, "code": message.code}
        except ValueError:
            self._readers[from_client] = None  # not WebSocket frames: relay without recording

    def write(self, data: bytes) -> None:
        """See :meth:`.ports.upstream.Tunnel.write`."""
        self._read(data, from_client=True)
        self._tunnel.write(data)

    def close(self) -> None:
        """See :meth:`.ports.upstream.Tunnel.close`."""
        if self._close is None:
            self._close = {"by": "client", "code": 1006}
        self._tunnel.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.body:
            self._read(chunk, from_client=False)
            yield chunk
        if self._close is None:
            self._close = {"by": "server", "code": 1006}

    async def aclose(self) -> None:
        """Record the complete conversation, and close the connection."""
        try:
            self._note.hand_in(self._entry())
        finally:
            await _close(self._answer.body)


async def _close(body: Any) -> None:
    close = getattr(body, "aclose", None)
    if close is not None:
        await close()
