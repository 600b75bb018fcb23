"""Server-sent events as bytes (WHATWG HTML, section 9.2). Nothing about how they are sent."""

import json
from typing import Any

from attrs import field, frozen

HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}


def _one_line(_: Any, attribute: Any, value: str | None) -> None:
    if value is not None and ("\n" in value or "\r" in value):
        msg = f"{attribute.name} of a ServerSentEvent must be a single line, not {value!r}"
        raise ValueError(msg)


@frozen
class ServerSentEvent:
    """One event of a stream.

    Args:
        data: text, which may have several lines, or anything that ``json.dumps`` takes.
        event: its type; clients take it for ``message`` if there is none.
        id: what the client sends as ``Last-Event-ID`` when it comes back.
        retry: milliseconds after which the client shall come back.
    """

    data: Any = None
    event: str | None = field(default=None, validator=_one_line)
    id: str | None = field(default=None, validator=_one_line)
    retry: int | None = None

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
            text = self.data if isinstance(self.data, str) else json.dumps(self.data)
            lines += [f"data: {line}" for line in text.replace("\r\n", "\n").split("\n")]
        return ("\n".join(lines) + "\n\n").encode()


def comment(text: str) -> bytes:
    """Return a comment, which clients skip: a way to keep a connection alive."""
    return "".join(f": {line}\n" for line in text.split("\n")).encode() + b"\n"


def encode(event: Any) -> bytes:
    """Return an event, text, or JSON-able value as it goes over the wire.

    Text that begins with a colon is a comment.
    """
    if isinstance(event, ServerSentEvent):
        return event.encode()
    if isinstance(event, str) and event.startswith(":"):
        return comment(event[1:].strip())
    return ServerSentEvent(event).encode()
