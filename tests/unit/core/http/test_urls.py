import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from aiointercept.core.http.urls import (
    canonical_url,
    host_name,
    http_scheme,
    is_address,
    merge_params,
    query_values,
)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://h", "http://h/"),
        ("http://h?a=1", "http://h/?a=1"),
        ("http://h/x#part", "http://h/x"),
        ("http://user:secret@h/", "http://h/"),
        ("http://h:80/", "http://h/"),
        ("https://h:443/", "https://h/"),
        ("https://h:80/", "https://h:80/"),
        ("https://h:8443/", "https://h:8443/"),
        ("HTTP://H.Test/X", "http://h.test/X"),
        ("http://h.test./", "http://h.test/"),
        ("http://h.test.:8080/", "http://h.test:8080/"),
        ("ws://h/", "http://h/"),
        ("wss://h:443/", "https://h/"),
        ("http://h/?b=2&a=2&a=1", "http://h/?a=1&a=2&b=2"),
        ("http://h/?a=1&a=1", "http://h/?a=1&a=1"),
        ("http://h/a%2Fb", "http://h/a%2Fb"),
        ("http://h/%7Ea b", "http://h/~a%20b"),
        ("http://h/?a=x%20y+z%2B", "http://h/?a=x+y+z%2B"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://bücher.test/", "http://xn--bcher-kva.test/"),
    ],
)
def test_equal_urls_share_one_spelling(url: str, canonical: str) -> None:
    """Every URL is written in the one way that all its equals share."""
    assert str(canonical_url(url)) == canonical
    assert canonical_url(URL(url)) == URL(canonical, encoded=True)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("http://h/a/b", "http://h/a%2Fb"),
        ("http://h/", "https://h/"),
        ("http://h/x", "http://h/x/"),
        ("http://h/?a=1", "http://h/?a=1&a=1"),
        ("http://h/?a=", "http://h/"),
        ("http://h/?a=1", "http://h/?A=1"),
        ("http://h/X", "http://h/x"),
    ],
)
def test_different_urls_stay_different(left: str, right: str) -> None:
    """What a server may tell apart is not made the same."""
    assert canonical_url(left) != canonical_url(right)


def test_a_url_longer_than_any_sensible_one_is_compared_too() -> None:
    """Length makes no difference to what is equal."""
    long = "x" * 10_000
    assert canonical_url(f"http://h/?b={long}&a=1") == canonical_url(f"http://h/?a=1&b={long}")


@pytest.mark.parametrize("url", ["/users", "", "users"])
def test_a_url_without_host_is_refused(url: str) -> None:
    """The message shows how a full URL is written."""
    with pytest.raises(ValueError, match=r"has no host: write it in full"):
        canonical_url(url)


def test_an_unknown_scheme_is_refused() -> None:
    """The message names the schemes there are."""
    with pytest.raises(ValueError, match="http, https, ws or wss, not 'ftp'"):
        canonical_url("ftp://h/")


def test_schemes_of_websockets_are_those_of_http() -> None:
    """A WebSocket begins as an HTTP request."""
    assert [http_scheme(scheme) for scheme in ("ws", "WSS", "Http", "https")] == [
        "http",
        "https",
        "http",
        "https",
    ]


def test_a_host_is_compared_without_case_and_trailing_dot() -> None:
    """Both are the same to DNS."""
    assert host_name("API.Test.") == "api.test"


@pytest.mark.parametrize(
    ("url", "params", "merged"),
    [
        ("http://h/x", None, "http://h/x"),
        ("http://h/x", {}, "http://h/x"),
        ("http://h/x?a=1", {"b": 2}, "http://h/x?a=1&b=2"),
        ("http://h/x?a=1", {"a": ["2", 3]}, "http://h/x?a=1&a=2&a=3"),
        ("http://h/x", [("a", "1"), ("a", "2")], "http://h/x?a=1&a=2"),
        ("http://h/x", "a=1&b=2", "http://h/x?a=1&b=2"),
    ],
)
def test_params_are_added_to_the_query(url: str, params: object, merged: str) -> None:
    """The query of the URL is kept, also for names that both have."""
    assert merge_params(url, params) == URL(merged)


def test_params_that_no_query_can_have_are_refused() -> None:
    """A client would refuse them as well."""
    with pytest.raises(TypeError):
        merge_params("http://h/", {"a": True})


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_URLS = st.builds(
    URL.build,
    scheme=st.sampled_from(["http", "https", "ws", "wss"]),
    host=st.sampled_from(["h", "g.test", "h.test.", "::1", "192.0.2.1"]),
    port=st.sampled_from([None, 80, 443, 8080]),
    path=_TEXT.map(lambda text: f"/{text}"),
    query=st.lists(st.tuples(_TEXT, _TEXT), max_size=4),
    fragment=_TEXT,
)


@given(_URLS)
def test_normalising_twice_changes_nothing(url: URL) -> None:
    """The canonical spelling is its own."""
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert str(canonical_url(once)) == str(once)


@given(_URLS)
def test_normalising_keeps_what_a_server_sees(url: URL) -> None:
    """Path and query mean what they meant."""
    canonical = canonical_url(url)
    assert canonical.path == url.path
    assert sorted(canonical.query.items()) == sorted(url.query.items())
    assert canonical.port == url.port
    assert canonical.scheme == http_scheme(url.scheme)


@given(_URLS, _URLS, st.randoms(use_true_random=False))
def test_urls_that_are_equal_to_yarl_are_equal(left: URL, right: URL, random: object) -> None:
    """What yarl says of the compared parts, in whatever order the query is, holds here as well."""
    pairs = list(left.query.items())
    shuffled = sorted(pairs, key=lambda _: random.random())
    assert canonical_url(left.with_query(shuffled)) == canonical_url(left)

    def compared(url: URL) -> URL:
        url = url.with_fragment(None).with_scheme(http_scheme(url.scheme))
        return url.with_query(sorted(url.query.items())).with_host(host_name(url.host or ""))

    assert (compared(left) == compared(right)) == (canonical_url(left) == canonical_url(right))


def test_bytes_that_are_not_utf_8_stay_as_they_are() -> None:
    """URLs that differ in such bytes are two; the case of an escape does not matter."""
    urls = [
        URL(f"http://h/?{query}", encoded=True)
        for query in ("a=%FF&b=%C3%A9", "b=%c3%a9&a=%ff", "a=%FE&b=%C3%A9", "a=%EF%BF%BD&b=%C3%A9")
    ]
    one, same, other, replacement = map(canonical_url, urls)
    assert one == same
    assert len({one, other, replacement}) == 3
    assert canonical_url(one) == one
    assert query_values(urls[0]) == {"a": ["%FF"], "b": ["é"]}
    assert query_values(urls[3]) == {"a": ["\ufffd"], "b": ["é"]}


def test_a_query_is_decoded_in_the_order_sent() -> None:
    """Repeated names together."""
    assert query_values(URL("http://h/?b=2&a=1&b=")) == {"b": ["2", ""], "a": ["1"]}
    assert query_values(URL("http://h/")) == {}


@pytest.mark.parametrize(
    ("host", "address"),
    [("192.0.2.1", True), ("2001:db8::1", True), ("api.test", False), ("1.test", False)],
)
def test_addresses(host: str, *, address: bool):
    """No resolver is asked for them."""
    assert is_address(host) is address
