"""The routes of a drop-in: the first registered that matches answers, as in aioresponses.

Whether a route names a URL or a pattern makes no difference to that order. Routes are found by an
index all the same: by the URL, its query sorted, or by the text that a pattern begins with.
"""

from collections.abc import Callable, Iterable
from typing import Any

from typing_extensions import override

from aiointercept.aioresponses.routes import ExactUrl, SortedUrlPattern, asked_url
from aiointercept.core.http.messages import Request
from aiointercept.core.routing.prefixes import literal_prefixes
from aiointercept.core.routing.registry import Registry, number_of
from aiointercept.core.routing.routes import Registration, Route


class InOrder(Registry):
    """The routes of one drop-in, of which the first registered takes a request."""

    @override
    def _candidates(self, request: Request) -> Iterable[Registration]:
        url = asked_url(request)
        exact = self._exact.get(url, ())
        if not self._patterns:
            return exact
        text = str(url)
        # A pattern stands under each text that it may begin with.
        found = set(exact)
        for length in self._prefix_lengths:
            found.update(self._patterns.get(text[:length], ()))
        return sorted(found, key=number_of)

    @override
    def _places(self, route: Route) -> list[tuple[dict[Any, list[Registration]], object]]:
        matcher = route.condition
        if isinstance(matcher, ExactUrl):
            return [(self._exact, matcher.url)]
        if isinstance(matcher, SortedUrlPattern):
            return [(self._patterns, text) for text in literal_prefixes(matcher.pattern)]
        return super()._places(route)

    @override
    def _order_under(self, key: object) -> Callable[[Registration], Any]:
        return number_of
