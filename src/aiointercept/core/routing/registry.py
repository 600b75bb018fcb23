"""All routes of one mock: which are active, which are used up, which one takes a request.

``match`` chooses and consumes in one step. Exact URLs are found by index, patterns by the literal
text they begin with, the rest in order; after all of them come recorded requests, found by index,
and mounts, the longest prefix first. What a route answers does not matter here.
"""

import threading
from bisect import insort
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, Final

from attrs import define
from yarl import URL

from aiointercept.core.http.messages import Origin, Request
from aiointercept.core.matching.combinators import mentions_host
from aiointercept.core.matching.indexed import IndexedMatcher, KeyIndex
from aiointercept.core.matching.results import MATCH, MatchResult
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery, UrlPattern
from aiointercept.core.routing.prefixes import literal_prefixes
from aiointercept.core.routing.routes import Registration, Route

EXACT: Final = (Url, UrlIgnoringQuery)
"""The targets that name one URL."""


@define
class Chosen:
    """The registration that takes a request, and what its matchers took from the URL.

    Made for each request, it is not frozen: attrs takes twice as long to make what is.
    """

    registration: Registration
    result: MatchResult


class Registry:
    """The routes of one mock, in order of registration. Safe to use from several threads.

    Lists are replaced, never changed in place, so that a reader needs no lock.

    Attributes:
        own_origin: the mock's own server, once known. It counts as named without a route.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self.own_origin: Origin | None = None
        self._reset()

    def _reset(self) -> None:
        self._all: dict[int, Registration] = {}
        self._exact: dict[URL, list[Registration]] = {}
        self._any_query: dict[URL, list[Registration]] = {}
        self._spent: dict[Url | UrlIgnoringQuery, list[Registration]] = {}
        self._named: Counter[tuple[str, int]] = Counter()
        self._patterns: dict[str, list[Registration]] = {}
        self._prefix_lengths: frozenset[int] = frozenset()
        # Under one key, so that it is a table like the others.
        self._others: dict[None, list[Registration]] = {}
        self._indexed: dict[KeyIndex, dict[Hashable, list[Registration]]] = {}
        self._mounts: dict[Origin, list[Registration]] = {}

    def add(self, route: Route) -> Registration:
        """Add ``route`` to its queue: behind all finite ones, before endless ones of its kind.

        Raises:
            ValueError: if something is mounted at its prefix already.
        """
        with self._lock:
            self._refuse_second_mount(route)
            self._number += 1
            registration = Registration(route, self._number)
            self._all[self._number] = registration
            self._list(registration)
            self._name(route, 1)
        return registration

    def _name(self, route: Route, by: int) -> None:
        """Count the routes that name a server."""
        origin: Origin | None = None
        if isinstance(route.target, (*EXACT, UrlPrefix)):
            origin = Origin.of(route.target.url)
        elif isinstance(route.target, IndexedMatcher):
            origin = route.target.named_origin
        if origin is not None:
            self._named[origin.host, origin.port] += by

    def _refuse_second_mount(self, route: Route) -> None:
        target = route.target
        if not isinstance(target, UrlPrefix):
            return
        for before in self._mounts.get(target.origin, ()):
            if before.route.target == target:
                msg = (
                    f"something is mounted at {target.url} already, at {before.declared_at}: mount "
                    "this below another prefix, or take that away with handle.remove()"
                )
                raise ValueError(msg)

    def remove(self, registration: Registration) -> None:
        """Take a route away; nothing happens if it is not there any more."""
        with self._lock:
            if self._all.pop(registration.number, None) is not registration:
                return
            registration.removed = True
            self._retire(registration)
            self._name(registration.route, -1)
            target = registration.route.target
            if isinstance(target, EXACT):
                spent = _without(self._spent.get(target, []), registration)
                _set_or_drop(self._spent, target, spent)

    def clear(self) -> None:
        """Take all routes away."""
        if not self._all:
            return
        with self._lock:
            for registration in self._all.values():
                registration.removed = True
            self._reset()

    def __iter__(self) -> Iterator[Registration]:
        """All registrations, used up or not, in order."""
        with self._lock:
            return iter(list(self._all.values()))

    def match(self, request: Request) -> Chosen | None:
        """Choose the route that takes ``request`` and consume it, in one step."""
        for registration in self._candidates(request):
            route = registration.route
            if not route.takes_method(request.method) or route.is_ruled_out_by(request):
                continue
            result = MATCH if route.condition is None else route.check_condition(request)
            if result and self.consume(registration):
                return Chosen(registration, result)
        return None

    def peek(self, request: Request) -> Chosen | None:
        """Return the route that may take ``request``, its body perhaps unknown; consume nothing."""
        for registration in self._candidates(request):
            result = registration.route.preview(request)
            if result is not None:
                return Chosen(registration, result)
        return None

    def names(self, request: Request) -> bool:
        """Whether a route names the host and port of ``request``, or they are the mock's own.

        An exact URL names the server for every request there; a pattern or matcher that contains
        the host names it for the requests that it may take.
        """
        origin = request.origin
        if self._named.get((origin.host, origin.port), 0) or origin == self.own_origin:
            return True
        return any(
            matcher is not None and mentions_host(matcher, origin.host)
            for registration in self._candidates(request)
            if registration.route.preview(request) is not None
            for matcher in (registration.route.target, registration.route.condition)
        )

    def used_up(self, request: Request) -> list[Registration]:
        """Return the routes for just this URL and method that are used up."""
        if not self._spent:
            return []
        return [
            registration
            for target in (Url(request.url), UrlIgnoringQuery(request.url))
            for registration in self._spent.get(target, ())
            if registration.route.takes_method(request.method)
        ]

    def _candidates(self, request: Request) -> Iterable[Registration]:
        """Return the active routes whose URL fits.

        These are exact ones, patterns, others, and recorded ones, each in order, then mounts.
        """
        exact = self._exact.get(request.canonical_url, ())
        if self._any_query or self._patterns or self._others or self._indexed:
            return self._candidates_after(exact, request)
        if self._mounts:
            return [*exact, *self._fitting_mounts(request)]
        return exact

    def _candidates_after(
        self, exact: Iterable[Registration], request: Request
    ) -> Iterator[Registration]:
        """Yield ``exact``, and look for more when one of them is wanted."""
        yield from exact
        if self._any_query:
            yield from self._any_query.get(request.canonical_url.with_query(None), ())
        if self._patterns:
            yield from self._fitting_patterns(request)
        yield from self._others.get(None, ())
        for index, table in tuple(self._indexed.items()):
            yield from table.get(index.key_of(request), ())
        if self._mounts:
            yield from self._fitting_mounts(request)

    def _fitting_mounts(self, request: Request) -> list[Registration]:
        path = request.canonical_url.raw_path
        return [
            registration
            for registration in self._mounts.get(request.origin, ())
            if isinstance(registration.route.target, UrlPrefix)
            and registration.route.target.covers_path(path)
        ]

    @property
    def has_mounts(self) -> bool:
        """Whether something is mounted."""
        return bool(self._mounts)

    def _fitting_patterns(self, request: Request) -> list[Registration]:
        texts = request.spellings
        found: set[Registration] = set()
        for length in self._prefix_lengths:
            for text in texts:
                found.update(self._patterns.get(text[:length], ()))
        # Patterns in the order of their first route, and the routes of each as a queue.
        queues: dict[UrlPattern, list[Registration]] = {}
        for registration in sorted(found, key=number_of):
            target = registration.route.target
            if isinstance(target, UrlPattern) and (target in queues or target.fits(request)):
                queues.setdefault(target, []).append(registration)
        return [one for queue in queues.values() for one in sorted(queue, key=_place_in_queue)]

    def consume(self, registration: Registration) -> bool:
        """Use a route for one request. Return whether it was still active."""
        with self._lock:
            if not registration.active:
                return False
            registration.used += 1
            if registration.used == registration.route.limit:
                self._retire(registration)
                target = registration.route.target
                if isinstance(target, EXACT):
                    self._spent.setdefault(target, []).append(registration)
            return True

    def _list(self, registration: Registration) -> None:
        for table, key in self._places(registration.route):
            queue = list(table.get(key, ()))
            insort(queue, registration, key=self._order_under(key))
            table[key] = queue
            if isinstance(key, str) and len(key) not in self._prefix_lengths:
                self._prefix_lengths |= {len(key)}

    def _retire(self, registration: Registration) -> None:
        for table, key in self._places(registration.route):
            _set_or_drop(table, key, _without(table.get(key, []), registration))

    def _places(self, route: Route) -> list[tuple[dict[Any, list[Registration]], object]]:
        """Return the tables that keep a route while it is active, each with its key."""
        if isinstance(route.target, Url):
            return [(self._exact, route.target.url)]
        if isinstance(route.target, UrlIgnoringQuery):
            return [(self._any_query, route.target.url)]
        if isinstance(route.target, UrlPattern):
            return [(self._patterns, text) for text in literal_prefixes(route.target.pattern)]
        if isinstance(route.target, IndexedMatcher):
            return [(self._indexed.setdefault(route.target.index, {}), route.target.key)]
        if isinstance(route.target, UrlPrefix):
            return [(self._mounts, route.target.origin)]
        return [(self._others, None)]

    def _order_under(self, key: object) -> Callable[[Registration], Any]:
        """Return by what the routes under one key of a table are sorted."""
        if key is None:
            return number_of
        return _shortness if isinstance(key, Origin) else _place_in_queue


def number_of(registration: Registration) -> int:
    """Return the place of a registration in the order of all, to sort by."""
    return registration.number


def _place_in_queue(registration: Registration) -> tuple[bool, bool, int]:
    """Sort routes for the same URL: those that end, in order; then defaults, the latest first.

    Of the defaults, those with a condition come first. So a fixture registers a default, and a test
    its own answer.
    """
    route = registration.route
    if route.limit is not None:
        return False, False, registration.number
    return True, route.condition is None, -registration.number


def _shortness(registration: Registration) -> int:
    target = registration.route.target
    return -len(target.path) if isinstance(target, UrlPrefix) else 0


def _without(bucket: list[Registration], registration: Registration) -> list[Registration]:
    if registration not in bucket:
        return bucket
    at = bucket.index(registration)
    return bucket[:at] + bucket[at + 1 :]


def _set_or_drop(
    table: dict[Any, list[Registration]], key: object, bucket: list[Registration]
) -> None:
    if bucket:
        table[key] = bucket
    else:
        table.pop(key, None)
