"""Which URLs are at or below a prefix."""

import pytest

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.url_prefix import UrlPrefix


@pytest.mark.parametrize(
    ("prefix", "url"),
    [
        ("https://h.test", "https://h.test"),
        ("https://h.test/", "https://H.test:443/a/b?c#d"),
        ("https://h.test/a", "https://h.test/a"),
        ("https://h.test/a/", "https://h.test/a"),
        ("https://h.test/a", "https://h.test/a/"),
        ("https://h.test/a", "https://h.test/a/b"),
        ("wss://h.test/a", "https://h.test/a/b"),
        ("https://h.test/é", "https://h.test/%C3%A9/x"),
    ],
)
def test_below(prefix, url):
    """These are."""
    assert UrlPrefix(prefix).match(Request("GET", url))


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://h.test/a", ["scheme", "port"]),
        ("https://other.test/a", ["host"]),
        ("https://h.test:8443/a", ["port"]),
        ("https://h.test/ab", ["path"]),
        ("https://h.test/", ["path"]),
    ],
)
def test_elsewhere(url, parts):
    """These are not, and what differs is named."""
    result = UrlPrefix("https://h.test/a").match(Request("GET", url))
    assert [mismatch.part for mismatch in result.mismatches] == parts


def test_equal_prefixes():
    """Spellings of one prefix are equal, and it is written in one way."""
    prefix = UrlPrefix("https://H.test:443/a/")
    assert prefix == UrlPrefix("https://h.test/a")
    assert str(prefix) == "https://h.test/a/..."
    assert str(UrlPrefix("http://h.test:81")) == "http://h.test:81/..."


@pytest.mark.parametrize("url", ["https://h.test/?a=1", "https://h.test/#a", "/path", "ftp://h"])
def test_no_prefix(url):
    """What cannot be a prefix is refused."""
    with pytest.raises(ValueError, match=r"query|fragment|host|scheme"):
        UrlPrefix(url)
