from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict

from aiointercept.api.content import make_content
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import FileReply, Stream


async def chunks():
    """Yield a body."""
    yield b"one"


class Chunks:
    """An async iterable that can be asked again and again."""

    def __aiter__(self):
        return chunks()


def test_nothing_given_is_an_empty_json_200():
    """The defaults are those of `add`."""
    content = make_content()
    assert isinstance(content, Response)
    assert (content.status, content.reason, content.body) == (200, None, b"")
    assert list(content.headers.items()) == [("Content-Type", "application/json")]


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"body": b"raw"}, b"raw"),
        ({"body": bytearray(b"raw")}, b"raw"),
        ({"body": "ü"}, "ü".encode()),
        ({"body": None}, b""),
        ({"body": "ignored", "json": [1]}, b"[1]"),
        ({"payload": {"a": "ü"}}, b'{"a": "\\u00fc"}'),
        ({"json": False}, b"false"),
        ({"json": 0, "payload": 0}, b"0"),
        ({"json": float("nan")}, b"NaN"),
    ],
)
def test_bytes_to_send(given: Any, body: Any):
    """Text is UTF-8, JSON is what `json.dumps` makes by default."""
    content = make_content(**given)
    assert isinstance(content, Response)
    assert content.body == body


@pytest.mark.parametrize("body", [chunks, Chunks(), Chunks, chunks().__aiter__])
def test_streams(body: Any):
    """What gives chunks is opened for each request."""
    content = make_content(body=body, status=206, reason="Some", headers={"A": "1"}, reusable=True)
    assert isinstance(content, Stream)
    assert (content.status, content.reason, content.headers["a"]) == (206, "Some", "1")
    assert content.length is None
    assert hasattr(content.open(), "__aiter__")


def test_an_iterator_is_a_stream_for_one_request():
    """It is given out as it is."""
    iterator = chunks()
    assert make_content(body=iterator).open() is iterator
    with pytest.raises(ValueError, match="only once.*body=make_chunks instead of"):
        make_content(body=iterator, reusable=True)


def read(stream: Stream) -> list[bytes]:
    """Return all chunks of a stream that never waits."""
    found = []
    iterator = stream.open()
    while True:
        try:
            iterator.__anext__().send(None)
        except StopIteration as stopped:
            found.append(stopped.value)
        except StopAsyncIteration:
            return found


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "image/png"), ("a.txt", "text/plain"), ("a", "application/octet-stream")],
)
def test_a_file_is_named(tmp_path: Path, name: str, kind: str):
    """It is opened for each request; its name tells the content type."""
    file = tmp_path / name
    file.write_bytes(b"x")
    content = make_content(body=file)
    assert isinstance(content, FileReply)
    assert content.path == file
    assert content.headers["Content-Type"] == kind
    assert make_content(body=file, content_type="x/y").headers["Content-Type"] == "x/y"


@pytest.mark.parametrize("status", [204, 304])
def test_no_content_type_without_a_body(status: int):
    """Unless one is given."""
    assert "Content-Type" not in make_content(status=status).headers
    assert make_content(status=status, content_type="x/y").headers["Content-Type"] == "x/y"


