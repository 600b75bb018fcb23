"""A request, and a part in which it differs from what was expected, in one line each."""

from typing import Any, Final

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.results import Mismatch
from aiointercept.core.text import SHORT, clip, common_prefix, render_body, same_text_type, short

CONTEXT_BEFORE: Final = 60
"""How many characters before the first difference of two texts are shown."""


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
    """Return two short values; long texts are shown from where they begin to differ."""
    if same_text_type(expected, actual):
        start = common_prefix(expected, actual) - CONTEXT_BEFORE
        if start > 0:
            at = f" (from {start:,} on)"
            return (
                f"…{short(expected[start:][:SHORT])}{at}",
                f"…{short(actual[start:][:SHORT])}{at}",
            )
    return short(expected), short(actual)
