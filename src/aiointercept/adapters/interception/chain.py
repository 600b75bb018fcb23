"""The active mocks of the process, and the order in which they are asked."""

import contextvars
import threading
from collections.abc import Sequence
from typing import Generic, TypeVar
from weakref import ReferenceType, ref

T = TypeVar("T")


class Chain(Generic[T]):
    """The active interceptors. Thread-safe.

    Interceptors that were entered in the running task, or in the task that started it, come before
    others. So tests that overlap in several tasks or threads each get their own.
    """

    def __init__(self, name: str) -> None:
        self._lock = threading.Lock()
        # Contexts may live long, and must not keep ended mocks alive.
        self._entered: contextvars.ContextVar[tuple[ReferenceType[T], ...]] = (
            contextvars.ContextVar(name, default=())
        )
        self.all: tuple[T, ...] = ()

    def add(self, one: T) -> None:
        """Add an interceptor as the innermost one."""
        with self._lock:
            self.all = (*self.all, one)
        self._entered.set((*map(ref, self._here()), ref(one)))

    def discard(self, one: T) -> bool:
        """Remove an interceptor. Return whether it was there."""
        with self._lock:
            if one not in self.all:
                return False
            self.all = tuple(other for other in self.all if other is not one)
        self._entered.set(tuple(map(ref, self._here())))
        return True

    def _here(self) -> list[T]:
        """Return the interceptors that were entered in the running context, the outermost first."""
        everywhere = self.all
        return [
            one
            for reference in self._entered.get()
            if (one := reference()) is not None and one in everywhere
        ]

    def in_order(self) -> Sequence[T]:
        """Return the active interceptors, the innermost first."""
        everywhere = self.all
        if len(everywhere) < 2:  # noqa: PLR2004  one mock needs no sorting
            return everywhere
        here = self._here()
        return [*reversed(here), *(one for one in reversed(everywhere) if one not in here)]
