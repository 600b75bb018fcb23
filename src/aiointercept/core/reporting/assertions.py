"""The assertions: they compare calls with what was expected, and explain the differences.

Every failure raises an ``AssertionError``; no ``assert`` is used, so ``python -O`` changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NoReturn

from attrs import define, field
from yarl import URL

from aiointercept.core.recording.redacting.concealing import Concealer
from aiointercept.core.recording.redacting.redaction import DEFAULT_REDACTION, Redaction
from aiointercept.core.reporting.diffs import DIFF_HEADING, render_differences, unified_lines
from aiointercept.core.reporting.expectations import (
    Expectation,
    RecordedCall,
    UrlLike,
    are_in_a_row,
    first_out_of_order,
    first_unassigned,
    longest_run,
)
from aiointercept.core.reporting.near_misses import NearMiss, mismatches_of, rank_calls
from aiointercept.core.reporting.rendering import render_mismatch, render_request
from aiointercept.core.reporting.route_usage import (
    CountedRoute,
    describe_unmatched,
    describe_unused,
    unused_routes,
)
from aiointercept.core.reporting.wording import SHOWN, WIDE, count, differing, joined, more, were
from aiointercept.core.text import clip
from aiointercept.core.type_guards import is_anything, is_list

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

_LISTED: Final = 10


def _as_given(url: UrlLike) -> UrlLike:
    return url


@define(eq=False, repr=False)
class Verifier:
    """The assertions over some calls.

    Args:
        calls: in order of arrival.
        subject: whose calls these are, for messages; empty for those of a whole mock.
        resolve_url: makes a path-only URL absolute, and leaves others as they are.
        redaction: masks secrets in messages; ``None`` for none.
    """

    calls: Sequence[RecordedCall]
    subject: str = ""
    resolve_url: Callable[[UrlLike], UrlLike] = field(default=_as_given, kw_only=True)
    redaction: Redaction | None = field(default=DEFAULT_REDACTION, kw_only=True)

    def assert_called(self) -> None:
        """Fail unless there was a call."""
        if not self.calls:
            self._fail(f"Expected at least one call{self._of}, but there was none")

    def assert_not_called(self) -> None:
        """Fail if there was a call."""
        if self.calls:
            self._fail(f"Expected no call{self._of}, but there {were(self.calls)}", self._listed())

    def assert_called_once(self) -> None:
        """Fail unless there was exactly one call."""
        if len(self.calls) != 1:
            found = were(self.calls) if self.calls else "was none"
            self._fail(f"Expected exactly one call{self._of}, but there {found}", self._listed())

    def assert_call_count(self, number: int) -> None:
        """Fail unless there were ``number`` calls."""
        if len(self.calls) != number:
            wanted = count(number, "call", "calls")
            found = were(self.calls) if self.calls else "was none"
            self._fail(f"Expected {wanted}{self._of}, but there {found}", self._listed())

    def assert_any_call(self, expectation: Expectation) -> None:
        """Fail unless one of the calls was as expected."""
        latest = None
        for call in filter(expectation.is_met_by, reversed(self.calls)):
            if expectation.is_fulfilled_by(call):
                return
            latest = call if latest is None else latest
        if latest is None:
            self._fail_not_called(expectation)
        self._fail_different(
            f"No call to {clip(self._told(expectation), WIDE)} is as expected",
            expectation,
            latest,
        )

    def assert_called_with(self, expectation: Expectation) -> None:
        """Fail unless the latest of the calls that are meant was as expected."""
        latest = next(filter(expectation.is_met_by, reversed(self.calls)), None)
        if latest is None:
            self._fail_not_called(expectation)
        if not expectation.is_fulfilled_by(latest):
            self._fail_different(
                f"The latest call to {clip(self._told(expectation), WIDE)} is not as expected",
                expectation,
                latest,
            )

    def assert_called_once_with(self, expectation: Expectation) -> None:
        """Fail unless there was exactly one call, and that as expected."""
        self.assert_called_once()
        self.assert_called_with(expectation)

    def assert_has_calls(
        self,
        calls: Iterable[tuple[str, UrlLike]],
        *,
        any_order: bool = False,
        contiguous: bool = True,
    ) -> None:
        """Fail unless these calls were made: pairs of method and URL."""
        pairs = map(_pair, [calls] if isinstance(calls, (str, URL)) else calls)
        expected = [self._expectation(url, method) for method, url in pairs]
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
            self._fail(*describe_unused(unused, self.calls, self._show))

    def assert_all_matched(self, routes: Sequence[CountedRoute] = ()) -> None:
        """Fail if a call was taken by no route.

        Args:
            routes: among which the message looks for the nearest.
        """
        if any(not call.matched for call in self.calls):
            self._fail(*describe_unmatched(self.calls, routes, self._show))

    @property
    def _of(self) -> str:
        return f" of {self.subject}" if self.subject else ""

    @property
    def _heading(self) -> str:
        return f"The nearest calls, of {len(self.calls):,} recorded:"

    def _listed(self) -> str:
        first = [self._show.request(call.received) for call in self.calls[:_LISTED]]
        lines = [f"  {render_request(request)}" for request in first]
        return "\n".join([*lines, *more(len(self.calls), _LISTED)])

    def _expectation(self, url: UrlLike, method: str) -> Expectation:
        return Expectation.of(self.resolve_url(url), method)

    def _fail_different(self, first: str, expectation: Expectation, call: RecordedCall) -> NoReturn:
        found = mismatches_of(expectation.rest, call.received)
        mismatches = self._show.mismatches(found, call.received)
        others = count(len(mismatches) - 1, "more difference", "more differences")
        near = self._rank(expectation, [one for one in self.calls if one is not call])
        self._fail(
            f"{first}: {render_mismatch(mismatches[0])}"
            + (f" ({others})" if mismatches[1:] else ""),
            # The one that was meant comes first.
            self._nearest([NearMiss(call, found), *near]),
            render_differences(mismatches),
        )

    def _fail_too_few(self, missing: Expectation, expected: Sequence[Expectation]) -> None:
        found = sum(map(missing.is_met_by, self.calls))
        if not found:
            self._fail_not_called(missing)
        wanted = sum(one.text == missing.text for one in expected)
        self._fail(
            f"{clip(self._told(missing), WIDE)} was called {count(found, 'time', 'times')}, too "
            f"few for the {count(wanted, 'call', 'calls')} expected there",
            self._listed(),
        )

    def _fail_not_called(self, expectation: Expectation) -> NoReturn:
        first = f"{clip(self._told(expectation), WIDE)} was not called"
        if not self.calls:
            self._fail(f"{first}: there were no calls at all")
        misses = self._rank(expectation, self.calls)
        shown = self._show.mismatches(misses[0].mismatches, misses[0].candidate.received)
        self._fail(first, self._nearest(misses), render_differences(shown))

    def _nearest(self, misses: Sequence[NearMiss[RecordedCall]]) -> str:
        """List the nearest calls."""
        lines = [f"  {differing(miss, self._show)}" for miss in misses[:SHOWN]]
        return "\n".join([self._heading, *lines])

    def _fail_out_of_order(self, expected: Sequence[Expectation], missing: int) -> NoReturn:
        texts = [clip(self._told(expectation)) for expectation in expected]
        if not any(map(expected[missing].is_met_by, self.calls)):
            self._fail_not_called(expected[missing])
        after = f" after {texts[missing - 1]}" if missing else ""
        self._fail(
            f"Expected {count(len(expected), 'call', 'calls')} in this order, but "
            f"{texts[missing]} was not called{after}",
            *DIFF_HEADING,
            *unified_lines(texts, self._clipped(self.calls)),
        )

    def _fail_other_order(self, expected: Sequence[Expectation]) -> NoReturn:
        if not self.calls:
            self._fail(f"{self._told(expected[0])} was not called: there were no calls at all")
        at, length = longest_run(expected, self.calls)
        found = f"only the first {length}, from call {at + 1} on" if length else "not the first"
        texts = [clip(self._told(expectation)) for expectation in expected]
        near = self.calls[max(0, at - 1) : at + len(expected) + 1]
        received = self._clipped(near)
        self._fail(
            f"Expected {count(len(expected), 'call', 'calls')} one right after the other, found "
            f"{found}: {joined(texts)}",
            self._heading,
            *(f"  {text}" for text in received[:_LISTED]),
            *DIFF_HEADING,
            *unified_lines(texts, received),
        )

    def _rank(
        self, expectation: Expectation, calls: Sequence[RecordedCall]
    ) -> list[NearMiss[RecordedCall]]:
        wanted = (*expectation.head, *expectation.rest)
        return rank_calls(wanted, expectation.text, calls, SHOWN)

    @property
    def _show(self) -> Concealer:
        return Concealer(self.redaction)

    def _clipped(self, calls: Sequence[RecordedCall]) -> list[str]:
        return [clip(str(self._show.request(call.received))) for call in calls]

    def _told(self, expectation: Expectation) -> str:
        return expectation.shown_by(self._show)

    def _fail(self, *lines: str) -> NoReturn:
        raise AssertionError(self._show.message("\n".join(line for line in lines if line)))


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
