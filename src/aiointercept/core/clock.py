"""``Clock``: the current time and waiting, which an adapter provides."""

from typing import Protocol


class Clock(Protocol):
    """The current time, and waiting."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def tick(self) -> float:
        """Seconds of a clock that never goes back; only differences mean something."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Wait."""
        ...
