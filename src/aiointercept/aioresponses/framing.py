"""Writes an answer to a connection that is only for this answer."""

from http.client import responses as _phrases
from typing import Final

from aiointercept.aioresponses.answers import ClientAnswer, StreamedAnswer

# Headers that frame a body. Here the body ends with the connection.
FRAMING: Final = frozenset({"content-length", "transfer-encoding"})
_WITHOUT_BODY: Final = frozenset({*range(100, 200), 204, 304})
_ANY_BODY: Final = 200


def sent_status(status: int) -> int:
    """Return the status for the status line, which must allow a body."""
    return _ANY_BODY if status in _WITHOUT_BODY else status


def is_framed(answer: ClientAnswer | StreamedAnswer) -> bool:
    """Whether a header of ``answer`` would frame its body."""
    return any(name.lower() in FRAMING for name in answer.headers)


def wire_head(answer: ClientAnswer | StreamedAnswer) -> bytes:
    """Return the head of ``answer`` as bytes.

    It has only the headers of the answer, without those that frame a body, because the body ends
    with the connection or with the last chunk.
    """
    reason = _phrases.get(answer.status, "") if answer.reason is None else answer.reason
    lines = [f"HTTP/1.1 {sent_status(answer.status)} {reason}"]
    lines += [
        f"{name}: {value}" for name, value in answer.headers.items() if name.lower() not in FRAMING
    ]
    if isinstance(answer, StreamedAnswer):
        lines.append("Transfer-Encoding: chunked")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
