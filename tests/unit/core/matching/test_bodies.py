import re
from typing import Any
from unittest.mock import ANY

import pytest

from aiointercept.core.http.forms import MULTIPART, URLENCODED
from aiointercept.core.http.messages import Request
from aiointercept.core.matching.bodies import (
    body,
    clean_data_field,
    form,
    json_body,
    multipart,
    part,
)
from aiointercept.core.matching.combinators import decided_by_head
from aiointercept.core.matching.comparing import MOST_MISMATCHES
from aiointercept.core.matching.results import ABSENT, MATCH, Mismatch


def post(content: bytes | None, content_type: str = "") -> Request:
    """Return a request with a body."""
    headers = {"Content-Type": content_type} if content_type else None
    return Request("POST", "http://h/", headers, body=content)


def multipart_request(*parts: tuple[str, str, str]) -> Request:
    """Return a request with parts of a name, further parameters or headers, and content."""
    text = "".join(
        f'--xx\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{content}\r\n'
        for name, more, content in parts
    )
    return post(f"{text}--xx--\r\n".encode("latin-1"), f"{MULTIPART}; boundary=xx")


A_FILE = ("f", '; filename="a%20b.txt"\r\nContent-Type: text/csv', "x,y")


@pytest.mark.parametrize(
    ("wanted", "content", "content_type"),
    [
        (b"x", b"x", ""),
        (bytearray(b"x"), b"x", ""),
        ("é", "é".encode(), ""),
        ("é", b"\xe9", "text/plain; charset=latin-1"),
        ("", b"", ""),
        (ANY, b"x", ""),
        (re.compile("^é"), "één".encode(), ""),
        (re.compile(rb"\xff"), b"x\xff", ""),
    ],
)
def test_a_body_matches_as_bytes_or_text(wanted: Any, content: bytes, content_type: str) -> None:
    """Text is decoded by the charset of the request."""
    assert body(wanted).match(post(content, content_type)) is MATCH


@pytest.mark.parametrize(
    ("wanted", "content", "actual"),
    [
        (b"x", b"y", b"y"),
        ("x", b"y", "y"),
        ("x", b"\xff", b"\xff"),
        ("x", None, "<not known>"),
        (ANY, None, "<not known>"),
        (re.compile("x"), b"\xff", b"\xff"),
    ],
)
def test_another_body_is_told(wanted: Any, content: bytes | None, actual: object) -> None:
    """As text where it is text."""
    assert body(wanted).match(post(content)).mismatches == (Mismatch("body", wanted, actual),)


def test_a_body_in_an_unknown_charset_is_shown_in_bytes() -> None:
    """There is no text to show."""
    (mismatch,) = body("x").match(post(b"y", "text/plain; charset=no-such")).mismatches
    assert mismatch.actual == b"y"


@pytest.mark.parametrize("value", [None, 3, {"a": 1}, ["a"], True])
def test_a_parsed_value_is_no_body(value: Any) -> None:
    """For those there are other matchers."""
    with pytest.raises(TypeError, match=r"json_body\(\), form\(\) and multipart\(\)"):
        body(value)


def test_json_matches_whatever_its_content_type() -> None:
    """Clients send it as text too."""
    matcher = json_body({"a": [1, ANY]})
    assert matcher.match(post(b'{"a": [1, 2]}')) is MATCH
    assert matcher.match(post(b'{"a": [1, 2]}', "text/plain")) is MATCH


def test_json_differs_by_path() -> None:
    """Further keys are differences unless the value is partial."""
    request = post(b'{"items": [0, 1, {"price": 2}], "more": 1}', "application/json")
    wanted = {"items": [0, 1, {"price": 3}]}
    assert json_body(wanted).match(request).mismatches == (
        Mismatch("$.items[2].price", 3, 2),
        Mismatch("$.more", ABSENT, 1),
    )
    assert json_body(wanted, partial=True).match(request).mismatches == (
        Mismatch("$.items[2].price", 3, 2),
    )
    assert json_body({"more": 1}, True).match(request) is MATCH


