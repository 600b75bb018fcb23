"""Values as short, readable text, for messages and for the ``repr`` of public objects.

However large a value is, only a bounded part of it is looked at.
"""

import reprlib
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final, TypeVar

from typing_extensions import override
from yarl import URL

from aiointercept.core.type_guards import is_mapping, is_pattern

LINE_LIMIT: Final = 160
SHORT: Final = 100
"""How many characters a value may take in a sentence."""
MOST_REPR: Final = 200
"""How many characters the ``repr`` of a public object has at most."""

Text = TypeVar("Text", str, bytes)


class Unquoted(str):
    """A description in place of a value: messages show it without quotes."""

    __slots__ = ()

    @override
    def __repr__(self) -> str:
        return str(self)


def printable(text: str) -> str:
    """Escape the characters of ``text`` that a terminal would interpret or hide."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def clip(text: str, limit: int = SHORT) -> str:
    """Return the beginning of ``text`` in printable characters, about ``limit`` of them."""
    return printable(text) if len(text) <= limit else f"{printable(text[: limit - 1])}…"


def one_line(before: str, middle: object, after: str) -> str:
    """Return the ``repr`` of an object: one line, whose middle is cut if it is too long.

    Args:
        before: the beginning, with ``<``.
        middle: such as a URL.
        after: the end; ``>`` is added.
    """
    room = max(SHORT // 2, MOST_REPR - len(before) - len(after) - 1)
    return clip(printable(f"{before}{clip(str(middle), room)}{after}"), MOST_REPR - 1) + ">"


class _ShortRepr(reprlib.Repr):
    """A ``repr`` that reads only a bounded part of a value, in the value's own order."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.maxlevel = 4
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 8

    @override
    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, Unquoted | URL):
            return clip(str(x) if isinstance(x, Unquoted) else repr(str(x)), self.limit)
        if isinstance(x, str):
            return self._sized(repr(x[: self.limit]), len(x), "characters")
        if isinstance(x, bytes | bytearray):
            return self._sized(repr(bytes(x[: self.limit])), len(x), "bytes")
        if is_mapping(x):
            return self._mapping(x, level)
        if is_pattern(x):
            text = x.pattern
            return f"re.compile({self._sized(repr(text[: self.limit]), len(text), 'characters')})"
        return super().repr1(x, level)

    @override
    def repr_instance(self, x: Any, level: int) -> str:
        # Not cut in the middle, as the base class does.
        try:
            return clip(repr(x), self.limit)
        except Exception as error:  # noqa: BLE001  a user's class
            return f"<{type(x).__name__}, whose repr raises {type(error).__name__}>"

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
        # Python refuses to convert numbers with thousands of digits.
        return repr(x) if x.bit_length() <= LINE_LIMIT else f"<an int of {x.bit_length():,} bits>"


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


def same_text_type(expected: object, actual: object) -> bool:
    """Whether both are text, or both are bytes."""
    return type(expected) is type(actual) and type(expected) in (str, bytes)


def common_prefix(left: Text, right: Text) -> int:
    """Return how many characters two texts share at their beginning."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
