"""What a compiled regular expression tells about the texts it can match, without trying it."""

import re
from typing import Final

_SPECIAL: Final = frozenset(".^$*+?{}[]\\|()")
_QUANTIFIERS: Final = frozenset("*+?{")
_NO_PREFIX_FLAGS: Final = re.IGNORECASE | re.VERBOSE


def literal_prefix(pattern: re.Pattern[str]) -> str:
    """Return a text with which everything that ``pattern.match`` accepts begins.

    The answer is careful rather than long: ``""`` where the pattern is not read easily.
    """
    text = pattern.pattern
    if pattern.flags & _NO_PREFIX_FLAGS or _has_alternative(text):
        return ""
    literals: list[str] = []
    at = 1 if text.startswith("^") else 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text) and not text[at + 1].isalnum():
            char, width = text[at + 1], 2
        elif char in _SPECIAL:
            break
        else:
            width = 1
        at += width
        if at < len(text) and text[at] in _QUANTIFIERS:
            break
        literals.append(char)
    return "".join(literals)


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
