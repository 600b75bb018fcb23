"""What aiohttp and yarl serialise is what the matchers read: for any data, without a server."""

import json
import re
import warnings
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from unittest.mock import ANY

import aiohttp
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.bodies import body, form, json_body, multipart
from aiointercept.core.matching.combinators import Combinable, all_of
from aiointercept.core.matching.fields import Cookies, Headers, Query, query
from aiointercept.core.matching.json_diff import json_mismatches
from aiointercept.core.matching.urls import (
    Url,
    host,
    method,
    path,
    url,
    url_pattern,
    url_template,
)
from aiointercept.core.reporting.expectations import content_matchers

_TRICKY = st.sampled_from(
    ["", "+", "%2F", "%", "&", "=", "é", "a b", "/", ";", "#", '"', "\\", "💥"]
)
_TEXT = _TRICKY | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
# Control characters can't be in the headers of a part.
_LINE = _TRICKY | st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=6)
_PAIRS = st.lists(st.tuples(_LINE, _TEXT), max_size=5)
# aiohttp trips over names in multipart that are not ASCII, unless told not to quote them.
_NAMES = _LINE.filter(bool)
_ASCII_NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=5)


def _lists_of(names: st.SearchStrategy[str], *values: st.SearchStrategy[Any]) -> Any:
    return st.lists(st.tuples(names, *values), min_size=1, max_size=4)


_PARTS = _lists_of(_NAMES, _TEXT) | _lists_of(_ASCII_NAMES, _TEXT)
_CONTENT = st.binary(max_size=20)
_FILES = _lists_of(_NAMES, _NAMES, _CONTENT) | _lists_of(_ASCII_NAMES, _NAMES, _CONTENT)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)


class Sink:
    """Takes what a payload writes, at once, so that no event loop is needed."""

    def __init__(self) -> None:
        self.data = bytearray()

    async def write(self, chunk: bytes) -> None:
        """Keep what is written."""
        self.data += chunk


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that never waits for anything."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("it waited")


def posted(payload: aiohttp.Payload) -> Request:
    """Return the request that has what ``payload`` writes as its body."""
    sink = Sink()
    write: Callable[[Any], Awaitable[None]] = payload.write
    run(write(sink))
    headers = {"Content-Type": payload.headers["Content-Type"]}
    return Request("POST", "http://h/", headers, body=bytes(sink.data))


