"""Sending bodies at a given number of bytes a second, for ``rate=``."""

from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from aiointercept.adapters.system_clock import real_monotonic, real_sleep
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import Stream

_PIECE: Final = 0.05
"""How many seconds' worth of the body are sent at once; small enough to avoid bursts."""


class Pace:
    """Splits chunks into pieces, and yields each when its last byte is due.

    There are no bursts, neither at the start nor after the source of the chunks has paused.

    Args:
        rate: bytes a second.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._size = max(1, int(rate * _PIECE))
        self._free_at = real_monotonic()

    async def pieces(self, chunk: bytes) -> AsyncIterator[bytes]:
        """Yield the pieces of ``chunk``, each when it is due."""
        for at in range(0, len(chunk), self._size):
            piece = chunk[at : at + self._size]
            now = real_monotonic()
            # Make up for a sleep that took too long, up to one piece, but not for a pause.
            self._free_at = max(self._free_at, now - _PIECE) + len(piece) / self._rate
            if self._free_at > now:
                await real_sleep(self._free_at - now)
            yield piece


async def write_chunk(response: web.StreamResponse, chunk: bytes, pace: Pace | None) -> None:
    """Write a chunk of a body, at once or at the rate of ``pace``."""
    if pace is None:
        await response.write(chunk)
        return
    async for piece in pace.pieces(chunk):
        await response.write(piece)


def as_stream(answer: Response) -> Stream:
    """Return a response as a stream, so that its body can be sent piece by piece."""
    body = answer.body or b""

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    return Stream(chunks, answer.status, answer.reason, answer.headers, len(body))
