"""Time, as the core needs it: told and waited for by somebody else."""

from typing import Protocol


class Clock(Protocol):
    """Time, as the core needs it."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def tick(self) -> float:
        """Seconds of a clock that never goes back; only differences mean something."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Wait."""
        ...
