"""Which routes were used less than they should have been, and which requests no route took."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol, TypeVar

from aiointercept.core.recording.redacting.concealing import PLAIN, Concealer
from aiointercept.core.reporting.expectations import RecordedCall
from aiointercept.core.reporting.near_misses import Candidate, rank, rank_calls
from aiointercept.core.reporting.rendering import render_request
from aiointercept.core.reporting.wording import (
    WIDE,
    count,
    differences,
    differing,
    joined,
    more,
)
from aiointercept.core.text import clip

_LISTED: Final = 10


class CountedRoute(Candidate, Protocol):
    """A route that was registered; its ``str`` shows method and URL."""

    @property
    def declared_at(self) -> str:
        """``file:line`` of its registration."""
        ...

    @property
    def optional(self) -> bool:
        """Whether it may stay unused."""
        ...

    @property
    def used(self) -> int:
        """How many requests it took."""
        ...

    @property
    def limit(self) -> int | None:
        """How many requests it takes; ``None`` for any number."""
        ...


CountedRouteT = TypeVar("CountedRouteT", bound=CountedRoute)


def unused_routes(routes: Iterable[CountedRouteT]) -> list[CountedRouteT]:
    """Return the routes that were never used although they are not optional."""
    return [route for route in routes if not route.used and not route.optional]


def unfinished_routes(routes: Iterable[CountedRouteT]) -> list[CountedRouteT]:
    """Return the routes that were used, but not as often as ``repeat=`` says."""
    return [
        route
        for route in routes
        if not route.optional and route.limit is not None and 0 < route.used < route.limit
    ]


def describe_unfinished(unfinished: Sequence[CountedRoute], show: Concealer = PLAIN) -> list[str]:
    """Say how often routes were used that should have been used more often.

    Args:
        unfinished: what :func:`unfinished_routes` found; at least one.
        show: masks secrets.
    """
    number = count(len(unfinished), "route was", "routes were")
    lines = [
        f"  {clip(show.route(route), WIDE)}, registered at {route.declared_at}, was used "
        f"{route.used:,} of {route.limit:,} times"
        for route in unfinished[:_LISTED]
    ]
    names = joined(map(show.route, unfinished))
    first = f"{number} used fewer times than repeat= requires: {names}"
    return [first, *lines, *more(len(unfinished), _LISTED)]


def describe_unused(
    unused: Sequence[CountedRoute], calls: Sequence[RecordedCall], show: Concealer = PLAIN
) -> list[str]:
    """Say which routes were never used, and which unmatched calls come nearest to them.

    Args:
        unused: what :func:`unused_routes` found; at least one.
        calls: all of the mock.
        show: masks secrets.
    """
    number = count(len(unused), "route was", "routes were")
    first = f"{number} never used: {joined(map(show.route, unused))}"
    unmatched = [call for call in calls if not call.matched]
    lines = [first]
    for route in unused[:_LISTED]:
        lines.append(f"  {clip(show.route(route), WIDE)}, registered at {route.declared_at}")
        near = rank_calls(route.matchers, str(route), unmatched, 1)
        lines += [f"    nearest unmatched call: {differing(miss, show)}" for miss in near]
    return [*lines, *more(len(unused), _LISTED)]


def describe_unmatched(
    calls: Sequence[RecordedCall], routes: Sequence[CountedRoute] = (), show: Concealer = PLAIN
) -> list[str]:
    """Say which of the calls matched no route, and which routes come nearest to them.

    Args:
        calls: all of the mock; at least one of them unmatched.
        routes: among which to look.
        show: masks secrets.
    """
    unmatched = [call for call in calls if not call.matched]
    number = count(len(unmatched), "request", "requests")
    lines = [
        f"{number} matched no route: {joined(show.request(call.received) for call in unmatched)}"
    ]
    for call in unmatched[:_LISTED]:
        lines.append(f"  {render_request(show.request(call.received))}")
        refusal = getattr(call, "refusal", None)
        if refusal is not None:
            lines.append(f"    {refusal}")
            continue
        for miss in rank(call.received, routes, 1):
            route = miss.candidate
            found = show.mismatches(miss.mismatches, call.received)
            parts = differences(found)
            state = f"differs in {parts}" if parts else "matches, but was already used"
            lines.append(
                f"    nearest route: {clip(show.route(route), WIDE)}, registered at "
                f"{route.declared_at}, {state}"
            )
    return [*lines, *more(len(unmatched), _LISTED)]
