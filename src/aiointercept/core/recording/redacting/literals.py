"""Secrets in what messages show: Python's and JSON's literals, forms, and parts, maybe cut off.

A message shows values as ``repr`` does, such as ``headers {'X-Api-Key': 'abc'}``, and cuts long
ones. Nothing is parsed: what stands behind a name that is secret is masked, too much rather than
too little.
"""

import re
from collections.abc import Callable
from typing import Final

from aiointercept.core.recording.redacting.masking import MASK

Hides = Callable[[str], bool]

# A quote may be escaped, as in JSON within JSON.
_MEMBER: Final = re.compile(
    r"""(?P<quote>\\*["'])(?P<member>[^"'\\\n]{1,200})(?P=quote)\s*:\s*"""
    r"""|(?<=\()(?P<in_pair>["'])(?P<first>[^"'\\\n]{1,200})(?P=in_pair)\s*,\s*"""
    r"""|\b(?P<keyword>[A-Za-z_]\w*)=(?=[bru]?\\*["'{\[(])"""
    r"""|\b(?P<matcher>cookies):?\ (?=[{[])"""
)
# It ends where it was cut, too.
# A quote behind more backslashes than the first one stands within the text.
_TEXT: Final = re.compile(
    r"""[bru]{0,2}(?P<escape>\\*)(?P<quote>["'])"""
    r"""(?:(?!(?<!\\)(?P=escape)(?P=quote)|…(?:[,;:)\]}\s]|$))[^\n])*"""
    r"""(?:(?P=escape)(?P=quote)|…?)"""
)
_WORD: Final = re.compile(r"[^\s,;)\]}]+")
_NAME_ENDS: Final = re.compile(r"\s*:")
_HARMLESS: Final = frozenset({"None", "True", "False", "null", "true", "false", "<absent>"})
_OPEN: Final = "[{("
_CLOSE: Final = "]})"
_FORM: Final = re.compile(r"""(?<=["'])[\w.%+\-\[\]]+=[^\s<>{"']*""")
# In a ``repr``, where line breaks are escaped.
_PART: Final = re.compile(
    r"""(\bname=\\*"(?P<name>[^"\\\n]+)\\*"[^\n]*?(?:\\r)?\\n(?:\\r)?\\n)(?P<value>.*?)"""
    r"""(?=(?:\\r)?\\n--|["'…\n]|$)"""
)


def masked_literals(text: str, hides: Hides, mask_form: Callable[[str], str]) -> str:
    """Mask what stands behind names that are secret.

    Args:
        text: of a message.
        hides: whether a name is secret.
        mask_form: masks the fields of a URL-encoded form.
    """
    text = _FORM.sub(lambda found: mask_form(found[0]), text)
    text = _PART.sub(lambda found: found[1] + MASK if hides(found["name"]) else found[0], text)
    result: list[str] = []
    end = position = 0
    while (found := _MEMBER.search(text, position)) is not None:
        position = found.end()
        name = found["member"] or found["first"] or found["keyword"] or found["matcher"]
        if hides(name):
            masked, position = masked_value(text, position)
            result += [text[end : found.end()], masked]
            end = position
    return "".join([*result, text[end:]])


def masked_value(text: str, start: int) -> tuple[str, int]:
    """Mask the value that begins at ``start``; return it, and where it ends."""
    found = _TEXT.match(text, start)
    if found is not None:
        quote = found["escape"] + found["quote"]
        return f"{quote}{MASK}{quote}", found.end()
    if text[start : start + 1] in _OPEN:
        return _masked_collection(text, start)
    found = _WORD.match(text, start)
    if found is None:
        return "", start
    return found[0] if found[0] in _HARMLESS else MASK, found.end()


def _masked_collection(text: str, start: int) -> tuple[str, int]:
    """Mask the texts and numbers in a list or mapping, up to the end of the line at most."""
    result: list[str] = []
    depth = 0
    position = start
    while position < len(text):
        char = text[position]
        if char == "\n":
            break
        if char in _OPEN or char in _CLOSE:
            depth += 1 if char in _OPEN else -1
            result.append(char)
            position += 1
            if not depth:
                break
        elif char in " ,:;":
            result.append(char)
            position += 1
        else:
            found = _TEXT.match(text, position)
            if found is not None and _NAME_ENDS.match(text, found.end()):
                result.append(found[0])
                position = found.end()
                continue
            masked, following = masked_value(text, position)
            if following == position:
                break
            result.append(masked)
            position = following
    return "".join(result), position
