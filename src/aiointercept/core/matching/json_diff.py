"""Where an expected JSON value and a real one differ, as paths such as ``$.items[2].price``."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any, Final, TypeAlias

from attrs import frozen

from aiointercept.core.matching.bags import leftovers
from aiointercept.core.matching.comparing import MOST_MISMATCHES, agrees
from aiointercept.core.matching.results import ABSENT, Mismatch
from aiointercept.core.text import Unquoted
from aiointercept.core.type_guards import is_list, is_mapping

Key: TypeAlias = str | int
# Innermost key first: a path is only written out where it leads to a difference.
Trail: TypeAlias = "tuple[Key, Trail] | None"
Step: TypeAlias = tuple[Trail, Any, Any]

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DEEPEST_ALIKE: Final = 50
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})


@frozen
class Rules:
    """How two JSON values are compared.

    Args:
        partial: whether objects may have keys that are not expected, at any depth.
        any_order: whether the order of lists is ignored, at any depth.
    """

    partial: bool = False
    any_order: bool = False


def json_mismatches(
    expected: Any, actual: Any, *, partial: bool = False, any_order: bool = False
) -> list[Mismatch]:
    """Compare two JSON values.

    ``true`` is not ``1``, but ``1`` is ``1.0``; a tuple stands for a list; keys of an expected
    mapping that are not ``str`` stand for what ``json.dumps`` makes of them.

    Args:
        expected: may have patterns, ``mock.ANY`` and the like anywhere in it.
        actual: what was parsed.
        partial: whether objects may have keys that are not expected, at any depth.
        any_order: whether the order of lists is ignored, at any depth.

    Returns:
        The differences, in order; a bounded number of them.
    """
    if _alike(expected, actual):
        return []
    rules = Rules(partial, any_order)
    try:
        return list(islice(_differences(expected, actual, rules), MOST_MISMATCHES))
    except RecursionError:
        if not any_order:
            raise
        return [Mismatch("$", Unquoted("lists in any order"), Unquoted("nested too deeply"))]


def _alike(expected: Any, actual: Any, depth: int = 0) -> bool:
    """Whether both are the same plain value; a quick yes to most comparisons that succeed."""
    kind = type(expected)  # pyright: ignore[reportUnknownVariableType]  # of whatever was given
    if kind in _SCALARS:
        return (kind is bool) is (type(actual) is bool) and bool(expected == actual)
    if type(actual) is not kind or len(expected) != len(actual) or depth > _DEEPEST_ALIKE:
        return False
    if kind is dict:
        return all(
            type(name) is str and name in actual and _alike(value, actual[name], depth + 1)
            for name, value in expected.items()
        )
    return kind is list and all(
        _alike(wanted, found, depth + 1) for wanted, found in zip(expected, actual, strict=True)
    )


def _differences(expected: Any, actual: Any, rules: Rules) -> Iterator[Mismatch]:
    # An explicit stack, because values may be nested deeper than Python's recursion limit.
    stack: list[Iterator[Step]] = [iter([(None, expected, actual)])]
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            continue
        trail, wanted, found = step
        if is_mapping(wanted) and is_mapping(found):
            if not _same_scalars(wanted, found, wanted):
                stack.append(_members(trail, wanted, found, partial=rules.partial))
        elif is_list(wanted) and is_list(found):
            if rules.any_order:
                stack.append(_unpaired(trail, wanted, found, rules))
            elif not _same_scalars(wanted, found, range(len(wanted))):
                stack.append(_elements(trail, wanted, found))
        elif not _same(wanted, found):
            yield Mismatch(json_path(trail), wanted, found)


def _members(
    trail: Trail, expected: Mapping[Any, Any], actual: Mapping[str, Any], *, partial: bool
) -> Iterator[Step]:
    named = {_json_key(key): value for key, value in expected.items()}
    for name, value in named.items():
        yield (name, trail), value, actual.get(name, ABSENT)
    if not partial:
        for name, value in actual.items():
            if name not in named:
                yield (name, trail), ABSENT, value


def _elements(trail: Trail, expected: Iterable[Any], actual: Iterable[Any]) -> Iterator[Step]:
    pairs = zip_longest(expected, actual, fillvalue=ABSENT)
    for index, (wanted, found) in enumerate(pairs):
        yield (index, trail), wanted, found


def _unpaired(
    trail: Trail, expected: Sequence[Any], actual: Sequence[Any], rules: Rules
) -> Iterator[Step]:
    """Yield the elements without an equal in the other list, in pairs, at their real positions."""

    def agree(wanted: Any, found: Any) -> bool:
        return next(_differences(wanted, found, rules), None) is None

    left = leftovers(expected, actual, agree, plain=not rules.partial)
    for wanted, found in zip_longest(left.expected, left.actual):
        if found is None:
            yield (wanted, trail), expected[wanted], ABSENT
        else:
            yield (found, trail), ABSENT if wanted is None else expected[wanted], actual[found]


def _same_scalars(expected: Any, actual: Any, keys: Collection[Any]) -> bool:
    """Whether both hold the same plain values: a shortcut for large bodies."""
    return (
        all(type(expected[key]) in _SCALARS for key in keys)
        and expected == actual
        and all((type(expected[key]) is bool) is (type(actual[key]) is bool) for key in keys)
    )


def _same(expected: Any, actual: Any) -> bool:
    if expected is ABSENT or actual is ABSENT:
        return expected is actual
    if isinstance(actual, bool) and isinstance(expected, int | float):
        return expected is actual
    if isinstance(expected, bool) and isinstance(actual, int | float):
        return False
    # NaN is the one value that differs from itself.
    return agrees(expected, actual) or (
        isinstance(expected, float) and expected != expected and actual != actual  # noqa: PLR0124
    )


def _json_key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bool | int | float) or key is None:
        return json.dumps(key)
    msg = f"{key!r} can't be a key of a JSON object: only str, int, float, bool and None can"
    raise TypeError(msg)


def json_path(trail: Trail) -> str:
    """Return the path to a value, given the keys to it with the innermost first."""
    keys: list[str] = []
    while trail is not None:
        key, trail = trail
        keys.append(_written(key))
    return "$" + "".join(reversed(keys))


def _written(key: Key) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _PLAIN_NAME.fullmatch(key) else f"[{key!r}]"
