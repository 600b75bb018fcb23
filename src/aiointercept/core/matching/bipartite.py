"""Bipartite matching: give each of several askers one of the items that suit it."""

from collections.abc import Sequence


def assign(options: Sequence[Sequence[int]]) -> dict[int, int]:
    """Give an item of its own to as many askers as possible.

    Args:
        options: for each asker, the numbers of the items that would do.

    Returns:
        The number of the asker, by the number of the item that it gets.
    """
    taken: dict[int, int] = {}
    for asker in range(len(options)):
        _give(asker, options, taken)
    return taken


def first_without(options: Sequence[Sequence[int]]) -> int | None:
    """Return the first asker for which no item is left; ``None`` if each gets one."""
    taken: dict[int, int] = {}
    for asker in range(len(options)):
        if not _give(asker, options, taken):
            return asker
    return None


def _give(asker: int, options: Sequence[Sequence[int]], taken: dict[int, int]) -> bool:
    """Give an item to ``asker``; others may have to switch to another of theirs."""
    came_from: dict[int, int] = {}
    queue = [asker]
    for asking in queue:
        for item in options[asking]:
            if item in came_from:
                continue
            came_from[item] = asking
            if item in taken:
                queue.append(taken[item])
                continue
            _move(item, came_from, taken, asker)
            return True
    return False


def _move(item: int, came_from: dict[int, int], taken: dict[int, int], asker: int) -> None:
    owned = {owner: place for place, owner in taken.items()}
    while True:
        owner = came_from[item]
        taken[item] = owner
        if owner == asker:
            return
        item = owned[owner]
