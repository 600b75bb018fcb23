"""Bodies that are made while they are sent: the user's iterator, asked chunk by chunk."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import Any, Final

import aiohttp
from aiohttp import web

from aiointercept.adapters.event_loops import INTERRUPTS
from aiointercept.adapters.handling.pacing import Pace, as_stream, write_chunk
from aiointercept.adapters.handling.performing import Performance
from aiointercept.adapters.handling.plain_response import plain_stream
from aiointercept.adapters.handling.response import Answered, has_body, web_stream
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import Stream

_NONE: Final = object()


class Chunks:
    """Asks the user's iterator for one chunk after the other, and ends it.

    An error of the iterator does not reach the one who asks: it is deferred, and ends the chunks.

    Args:
        stream: opens the iterator.
        defer_error: gets what the user's code raises.
    """

    def __init__(self, stream: Stream, defer_error: Callable[[BaseException], None]) -> None:
        self.error: BaseException | None = None
        """What the user's code raised, if it did."""
        self._stream = stream
        self._defer_error = defer_error
        self._iterator: AsyncIterator[bytes] | None = None
        self._first: _StartedAwaitable | None = None

    def begin(self) -> BaseException | None:
        """Open the iterator and let it make its first chunk, as far as it gets without waiting.

        Returns:
            What it raised on the way.
        """
        try:
            self._iterator = aiter(self._stream.open())
            self._first = _StartedAwaitable(_chunk(self._iterator))
        except INTERRUPTS:
            raise
        except BaseException as error:  # noqa: BLE001  the user's code raised
            self._fail(error)
        return self.error

    async def next(self) -> bytes | None:
        """Return the next chunk; ``None`` if there are no more."""
        if self._iterator is None or self.error is not None:
            return None
        first, self._first = self._first, None
        try:
            return await (_chunk(self._iterator) if first is None else first)
        except StopAsyncIteration:
            return None
        except INTERRUPTS:
            raise
        except BaseException as error:  # noqa: BLE001  the user's code raised
            self._fail(error)
            return None

    async def close(self) -> None:
        """End the iterator, so that its own clean-up runs now."""
        try:
            if self._first is not None:
                await self._first.cancel()
            close = getattr(self._iterator, "aclose", None)
            if close is not None:
                await close()
        except INTERRUPTS:
            raise
        except BaseException as error:  # noqa: BLE001  the user's code raised
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self.error = error
        self._defer_error(error)


async def _chunk(iterator: AsyncIterator[Any]) -> bytes:
    chunk: Any = await anext(iterator)
    if isinstance(chunk, bytes):
        return chunk
    try:
        return memoryview(chunk).tobytes()
    except TypeError:
        msg = f"a body that streams must be made of bytes, but its iterator gave {chunk!r}"
        raise TypeError(msg) from None


class _StartedAwaitable:
    """An awaitable that has run up to where it waits for something, or to its end.

    Everything runs in the task of the one who makes and awaits it, as timeouts and scopes want it.
    """

    def __init__(self, awaitable: Awaitable[Any]) -> None:
        self._steps = awaitable.__await__()
        self._result: object = _NONE
        self._waits_for: Any = None
        try:
            self._waits_for = next(self._steps)
        except StopIteration as done:
            self._result = done.value
        except StopAsyncIteration as end:
            self._result = end

    def __await__(self) -> Generator[Any, Any, Any]:
        if self._result is _NONE:
            return (yield from self._rest())
        if isinstance(self._result, StopAsyncIteration):
            raise self._result
        return self._result

    async def cancel(self) -> None:
        """End it where it waits."""
        if self._result is _NONE:
            try:
                self._waits_for = self._steps.throw(asyncio.CancelledError())
                await self
            except (asyncio.CancelledError, StopIteration, StopAsyncIteration):
                pass

    def _rest(self) -> Generator[Any, Any, Any]:
        steps, waits_for = self._steps, self._waits_for
        try:
            while True:
                try:
                    sent = yield waits_for
                except BaseException as error:  # noqa: BLE001  it is for the one who waits
                    waits_for = steps.throw(error)
                else:
                    waits_for = steps.send(sent)
        except StopIteration as done:
            return done.value


async def send_stream(performance: Performance, stream: Stream) -> web.StreamResponse:
    """Send a body while it is made; break the connection off if the user's iterator raises."""
    performance.settle()
    return await write_stream(performance, stream)


async def send_paced(performance: Performance, answer: Response) -> web.StreamResponse:
    """Send a response whose body goes out at the rate of its route."""
    performance.settle()
    return await write_stream(performance, as_stream(answer), answer)


async def write_stream(
    performance: Performance, stream: Stream, logged: Response | None = None
) -> web.StreamResponse:
    """Send the head and every chunk of ``stream``.

    Args:
        performance: what is answered.
        stream: makes the chunks.
        logged: what the log gets as the answer; ``None`` for ``stream`` without a body.
    """
    request, exchange, _ = performance
    owner = exchange.dispatcher
    response = plain_stream(stream) if stream.plain else web_stream(stream)
    chunks = Chunks(stream, owner.defer_error)
    try:
        error = chunks.begin() if has_body(stream.status, request.method) else None
        if error is not None:
            return performance.send_error(error)
        await response.prepare(request)
        pace = None if performance.rate is None else Pace(performance.rate)
        while (chunk := await chunks.next()) is not None:
            await write_chunk(response, chunk, pace)
    except (ConnectionError, aiohttp.ClientError):
        # The client has disconnected, which it may.
        return Answered()
    finally:
        await chunks.close()
        if response.prepared and logged is not None:
            owner.answered(exchange.call, logged)
        elif response.prepared:
            owner.finish(exchange.call, stream.status, stream.headers)
    if chunks.error is not None:
        if request.transport is not None:
            request.transport.close()
        return Answered()
    return response
