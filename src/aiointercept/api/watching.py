"""Who is told of each mock that starts: the one list of them in the process.

A test runner's plugin adds itself while a test runs, so that it can say what the mocks of that test
were asked. Such a plugin is there in every run of the tests, so this module imports nothing that
it could do without.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    # Neither needed nor cheap at run time.
    from aiointercept.api.run import MockRun

Watcher: TypeAlias = "Callable[[MockRun], object]"

_watchers: Final[list[Watcher]] = []


def add_watcher(watcher: Watcher) -> None:
    """Have ``watcher`` called with the run of each mock, as soon as that has started."""
    _watchers.append(watcher)


def remove_watcher(watcher: Watcher) -> None:
    """Undo one ``add_watcher``."""
    _watchers.remove(watcher)


@contextmanager
def watching(watcher: Watcher) -> Generator[None, None, None]:
    """Have ``watcher`` called for the mocks that start in this block."""
    add_watcher(watcher)
    try:
        yield
    finally:
        remove_watcher(watcher)


def announce(run: "MockRun") -> None:
    """Tell all watchers of a mock that has started."""
    for watcher in tuple(_watchers):
        watcher(run)
