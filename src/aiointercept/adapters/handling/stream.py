"""Streaming bodies: the user's iterator makes the chunks while they are sent."""

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
    """Gets one chunk after the other from the user's iterator, and closes it.

    An exception of the iterator does not reach the caller: it is deferred, and ends the stream.

    Args:
        stream: opens the iterator.
        defer_error: gets the exceptions of the user's code.
    """

    def __init__(self, stream: Stream, defer_error: Callable[[BaseException], None]) -> None:
        self.error: BaseException | None = None
        """The exception of the user's code; ``None`` if there was none."""
        self._stream = stream
        self._defer_error = defer_error
        self._iterator: AsyncIterator[bytes] | None = None
        self._first: _StartedAwaitable | None = None

    def begin(self) -> BaseException | None:
        """Open the iterator, and run it up to its first chunk or until it waits for something.

        Returns:
            The exception that it raised, if any.
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
        """Close the iterator, so that its own clean-up runs now."""
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
        msg = f"a streaming body must consist of bytes, but its iterator yielded {chunk!r}"
        raise TypeError(msg) from None


class _StartedAwaitable:
    """An awaitable that has already run until it waits for something, or to its end.

    All of it runs in the task that creates and awaits it, as timeouts and cancel scopes require.
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
        """Cancel it where it waits."""
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
                except BaseException as error:  # noqa: BLE001  the awaitable gets it
                    waits_for = steps.throw(error)
                else:
                    waits_for = steps.send(sent)
        except StopIteration as done:
            return done.value


async def send_stream(performance: Performance, stream: Stream) -> web.StreamResponse:
    """Send a body while it is made; close the connection if the user's iterator raises."""
    performance.settle()
    return await write_stream(performance, stream)


async def send_paced(performance: Performance, answer: Response) -> web.StreamResponse:
    """Send a response with its body at the rate of its route."""
    performance.settle()
    return await write_stream(performance, as_stream(answer), answer)


async def write_stream(
    performance: Performance, stream: Stream, logged: Response | None = None
) -> web.StreamResponse:
    """Send the head and every chunk of ``stream``.

    Args:
        performance: the answer to perform.
        stream: makes the chunks.
        logged: the answer to log; ``None`` to log ``stream`` without a body.
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
        # The client has disconnected, which is not an error.
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
