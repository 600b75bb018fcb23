"""The assertions: what was asked is compared with what was expected, and differences explained.

Every failure is an ``AssertionError`` that is raised, so that ``python -O`` changes nothing. Where
the calls come from, and whose they are, is known elsewhere.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NoReturn, Protocol, TypeVar

from attrs import evolve, field, frozen

from aiointercept.core.matching.comparing import FieldSource
from aiointercept.core.matching.results import Mismatch
from aiointercept.core.reporting.diffs import DIFF_HEADING, render_differences, unified_lines
from aiointercept.core.reporting.expectations import (
    Expectation,
    Params,
    RecordedCall,
    UrlLike,
    are_in_a_row,
    content_matchers,
    first_out_of_order,
    first_unassigned,
    longest_run,
    query_matchers,
)
from aiointercept.core.reporting.near_misses import (
    Candidate,
    NearMiss,
    mismatches_of,
    rank,
    rank_calls,
)
from aiointercept.core.reporting.rendering import SHORT, clip, render_mismatch, render_request
from aiointercept.core.reporting.spelling import refuse_untraced
from aiointercept.core.type_guards import is_anything, is_list

_SHOWN: Final = 3
_LISTED: Final = 10
_TEXT: Final = 2 * SHORT
# Above the warning: the assertion here, the public one, and then the user's line.
_USERS_FRAME: Final = 4
_EXPECTATIONS: Final = (
    "url",
    "method",
    "params",
    "data",
    "json",
    "headers",
    "strict_headers",
)


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


def _as_given(url: UrlLike) -> UrlLike:
    return url


@frozen(eq=False)
class Verifier:
    """The assertions over some calls.

    They are meant to be called by the public methods of the same names, so that the warning for
    ignored keywords points to the line that called those.

    Args:
        calls: in order of arrival.
        subject: whose calls these are, for messages; empty for those of a whole mock.
        resolve_url: makes a path-only URL absolute, and leaves others as they are.
    """

    calls: Sequence[RecordedCall]
    subject: str = ""
    resolve_url: Callable[[UrlLike], UrlLike] = field(default=_as_given, kw_only=True)

    def assert_called(self) -> None:
        """Fail unless there was a call."""
        if not self.calls:
            _fail(f"Expected at least one call{self._of}, but there was none")

    def assert_not_called(self) -> None:
        """Fail if there was a call."""
        if self.calls:
            _fail(f"Expected no call{self._of}, but there {_were(self.calls)}", self._listed())

    def assert_called_once(self) -> None:
        """Fail unless there was exactly one call."""
        if len(self.calls) != 1:
            found = _were(self.calls) if self.calls else "was none"
            _fail(f"Expected exactly one call{self._of}, but there {found}", self._listed())

    def assert_call_count(self, count: int) -> None:
        """Fail unless there were ``count`` calls."""
        if len(self.calls) != count:
            wanted = _count(count, "call", "calls")
            found = _were(self.calls) if self.calls else "was none"
            _fail(f"Expected {wanted}{self._of}, but there {found}", self._listed())

    def assert_any_call(
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **unknown: object,
    ) -> None:
        """Fail unless one of the calls was as told; see :meth:`assert_called_with`."""
        refuse_untraced(unknown, _EXPECTATIONS, _USERS_FRAME)
        rest = content_matchers(data, json, headers, strict_headers=strict_headers)
        expectation = evolve(self._expectation(url, method, params), rest=rest)
        meant = [call for call in reversed(self.calls) if expectation.is_met_by(call)]
        if not meant:
            self._fail_not_called(expectation)
        if not any(expectation.is_fulfilled_by(call) for call in meant):
            self._fail_different(
                f"No call to {clip(expectation.text, _TEXT)} is as expected", expectation, meant[0]
            )

    def assert_called_with(
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **unknown: object,
    ) -> None:
        """Fail unless the latest call to ``url`` was as told.

        Args:
            url: compared normalised; a pattern means any URL that it matches.
            method: any case; ``*`` for every method.
            params: merged into the query of ``url``.
            data: the body: ``bytes``, ``str``, or the fields of a form.
            json: the body, parsed.
            headers: some of the headers.
            strict_headers: whether there may be no others.
            unknown: other keywords of a client; a ``DeprecationWarning`` names them.
        """
        refuse_untraced(unknown, _EXPECTATIONS, _USERS_FRAME)
        rest = content_matchers(data, json, headers, strict_headers=strict_headers)
        self._check_latest(evolve(self._expectation(url, method, params), rest=rest))

    def assert_called_once_with(
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **unknown: object,
    ) -> None:
        """Fail unless there was exactly one call, and that as :meth:`assert_called_with` tells."""
        refuse_untraced(unknown, _EXPECTATIONS, _USERS_FRAME)
        self.assert_called_once()
        rest = content_matchers(data, json, headers, strict_headers=strict_headers)
        self._check_latest(evolve(self._expectation(url, method, params), rest=rest))

    def assert_latest(
        self,
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **unknown: object,
    ) -> None:
        """Fail unless the latest call, to whatever URL, was as told.

        Args:
            params: the whole query.
            data: see :meth:`assert_called_with`; so are the others.
            json: see there.
            headers: see there.
            strict_headers: see there.
            unknown: see there.
        """
        refuse_untraced(unknown, _EXPECTATIONS, _USERS_FRAME)
        rest = content_matchers(data, json, headers, strict_headers=strict_headers)
        subject = self.subject or "the mock"
        self._check_latest(Expectation(subject, (), (*query_matchers(params), *rest)))

    def assert_has_calls(
        self,
        calls: Iterable[tuple[str, UrlLike]],
        any_order: bool = False,
        contiguous: bool = True,
    ) -> None:
        """Fail unless these calls were made.

        Args:
            calls: pairs of method and URL.
            any_order: whether they may have come in any order, with others in between.
            contiguous: whether they must have come one right after the other; if not, in this
                order, with others in between.
        """
        expected = [self._expectation(url, method) for method, url in map(_pair, calls)]
        if any_order:
            missing = first_unassigned(expected, self.calls)
            if missing is not None:
                self._fail_too_few(missing, expected)
        elif contiguous and not are_in_a_row(expected, self.calls):
            self._fail_other_order(expected)
        elif not contiguous:
            at = first_out_of_order(expected, self.calls)
            if at is not None:
                self._fail_out_of_order(expected, at)

    def assert_all_called(self, routes: Iterable[CountedRoute]) -> None:
        """Fail if a route that is not optional was never used."""
        unused = unused_routes(routes)
        if unused:
            _fail(*describe_unused(unused, self.calls))

    def assert_all_matched(self, routes: Sequence[CountedRoute] = ()) -> None:
        """Fail if a call was taken by no route.

        Args:
            routes: among which the message looks for the nearest.
        """
        if any(not call.matched for call in self.calls):
            _fail(*describe_unmatched(self.calls, routes))

    @property
    def _of(self) -> str:
        return f" of {self.subject}" if self.subject else ""

    @property
    def _heading(self) -> str:
        return f"The nearest calls, of {len(self.calls):,} recorded:"

    def _listed(self) -> str:
        lines = [f"  {render_request(call.received)}" for call in self.calls[:_LISTED]]
        return "\n".join([*lines, *_more(len(self.calls), _LISTED)])

    def _expectation(self, url: UrlLike, method: str, params: Params = None) -> Expectation:
        return Expectation.of(self.resolve_url(url), method, params)

    def _check_latest(self, expectation: Expectation) -> None:
        latest = next(filter(expectation.is_met_by, reversed(self.calls)), None)
        if latest is None:
            self._fail_not_called(expectation)
        if not expectation.is_fulfilled_by(latest):
            self._fail_different(
                f"The latest call to {clip(expectation.text, _TEXT)} is not as expected",
                expectation,
                latest,
            )

    def _fail_different(self, first: str, expectation: Expectation, call: RecordedCall) -> NoReturn:
        mismatches = mismatches_of(expectation.rest, call.received)
        others = _count(len(mismatches) - 1, "more difference", "more differences")
        _fail(
            f"{first}: {render_mismatch(mismatches[0])}"
            + (f" ({others})" if mismatches[1:] else ""),
            self._nearest(expectation, NearMiss(call, mismatches)),
            render_differences(mismatches),
        )

    def _fail_too_few(self, missing: Expectation, expected: Sequence[Expectation]) -> None:
        found = sum(map(missing.is_met_by, self.calls))
        if not found:
            self._fail_not_called(missing)
        wanted = sum(one.text == missing.text for one in expected)
        _fail(
            f"{clip(missing.text, 2 * SHORT)} was called {_count(found, 'time', 'times')}, too "
            f"few for the {_count(wanted, 'call', 'calls')} expected there",
            self._listed(),
        )

    def _fail_not_called(self, expectation: Expectation) -> NoReturn:
        first = f"{clip(expectation.text, _TEXT)} was not called"
        if not self.calls:
            _fail(f"{first}: there were no calls at all")
        miss, *_ = _rank(expectation, self.calls)
        _fail(first, self._nearest(expectation), render_differences(miss.mismatches))

    def _nearest(
        self, expectation: Expectation, latest: NearMiss[RecordedCall] | None = None
    ) -> str:
        """List the nearest calls, where the one that was meant comes first."""
        meant = [] if latest is None else [latest]
        others = [call for call in self.calls if latest is None or call is not latest.candidate]
        misses = [*meant, *_rank(expectation, others)][:_SHOWN]
        return "\n".join([self._heading, *(f"  {_differing(miss)}" for miss in misses)])

    def _fail_out_of_order(self, expected: Sequence[Expectation], missing: int) -> NoReturn:
        texts = [clip(expectation.text) for expectation in expected]
        if not any(map(expected[missing].is_met_by, self.calls)):
            self._fail_not_called(expected[missing])
        after = f" after {texts[missing - 1]}" if missing else ""
        _fail(
            f"Expected {_count(len(expected), 'call', 'calls')} in this order, but "
            f"{texts[missing]} was not called{after}",
            *DIFF_HEADING,
            *unified_lines(texts, [clip(str(call.received)) for call in self.calls]),
        )

    def _fail_other_order(self, expected: Sequence[Expectation]) -> NoReturn:
        if not self.calls:
            _fail(f"{expected[0].text} was not called: there were no calls at all")
        at, length = longest_run(expected, self.calls)
        found = f"only the first {length}, from call {at + 1} on" if length else "not the first"
        texts = [clip(expectation.text) for expectation in expected]
        near = self.calls[max(0, at - 1) : at + len(expected) + 1]
        received = [clip(str(call.received)) for call in near]
        _fail(
            f"Expected {_count(len(expected), 'call', 'calls')} one right after the other, found "
            f"{found}: {_joined(texts)}",
            self._heading,
            *(f"  {text}" for text in received[:_LISTED]),
            *DIFF_HEADING,
            *unified_lines(texts, received),
        )


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


def describe_unfinished(unfinished: Sequence[CountedRoute]) -> list[str]:
    """Say how often routes were used that should have been used more often.

    Args:
        unfinished: what :func:`unfinished_routes` found; at least one.
    """
    number = _count(len(unfinished), "route was", "routes were")
    lines = [
        f"  {clip(str(route), _TEXT)}, registered at {route.declared_at}, was used {route.used:,} "
        f"of {route.limit:,} times"
        for route in unfinished[:_LISTED]
    ]
    first = f"{number} used less often than repeat= says: {_joined(unfinished)}"
    return [first, *lines, *_more(len(unfinished), _LISTED)]


def describe_unused(unused: Sequence[CountedRoute], calls: Sequence[RecordedCall]) -> list[str]:
    """Say which routes were never used, and which unmatched calls come nearest to them.

    Args:
        unused: what :func:`unused_routes` found; at least one.
        calls: all of the mock.
    """
    first = f"{_count(len(unused), 'route was', 'routes were')} never used: {_joined(unused)}"
    unmatched = [call for call in calls if not call.matched]
    lines = [first]
    for route in unused[:_LISTED]:
        lines.append(f"  {clip(str(route), _TEXT)}, registered at {route.declared_at}")
        near = rank_calls(route.matchers, str(route), unmatched, 1)
        lines += [f"    nearest unmatched call: {_differing(miss)}" for miss in near]
    return [*lines, *_more(len(unused), _LISTED)]


def describe_unmatched(
    calls: Sequence[RecordedCall], routes: Sequence[CountedRoute] = ()
) -> list[str]:
    """Say which of the calls matched no route, and which routes come nearest to them.

    Args:
        calls: all of the mock; at least one of them unmatched.
        routes: among which to look.
    """
    unmatched = [call for call in calls if not call.matched]
    found = _count(len(unmatched), "request", "requests")
    lines = [f"{found} matched no route: {_joined(call.received for call in unmatched)}"]
    for call in unmatched[:_LISTED]:
        lines.append(f"  {render_request(call.received)}")
        for miss in rank(call.received, routes, 1):
            route = miss.candidate
            differing = _differences(miss.mismatches) or "no part, but was already used"
            lines.append(
                f"    nearest route: {clip(str(route), _TEXT)}, registered at "
                f"{route.declared_at}, differs in {differing}"
            )
    return [*lines, *_more(len(unmatched), _LISTED)]


def _fail(*lines: str) -> NoReturn:
    raise AssertionError("\n".join(line for line in lines if line))


def _rank(expectation: Expectation, calls: Sequence[RecordedCall]) -> list[NearMiss[RecordedCall]]:
    return rank_calls((*expectation.head, *expectation.rest), expectation.text, calls, _SHOWN)


def _differing(miss: NearMiss[RecordedCall]) -> str:
    call = clip(str(miss.candidate.received), _TEXT)
    differences = _differences(miss.mismatches)
    return f"{call} differs in {differences}" if differences else f"{call} is as expected"


def _differences(mismatches: Sequence[Mismatch]) -> str:
    shown = "; ".join(map(render_mismatch, mismatches[:_SHOWN]))
    more = len(mismatches) - _SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown


def _joined(items: Iterable[object]) -> str:
    return clip(", ".join(clip(str(item)) for item in items), _TEXT)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _were(calls: Sequence[RecordedCall]) -> str:
    return f"{'was' if len(calls) == 1 else 'were'} {len(calls):,}"


def _more(number: int, listed: int) -> list[str]:
    return [f"  … and {number - listed:,} more"] if number > listed else []


def _pair(call: Any) -> tuple[Any, Any]:
    """Return method and URL of an expected call; ``mock.ANY`` stands for both.

    Raises:
        TypeError: if it is something else.
    """
    if is_anything(call):
        return call, call
    if not is_list(call) or len(call) != 2:  # noqa: PLR2004  a pair
        msg = f"assert_has_calls needs pairs such as ('GET', 'https://h/users'), not {call!r}"
        raise TypeError(msg)
    return call[0], call[1]
