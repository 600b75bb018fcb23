import re
from typing import Any
from unittest.mock import ANY

import pytest
from yarl import URL

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import decided_by_head, mentions_host
from aiointercept.core.matching.results import MATCH, Mismatch
from aiointercept.core.matching.urls import (
    Method,
    Url,
    UrlPattern,
    host,
    method,
    path,
    url,
    url_pattern,
    url_template,
)


def get(address: str) -> Request:
    """Return a request for a URL."""
    return Request("GET", address)


@pytest.mark.parametrize("name", ["get", "GET", "*"])
def test_a_method_matches_in_any_case(name: str) -> None:
    """A star stands for every method."""
    assert method(name).match(get("http://h/")) is MATCH


def test_another_method_is_told() -> None:
    """In upper case, as it is sent."""
    assert method("post").match(get("http://h/")).mismatches == (Mismatch("method", "POST", "GET"),)
    assert str(method("post")) == "method POST"


@pytest.mark.parametrize(
    ("name", "error"), [(3, TypeError), (None, TypeError), ("", ValueError), ("G T", ValueError)]
)
def test_a_method_is_a_name(name: Any, error: type[Exception]) -> None:
    """Anything else is refused at once."""
    with pytest.raises(error, match="method must be a name such as 'GET'"):
        method(name)


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        ("http://h", "http://h/#part"),
        ("https://h/?b=1&a=2", "https://h:443/?a=2&b=1"),
        (URL("http://h./x"), "ws://H/x"),
    ],
)
def test_a_url_matches_its_equals(wanted: Any, sent: str) -> None:
    """Both are normalised first."""
    assert url(wanted).match(get(sent)) is MATCH


@pytest.mark.parametrize(
    ("wanted", "sent", "mismatches"),
    [
        ("http://h/", "https://h/", [Mismatch("scheme", "http", "https")]),
        ("http://h/", "http://g/", [Mismatch("host", "h", "g")]),
        ("http://h/", "http://h:81/", [Mismatch("port", 80, 81)]),
        (
            "http://h/",
            "https://h:81/",
            [Mismatch("scheme", "http", "https"), Mismatch("port", 80, 81)],
        ),
        ("http://h/a b", "http://h/é%2F", [Mismatch("path", "/a b", "/é%2F")]),
        ("http://h/a/b", "http://h/a%2Fb", [Mismatch("path", "/a/b", "/a%2Fb")]),
        ("http://h/?page=2", "http://h/?page=3", [Mismatch("query['page']", "2", "3")]),
        ("http://h/?a=1", "http://h/?a=1&a=2", [Mismatch("query['a']", "1", ["1", "2"])]),
    ],
)
def test_a_url_differs_part_by_part(wanted: str, sent: str, mismatches: list[Mismatch]) -> None:
    """The message shows which part to look at."""
    assert list(url(wanted).match(get(sent)).mismatches) == mismatches


def test_urls_that_differ_in_the_path_alone_show_how_it_is_sent() -> None:
    """A slash that belongs to a segment is not the one between segments."""
    (mismatch,) = url("http://h/a/b").match(get("http://h/a%2Fb")).mismatches
    assert mismatch.expected != mismatch.actual


@pytest.mark.parametrize("value", [3, None, re.compile("x"), b"http://h/"])
def test_a_url_is_text_or_a_url(value: Any) -> None:
    """For patterns there is another matcher."""
    with pytest.raises(TypeError, match=r"there is url_pattern\(\)"):
        url(value)


def test_a_url_has_a_host() -> None:
    """The message shows how it is written."""
    with pytest.raises(ValueError, match="write it in full"):
        url("/users")


def test_a_url_shows_itself() -> None:
    """In the spelling it is compared in."""
    assert str(Url("http://h:80?b=1&a=2")) == "http://h/?a=2&b=1"
    assert Url("http://h") == Url("http://h:80/")
    assert hash(Url("http://h")) == hash(Url("http://h:80/"))


@pytest.mark.parametrize(
    ("pattern", "sent"),
    [
        (r"http://h/\d+", "http://h/1/more"),
        (r"^https://h/\?b=1&a=2$", "https://h/?b=1&a=2"),
        (r"^https://h/\?a=2&b=1$", "https://h/?b=1&a=2"),
        (r"wss://h/", "wss://h/"),
        (r"https://h/", "wss://h/"),
        (re.compile("HTTP://H/", re.IGNORECASE), "http://h/"),
    ],
)
def test_a_pattern_is_tried_as_sent_and_then_normalised(pattern: Any, sent: str) -> None:
    """From the beginning of the URL."""
    assert url_pattern(pattern).match(get(sent)) is MATCH
    assert UrlPattern(pattern).fits(get(sent))


def test_a_pattern_that_is_not_found_is_told() -> None:
    """With the URL as it was sent."""
    matcher = UrlPattern("h/")
    (mismatch,) = matcher.match(get("http://h/?b&a")).mismatches
    assert (mismatch.part, mismatch.expected) == ("url", re.compile("h/"))
    assert mismatch.actual == str(URL("http://h/?b&a"))
    assert not matcher.fits(get("http://h/"))
    assert str(matcher) == "re.compile('h/')"


@pytest.mark.parametrize("pattern", [re.compile(b"x"), 3, None])
def test_a_pattern_is_for_text(pattern: Any) -> None:
    """A URL is text."""
    with pytest.raises(TypeError, match="a str or a compiled pattern for str"):
        url_pattern(pattern)


