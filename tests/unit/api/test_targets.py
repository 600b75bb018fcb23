import re
from typing import Any

import pytest
from yarl import URL

from aiointercept.api.targets import clean_base_url, clean_origin, clean_prefix, clean_target
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery, UrlPattern

BASE = URL("http://127.0.0.1:81")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://h.test/x?b=1&a=2#f", "https://h.test/x?a=2&b=1"),
        (URL("https://h.test"), "https://h.test/"),
        ("wss://h.test/x", "https://h.test/x"),
        ("/x?a=1", "http://127.0.0.1:81/x?a=1"),
        (URL("/x"), "http://127.0.0.1:81/x"),
        ("/", "http://127.0.0.1:81/"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]/"),
    ],
)
def test_exact_urls(url: Any, target: Any):
    """Normalised; a path alone is at the mock's own URL."""
    assert clean_target(url, lambda: BASE) == Url(target)


def test_patterns():
    """A compiled pattern stays as it is."""
    pattern = re.compile("x")
    assert clean_target(pattern, lambda: BASE) == UrlPattern(pattern)


@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        (3, TypeError, "url must be a str, a yarl.URL or a compiled pattern, not 3"),
        (None, TypeError, "url must be a str"),
        (b"https://h.test", TypeError, "url must be a str"),
        (re.compile(b"x"), TypeError, "url: .*compiled pattern for str"),
        ("", ValueError, "url: '' has no host"),
        ("h.test", ValueError, "url: 'h.test' has no host: write it in full"),
        ("users/1", ValueError, "url: 'users/1' has no host"),
        ("https://", ValueError, "url: .*host"),
        ("ftp://h.test", ValueError, "url: scheme must be http, https, ws or wss, not 'ftp'"),
        ("mailto:a@h.test", ValueError, "url: scheme must be"),
        ("http://h.test:99999", ValueError, "url: .*[Pp]ort"),
        ("http://[::1", ValueError, "url: "),
        ("//h.test/x", ValueError, "url: "),
    ],
)
def test_what_is_no_url(url: Any, kind: Any, message: Any):
    """The message names the argument."""
    with pytest.raises(kind, match=message):
        clean_target(url, lambda: BASE)


def test_a_query_that_is_not_compared():
    """The URL is kept without it."""
    target = clean_target("https://h.test/x?a=1", lambda: BASE, ignore_query=True)
    assert target == UrlIgnoringQuery("https://h.test/x")


@pytest.mark.parametrize("url", ["^https://h.test/.*$", r"https?://h\.test", "(a|b)"])
def test_a_pattern_as_text(url: Any):
    """The message says how to give a pattern."""
    with pytest.raises(ValueError, match=r"is not a URL; for a regular expression write re\.comp"):
        clean_target(url, lambda: BASE)


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("https://h.test/v2/", "https://h.test/v2"),
        (URL("https://h.test"), "https://h.test/"),
        ("/v2", "http://127.0.0.1:81/v2"),
    ],
)
def test_prefixes(url: Any, prefix: Any):
    """A path alone is appended to the base, as that of an exact URL."""
    assert clean_prefix(url, lambda: BASE) == UrlPrefix(prefix)


@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        (3, TypeError, "url must be a str or a yarl.URL, as an application takes a prefix, not 3"),
        (re.compile("x"), TypeError, "url must be a str or a yarl.URL"),
        ("h.test", ValueError, "url: 'h.test' has no host"),
        ("ftp://h.test", ValueError, "url: scheme must be http, https, ws or wss, not 'ftp'"),
        ("https://h.test/?a=1", ValueError, "url: 'https://h.test/\\?a=1' has a query"),
        ("https://h.test/#top", ValueError, "url: 'https://h.test/#top' has a fragment"),
        ("/v2?a=1", ValueError, "url: 'http://127.0.0.1:81/v2\\?a=1' has a query"),
    ],
)
def test_what_is_not_a_prefix(url: Any, kind: Any, message: Any):
    """The message names the argument, and what is wrong with it."""
    with pytest.raises(kind, match=message):
        clean_prefix(url, lambda: BASE)


@pytest.mark.parametrize("clean", [clean_base_url, clean_origin])
def test_bases(clean: Any):
    """Text or a URL, or none."""
    assert clean(None) is None
    assert clean("https://h.test/v1") == clean(URL("https://h.test/v1")) == URL("https://h.test/v1")
    with pytest.raises(TypeError, match="base_url must be a str or a yarl.URL, not 3"):
        clean(3)
    for url in ("/v1", "h.test", "ftp://h.test"):
        with pytest.raises(ValueError, match="base_url must be a URL such as 'http"):
            clean(url)


@pytest.mark.parametrize("url", ["https://h.test?a=1", "https://h.test#top", "wss://h.test"])
def test_what_nothing_can_be_appended_to(url: Any):
    """A query or a fragment would be in the middle; registrations are for http."""
    with pytest.raises(ValueError, match="base_url must be a URL such as 'https://api"):
        clean_base_url(url)
