"""User's URLs, validated: the target of a route, the prefix of a mount, or a base URL."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeVar

from yarl import URL

from aiointercept.core.http.urls import http_scheme
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery, UrlPattern
from aiointercept.core.type_guards import is_pattern

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

TargetT = TypeVar("TargetT")

_CACHED_URLS: Final = 1024
_OF_PATTERNS: Final = ("^", ".*", ".+", "\\", "$", "(")


def clean_target(
    url: Any, base: Callable[[], URL], *, ignore_query: bool = False
) -> Url | UrlIgnoringQuery | UrlPattern:
    """Return the target that ``url`` stands for: an exact URL, or a pattern.

    Args:
        url: a ``str`` or ``URL``, which may be a path alone, or a compiled pattern.
        base: returns the URL that a path alone is appended to.
        ignore_query: whether the query is not compared.

    Raises:
        TypeError: for anything else.
        ValueError: for a URL without host, or with a scheme other than http(s) and ws(s).
    """
    if is_pattern(url):
        try:
            return UrlPattern(url)
        except TypeError as error:
            msg = f"url: {error}"
            raise TypeError(msg) from None
    if not isinstance(url, (str, URL)):
        msg = f"url must be a str, a yarl.URL or a compiled pattern, not {url!r}"
        raise TypeError(msg)
    if ignore_query:
        return _made(UrlIgnoringQuery, url, base)
    return _made(Url, url, base)


def clean_prefix(url: Any, base: Callable[[], URL]) -> UrlPrefix:
    """Return the prefix that ``url`` stands for.

    Args:
        url: a ``str`` or ``URL``, which may be a path alone.
        base: returns the URL that a path alone is appended to.

    Raises:
        TypeError: for anything else.
        ValueError: for what :func:`clean_target` refuses, and for a query or fragment.
    """
    if not isinstance(url, (str, URL)):
        msg = f"url must be a str or a yarl.URL, as an application takes a prefix, not {url!r}"
        raise TypeError(msg)
    return _made(UrlPrefix, url, base)


def _made(make: Callable[[URL], TargetT], url: str | URL, base: Callable[[], URL]) -> TargetT:
    try:
        absolute = URL(url)
        if str(url).startswith("/") and not absolute.raw_host:
            absolute = below(base(), url)
        elif absolute.scheme:
            http_scheme(absolute.scheme)
        return make(absolute)
    except ValueError as error:
        msg = f"url: {error}"
        if any(mark in str(url) for mark in _OF_PATTERNS):
            msg = f"url: {url!r} is not a URL; for a regular expression write re.compile({url!r})"
        raise ValueError(msg) from None


@lru_cache(maxsize=_CACHED_URLS)
def below(base: URL, path: str | URL) -> URL:
    """Return ``path``, which begins with a slash, appended to the path of ``base``."""
    return URL(f"{str(base).rstrip('/')}{path}")


def clean_base_url(base_url: Any) -> URL | None:
    """Return what path-only URLs are appended to.

    Raises:
        TypeError: if it is not a URL.
        ValueError: if it is not absolute, or has a query or fragment.
    """
    url = _url_or_none(base_url)
    if url is None:
        return None
    if url.scheme not in ("http", "https") or not url.raw_host or "?" in str(url) or url.fragment:
        msg = f"base_url must be a URL such as 'https://api.example.com/v1', not {str(url)!r}"
        raise ValueError(msg)
    return url


def clean_origin(base_url: Any) -> URL | None:
    """Return the URL that replaces the recorded origin of a cassette.

    Raises:
        TypeError: if it is not a URL.
        ValueError: if it is not absolute.
    """
    url = _url_or_none(base_url)
    if url is not None and (not url.raw_host or url.scheme not in ("http", "https", "ws", "wss")):
        msg = f"base_url must be a URL such as 'http://127.0.0.1:8080', not '{url}'"
        raise ValueError(msg)
    return url


def _url_or_none(base_url: Any) -> URL | None:
    if base_url is None:
        return None
    if not isinstance(base_url, (str, URL)):
        msg = f"base_url must be a str or a yarl.URL, not {base_url!r}"
        raise TypeError(msg)
    return URL(base_url)
