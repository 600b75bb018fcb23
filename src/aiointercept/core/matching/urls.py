"""The built-in matchers for where a request goes: method, URL, pattern, template, host, path."""

import re
from typing import Any, Final

from attrs import field, frozen
from typing_extensions import override
from yarl import URL

from aiointercept.core.http.messages import Request
from aiointercept.core.http.urls import bracketed, canonical_url, host_name, query_values
from aiointercept.core.matching.combinators import Combinable, HeadMatcher
from aiointercept.core.matching.comparing import agrees, clean_text, field_mismatches
from aiointercept.core.matching.results import MATCH, MatchResult, Mismatch, differs
from aiointercept.core.matching.templates import Template
from aiointercept.core.type_guards import is_pattern

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

ANY_METHOD: Final = "*"


def _method_name(name: object) -> str:
    if not isinstance(name, str) or name.split() != [name]:
        msg = f"method must be a name such as 'GET', or '*' for any, not {name!r}"
        raise (ValueError if isinstance(name, str) else TypeError)(msg)
    return name.upper()


@frozen
class Method(HeadMatcher):
    """Requests with this method; ``*`` for any."""

    name: str = field(converter=_method_name)

    @override
    def fits(self, request: Request) -> bool:
        return self.name in (request.method, ANY_METHOD)

    @override
    def match(self, request: Request, /) -> MatchResult:
        if self.fits(request):
            return MATCH
        return differs("method", self.name, request.method)

    def __str__(self) -> str:
        return f"method {self.name}"


def _canonical_without_query(url: URL | str) -> URL:
    return canonical_url(url).with_query(None)


@frozen
class Url(HeadMatcher):
    """Requests for this URL: both are compared in the spelling that equal URLs share."""

    url: URL = field(converter=canonical_url)

    @override
    def fits(self, request: Request) -> bool:
        actual = request.canonical_url
        # Most are the very same object; to compare two takes ten times as long.
        return actual is self.url or actual == self.url

    @override
    def match(self, request: Request, /) -> MatchResult:
        actual = request.canonical_url
        if self.fits(request):
            return MATCH
        mismatches = _origin_mismatches(self.url, actual)
        if self.url.raw_path != actual.raw_path:
            mismatches.append(Mismatch("path", self.url.path_safe, actual.path_safe))
        mismatches += field_mismatches(
            "query", query_values(self.url), query_values(actual), exact=True
        )
        # Queries that differ in bytes only may look alike once they are decoded.
        return MatchResult(mismatches or [Mismatch("url", str(self.url), str(actual))])

    @override
    def mentions(self, host: str) -> bool:
        return self.url.raw_host == host

    def __str__(self) -> str:
        return str(self.url)


@frozen
class UrlIgnoringQuery(HeadMatcher):
    """Requests for this URL, whatever their query."""

    url: URL = field(converter=_canonical_without_query)

    @override
    def match(self, request: Request, /) -> MatchResult:
        actual = request.canonical_url
        mismatches = _origin_mismatches(self.url, actual)
        if self.url.raw_path != actual.raw_path:
            mismatches.append(Mismatch("path", self.url.path_safe, actual.path_safe))
        return MatchResult(mismatches) if mismatches else MATCH

    @override
    def mentions(self, host: str) -> bool:
        return self.url.raw_host == host

    def __str__(self) -> str:
        return f"{self.url} (any query)"


def _origin_mismatches(expected: URL, actual: URL) -> list[Mismatch]:
    parts = (
        ("scheme", expected.scheme, actual.scheme),
        ("host", expected.host, actual.host),
        ("port", expected.port, actual.port),
    )
    differing = [Mismatch(*part) for part in parts if part[1] != part[2]]
    # Default ports differ because the schemes do: that is one difference, not two.
    if expected.explicit_port is None and actual.explicit_port is None:
        return [mismatch for mismatch in differing if mismatch.part != "port"]
    return differing


def _text_pattern(given: object) -> re.Pattern[str]:
    if isinstance(given, str):
        return re.compile(given)
    if is_pattern(given) and isinstance(given.pattern, str):
        return given
    msg = f"a URL pattern must be a str or a compiled pattern for str, not {given!r}"
    raise TypeError(msg)


@frozen
class UrlPattern(HeadMatcher):
    """Requests whose URL, as sent or else as normalised, the pattern matches from its beginning."""

    pattern: re.Pattern[str] = field(converter=_text_pattern)

    @override
    def fits(self, request: Request) -> bool:
        return self._found(request) is not None

    def _found(self, request: Request) -> re.Match[str] | None:
        for text in request.spellings:
            found = self.pattern.match(text)
            if found is not None:
                return found
        return None

    @override
    def match(self, request: Request, /) -> MatchResult:
        if self._found(request) is not None:
            return MATCH
        return differs("url", self.pattern, str(request.url))

    @override
    def mentions(self, host: str) -> bool:
        return host in self.pattern.pattern.replace("\\", "").lower()

    def __str__(self) -> str:
        return f"re.compile({self.pattern.pattern!r})"


@frozen
class UrlTemplate(HeadMatcher):
    """Requests whose path, and origin if it has one, fit a template such as ``/users/{id}``."""

    template: Template

    @override
    def match(self, request: Request, /) -> MatchResult:
        actual = request.canonical_url
        wanted = self.template.origin
        values = self.template.values(actual)
        mismatches = [] if wanted is None else _origin_mismatches(wanted, actual)
        if values is None:
            mismatches.append(Mismatch("path", self.template.path, actual.path_safe))
        if mismatches:
            return MatchResult(mismatches)
        return MatchResult(match_info=values) if values else MATCH

    @override
    def mentions(self, host: str) -> bool:
        return self.template.origin is not None and self.template.origin.raw_host == host

    def __str__(self) -> str:
        return self.template.text


