"""Server-sent events: the bytes of each, and what is none."""

from typing import Any

import pytest

from aiointercept.core.http.sse import ServerSentEvent, comment, encode_event


@pytest.mark.parametrize(
    ("event", "seen"),
    [
        ("text", b"data: text\n\n"),
        ("", b"data: \n\n"),
        ("a\nb\r\nc\rd", b"data: a\ndata: b\ndata: c\ndata: d\n\n"),
        ({"a": 1}, b'data: {"a": 1}\n\n'),
        (None, b"data: null\n\n"),
        (": ping", b": ping\n\n"),
        (ServerSentEvent("x", "added", "8", 100), b"event: added\nid: 8\nretry: 100\ndata: x\n\n"),
        (ServerSentEvent({"a": 1}), b'data: {"a": 1}\n\n'),
        (ServerSentEvent(":-)"), b"data: :-)\n\n"),
        (ServerSentEvent(event="ping"), b"event: ping\n\n"),
    ],
)
def test_bytes(event: Any, seen: bytes) -> None:
    """Each field has its line, and an empty line ends the event."""
    assert encode_event(event) == seen


def test_comment_of_several_lines() -> None:
    """Each line is a comment."""
    assert comment("a\nb") == b": a\n: b\n\n"


@pytest.mark.parametrize("event", [b"bytes", {1}, object(), float, ServerSentEvent({1})])
def test_no_event(event: Any) -> None:
    """The message shows what cannot be sent, and what can."""
    with pytest.raises(TypeError, match=r"an event must be a str, a ServerSentEvent, or what json"):
        encode_event(event)


def test_circular_value() -> None:
    """A value that contains itself is none either."""
    value: list[Any] = []
    value.append(value)
    with pytest.raises(TypeError, match="an event must be"):
        encode_event(value)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"event": "a\nb"}, ValueError),
        ({"id": "a\rb"}, ValueError),
        ({"id": "a\0b"}, ValueError),
        ({"event": 1}, TypeError),
        ({"retry": "1"}, TypeError),
        ({"retry": True}, TypeError),
        ({"retry": 1.5}, TypeError),
        ({"retry": -1}, ValueError),
    ],
)
def test_fields_that_would_break_the_stream(
    arguments: dict[str, Any], kind: type[Exception]
) -> None:
    """They are refused, and named."""
    (name,) = arguments
    with pytest.raises(kind, match=f"{name} of a ServerSentEvent must"):
        ServerSentEvent("x", **arguments)
