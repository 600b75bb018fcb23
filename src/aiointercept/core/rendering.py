"""Values as short readable text, and bounded diffs of two values.

However large a value is, only a bounded part of it is looked at. What is worth saying, and to whom,
is decided elsewhere.
"""

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from itertools import islice
from typing import Any, Final, TypeVar

from typing_extensions import override
from yarl import URL

from aiointercept.core.http import Request
from aiointercept.core.kinds import is_list, is_mapping
from aiointercept.core.matching import Mismatch, Words

SHORT: Final = 100
"""How many characters a value may take in a sentence."""

DIFF_HEADING: Final = ("--- expected", "+++ actual")

_LINE: Final = 160
_LINES: Final = 200
_DIFF_LINES: Final = 24
_ALL_DIFF_LINES: Final = 60
_DIFFS: Final = 5
_BEFORE: Final = 60
_AFTER: Final = 400
_SORTED: Final = 1000
_DEPTH: Final = 20

Text = TypeVar("Text", str, bytes)


def clip(text: str, limit: int = SHORT) -> str:
    """Return the beginning of ``text``, at most ``limit`` characters of it."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


class _ShortRepr(reprlib.Repr):
    """``repr`` that looks at a bounded part of a value, in the value's own order."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.maxlevel = 4
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 8

    @override
    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, Words | URL):
            return clip(str(x) if isinstance(x, Words) else repr(str(x)), self.limit)
        if isinstance(x, str):
            return self._sized(repr(x[: self.limit]), len(x), "characters")
        if isinstance(x, bytes | bytearray):
            return self._sized(repr(bytes(x[: self.limit])), len(x), "bytes")
        if is_mapping(x):
            return self._mapping(x, level)
        return super().repr1(x, level)

    def _sized(self, text: str, size: int, unit: str) -> str:
        if size <= self.limit:
            return text
        return f"{text[:-1]}…{text[-1]} ({size:,} {unit})"

    def _mapping(self, x: Mapping[Any, Any], level: int) -> str:
        if x and level <= 0:
            return "{...}"
        items = islice(x.items(), self.maxdict)
        shown = [
            f"{self.repr1(key, level)}: {self.repr1(value, level - 1)}" for key, value in items
        ]
        if len(x) > self.maxdict:
            shown.append("...")
        return f"{{{', '.join(shown)}}}"

    @override
    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write numbers of thousands of digits.
        return repr(x) if x.bit_length() <= _LINE else f"<an int of {x.bit_length():,} bits>"


def short(value: object, limit: int = SHORT) -> str:
    """Return ``value`` in one line of about ``limit`` characters, whatever its size."""
    shown = _ShortRepr(limit)
    return clip(shown.repr1(value, shown.maxlevel), limit + SHORT)


def render_body(body: bytes | None, limit: int = SHORT) -> str:
    """Return the beginning of a body, as text where it is text."""
    if body is None:
        return "<not known>"
    text = _as_text(body[:limit], cut=len(body) > limit)
    shown = repr(text)
    return shown if len(body) <= limit else f"{shown[:-1]}…{shown[-1]} ({len(body):,} bytes)"


def _as_text(data: bytes, *, cut: bool) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        # The last character may be cut in the middle: up to three bytes of it are left.
        if cut and error.start >= len(data) - 3:
            return data[: error.start].decode()
        return data


def render_request(request: Request) -> str:
    """Return method and URL, and the beginning of the body if there is one."""
    line = f"{clip(request.method)} {clip(str(request.url), 2 * SHORT)}"
    return f"{line} with body {render_body(request.body)}" if request.body else line


def render_mismatch(mismatch: Mismatch) -> str:
    """Return one line such as ``query['page']: expected '2', got '3'``."""
    part = clip(mismatch.part, 2 * SHORT)
    expected, actual = _both_short(mismatch.expected, mismatch.actual)
    return f"{part}: expected {expected}, got {actual}"


def _both_short(expected: Any, actual: Any) -> tuple[str, str]:
    """Return two values in short, so that it shows where long texts begin to differ."""
    if _same_text_type(expected, actual):
        start = _common_prefix(expected, actual) - _BEFORE
        if start > 0:
            at = f" (from {start:,} on)"
            return (
                f"…{short(expected[start:][:SHORT])}{at}",
                f"…{short(actual[start:][:SHORT])}{at}",
            )
    return short(expected), short(actual)


def _same_text_type(expected: object, actual: object) -> bool:
    return type(expected) is type(actual) and type(expected) in (str, bytes)


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
    if _same_text_type(expected, actual):
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
    at = _common_prefix(expected, actual)
    start = max(0, at - _BEFORE)
    return _window_lines(expected, start), _window_lines(actual, start)


def _window_lines(text: str | bytes, start: int) -> list[str]:
    part = text[start : start + _BEFORE + _AFTER]
    window = part if isinstance(part, str) else part.decode(errors="backslashreplace")
    lines = [_printable(line) for line in window.split("\n")]
    if start:
        lines[0] = f"…{lines[0]}"
    if start + _BEFORE + _AFTER < len(text):
        lines[-1] = f"{lines[-1]}… ({len(text):,} in all)"
    return lines


def _printable(line: str) -> str:
    return line if line.isprintable() else repr(line)[1:-1]


def _common_prefix(left: Text, right: Text) -> int:
    """Return how many characters two texts share at their beginning."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _pretty_lines(value: object) -> list[str]:
    return [clip(line, _LINE) for line in islice(_pretty(value), _LINES)]


def _pretty(value: object, depth: int = 0, prefix: str = "") -> Iterator[str]:
    """Yield the lines of a nested value, one value in each, as it is asked for them."""
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
        yield f"{indent}{prefix}{short(value, _LINE)}"


def _in_order(mapping: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    return sorted(islice(mapping.items(), _SORTED), key=lambda item: str(item[0]))