@frozen
class Host(HeadMatcher):
    """Requests to this host, and to this port if it is given."""

    name: str | re.Pattern[str]
    port: int | None = None

    @override
    def match(self, request: Request, /) -> MatchResult:
        origin = request.origin
        mismatches: list[Mismatch] = []
        if not agrees(self.name, origin.host):
            mismatches.append(Mismatch("host", self.name, origin.host))
        if self.port not in (None, origin.port):
            mismatches.append(Mismatch("port", self.port, origin.port))
        return MatchResult(mismatches) if mismatches else MATCH

    @override
    def mentions(self, host: str) -> bool:
        if isinstance(self.name, re.Pattern):
            return host in self.name.pattern.replace("\\", "").lower()
        return self.name == host

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"host {self.name}{port}"


@frozen
class Path(HeadMatcher):
    """Requests with this path, on whatever host."""

    wanted: Any

    @override
    def fits(self, request: Request) -> bool:
        actual = request.canonical_url
        # As it is sent, and decoded.
        return agrees(self.wanted, actual.raw_path) or (
            is_pattern(self.wanted) and agrees(self.wanted, actual.path_safe)
        )

    @override
    def match(self, request: Request, /) -> MatchResult:
        if self.fits(request):
            return MATCH
        return differs("path", self.wanted, request.canonical_url.raw_path)

    def __str__(self) -> str:
        return f"path {_plain(self.wanted)}"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


def method(name: str) -> Combinable:
    """Match requests with this method.

    Args:
        name: any case; ``*`` for every method.

    Raises:
        TypeError: if ``name`` is not a ``str``.
        ValueError: if ``name`` is empty or has blanks in it.
    """
    return Method(name)


def url(value: str | URL) -> Combinable:
    """Match requests for exactly this URL, its query included.

    Args:
        value: absolute. It is compared normalised: fragment dropped, query pairs sorted, an empty
            path is ``/``, default port and trailing dot of the host dropped.

    Raises:
        TypeError: if ``value`` is neither ``str`` nor ``yarl.URL``.
        ValueError: if ``value`` has no host, or a scheme other than http(s) and ws(s).
    """
    return Url(_exact_url(value))


def _exact_url(given: object) -> str | URL:
    if isinstance(given, str | URL):
        return given
    msg = f"url() needs a str or a yarl.URL, not {given!r}; for patterns there is url_pattern()"
    raise TypeError(msg)


def url_pattern(pattern: str | re.Pattern[str]) -> Combinable:
    """Match requests whose full URL a regular expression matches from its beginning.

    Args:
        pattern: tried on the URL as sent, then on the normalised one.

    Raises:
        TypeError: if ``pattern`` is neither a ``str`` nor compiled from one.
    """
    return UrlPattern(pattern)


def url_template(template: str) -> Combinable:
    """Match requests whose URL fits a template, whatever their query.

    Args:
        template: ``https://h/users/{id}``, or ``/users/{id}`` for any host. A ``{name}`` takes one
            or more characters, but no ``/``; its percent-decoded value is in
            ``request.match_info``.

    Raises:
        TypeError: if ``template`` is not a ``str``.
        ValueError: if it has a query, a name twice, or braces that are not around a name.
    """
    return UrlTemplate(Template.parse(template))


def host(name: str | re.Pattern[str]) -> Combinable:
    """Match requests to this host.

    Args:
        name: ``h`` for any port, ``h:8443`` for that port alone (``[::1]:8443`` for IPv6); or a
            pattern that is searched in the host's name.

    Raises:
        TypeError: if ``name`` is neither ``str`` nor a pattern.
        ValueError: if ``name`` is a URL, or not a host.
    """
    return _host(name)


def _host(given: object) -> Host:
    if is_pattern(given):
        return Host(_text_pattern(given))
    if not isinstance(given, str):
        msg = f"host() needs a str such as 'h' or 'h:8443', or a pattern, not {given!r}"
        raise TypeError(msg)
    parsed = _host_and_port(given)
    if parsed is None:
        msg = f"host() needs a host such as 'h' or 'h:8443', not {given!r}; for URLs there is url()"
        raise ValueError(msg)
    return Host(*parsed)


def _host_and_port(text: str) -> tuple[str, int | None] | None:
    try:
        parsed = URL(f"//{bracketed(text)}")
        port = parsed.explicit_port
    except ValueError:
        return None
    host = parsed.raw_host
    if not host or str(parsed).strip("/").count("/") or set(text) & set("?#@ "):
        return None
    return host_name(host), port


def path(value: str | re.Pattern[str]) -> Combinable:
    """Match requests with this path, on whatever host.

    Args:
        value: the whole path, percent-encoded or not; or a pattern that is searched in the path as
            it is sent, then as it is read.

    Raises:
        TypeError: for anything but ``str``, a pattern, or an object like ``mock.ANY``.
        ValueError: if a ``str`` does not begin with ``/``, or has a query or fragment.
    """
    wanted = clean_text(value, "path")
    if not isinstance(wanted, str):
        return Path(wanted)
    if not wanted.startswith("/") or "?" in wanted or "#" in wanted:
        msg = (
            f"path() needs a path such as '/users', not {wanted!r}; for a query there is query(), "
            "for the whole URL url()"
        )
        raise ValueError(msg)
    return Path(canonical_url(f"http://h{wanted}").raw_path)
