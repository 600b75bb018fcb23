"""Advice in one line: what was probably meant by a route that does not take a request."""

import re
import warnings
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.results import Mismatch
from aiointercept.core.matching.templates import Template
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery, UrlPattern
from aiointercept.core.routing.routes import Route

_REGULAR: Final = (".*", ".+", "\\d", "\\w", "[", "(", "$", "^", "|")
_OPTIONAL: Final = re.compile(r"(?<![\\(*+?}])\?")
_ORIGIN: Final = frozenset({"scheme", "host", "port"})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def advise(request: Request, route: Route) -> str | None:
    """Return advice on a ``route`` that nearly matches; ``None`` if there is none."""
    target = route.target
    if isinstance(target, UrlPattern):
        return _advise_on_pattern(request, target)
    if isinstance(target, (Url, UrlIgnoringQuery)):
        mismatches = target.match(request).mismatches
        parts = {mismatch.part.partition("[")[0]: mismatch for mismatch in mismatches}
        return (
            _advise_on_text(request, target)
            or _advise_on_origin(parts)
            or (_advise_on_query(target, mismatches) if set(parts) == {"query"} else None)
        )
    return None


def _advise_on_pattern(request: Request, target: UrlPattern) -> str | None:
    text = target.pattern.pattern
    escaped = _OPTIONAL.sub(r"\\?", text)
    if escaped != text and _matches(escaped, request):
        return "in a pattern '?' makes what stands before it optional: write r'\\?' for itself"
    return None


def _advise_on_text(request: Request, target: Url | UrlIgnoringQuery) -> str | None:
    """Look for placeholders and regular expressions in a URL, which is compared as it stands."""
    text = unquote(str(target.url))
    if "{" in text and _fits_template(text, request):
        # A template has no query; and what there is may be secret.
        template = f"matchers.url_template({text.partition('?')[0]!r})"
        return f"a URL is compared as it stands, braces too: use m.route({template}, ...)"
    if any(mark in text for mark in _REGULAR) and _matches(text, request):
        shown = "..." if "?" in text and "=" in text else repr(text)
        return f"a URL is compared as it stands: use re.compile({shown}) for a pattern"
    return None


def _advise_on_origin(parts: Mapping[str, Mismatch]) -> str | None:
    text = None
    host = parts.get("host")
    if host is not None and {host.expected, host.actual} <= _LOOPBACK:
        text = f"{host.expected} and {host.actual} are two hosts, though both are this machine"
    elif host is not None and host.expected in _LOOPBACK and parts.keys() <= _ORIGIN:
        text = (
            "a path alone is a path of m.server_url: write the whole URL, or give the mock a "
            "base_url"
        )
    elif set(parts) == {"port"}:
        port = parts["port"]
        text = f"the route is for port {port.expected}, but port {port.actual} was asked for"
    elif set(parts) == {"scheme"}:
        text = "http and https of one host are two servers, each with routes of its own"
    return text


def _advise_on_query(
    target: Url | UrlIgnoringQuery, mismatches: tuple[Mismatch, ...]
) -> str | None:
    if not target.url.raw_query_string:
        return (
            "the query is part of a URL: ignore_query=True leaves it out of the comparison, "
            "match=matchers.query(...) compares some of it"
        )
    if all(str(mismatch.actual) == "<absent>" for mismatch in mismatches):
        return "the request has no such query: it is part of the route's URL"
    return None


def _fits_template(text: str, request: Request) -> bool:
    try:
        template = Template.parse(text.partition("?")[0])
    except ValueError:
        return False
    origin = template.origin
    url = request.canonical_url
    return (origin is None or origin.origin() == url.origin()) and template.values(url) is not None


def _matches(pattern: str, request: Request) -> bool:
    try:
        with warnings.catch_warnings():
            # It is a URL, of which nobody has said that it is a pattern.
            warnings.simplefilter("ignore")
            compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return any(compiled.match(text) for text in request.spellings)