@pytest.mark.parametrize(
    ("matcher", "request_", "told"),
    [
        (json_body(1), post(b"a=1", URLENCODED), f"{URLENCODED}: 'a=1' (Expecting value"),
        (json_body(1), post(b"<p>"), "no Content-Type: '<p>'"),
        (json_body(1), post(b""), "no body"),
        (json_body(1), post(None), "<not known>"),
        (json_body(1), post(b"\xff\xfe\xfd"), "codec can't decode"),
        (json_body(1), post(b"[" * 200_000), "nested too deeply"),
        (form({}), post(b"{}", "application/json"), "application/json: '{}'"),
        (form({}), post(b"a=%FF", URLENCODED), "codec can't decode"),
        (form({}), post(b"a=1", f"{URLENCODED}; charset=no-such"), "not an encoding of text"),
        (form({}), post(None), "<not known>"),
        (multipart({}), post(b"a=1", URLENCODED), f"{URLENCODED}: 'a=1'"),
        (multipart({}), post(b"a=1", MULTIPART), "its Content-Type has no boundary"),
        (multipart({}), post(None, MULTIPART), "<not known>"),
    ],
)
def test_a_body_of_another_kind_says_so(matcher: Any, request_: Request, told: str) -> None:
    """With its Content-Type and its beginning, and why it can't be read."""
    (mismatch,) = matcher.match(request_).mismatches
    assert mismatch.part == "body"
    assert told in mismatch.actual
    assert len(mismatch.actual) < 1000


@pytest.mark.parametrize("content_type", ["", URLENCODED, URLENCODED.upper()])
def test_a_form_has_just_these_fields(content_type: str) -> None:
    """Unless it may have others."""
    request = post(b"a=1&b=x+y&b=2", content_type)
    assert form({"a": 1, "b": ["x y", ANY]}).match(request) is MATCH
    assert form({"a": re.compile(r"\d")}, exact=False).match(request) is MATCH
    assert form({"a": 2, "b": "2"}).match(request).mismatches == (
        Mismatch("form['a']", "2", "1"),
        Mismatch("form['b']", "2", ["x y", "2"]),
    )
    assert form({"a": 1}).match(request).mismatches == (
        Mismatch("form['b']", ABSENT, ["x y", "2"]),
    )


def test_multipart_has_just_these_fields() -> None:
    """Unless it may have others."""
    request = multipart_request(("a", "", "1"), ("b", "", "x"), ("b", "", "y"), A_FILE)
    wanted = {"a": 1, "b": ["x", b"y"], "f": re.compile("^x,")}
    assert multipart(wanted).match(request) is MATCH
    assert multipart({"a": "1"}, exact=False).match(request) is MATCH
    assert multipart({"a": "2", "f": ANY}).match(request).mismatches == (
        Mismatch("multipart['a']", "2", "1"),
        Mismatch("multipart['b']", ABSENT, ["x", "y"]),
    )
    assert multipart({"b": "x", "c": "z"}, exact=False).match(request).mismatches == (
        Mismatch("multipart['b']", "x", ["x", "y"]),
        Mismatch("multipart['c']", "z", ABSENT),
    )


@pytest.mark.parametrize(
    "wanted",
    [
        {"filename": "a b.txt"},
        {"filename": "a%20b.txt", "content": "x,y", "content_type": "text/csv"},
        {"content": b"x,y"},
        {"filename": re.compile(r"\.txt$"), "content": ANY},
        {},
    ],
)
def test_a_file_matches_by_what_is_told_of_it(wanted: Any) -> None:
    """Its name may be percent-encoded."""
    assert multipart({"f": wanted}).match(multipart_request(A_FILE)) is MATCH
    assert multipart({"f": [wanted, "z"]}).match(multipart_request(A_FILE, ("f", "", "z")))


