"""Two JSON lists as bags: which elements are in both, whatever their order."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

from attrs import frozen

from aiointercept.core.matching.bipartite import assign
from aiointercept.core.type_guards import is_list, is_mapping

_NOT_PLAIN: Final = object()


@frozen
class Leftovers:
    """The positions of elements that have no equal in the other list.

    Attributes:
        expected: in the list of expected elements.
        actual: in the other list.
    """

    expected: Sequence[int]
    actual: Sequence[int]


def leftovers(
    expected: Sequence[Any],
    actual: Sequence[Any],
    agree: Callable[[Any, Any], bool],
    *,
    plain: bool,
) -> Leftovers:
    """Pair as many elements as possible, and return the others.

    Args:
        expected: elements, patterns and the like among them.
        actual: what was parsed.
        agree: whether an expected element and a real one are a pair.
        plain: whether values without patterns are a pair only if they are equal.
    """
    positions: defaultdict[Hashable, list[int]] = defaultdict(list)
    if plain:
        for at in reversed(range(len(actual))):
            positions[_key(actual[at])].append(at)
    paired: set[int] = set()
    open_expected: list[int] = []
    for at, element in enumerate(expected):
        key = _key(element) if plain else _NOT_PLAIN
        # Equal elements are interchangeable, so any assignment of them is right.
        if key is not _NOT_PLAIN and positions.get(key):
            paired.add(positions[key].pop())
        else:
            open_expected.append(at)
    open_actual = [at for at in range(len(actual)) if at not in paired]
    options = [
        [place for place, other in enumerate(open_actual) if agree(expected[at], actual[other])]
        for at in open_expected
    ]
    taken = assign(options)
    served = set(taken.values())
    return Leftovers(
        [at for number, at in enumerate(open_expected) if number not in served],
        [at for place, at in enumerate(open_actual) if place not in taken],
    )


def _key(value: Any) -> Hashable:
    """Return what equal JSON values share; ``_NOT_PLAIN`` for patterns, ``ANY`` and the like."""
    if value is None or isinstance(value, (bool, str)):
        return type(value), value
    if isinstance(value, (int, float)):
        # NaN is not equal to itself.
        return "number", value if value == value else "nan"  # noqa: PLR0124
    if is_mapping(value):
        pairs = [(name, _key(item)) for name, item in value.items()]
        plain = all(isinstance(name, str) and key is not _NOT_PLAIN for name, key in pairs)
        return ("object", frozenset(pairs)) if plain else _NOT_PLAIN
    if is_list(value):
        keys = [_key(item) for item in value]
        plain = all(key is not _NOT_PLAIN for key in keys)
        return ("list", frozenset(Counter(keys).items())) if plain else _NOT_PLAIN
    return _NOT_PLAIN
