"""Server-sent events as bytes (WHATWG HTML, section 9.2). Nothing about how they are sent."""

import json
from typing import Any

from attrs import field, frozen


def _check_field(_: object, attribute: Any, value: Any) -> None:
    if value is not None and not isinstance(value, str):
        msg = f"{attribute.name} of a ServerSentEvent must be a str, not {value!r}"
        raise TypeError(msg)
    if value is not None and set(value) & set("\r\n\0"):
        msg = f"{attribute.name} of a ServerSentEvent must be a single line, not {value!r}"
        raise ValueError(msg)


def _check_retry(_: object, _attribute: object, value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        msg = f"retry of a ServerSentEvent must be a whole number of milliseconds, not {value!r}"
        raise TypeError(msg)
    if value is not None and value < 0:
        msg = f"retry of a ServerSentEvent must not be negative: {value}"
        raise ValueError(msg)


@frozen
class ServerSentEvent:
    """One event of a stream.

    Args:
        data: text, which may have several lines, or anything that ``json.dumps`` takes.
        event: its type; clients assume ``message`` if there is none.
        id: what the client sends as ``Last-Event-ID`` when it reconnects.
        retry: milliseconds after which the client should reconnect.

    Raises:
        TypeError: for a value of the wrong type, naming it.
        ValueError: for an ``event`` or ``id`` with a line break, and a negative ``retry``.
    """

    data: Any = None
    event: str | None = field(default=None, validator=_check_field)
    id: str | None = field(default=None, validator=_check_field)
    retry: int | None = field(default=None, validator=_check_retry)

    def encode(self) -> bytes:
        """Return the event as it goes over the wire.

        Raises:
            TypeError: if ``data`` is neither text nor serialisable as JSON.
        """
        lines: list[str] = []
        if self.event is not None:
            lines.append(f"event: {self.event}")
        if self.id is not None:
            lines.append(f"id: {self.id}")
        if self.retry is not None:
            lines.append(f"retry: {self.retry}")
        if self.data is not None:
            lines += [f"data: {line}" for line in _lines(_text(self.data))]
        return ("\n".join(lines) + "\n\n").encode()


def comment(text: str) -> bytes:
    """Return a comment, which clients skip: a way to keep a connection alive."""
    return "".join(f": {line}\n" for line in _lines(text)).encode() + b"\n"


def encode_event(event: Any) -> bytes:
    """Return an event, text, or JSON-able value as it goes over the wire.

    Text that begins with a colon is a comment.

    Raises:
        TypeError: if it is none of these.
    """
    if isinstance(event, ServerSentEvent):
        return event.encode()
    if isinstance(event, str) and event.startswith(":"):
        return comment(event[1:].strip())
    return ServerSentEvent(_text(event)).encode()


def _text(data: Any) -> str:
    if isinstance(data, str):
        return data
    try:
        return json.dumps(data)
    except (TypeError, ValueError) as error:
        msg = (
            "an event must be a str, a ServerSentEvent, or what json.dumps can serialise, not "
            f"{data!r}: {error}"
        )
        raise TypeError(msg) from error


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
