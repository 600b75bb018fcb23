from typing import Any

from aiointercept import aiointercept
from aiointercept.api.watching import add_watcher, remove_watcher, watching
from aiointercept.testing import InMemoryTransport


def run_a_mock() -> None:
    """Enter and leave a block."""
    with aiointercept(transport=InMemoryTransport()):
        pass


def test_watchers_are_told_of_each_start() -> None:
    """In the block, for each time that a mock starts; not before and not after."""
    first: list[Any] = []
    second: list[Any] = []
    run_a_mock()
    with watching(first.append):
        run_a_mock()
        with watching(second.append):
            run_a_mock()
        run_a_mock()
    run_a_mock()
    assert len(first) == 3
    assert second == first[1:2]


def test_a_watcher_that_leaves_while_it_is_told() -> None:
    """The others are told all the same."""
    told: list[str] = []

    def leaves(_: object) -> None:
        told.append("leaves")
        remove_watcher(leaves)

    add_watcher(leaves)
    with watching(lambda _: told.append("stays")):
        run_a_mock()
        run_a_mock()
    assert told == ["leaves", "stays", "stays"]
