"""The watchers of mocks that start, and the listener for hints, in this process.

A test runner's plugin adds itself while a test runs, so that it can report the calls of that test's
mocks. The plugin is loaded in every test run, so this module imports as little as possible.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    # Neither needed nor cheap at run time.
    from aiointercept.api.run import MockRun

Watcher: TypeAlias = "Callable[[MockRun], object]"
HintListener: TypeAlias = "Callable[[str, str], bool]"

_watchers: Final[list[Watcher]] = []
_hint_listeners: Final[list[HintListener]] = []


def add_watcher(watcher: Watcher) -> None:
    """Call ``watcher`` with the run of each mock, as soon as that has started."""
    _watchers.append(watcher)


def remove_watcher(watcher: Watcher) -> None:
    """Undo one ``add_watcher``."""
    _watchers.remove(watcher)


@contextmanager
def watching(watcher: Watcher) -> Generator[None, None, None]:
    """Call ``watcher`` for the mocks that start in this block."""
    add_watcher(watcher)
    try:
        yield
    finally:
        remove_watcher(watcher)


def announce(run: "MockRun") -> None:
    """Notify all watchers of a mock that has started."""
    for watcher in tuple(_watchers):
        watcher(run)


def add_hint_listener(listener: HintListener) -> None:
    """Call ``listener``, and no other, with the subject and the text of each hint.

    It returns whether the subject is new.
    """
    _hint_listeners.append(listener)


def remove_hint_listener(listener: HintListener) -> None:
    """Undo one ``add_hint_listener``."""
    _hint_listeners.remove(listener)


def hint_listener() -> "HintListener | None":
    """Return the listener for hints, if there is one."""
    return _hint_listeners[-1] if _hint_listeners else None
