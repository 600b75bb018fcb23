"""The literal prefix of everything that a compiled regular expression can match.

It is read from the syntax tree that :mod:`re` itself makes, not from the pattern's text, so every
spelling that ``re`` understands is understood here. Where the tree is ambiguous, or has unknown
parts, the prefix is short or empty: trying a pattern in vain costs little, but never trying one
that matches would be an error.
"""

import importlib
import re
import warnings
from collections.abc import Iterable
from typing import Any, Final

try:
    _parser: Any = importlib.import_module("re._parser")  # the parser has no public name
except ImportError:  # before Python 3.11
    _parser = importlib.import_module("sre_parse")

_MOST_PREFIXES: Final = 16
_EVERYTHING: Final = ("",)


def literal_prefixes(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Return prefixes: everything that ``pattern.match`` accepts begins with one of them.

    There are several where a part may be missing or differ, as in ``https?://`` or ``(a|b)``. They
    are short rather than wrong: a single ``""`` where nothing is certain.
    """
    if pattern.flags & re.IGNORECASE:
        return _EVERYTHING
    try:
        with warnings.catch_warnings():
            # Compiling the pattern has warned already.
            warnings.simplefilter("ignore")
            tree: Any = _parser.parse(pattern.pattern, pattern.flags)
        prefixes, _ = _begin(list(tree), first=True)
    except Exception:  # noqa: BLE001  the parser is private: whatever it does, patterns are tried
        return _EVERYTHING
    return tuple(sorted(prefixes))


def _begin(items: Iterable[tuple[Any, Any]], *, first: bool) -> tuple[set[str], bool]:
    """Return the prefixes of a sequence, and whether they are all that it matches.

    Args:
        items: nodes of the tree.
        first: whether they stand at the beginning of the pattern.
    """
    prefixes = {""}
    for operator, argument in items:
        found, whole = _texts(str(operator), argument, first=first and prefixes == {""})
        longer = {prefix + text for prefix in prefixes for text in found}
        if len(longer) > _MOST_PREFIXES:
            return prefixes, False
        prefixes = longer
        if not whole:
            return prefixes, False
    return prefixes, True


def _texts(  # noqa: PLR0911  one line for each kind of node
    operator: str, argument: Any, *, first: bool
) -> tuple[set[str], bool]:
    """Return what a node's text begins with, and whether that is all of it."""
    if operator == "LITERAL":
        return {chr(argument)}, True
    if operator == "AT":
        # An anchor matches for certain, and takes no text, only at the very beginning.
        return {""}, first and str(argument) in {"AT_BEGINNING", "AT_BEGINNING_STRING"}
    if operator == "IN":
        return _members(argument)
    if operator == "BRANCH":
        return _either(_begin(list(branch), first=first) for branch in argument[1])
    if operator == "SUBPATTERN":
        _, added, removed, inner = argument
        return ({""}, False) if added or removed else _begin(list(inner), first=first)
    if operator in {"MAX_REPEAT", "MIN_REPEAT"}:
        return _repeated(*argument, first=first)
    return {""}, False


def _members(members: list[tuple[Any, Any]]) -> tuple[set[str], bool]:
    if len(members) > _MOST_PREFIXES or any(str(kind) != "LITERAL" for kind, _ in members):
        return {""}, False
    return {chr(code) for _, code in members}, True


def _either(alternatives: Iterable[tuple[set[str], bool]]) -> tuple[set[str], bool]:
    texts: set[str] = set()
    whole = True
    for found, all_of_it in alternatives:
        texts |= found
        whole = whole and all_of_it
    return texts, whole


def _repeated(least: int, most: Any, inner: Any, *, first: bool) -> tuple[set[str], bool]:
    if int(most) == 0:
        return {""}, True
    texts, whole = _begin(list(inner), first=first)
    once = int(most) == 1
    if least == 0:
        # If it is missing, what follows comes first.
        return (texts | {""}, True) if once and whole else ({""}, False)
    return texts, whole and once
