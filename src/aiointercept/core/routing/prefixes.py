"""What a compiled regular expression tells about the texts it can match, without trying it."""

import re
from typing import Final

_SPECIAL: Final = frozenset(".^$*+?{}[]\\|()")
_QUANTIFIERS: Final = frozenset("*+?{")
_NO_PREFIX_FLAGS: Final = re.IGNORECASE | re.VERBOSE


def literal_prefixes(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Return texts with one of which everything that ``pattern.match`` accepts begins.

    There are two where one character may be missing, as in ``https?://``. They are careful rather
    than long: a single ``""`` where the pattern is not read easily.
    """
    text = pattern.pattern
    if pattern.flags & _NO_PREFIX_FLAGS or _has_alternative(text):
        return ("",)
    begun, at = _literals(text, 1 if text.startswith("^") else 0)
    char, width = _literal(text, at)
    if not char or text[at + width] != "?":
        return (begun,)
    rest, _ = _literals(text, at + width + 1)
    return (begun + char + rest, begun + rest)


def _literals(text: str, at: int) -> tuple[str, int]:
    """Return what stands literally from ``at`` on, and the place behind it."""
    literals: list[str] = []
    while True:
        char, width = _literal(text, at)
        if not char or text[at + width : at + width + 1] in _QUANTIFIERS:
            return "".join(literals), at
        literals.append(char)
        at += width


def _literal(text: str, at: int) -> tuple[str, int]:
    """Return the character that stands for itself at ``at``, and how wide it is written."""
    char = text[at : at + 1]
    if char == "\\" and not text[at + 1 : at + 2].isalnum():
        return text[at + 1 : at + 2], 2
    return ("", 0) if char in _SPECIAL else (char, 1)


def _has_alternative(text: str) -> bool:
    """Whether ``text`` may have a ``|`` outside of all groups and character sets."""
    depth = 0
    in_set = False
    chars = iter(text)
    for char in chars:
        if char == "\\":
            next(chars, None)
        elif in_set:
            in_set = char != "]"
        elif char == "[":
            in_set = True
            # A "]" right behind the opening, or behind its "^", is a member of the set.
            if next(chars, None) == "^":
                next(chars, None)
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and depth == 0:
            return True
    return False
