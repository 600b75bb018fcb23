"""What messages and reports show of requests whose secrets must not be told."""

import re
from typing import Any, Final

from aiointercept.core.matching.results import ABSENT, Mismatch
from aiointercept.core.recording.redacting.masking import MASK
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.recording.redacting.sensitive_names import is_plural
from aiointercept.core.text import Unquoted
from aiointercept.core.type_guards import is_list, is_mapping

WHERE_SECRETS_ARE: Final = (
    f"({MASK} stands for what is secret by its name. The recorded request itself has it, for "
    "example m.last_request.headers; redact=False shows it in messages.)"
)
_SHOWN_MASK: Final = Unquoted(MASK)
_NAME: Final = re.compile(r"""\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\.([A-Za-z_]\w*)""")
# A difference as it is written, for example "query['page']: expected '2', got '3'".
_VALUE: Final = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|<\w+>|[^\s,;]+)"""
_WRITTEN: Final = re.compile(rf"((?:\w+\['[^'\n]*'\]|\$[^\s:]+)): expected {_VALUE}, got {_VALUE}")


def _is_hidden(part: str, redaction: Redaction) -> bool:
    """Whether the values of a part of a request, such as ``headers['X']``, are secrets."""
    if part.startswith("cookies["):
        return True
    masker = redaction.masker
    names = [found[found.lastindex or 0] for found in _NAME.finditer(part)]
    return any(
        redaction.hides_header(name)
        or masker.in_query(name)
        or masker.in_fields(name)
        or is_plural(name)
        for name in names
    )


def masked_mismatch(mismatch: Mismatch, redaction: Redaction) -> Mismatch:
    """Return what messages show of a difference: no value that is a secret."""
    hidden = _is_hidden(mismatch.part, redaction)

    def shown(value: Any) -> Any:
        if value is ABSENT:
            return value
        if hidden:
            return _SHOWN_MASK
        if isinstance(value, str):
            text = redaction.text(value)
            return Unquoted(text) if isinstance(value, Unquoted) else text
        if isinstance(value, bytes):
            return redaction.masker.body(value, "", "utf-8")
        return redaction.masker.value(value) if is_list(value) or is_mapping(value) else value

    return Mismatch(mismatch.part, shown(mismatch.expected), shown(mismatch.actual))


def masked_message(text: str, redaction: Redaction) -> str:
    """Return a message or report with the secrets masked that it shows."""

    def written(found: re.Match[str]) -> str:
        if not _is_hidden(found[1], redaction):
            return found[0]
        expected, got = (value if value == ABSENT else MASK for value in (found[2], found[3]))
        return f"{found[1]}: expected {expected}, got {got}"

    return redaction.masker.text(_WRITTEN.sub(written, text))


def with_advice(text: str) -> str:
    """Return a message, and where it has masks, the advice where to see what they stand for."""
    return f"{text}\n  {WHERE_SECRETS_ARE}" if MASK in text else text
