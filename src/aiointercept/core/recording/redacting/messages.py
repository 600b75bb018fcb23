"""What messages and reports show of requests whose secrets must not be told."""

import re
from typing import Any, Final

from aiointercept.core.matching.results import ABSENT, Mismatch
from aiointercept.core.recording.redacting.literals import masked_literals, masked_value
from aiointercept.core.recording.redacting.masking import MASK
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.recording.redacting.sensitive_names import is_plural
from aiointercept.core.text import Unquoted, printable
from aiointercept.core.type_guards import is_list, is_mapping

WHERE_SECRETS_ARE: Final = (
    f"({MASK} stands for what is secret by its name. The recorded request itself has it, for "
    "example m.last_request.headers; redact=False shows it in messages.)"
)
_HIDDEN: Final = frozenset({"cookie", "cookies", "set-cookie", "proxy_auth"})
_SHOWN_MASK: Final = Unquoted(MASK)
_ANOTHER: Final = Unquoted(f"{MASK} (another value)")
_TOO_DEEP: Final = Unquoted("<nested too deeply>")
_NAME: Final = re.compile(r"""\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\.([A-Za-z_]\w*)""")
# A difference as it is written, for example "query['page']: expected '2', got '3'".
_EXPECTED: Final = re.compile(r"(\w+\['[^'\n]*'\]|[^\s:]*[.$][^\s:]*): expected ")
_GOT: Final = ", got "
_QUOTES: Final = "\\\"'"


def _is_hidden(part: str, redaction: Redaction) -> bool:
    """Whether the values of a part of a request, such as ``headers['X']``, are secrets."""
    if part.startswith("cookies["):
        return True
    names = (found[found.lastindex or 0] for found in _NAME.finditer(part))
    return any(name and _hides(name, redaction) for name in names)


def _hides(name: str, redaction: Redaction) -> bool:
    """Whether the values of a header, parameter or field of this name are secrets."""
    masker = redaction.masker
    return (
        name.lower() in _HIDDEN
        or redaction.hides_header(name)
        or masker.in_query(name)
        or masker.in_fields(name)
        or is_plural(name)
    )


def masked_mismatch(mismatch: Mismatch, redaction: Redaction) -> Mismatch:
    """Return what messages show of a difference: no value that is a secret."""
    hidden = _is_hidden(mismatch.part, redaction)

    def shown(value: Any) -> Any:
        if value is ABSENT:
            return value
        if hidden:
            return _SHOWN_MASK
        if isinstance(value, Unquoted):
            return Unquoted(masked_message(value, redaction))
        if isinstance(value, str):
            return redaction.masker.text_or_form(value)
        if isinstance(value, bytes):
            return redaction.masker.body(value, "", "utf-8")
        return _masked_value(value, redaction) if is_list(value) or is_mapping(value) else value

    expected, actual = shown(mismatch.expected), shown(mismatch.actual)
    if expected is actual is _SHOWN_MASK:
        actual = _ANOTHER
    return Mismatch(mismatch.part, expected, actual)


def _masked_value(value: Any, redaction: Redaction) -> Any:
    try:
        return redaction.masker.value(value)
    except RecursionError:
        return _TOO_DEEP


def masked_message(text: str, redaction: Redaction | None) -> str:
    """Return a message or report with the secrets masked that it shows; as it is without rules."""
    if redaction is None:
        return text

    def hides(name: str) -> bool:
        return _hides(name, redaction)

    masker = redaction.masker
    return masker.text(masked_literals(_masked_differences(text, redaction), hides, masker.form))


def _masked_differences(text: str, redaction: Redaction) -> str:
    """Mask both values of the differences that are written in a text."""
    result: list[str] = []
    end = position = 0
    while (found := _EXPECTED.search(text, position)) is not None:
        position = found.end()
        if _is_hidden(found[1], redaction):
            expected, position = masked_value(text, position)
            result += [text[end : found.end()], expected.strip(_QUOTES)]
            if text.startswith(_GOT, position):
                got, position = masked_value(text, position + len(_GOT))
                result += [_GOT, got.strip(_QUOTES)]
            end = position
    return "".join([*result, text[end:]])


def told(text: str, redaction: Redaction | None, where: str = WHERE_SECRETS_ARE) -> str:
    """Return a message as people get it: secrets masked, and all printable.

    Args:
        text: may have several lines.
        redaction: masks secrets; ``None`` for none.
        where: added if something is masked: where to see it.
    """
    masked = masked_message(text, redaction)
    text = f"{masked}\n  {where}" if redaction is not None and MASK in masked else masked
    return "\n".join(map(printable, text.split("\n")))
