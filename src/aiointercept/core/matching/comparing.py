"""Comparison of expected values with real ones: plain values, patterns, ``ANY``, fields by name.

The ``clean_*`` functions validate expected values once; the other functions rely on that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

from aiointercept.core.matching.results import ABSENT, Mismatch
from aiointercept.core.type_guards import is_list, is_pattern

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

FieldSource: TypeAlias = Mapping[str, Any] | Iterable[tuple[str, Any]]
Fields: TypeAlias = Mapping[str, Any]
Cleaner: TypeAlias = Callable[[Any, str], Any]

MOST_MISMATCHES: Final = 20
"""How many differences one matcher lists: more would help nobody."""


def agrees(expected: Any, actual: Any) -> bool:
    """Return whether ``actual`` is as expected: found by the pattern, or equal."""
    if is_pattern(expected):
        return isinstance(actual, type(expected.pattern)) and expected.search(actual) is not None
    return bool(expected == actual)


def clean_text(value: Any, what: str) -> Any:
    """Return an expected text: numbers as their text, patterns and such as ``ANY`` as they are.

    Raises:
        TypeError: for ``None``, ``bytes`` and booleans, which never equal a text.
    """
    if isinstance(value, bool | bytes | bytearray) or value is None:
        msg = (
            f"{what} is {value!r}, but what is sent there is text: expect a str, an int, a float, "
            "a compiled pattern or mock.ANY"
        )
        raise TypeError(msg)
    if isinstance(value, int):
        return str(int(value))
    return str(float(value)) if isinstance(value, float) else value


def clean_form_value(value: Any, what: str) -> Any:
    """Return an expected value of a form, where ``True`` and ``None`` are sent as their names."""
    return str(value) if isinstance(value, bool) or value is None else clean_text(value, what)


def clean_fields(source: FieldSource, what: str, clean: Cleaner = clean_text) -> dict[str, Any]:
    """Return the expected values by name; a list where a name was given several.

    Raises:
        TypeError: if ``source`` is not a mapping of names to values that ``clean`` takes.
    """
    fields: dict[str, Any] = {}
    for name, value in field_items(source, what):
        label = f"{what}[{name!r}]"
        cleaned = [clean(item, label) for item in value] if is_list(value) else clean(value, label)
        fields[name] = [*_listed(fields[name]), *_listed(cleaned)] if name in fields else cleaned
    return fields


def field_items(source: object, what: str) -> list[tuple[str, Any]]:
    """Return names and values of a mapping or of pairs.

    Raises:
        TypeError: if ``source`` is neither, or a name is not a ``str``.
    """
    pairs: list[tuple[Any, Any]] | None = None
    if not isinstance(source, str | bytes):
        items: Any = getattr(source, "items", lambda: source)()
        with suppress(TypeError, ValueError):
            pairs = [(name, value) for name, value in items]
    if pairs is None or not all(isinstance(name, str) for name, _ in pairs):
        msg = f"{what} needs a mapping of names to values, not {source!r}"
        raise TypeError(msg)
    return pairs


def _listed(value: Any) -> Sequence[Any]:
    return value if is_list(value) else [value]


def field_mismatches(
    part: str,
    expected: Fields,
    actual: Mapping[str, Sequence[Any]],
    *,
    exact: bool = False,
) -> list[Mismatch]:
    """Compare fields by name.

    Args:
        part: what the fields are part of, for example ``query``.
        expected: a value, or the list of all values, by name.
        actual: all values, by name.
        exact: whether there may be no other names, and no other values for a name.
    """
    mismatches = [
        Mismatch(f"{part}[{name!r}]", _shown(_listed(wanted)), _shown(actual.get(name, ())))
        for name, wanted in expected.items()
        if not _values_agree(wanted, actual.get(name, ()), exact=exact)
    ]
    if exact:
        mismatches += [
            Mismatch(f"{part}[{name!r}]", ABSENT, _shown(values))
            for name, values in actual.items()
            if name not in expected
        ]
    return mismatches[:MOST_MISMATCHES]


def fields_agree(
    expected: Fields, actual: Callable[[str], Sequence[Any]], *, exact: bool = False
) -> bool:
    """Return whether :func:`field_mismatches` finds nothing, if there may be other names.

    Args:
        expected: a value, or the list of all values, by name.
        actual: returns all values of a name.
        exact: whether there may be no other values for a name.
    """
    return all(
        _values_agree(wanted, actual(name), exact=exact) for name, wanted in expected.items()
    )


def _values_agree(expected: Any, actual: Sequence[Any], *, exact: bool) -> bool:
    if is_list(expected):
        return len(expected) == len(actual) and all(map(agrees, expected, actual))
    if exact and len(actual) != 1:
        return False
    return any(agrees(expected, value) for value in actual)


def _shown(values: Sequence[Any]) -> Any:
    if not values:
        return ABSENT
    return values[0] if len(values) == 1 else list(values)
