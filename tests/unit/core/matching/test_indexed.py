from collections.abc import Hashable

from yarl import URL

from aiointercept.core.http.messages import Origin, Request
from aiointercept.core.matching.indexed import IndexedMatcher, KeyIndex
from aiointercept.core.matching.results import MATCH, MatchResult, differs
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import Response
from aiointercept.core.routing.routes import Route


class ByLength:
    """Finds requests by the length of their path."""

    def key_of(self, request: Request, /) -> Hashable:
        """Return the length."""
        return len(request.url.path)


class PathOfLength(IndexedMatcher):
    """Requests with a path of this length."""

    def __init__(self, index: KeyIndex, length: int) -> None:
        self._index = index
        self._length = length

    @property
    def index(self) -> KeyIndex:
        """Return the index."""
        return self._index

    @property
    def key(self) -> Hashable:
        """Return the length."""
        return self._length

    @property
    def named_origin(self) -> Origin | None:
        """Return a server."""
        return Origin("http", "127.0.0.1", 8080)

    def match(self, request: Request, /) -> MatchResult:
        """Compare the lengths."""
        same = len(request.url.path) == self._length
        return MATCH if same else differs("length", self._length, len(request.url.path))


def route(target: IndexedMatcher | None, limit: int | None = 1) -> Route:
    """Return a route."""
    return Route("GET", target, None, Response(), limit)


def test_found_by_key_after_all_others() -> None:
    """A registry asks the index for the key, and only where no other route is left."""
    registry, index = Registry(), ByLength()
    recorded = [registry.add(route(PathOfLength(index, length))) for length in (2, 3, 2)]
    other = registry.add(route(None))
    request = Request("GET", URL("http://127.0.0.1:8080/a"))
    assert registry.names(request)
    order = [registry.match(request) for _ in range(4)]
    assert [found and found.registration for found in order] == [
        other,
        recorded[0],
        recorded[2],
        None,
    ]
    registry.remove(recorded[1])
    assert registry.peek(Request("GET", URL("http://127.0.0.1:8080/ab"))) is None
    for one in (recorded[0], recorded[2]):
        registry.remove(one)
    assert not registry.names(request)
