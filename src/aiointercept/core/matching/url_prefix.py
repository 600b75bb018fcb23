"""``UrlPrefix``: the URLs of a server, or those below a path of it, where something is mounted."""

from functools import cached_property

from attrs import field, frozen
from typing_extensions import override
from yarl import URL

from aiointercept.core.http.messages import Origin, Request
from aiointercept.core.http.urls import canonical_url
from aiointercept.core.matching.combinators import HeadMatcher
from aiointercept.core.matching.results import MATCH, MatchResult, Mismatch

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


def _prefix(url: URL | str) -> URL:
    """Return the prefix in its one spelling, without a slash at the end.

    Raises:
        ValueError: if it has a query or a fragment, which no prefix can have.
    """
    url = URL(url)
    for part, value in (("query", url.raw_query_string), ("fragment", url.raw_fragment)):
        if value:
            msg = f"'{url}' has a {part}, but a prefix ends with its path"
            raise ValueError(msg)
    canonical = canonical_url(url)
    return canonical.with_path(canonical.raw_path.rstrip("/") or "/", encoded=True)


@frozen(slots=False)
class UrlPrefix(HeadMatcher):
    """Requests for this URL and for all below it; paths are compared by segments."""

    url: URL = field(converter=_prefix)

    @cached_property
    def origin(self) -> Origin:
        """The server."""
        return Origin.of(self.url)

    @cached_property
    def path(self) -> str:
        """The path, without a slash at the end; ``""`` for the whole server."""
        return self.url.raw_path.rstrip("/")

    def covers_path(self, path: str) -> bool:
        """Whether ``path``, percent-encoded, is this one or below it."""
        return path.startswith(self.path) and path[len(self.path) : len(self.path) + 1] in ("", "/")

    @override
    def match(self, request: Request, /) -> MatchResult:
        actual, expected = request.origin, self.origin
        parts = (
            ("scheme", expected.scheme, actual.scheme),
            ("host", expected.host, actual.host),
            ("port", expected.port, actual.port),
        )
        mismatches = [Mismatch(*part) for part in parts if part[1] != part[2]]
        path = request.canonical_url.raw_path
        if not self.covers_path(path):
            mismatches.append(Mismatch("path", f"{self.path}/...", path))
        return MatchResult(mismatches) if mismatches else MATCH

    @override
    def mentions(self, host: str) -> bool:
        return self.origin.host == host

    def __str__(self) -> str:
        return f"{self.origin}{self.path}/..."
