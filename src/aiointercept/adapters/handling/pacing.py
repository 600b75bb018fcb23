"""Bodies that go out at a given number of bytes a second: what ``rate=`` asks for."""

from collections.abc import AsyncIterator
from typing import Final

from aiointercept.adapters.system_clock import real_monotonic, real_sleep
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import Stream

_PIECE: Final = 0.05
"""Seconds of the body that are sent at once: small enough not to be a burst."""


class Pace:
    """Cuts chunks into pieces, each of which comes when its last byte is due.

    Args:
        rate: bytes a second.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._size = max(1, int(rate * _PIECE))
        self._sent = 0
        self._start: float | None = None

    async def pieces(self, chunk: bytes) -> AsyncIterator[bytes]:
        """Yield the pieces of ``chunk``, after waiting for each."""
        if self._start is None:
            self._start = real_monotonic()
        for at in range(0, len(chunk), self._size):
            piece = chunk[at : at + self._size]
            self._sent += len(piece)
            wait = self._start + self._sent / self._rate - real_monotonic()
            if wait > 0:
                await real_sleep(wait)
            yield piece


def as_stream(answer: Response) -> Stream:
    """Return a response as one whose body can be sent piece by piece."""
    body = answer.body or b""

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    return Stream(chunks, answer.status, answer.reason, answer.headers, len(body))
