import re
from typing import Any

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from yarl import URL

from aiointercept import Redaction
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, RecordedMessage
from aiointercept.core.recording.redacting.redaction import clean_redaction

PLAIN = Request("GET", URL("https://a.test/x?page=1"), {"Accept": "*/*"}, body=b"plain")


def test_nothing_to_mask() -> None:
    """What has no secrets is the very same value."""
    redaction = Redaction()
    response = Response(200, None, {"ETag": "x", "Link": "<https://a.test/?page=2>"}, b"plain")
    messages = (RecordedMessage(True, "hello"), RecordedMessage(False, b"\xff"))
    entry = Entry(PLAIN, response, messages=messages, source={"a": 1}, error="x")
    assert redaction.request(PLAIN) is PLAIN
    assert redaction.response(response) is response
    assert redaction.entry(entry) is entry
    assert redaction.entry(Entry(PLAIN)).response is None


def test_everything_masked() -> None:
    """URL, headers, cookies, bodies, messages and errors; what was in the file is written anew."""
    request = Request(
        "POST",
        URL("https://a.test/?token=s3&page=1"),
        [
            ("Authorization", "Bearer s3"),
            ("Cookie", "a=s3; b=s3"),
            ("Cookie", "c=s3"),
            ("Referer", "https://s3@h.test/"),
            ("X-Empty-Token", ""),
            ("Content-Type", "application/json"),
        ],
        body=b'{"password": "s3"}',
    )
    response = Response(
        302,
        "Found",
        [("Set-Cookie", "a=s3; Path=/; HttpOnly"), ("Set-Cookie", "gone=; Max-Age=0")],
        b'data: {"token": "s3"}',
    )
    messages = (RecordedMessage(True, '{"token": "s3"}'), RecordedMessage(False, b'{"token":"s3"}'))
    entry = Entry(request, response, messages=messages, error="of ?token=s3", source={"a": 1})
    masked = Redaction().entry(entry)
    assert masked.source is None
    assert "s3" not in str(masked.request)
    assert "page=1" in str(masked.request)
    assert masked.request.headers.getall("Cookie") == ["a=REDACTED; b=REDACTED", "c=REDACTED"]
    assert masked.request.headers["X-Empty-Token"] == ""
    assert masked.response is not None
    assert masked.response.headers.getall("Set-Cookie") == [
        "a=REDACTED; Path=/; HttpOnly",
        "gone=; Max-Age=0",
    ]
    everything = (masked.request.headers.values(), masked.request.body, masked.response.body)
    assert "s3" not in str((*everything, masked.messages, masked.error))
    assert "s3" in str(entry.request), "the exchange itself is left alone"


def test_added_names() -> None:
    """What users name is masked besides the defaults."""
    redaction = Redaction(headers="X-Mine", query=["mine"], fields=[re.compile("^my_")])
    request = Request(
        "POST",
        URL("https://a.test/?mine=s3&other=1"),
        {"x-mine": "s3", "Content-Type": "application/json"},
        body=b'{"my_thing": "s3", "token": "s3", "mine": "stays"}',
    )
    masked = redaction.request(request)
    assert "s3" not in f"{masked.url}{masked.headers}{masked.body!r}"
    assert b"stays" in (masked.body or b"")


@pytest.mark.parametrize(
    "replace",
    [
        {"s3/é": "by"},
        [("s3/é", "by")],
        {re.compile("s3(/|%2F|\\\\/)(é|%C3%A9|\\\\u00e9)"): "by"},
    ],
)
def test_replace(replace: Any) -> None:
    """In URLs, headers and bodies, as they are written there."""
    redaction = Redaction(replace=replace)
    request = Request(
        "POST", URL("https://a.test/s3/é?a=s3/é"), {"X": "s3/é"}, body='{"a": "s3/é"}'.encode()
    )
    masked = redaction.request(request)
    assert masked.headers["X"] == "by"
    assert masked.body == b'{"a": "by"}'
    escaped = Response(200, body=b'{"a": "s3/\\u00e9"}')
    assert redaction.response(escaped).body == b'{"a": "by"}'
    assert redaction.reads_everything
    assert "s3" not in str(masked.url)


def test_replace_without_replacements() -> None:
    """Texts alone are masked; what looks like a pattern's group is taken as it is."""
    assert Redaction(replace=["s3"]).text("a s3 b") == "a REDACTED b"
    assert Redaction(replace="s3").text("a s3 b") == "a REDACTED b"
    assert Redaction(replace={"s3": r"\1"}).text("s3") == r"\1"
    assert Redaction(replace={re.compile("(s)3"): r"\1"}).text("s3") == "s"


def test_also() -> None:
    """A function gets requests and responses, and returns what is written."""

    def also(message: Any) -> Any:
        if isinstance(message, Request):
            return evolve(message, url=message.url.with_path("/users/0"))
        return message

    redaction = Redaction(also=also)
    assert str(redaction.request(PLAIN).url) == "https://a.test/users/0"
    response = Response(200)
    assert redaction.response(response) is response
    wrong = Redaction(also=lambda _: None)
    with pytest.raises(TypeError, match="must return a Request .* it returned None"):
        wrong.request(PLAIN)
    with pytest.raises(TypeError, match="must return a Response"):
        wrong.response(response)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"headers": 3}, "headers must be names"),
        ({"query": [3]}, "query must be names"),
        ({"fields": [b"x"]}, "fields must be names"),
        ({"replace": 3}, "replace must map"),
        ({"replace": {"a": 3}}, "replace must map texts or patterns to texts, not 'a' to 3"),
        ({"replace": {"": "b"}}, "one of them is ''"),
        ({"replace": [3]}, "one of them is 3"),
        ({"also": "x"}, "also must be a function"),
    ],
)
def test_bad_values(options: Any, words: str) -> None:
    """Each names the argument."""
    with pytest.raises(TypeError, match=words):
        Redaction(**options)


def test_a_value() -> None:
    """Frozen, and made with keywords only."""
    with pytest.raises(FrozenInstanceError):
        Redaction().also = None  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError):
        Redaction(["x"])  # type: ignore[call-arg]  # that is the point


def test_option() -> None:
    """What ``redact=`` takes."""
    mine = Redaction(fields="x")
    assert clean_redaction(mine) is mine
    assert clean_redaction(None) is clean_redaction(True)
    assert clean_redaction(False) is None
    with pytest.raises(TypeError, match="redact must be a Redaction"):
        clean_redaction("x")