def test_text_is_encoded_as_the_content_type_says():
    """UTF-8 if it names no charset."""
    latin = make_content(body="caf\xe9", content_type="text/plain; charset=iso-8859-1")
    assert latin.body == b"caf\xe9"
    assert (
        make_content(body="caf\xe9", headers={"Content-Type": "text/plain"}).body == b"caf\xc3\xa9"
    )
    for charset, message in (("ascii", "cannot be encoded as ascii"), ("odd", "does not know")):
        with pytest.raises(ValueError, match=message):
            make_content(body="\xe9", content_type=f"text/plain; charset={charset}")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"headers": {"A": "1"}}, [("Content-Type", "application/json"), ("A", "1")]),
        (
            {"headers": [("A", "1"), ("a", 2)], "content_type": "x/y"},
            [("Content-Type", "x/y"), ("A", "1"), ("a", "2")],
        ),
        ({"headers": {"content-type": "a/b"}, "content_type": "x/y"}, [("content-type", "a/b")]),
        (
            {"headers": CIMultiDict([("A", "ü\t1"), ("A", "")])},
            [("Content-Type", "application/json"), ("A", "ü\t1"), ("A", "")],
        ),
        (
            {"headers": iter([("Content-Length", "7")])},
            [("Content-Type", "application/json"), ("Content-Length", "7")],
        ),
        (
            {"cookies": {"a": 1, "b": "x y"}, "headers": {"Set-Cookie": "own=1"}},
            [
                ("Content-Type", "application/json"),
                ("Set-Cookie", "own=1"),
                ("Set-Cookie", "a=1"),
                ("Set-Cookie", 'b="x y"'),
            ],
        ),
        ({"content_type": "", "cookies": {}}, [("Content-Type", "")]),
    ],
)
def test_headers(given: Any, expected: Any):
    """In the order given, behind the Content-Type; cookies come last."""
    assert list(make_content(**given).headers.items()) == expected


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"status": "x"}, TypeError, "status must be an int from 200 to 999, not 'x'"),
        ({"status": 200.0}, TypeError, "status must be an int"),
        ({"status": True}, TypeError, "status must be an int"),
        ({"status": None}, TypeError, "status must be an int"),
        ({"status": 99}, ValueError, "status must be from 200 to 999, not 99"),
        ({"status": 101}, ValueError, "status 101 opens a WebSocket"),
        ({"status": 103}, ValueError, "status 103 is informational"),
        ({"status": 1000}, ValueError, "status must be from 200 to 999, not 1000"),
        ({"reason": 3}, TypeError, "reason must be a str, not 3"),
        ({"reason": "a\r\nb"}, ValueError, "reason must be a single line"),
        ({"headers": 3}, TypeError, "headers must be a mapping or a list of pairs, not 3"),
        ({"headers": ["abc"]}, TypeError, "headers must be a mapping or a list of pairs"),
        ({"headers": "abc"}, TypeError, "headers must be a mapping or a list of pairs"),
        ({"headers": {3: "a"}}, TypeError, "headers must map str to str, not 3 to 'a'"),
        ({"headers": {"a": None}}, TypeError, "headers must map str to str, not 'a' to None"),
        ({"headers": {"a": b"b"}}, TypeError, "headers must map str to str"),
        ({"headers": {"": "a"}}, ValueError, "headers: '' is not the name of a header"),
        ({"headers": {"a b": "a"}}, ValueError, "headers: 'a b' is not the name of a header"),
        ({"headers": {"a:": "a"}}, ValueError, "headers: 'a:' is not the name of a header"),
        ({"headers": {"ü": "a"}}, ValueError, "headers: 'ü' is not the name of a header"),
        ({"headers": {"a": "b\r\nc: d"}}, ValueError, "headers: a: .* cannot be sent"),
        ({"headers": {"a": "b\0"}}, ValueError, "headers: a: .* cannot be sent"),
        ({"headers": {"a": "\x1b"}}, ValueError, "headers: a: .* cannot be sent"),
        ({"headers": {"a": "\ud800"}}, ValueError, "headers: a: .* cannot be sent"),
        ({"headers": {"content-length": "x"}}, ValueError, "Content-Length must be a number"),
        ({"headers": {"Content-Length": "-1"}}, ValueError, "Content-Length must be a number"),
        ({"content_type": 3}, TypeError, "content_type must be a str such as 'text/html', not 3"),
        ({"content_type": "a\nb"}, ValueError, "content_type: Content-Type: .* cannot be sent"),
        ({"cookies": "a=1"}, TypeError, "cookies must be a mapping of names to values, not 'a=1'"),
        ({"cookies": {"a b": "1"}}, ValueError, "cookies: Illegal key 'a b'"),
        ({"json": object()}, TypeError, "json cannot be serialised by json.dumps: .*object"),
        ({"payload": {1, 2}}, TypeError, "payload cannot be serialised by json.dumps: .*set"),
        ({"json": 1, "payload": 2}, ValueError, "json and payload are two names for one argument"),
        ({"body": {}}, TypeError, "body must be bytes.*not dict; json= takes"),
        ({"body": 3}, TypeError, "body must be bytes.*not int"),
        ({"body": [b"a"]}, TypeError, "body must be bytes.*not list"),
        ({"body": dict}, TypeError, "body must be bytes.*not type"),
        ({"body": "\ud800"}, ValueError, "body cannot be encoded as utf-8"),
        ({"body": Path("/no/such/file")}, ValueError, "body: there is no file '.*file'"),
        ({"body": Path("/")}, ValueError, "body: there is no file '/'"),
    ],
)
def test_what_cannot_be_sent_is_refused(given: Any, kind: Any, message: Any):
    """The message names the argument and what is allowed."""
    with pytest.raises(kind, match=message) as caught:
        make_content(**given)
    assert caught.type is kind


def test_a_circle_cannot_be_serialised():
    """Also a `ValueError` of `json.dumps` names the argument."""
    circle = []
    circle.append(circle)
    with pytest.raises(ValueError, match="json cannot be serialised by json.dumps: Circular"):
        make_content(json=circle)


def test_a_body_function_must_return_an_async_iterable():
    """That shows only when it is called."""
    content = make_content(body=lambda: [b"a"])
    with pytest.raises(TypeError, match="the body function .*lambda.* must return an async iter"):
        content.open()