def grouped(pairs: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    """Return all values by name."""
    fields: dict[str, list[Any]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


@given(_PAIRS)
def test_a_query_is_read_as_yarl_writes_it(pairs: list[tuple[str, str]]) -> None:
    """Exactly; and as a URL, whatever the order."""
    request = Request("GET", URL("http://h/").with_query(pairs))
    assert query(grouped(pairs), exact=True).match(request)
    assert query(pairs, exact=True).match(request)
    assert url(URL("http://h/").with_query(pairs[::-1])).match(request)
    more = [*pairs, ("one", "more")]
    assert not query(more, exact=True).match(request)


@given(_PAIRS)
def test_a_form_is_read_as_aiohttp_writes_it(pairs: list[tuple[str, str]]) -> None:
    """Exactly; repeated names and empty values included."""
    request = posted(aiohttp.FormData(pairs)())
    assert form(grouped(pairs)).match(request)
    assert form(pairs).match(request)
    assert all_of(content_matchers(pairs, None, None, strict_headers=False)).match(request)
    assert not form([*pairs, ("one", "more")]).match(request)


@given(st.lists(st.tuples(_LINE, st.text("aé+% ", max_size=6)), max_size=5))
def test_a_form_in_another_charset_is_read(pairs: list[tuple[str, str]]) -> None:
    """As its Content-Type says."""
    pairs = [(name.encode("latin-1", "ignore").decode("latin-1"), value) for name, value in pairs]
    request = posted(aiohttp.FormData(pairs, charset="latin-1")())
    assert request.charset == "latin-1"
    assert form(pairs).match(request)


@given(_PARTS)
def test_multipart_fields_are_read_as_aiohttp_writes_them(parts: list[tuple[str, str]]) -> None:
    """With any name and any text."""
    quoted = all(name.isascii() for name, _ in parts)
    data = aiohttp.FormData(quote_fields=quoted)
    for name, value in parts:
        data.add_field(name, value, content_type="text/plain; charset=utf-8")
    request = posted(data())
    assert multipart(parts).match(request).mismatches == ()
    assert all_of(content_matchers(parts, None, None, strict_headers=False)).match(request)
    assert not multipart([*parts, ("one", "more")]).match(request)


@given(_FILES)
def test_files_are_read_as_aiohttp_writes_them(files: list[tuple[str, str, bytes]]) -> None:
    """With any name, any content, and the type of the content."""
    data = aiohttp.FormData(quote_fields=all(name.isascii() for name, *_ in files))
    for name, filename, content in files:
        data.add_field(name, content, filename=filename, content_type="text/x-test")
    wanted = [
        (name, {"filename": filename, "content": content, "content_type": "text/x-test"})
        for name, filename, content in files
    ]
    assert multipart(wanted).match(posted(data())).mismatches == ()


def test_a_transfer_encoding_is_undone() -> None:
    """The content is what was encoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        data = aiohttp.FormData({"a": "1"})
        data.add_field("f", b"x,y", filename="a b.csv", content_transfer_encoding="base64")
    request = posted(data())
    assert multipart({"a": 1, "f": {"filename": "a b.csv", "content": "x,y"}}).match(request)


@given(_JSON)
def test_json_is_read_as_aiohttp_writes_it(value: Any) -> None:
    """Without a difference, whole or in part."""
    request = posted(aiohttp.JsonPayload(value))
    assert json_body(value).match(request).mismatches == ()
    assert json_body(value, partial=True).match(request)
    assert not json_body([value]).match(request)


@given(_TEXT)
def test_text_is_read_as_aiohttp_writes_it(text: str) -> None:
    """In any charset that has its characters."""
    for charset in ("utf-8", "utf-16"):
        request = posted(aiohttp.StringPayload(text, encoding=charset))
        assert body(text).match(request)
        assert not body(text + "x").match(request)


@given(_TEXT.filter(bool), st.lists(_TEXT, max_size=3))
def test_a_path_is_read_as_yarl_writes_it(value: str, segments: list[str]) -> None:
    """Its segments come out of a template as they were put in."""
    address = URL("http://h/")
    for segment in [value, *segments]:
        address = (
            address / segment.replace("/", "|") if segment not in {"", "/", ".", ".."} else address
        )
    request = Request("GET", address)
    assert path(address.raw_path).match(request)
    names = [f"s{number}" for number in range(len(address.raw_parts) - 1)]
    if address.raw_path != "/":
        template = "/" + "/".join(f"{{{name}}}" for name in names)
        found = url_template(template).match(request).match_info
        assert list(found.values()) == list(address.parts[1:])


_WORDS = st.sampled_from(["a", "b", "", "A"])
_WANTED = st.lists(
    st.tuples(_WORDS, _WORDS | st.just(re.compile("a")) | st.lists(_WORDS, max_size=2)), max_size=3
).map(dict)
_HEADS: st.SearchStrategy[Combinable] = st.one_of(
    st.builds(Query, _WANTED, st.booleans()),
    st.builds(Headers, _WANTED, st.booleans()),
    st.builds(Cookies, _WANTED),
    st.builds(method, st.sampled_from(["GET", "post", "*"])),
    st.builds(url, st.sampled_from(["http://a/", "http://a", "http://b:1/a?a=a", "https://a/?a"])),
    st.builds(Url, st.sampled_from(["http://a/?b=a&a=b", "http://a/?a=b&b=a"])),
    st.builds(url_pattern, st.sampled_from(["http://a", ".*a$", "x"])),
    st.builds(url_template, st.sampled_from(["/{a}", "http://a/{a}", "/a"])),
    st.builds(host, st.sampled_from(["a", "b:1", "b:2"]) | st.just(re.compile("a|b"))),
    st.builds(path, st.sampled_from(["/", "/a"]) | st.just(re.compile("a"))),
)
_COMBINED: st.SearchStrategy[Combinable] = st.recursive(
    _HEADS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: two[0] & two[1]),
        st.tuples(inner, inner).map(lambda two: two[0] | two[1]),
        inner.map(lambda one: ~one),
    ),
    max_leaves=4,
)
_REQUESTS = st.builds(
    Request,
    st.sampled_from(["GET", "POST"]),
    st.sampled_from(["http://a/", "http://b:1/a?a=a", "http://a/?a=b&b=a", "https://a/a?a=&a=a"]),
    st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), _WORDS), max_size=3),
    st.dictionaries(st.sampled_from(["a", "b"]), _WORDS, max_size=2),
    st.just(b""),
)


@given(_COMBINED, _REQUESTS)
def test_a_quick_answer_is_that_of_the_explanation(matcher: Combinable, request: Request) -> None:
    """Whether it fits, and what is ruled out, is what ``match`` explains."""
    matches = bool(matcher.match(request))
    assert matcher.fits(request) is matches
    assert not (matches and matcher.rules_out(request))


@given(_JSON, _JSON)
def test_a_quick_look_at_json_agrees(expected: Any, actual: Any) -> None:
    """A value equals itself, written and read again; differences are found whatever came first."""
    assert not json_mismatches(expected, json.loads(json.dumps(expected)))
    differences = json_mismatches([ANY, expected], [0, actual])
    assert bool(json_mismatches(expected, actual)) is bool(differences)
