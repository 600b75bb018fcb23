"""Who may enter a mock: one block at a time, from whichever thread comes first."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class Claim:
    """The right to enter a mock, which one block has until it has ended.

    A decorated function reserves it first, to find out whether it needs another mock.
    """

    def __init__(self) -> None:
        # Locked longer than the mock is started: a block that ends waits before it is verified.
        self._in_use = threading.Lock()
        self._reserved_for: int | None = None

    def reserve(self) -> bool:
        """Reserve it for this thread. Return whether that was possible."""
        if not self._in_use.acquire(blocking=False):
            return False
        self._reserved_for = threading.get_ident()
        return True

    def take(self) -> None:
        """Take it; what was reserved is taken by the thread that reserved it.

        Raises:
            RuntimeError: if another block has it.
        """
        if self._reserved_for == threading.get_ident():
            self._reserved_for = None
        elif not self._in_use.acquire(blocking=False):
            msg = "this aiointercept is already started: leave its block, or create another one"
            raise RuntimeError(msg)

    def release(self) -> None:
        """Release it for the next block."""
        self._in_use.release()

    @contextmanager
    def released_on_error(self) -> Generator[None, None, None]:
        """Release it if what follows fails."""
        try:
            yield
        except BaseException:
            self.release()
            raise