def test_a_file_differs_part_by_part() -> None:
    """A plain field has no file name."""
    wanted = {"filename": "b", "content": b"z", "content_type": "text/plain"}
    assert multipart({"f": wanted}).match(multipart_request(A_FILE)).mismatches == (
        Mismatch("multipart['f'].filename", "b", "a%20b.txt"),
        Mismatch("multipart['f'].content", b"z", "x,y"),
        Mismatch("multipart['f'].content_type", "text/plain", "text/csv"),
    )
    (mismatch,) = (
        multipart({"f": {"filename": "b"}}).match(multipart_request(("f", "", "1"))).mismatches
    )
    assert mismatch == Mismatch("multipart['f'].filename", "b", ABSENT)


def test_content_that_is_no_text_is_compared_in_bytes() -> None:
    """And shown so."""
    request = multipart_request(("f", "", "\xff"))
    assert multipart({"f": b"\xff"}).match(request) is MATCH
    (mismatch,) = multipart({"f": "x"}).match(request).mismatches
    assert mismatch == Mismatch("multipart['f']", "x", b"\xff")


def test_no_more_differences_are_listed_than_help() -> None:
    """However many fields there are."""
    request = multipart_request(*((str(number), "", "x") for number in range(100)))
    assert len(multipart({}).match(request).mismatches) == MOST_MISMATCHES


def test_expected_fields_are_cleaned() -> None:
    """What can't be sent, and what a file does not have, is refused."""
    assert multipart({"a": bytearray(b"x")}).match(multipart_request(("a", "", "x")))
    with pytest.raises(TypeError, match=r"multipart\['a'\] is None"):
        multipart({"a": None})
    with pytest.raises(ValueError, match=r"multipart\['a'\] has 'name'; a file has 'filename'"):
        multipart({"a": {"name": "x"}})
    with pytest.raises(TypeError, match=r"form\['a'\] is b'x'"):
        form({"a": b"x"})
    with pytest.raises(TypeError, match="form needs a mapping"):
        form("a=1")


def test_a_field_of_either_encoding_keeps_what_only_one_can_have() -> None:
    """Bytes and files are for multipart, ``True`` and ``None`` for the other."""
    assert clean_data_field(True, "x") == "True"
    assert clean_data_field(b"x", "x") == b"x"
    assert clean_data_field({"filename": "a"}, "x") == {"filename": "a"}


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        (body("x"), "body 'x'"),
        (json_body({"a": 1}), "json_body {'a': 1}"),
        (form({"a": 1}), "form {'a': '1'}"),
        (multipart({"a": 1}), "multipart {'a': '1'}"),
    ],
)
def test_a_matcher_of_bodies_shows_what_it_wants(matcher: Any, text: str) -> None:
    """And is not decided by the head."""
    assert str(matcher) == text
    assert not decided_by_head(matcher)


def test_json_lists_are_bags_where_the_order_is_open() -> None:
    """At any depth."""
    wanted = {"ids": [1, 2], "of": [{"tags": ["a", "b"]}]}
    sent = b'{"ids": [2, 1], "of": [{"tags": ["b", "a"]}]}'
    assert json_body(wanted, any_order=True).match(post(sent)) is MATCH
    assert not json_body(wanted).match(post(sent))
    (mismatch,) = json_body({"ids": [1, 3]}, True, True).match(post(sent)).mismatches
    assert mismatch == Mismatch("$.ids[0]", 3, 2)


def test_json_is_read_in_the_charset_that_it_names() -> None:
    """Else as JSON itself tells; what cannot be read says why."""
    assert json_body("é").match(post(b'"\xe9"', "application/json; charset=latin-1")) is MATCH
    (mismatch,) = json_body("é").match(post(b'"x"', "text/plain; charset=nonsense")).mismatches
    assert "nonsense" in str(mismatch.actual)


def test_a_part_is_compared_in_what_is_given() -> None:
    """Its content, its name, its type."""
    asked = multipart_request(A_FILE)
    for expected in (
        part("x,y"),
        part(b"x,y"),
        part(filename="a b.txt"),
        part(re.compile("^x"), filename=ANY, content_type="text/csv"),
    ):
        assert multipart({"f": expected}).match(asked) is MATCH
    found = multipart({"f": part(filename="b", content_type="text/plain")}).match(asked)
    assert [one.part for one in found.mismatches] == [
        "multipart['f'].filename",
        "multipart['f'].content_type",
    ]
