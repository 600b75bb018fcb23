"""Bounded unified diffs of two values: text, bytes, or anything nested."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from itertools import islice
from typing import Any, Final

from aiointercept.core.matching.results import Mismatch
from aiointercept.core.reporting.rendering import CONTEXT_BEFORE
from aiointercept.core.text import (
    LINE_LIMIT,
    Text,
    clip,
    common_prefix,
    printable,
    same_text_type,
    short,
)
from aiointercept.core.type_guards import is_list, is_mapping

DIFF_HEADING: Final = ("--- expected", "+++ actual")

_LINES: Final = 200
_DIFF_LINES: Final = 24
_ALL_DIFF_LINES: Final = 60
_DIFFS: Final = 5
_AFTER: Final = 400
_SORTED: Final = 1000
_DEPTH: Final = 20


def render_differences(mismatches: Sequence[Mismatch]) -> str:
    """Return a unified diff of what was expected and what was there, part by part, bounded."""
    if not mismatches:
        return ""
    lines = [*DIFF_HEADING]
    for mismatch in mismatches[:_DIFFS]:
        lines.append(f"@@ {clip(mismatch.part)} @@")
        lines += diff_lines(mismatch.expected, mismatch.actual)
    if len(mismatches) > _DIFFS:
        lines.append(f"… and {len(mismatches) - _DIFFS} more differences")
    return "\n".join(lines[:_ALL_DIFF_LINES])


def diff_lines(expected: Any, actual: Any) -> list[str]:
    """Return the lines of a unified diff of two values: text, bytes, or anything nested."""
    if same_text_type(expected, actual):
        before, after = _text_windows(expected, actual)
    else:
        before, after = _pretty_lines(expected), _pretty_lines(actual)
    return unified_lines(before, after)


def unified_lines(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return the lines of a unified diff of two texts, without its heading; a bounded number."""
    # The first three name files and position.
    lines = list(islice(unified_diff(before, after, n=2, lineterm=""), 3, 4 + _DIFF_LINES))
    return lines if len(lines) <= _DIFF_LINES else [*lines[:_DIFF_LINES], "…"]


def _text_windows(expected: Text, actual: Text) -> tuple[list[str], list[str]]:
    """Return the lines of both texts around their first difference."""
    at = common_prefix(expected, actual)
    start = max(0, at - CONTEXT_BEFORE)
    return _window_lines(expected, start), _window_lines(actual, start)


def _window_lines(text: str | bytes, start: int) -> list[str]:
    part = text[start : start + CONTEXT_BEFORE + _AFTER]
    window = part if isinstance(part, str) else part.decode(errors="backslashreplace")
    lines = [printable(line) for line in window.split("\n")]
    if start:
        lines[0] = f"…{lines[0]}"
    if start + CONTEXT_BEFORE + _AFTER < len(text):
        lines[-1] = f"{lines[-1]}… ({len(text):,} in all)"
    return lines


def _pretty_lines(value: object) -> list[str]:
    return [clip(line, LINE_LIMIT) for line in islice(_pretty(value), _LINES)]


def _pretty(value: object, depth: int = 0, prefix: str = "") -> Iterator[str]:
    """Yield the lines of a nested value lazily, with one value in each line."""
    indent = "  " * depth
    if is_mapping(value) and value and depth < _DEPTH:
        yield f"{indent}{prefix}{{"
        for key, item in _in_order(value):
            yield from _pretty(item, depth + 1, f"{short(key)}: ")
        yield f"{indent}}}"
    elif is_list(value) and value and depth < _DEPTH:
        yield f"{indent}{prefix}["
        for item in value:
            yield from _pretty(item, depth + 1)
        yield f"{indent}]"
    else:
        yield f"{indent}{prefix}{short(value, LINE_LIMIT)}"


def _in_order(mapping: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    return sorted(islice(mapping.items(), _SORTED), key=lambda item: str(item[0]))
