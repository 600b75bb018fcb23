import re
from collections.abc import AsyncIterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from aiointercept.aioresponses.answers import (
    AnswerOptions,
    ClientAnswer,
    HeadersInUse,
    StreamedAnswer,
    answer_of,
)
from aiointercept.api.callback import CallbackResult

THIS_FILE = Path(__file__).read_bytes()


async def chunks() -> AsyncIterator[bytes]:
    """Two chunks."""
    yield b"a"
    yield b"b"


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ("text", b"text"),
        ("ä", "ä".encode()),
        (b"\xff", b"\xff"),
        (bytearray(b"x"), b"x"),
        (None, b""),
        ("", b""),
    ],
)
def test_body_that_is_there(body: Any, sent: bytes) -> None:
    """Text is UTF-8, whatever its content type claims."""
    answer = AnswerOptions(body=body, content_type="text/plain; charset=latin-1").make()
    assert answer.body == sent


async def test_body_that_is_made() -> None:
    """An iterable, a function that returns one, and a file."""
    for body in (chunks(), chunks, Path(__file__)):
        answer = AnswerOptions(body=body, status=201, headers={"A": "b"}, reason="So").make()
        assert isinstance(answer, StreamedAnswer)
        assert (answer.status, answer.reason, answer.headers["A"]) == (201, "So", "b")
        text = b"".join([chunk async for chunk in answer.open()])
        assert text == (THIS_FILE if isinstance(body, Path) else b"ab")


def test_iterator_for_more_than_one_answer() -> None:
    """It gives its chunks only once."""
    with pytest.raises(ValueError, match="body=make_chunks instead of"):
        AnswerOptions(body=chunks(), reusable=True)
    AnswerOptions(body=chunks, reusable=True)


def test_payload_wins_over_a_body_of_any_type() -> None:
    """It is serialised when the answer is made."""
    payload: dict[str, Any] = {"a": 1}
    options = AnswerOptions(payload=payload, body=object())
    assert options.make().body == b'{"a": 1}'
    payload["b"] = [None]
    assert options.make().body == b'{"a": 1, "b": [null]}'
    payload["b"] = object()
    with pytest.raises(TypeError, match="payload cannot be serialised"):
        options.make()


def test_headers_that_are_changed() -> None:
    """They are read when the answer is made, whatever they are."""
    plain, multi, pairs = {"A": "1"}, CIMultiDict({"A": "1"}), [("A", "1")]
    given = plain, multi, CIMultiDictProxy(multi), MappingProxyType(plain), pairs
    options = [AnswerOptions(headers=headers, payload=1) for headers in given]
    plain["A"], multi["A"], pairs[0] = "2", "2", ("A", "2")
    assert [one.make().headers["A"] for one in options] == ["2"] * 5
    plain["A"] = "3"
    assert options[0].make().headers["A"] == "3"


def test_headers_that_are_given_again() -> None:
    """One ``dict`` that is filled anew for each registration answers as it was for each."""
    headers, other = {"A": "1"}, {"A": "1"}
    in_use, options = HeadersInUse(), []
    for _ in range(3):
        options.append(AnswerOptions(headers=headers))
        in_use.note(options[-1])
        headers["A"] += "+"
    in_use.note(AnswerOptions(headers=other))
    in_use.note(AnswerOptions())
    assert [one.make().headers["A"] for one in options] == ["1", "1+", "1+++"]


def test_a_multidict_that_is_given_again() -> None:
    """It is the same one for all, as in aioresponses."""
    headers = CIMultiDict({"A": "1"})
    in_use, options = HeadersInUse(), []
    for _ in range(2):
        options.append(AnswerOptions(headers=headers))
        in_use.note(options[-1])
    headers["A"] = "2"
    assert [one.make().headers["A"] for one in options] == ["2", "2"]


def test_headers_that_are_read_once() -> None:
    """An iterator has nothing to read later."""
    options = AnswerOptions(headers=iter([("A", "1")]))
    assert [options.make().headers["A"] for _ in range(2)] == ["1", "1"]


def test_answer_is_made_once_where_nothing_can_change() -> None:
    """The same value answers all requests."""
    options = AnswerOptions(body="x", headers={"A": "b"})
    assert options.make() is options.make()


def test_headers_and_their_content_type() -> None:
    """One of the headers comes before ``content_type``."""
    assert AnswerOptions(content_type="a/b").make().headers == {"Content-Type": "a/b"}
    told = {"content-type": "c/d"}
    assert AnswerOptions(content_type="a/b", headers=told).make().headers == told


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"status": "200"}, TypeError, "status must be an int"),
        ({"status": True}, TypeError, "status must be an int"),
        ({"status": 20}, ValueError, "three digits, not 20"),
        ({"status": 103}, ValueError, "is informational"),
        ({"body": {"a": 1}}, TypeError, "body must be str or bytes.*payload="),
        ({"body": dict}, TypeError, "body must be str or bytes"),
        ({"body": "\ud800"}, ValueError, "body cannot be encoded"),
        ({"payload": object()}, TypeError, "payload cannot be serialised"),
        ({"headers": 3}, TypeError, "headers must be"),
        ({"headers": {"a": "b\nc"}}, ValueError, "line break"),
    ],
)
def test_what_cannot_be_answered(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """It is refused at once, naming the argument."""
    with pytest.raises(error, match=message):
        AnswerOptions(**options)


def test_payload_that_refers_to_itself() -> None:
    """json.dumps raises another error for that."""
    payload: list[Any] = []
    payload.append(payload)
    with pytest.raises(ValueError, match="payload cannot be serialised"):
        AnswerOptions(payload=payload)


def test_result_of_a_callback() -> None:
    """It tells everything, its method too if that is not the default."""
    result = CallbackResult(
        method="PUT", status=404, payload=[1], headers={"A": "b"}, reason="No", response_class=int
    )
    answer = answer_of(print, result)
    assert isinstance(answer, ClientAnswer)
    assert (answer.status, answer.body, answer.headers["A"]) == (404, b"[1]", "b")
    assert (answer.method, answer.reason, answer.response_class) == ("PUT", "No", int)
    assert answer_of(print, CallbackResult()).method is None


def test_result_of_another_type() -> None:
    """The message names the callback."""
    with pytest.raises(TypeError, match=re.escape("the callback print must return a Callback")):
        answer_of(print, "text")