def test_a_template_gives_values() -> None:
    """Whatever the query."""
    matcher = url_template("https://h/users/{id}")
    assert matcher.match(get("https://h/users/a%2Fb?x=1")).match_info == {"id": "a/b"}
    assert url_template("/plain").match(get("https://any/plain")) is MATCH
    assert str(matcher) == "https://h/users/{id}"


def test_a_template_differs_part_by_part() -> None:
    """Where it has no server, no server is wrong."""
    result = url_template("https://h:81/users/{id}").match(get("http://g/items/1"))
    assert result.mismatches == (
        Mismatch("scheme", "https", "http"),
        Mismatch("host", "h", "g"),
        Mismatch("port", 81, 80),
        Mismatch("path", "/users/{id}", "/items/1"),
    )
    (mismatch,) = url_template("/users/{id}").match(get("http://g/items/1")).mismatches
    assert mismatch.part == "path"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("h", "http://h/"),
        ("H.Test.", "https://h.test:8443/"),
        ("h:8443", "https://h:8443/"),
        ("h:443", "https://h/"),
        ("::1", "http://[::1]:80/"),
        ("[::1]:8080", "http://[::1]:8080/"),
        ("192.0.2.1", "http://192.0.2.1/"),
        ("bücher.test", "http://xn--bcher-kva.test/"),
        (re.compile(r"\.test$"), "http://api.test:81/"),
    ],
)
def test_a_host_matches_with_its_port_if_it_has_one(name: Any, sent: str) -> None:
    """Default ports are filled in; a pattern is searched in the name."""
    assert host(name).match(get(sent)) is MATCH


def test_another_host_or_port_is_told() -> None:
    """Each by itself."""
    assert host("h:81").match(get("http://g/")).mismatches == (
        Mismatch("host", "h", "g"),
        Mismatch("port", 81, 80),
    )
    assert str(host("h:81")) == "host h:81"
    assert str(host("h")) == "host h"


@pytest.mark.parametrize("name", ["", "https://h", "h/x", "h?x", "h#x", "a@h", "h:x", "a b", "//h"])
def test_what_is_no_host_is_refused(name: str) -> None:
    """The message shows what a host is."""
    with pytest.raises(ValueError, match=r"host\(\) needs a host such as 'h' or 'h:8443'"):
        host(name)


def test_a_host_is_text() -> None:
    """Or a pattern for text."""
    with pytest.raises(TypeError, match="a str such as 'h' or 'h:8443'"):
        host(3)
    with pytest.raises(TypeError, match="compiled pattern for str"):
        host(re.compile(b"x"))


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("/", "http://h"),
        ("/a b/é", "http://h/a%20b/%C3%A9?x=1"),
        ("/a%20b", "https://any/a b"),
        ("/a%2Fb", "http://h/a%2Fb"),
        (ANY, "http://h/x"),
        (re.compile("^/us"), "http://h/users"),
        (re.compile("%20"), "http://h/a%20b"),
        (re.compile("a b"), "http://h/a%20b"),
    ],
)
def test_a_path_matches_on_every_host(value: Any, sent: str) -> None:
    """Encoded or not; a pattern is searched in both."""
    assert path(value).match(get(sent)) is MATCH


@pytest.mark.parametrize("value", ["/a/b", re.compile("b$")])
def test_another_path_is_told(value: Any) -> None:
    """As it is sent."""
    (mismatch,) = path(value).match(get("http://h/a%2Fc")).mismatches
    assert mismatch == Mismatch("path", value, "/a%2Fc")


def test_a_path_shows_itself() -> None:
    """As it is compared."""
    assert str(path("/a b")) == "path /a%20b"
    assert str(path(re.compile("x"))) == "path re.compile('x')"


@pytest.mark.parametrize("value", ["users", "", "/x?a=1", "/x#part", "http://h/x"])
def test_what_is_no_path_is_refused(value: str) -> None:
    """For the rest of a URL there are other matchers."""
    with pytest.raises(ValueError, match=r"path\(\) needs a path such as '/users'"):
        path(value)


def test_a_path_is_text() -> None:
    """Nothing else is sent as one."""
    with pytest.raises(TypeError, match="path is None"):
        path(None)


@pytest.mark.parametrize(
    ("matcher", "name"),
    [
        (url("http://localhost:8080/x"), "localhost"),
        (url("http://[::1]/"), "::1"),
        (url_pattern(r"http://127\.0\.0\.1:\d+/"), "127.0.0.1"),
        (url_pattern(r"http://\[::1\]/"), "::1"),
        (url_template("http://localhost/{x}"), "localhost"),
        (host("localhost:80"), "localhost"),
        (host(re.compile(r"^127\.0\.0\.1$")), "127.0.0.1"),
    ],
)
def test_a_host_that_stands_in_the_text_is_mentioned(matcher: Any, name: str) -> None:
    """Escaped or not."""
    assert mentions_host(matcher, name)
    assert not mentions_host(matcher, "other.test")


@pytest.mark.parametrize(
    "matcher",
    [
        url("http://h/localhost?next=http://localhost/"),
        url_template("/localhost/{x}"),
        url_pattern(".*"),
        host("h"),
        path("/localhost"),
        method("GET"),
    ],
)
def test_a_host_elsewhere_is_not_mentioned(matcher: Any) -> None:
    """Exact URLs name the host they are for."""
    assert not mentions_host(matcher, "localhost")


def test_all_of_them_are_decided_by_the_head() -> None:
    """None of them looks at the body."""
    matchers = (Method("GET"), Url("http://h"), url_pattern("x"), url_template("/"), host("h"))
    assert all(decided_by_head(matcher) for matcher in (*matchers, path("/")))
