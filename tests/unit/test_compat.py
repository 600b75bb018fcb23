import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from aiointercept.compat import merge_params, normalize_url

# What aioresponses 0.7.9 returns, by what it is given.
NORMALISED = {
    "http://a.test": "http://a.test",
    "http://A.test/": "http://a.test/",
    "http://a.test/?b=1&a=2": "http://a.test/?a=2&b=1",
    "http://a.test/?b=1&a=2#f": "http://a.test/?a=2&b=1#f",
    "http://a.test/?a=2&a=1": "http://a.test/?a=1&a=2",
    "http://a.test/?b=1&a=2&b=0": "http://a.test/?a=2&b=0&b=1",
    "http://a.test/?a": "http://a.test/?a=",
    "http://a.test/?a=%20b+c": "http://a.test/?a=+b+c",
    "http://a.test/ä?ö=ü": "http://a.test/%C3%A4?%C3%B6=%C3%BC",
    "http://a.test/a%2Fb": "http://a.test/a%2Fb",
    "http://u:p@a.test/": "http://u:p@a.test/",
    "http://a.test./": "http://a.test./",
    "/path?b=1&a=2": "/path?a=2&b=1",
    "http://a.test/?a=b%26c": "http://a.test/?a=b%26c",
    "http://a.test?x=1": "http://a.test/?x=1",
    "http://a.test/?q=a:b/c@d": "http://a.test/?q=a:b/c@d",
    "http://a.test/?a=1;b=2": "http://a.test/?a=1%3Bb%3D2",
    "ws://a.test/x": "ws://a.test/x",
    "http://[::1]:8080/x?b&a": "http://[::1]:8080/x?a=&b=",
    "": "",
    "http://a.test/?x='(1)*!~": "http://a.test/?x='(1)*!~",
}

MERGED = [
    ("http://a.test/", {"a": 1}, "http://a.test/?a=1"),
    ("http://a.test/?a=2", {"a": 1}, "http://a.test/?a=2&a=1"),
    ("http://a.test/?z=2", {"a": 1}, "http://a.test/?z=2&a=1"),
    ("http://a.test/", None, "http://a.test/"),
    ("http://a.test/?z=1", {}, "http://a.test/?z=1"),
    ("http://a.test/", {"a": [1, 2]}, "http://a.test/?a=1&a=2"),
    ("http://a.test/?a=0", {"a": ["1", "2"]}, "http://a.test/?a=0&a=1&a=2"),
    ("http://a.test/", [("a", 1)], "http://a.test/?a=1"),
    ("http://a.test/?b=2", "a=1", "http://a.test/?b=2&a=1"),
    ("http://a.test/", {"a": 1.5}, "http://a.test/?a=1.5"),
    ("http://a.test/#f", {"a": 1}, "http://a.test/?a=1#f"),
    ("http://a.test/?b=1", {"a": "x y&z"}, "http://a.test/?b=1&a=x+y%26z"),
    ("http://a.test/?q=%2B", {"a": "+"}, "http://a.test/?q=%2B&a=%2B"),
]


@pytest.mark.parametrize(("url", "expected"), NORMALISED.items())
def test_normalize_url_returns_what_aioresponses_does(url: str, expected: str) -> None:
    """Texts and URLs alike: the query is sorted, and nothing else changes."""
    assert str(normalize_url(url)) == expected
    assert normalize_url(URL(url)) == URL(expected)


@pytest.mark.parametrize(("url", "params", "expected"), MERGED)
def test_merge_params_returns_what_aioresponses_does(
    url: str, params: object, expected: str
) -> None:
    """Parameters are added behind the query."""
    assert str(merge_params(url, params)) == expected  # type: ignore[arg-type]  # all kinds
    assert str(merge_params(URL(url), params)) == expected  # type: ignore[arg-type]  # all kinds


@pytest.mark.parametrize("value", [None, True])
def test_merge_params_refuses_what_no_query_can_have(value: object) -> None:
    """As a client does."""
    with pytest.raises(TypeError, match="value should be str"):
        merge_params("http://a.test/", {"a": value})  # type: ignore[dict-item]  # the case to test


@given(st.lists(st.tuples(st.text(), st.text())))
def test_normalised_url_is_normalised(pairs: list[tuple[str, str]]) -> None:
    """Once more changes nothing, and the pairs are the same."""
    url = URL("http://a.test/x").with_query(pairs)
    once = normalize_url(url)
    assert normalize_url(once) == once
    assert sorted(once.query.items()) == sorted(url.query.items())
