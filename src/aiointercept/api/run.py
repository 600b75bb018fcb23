"""One run of a mock, which is verified at its end, or between two tests that share it."""

from collections.abc import Callable, Iterable, Sequence

from attrs import define, field

from aiointercept.core.calls import Call
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.errors import UnmetExpectationsError, add_note
from aiointercept.core.recording.redacting.concealing import Concealer
from aiointercept.core.recording.redacting.redaction import DEFAULT_REDACTION, Redaction
from aiointercept.core.reporting.route_usage import (
    describe_unfinished,
    describe_unmatched,
    describe_unused,
    unfinished_routes,
    unused_routes,
)
from aiointercept.core.reporting.summary import render_report
from aiointercept.core.routing.routes import Registration
from aiointercept.core.text import printable


def _unknown(_routes: Iterable[Registration]) -> Sequence[str]:
    return ()


@define(eq=False, repr=False)
class MockRun:
    """One run of a mock: its calls, its routes, and its deferred errors.

    Args:
        dispatcher: the mock's core; once this run is closed, another one may use it.
        redaction: masks secrets in files; ``None`` for none.
        why_unused: says why no client could reach routes.
    """

    _dispatcher: MockDispatcher
    redaction: Redaction | None = DEFAULT_REDACTION
    _why_unused: Callable[[Iterable[Registration]], Sequence[str]] = _unknown
    _reasons: Sequence[str] | None = field(default=None, init=False)
    _calls: list[Call] | None = field(default=None, init=False)
    _routes: list[Registration] | None = field(default=None, init=False)

    @property
    def calls(self) -> list[Call]:
        """All calls, in order of arrival."""
        return self._dispatcher.log.snapshot() if self._calls is None else self._calls

    @property
    def routes(self) -> list[Registration]:
        """All routes, used up or not, in order of registration."""
        return list(self._dispatcher.registry) if self._routes is None else self._routes

    @property
    def closed(self) -> bool:
        """Whether nothing will be added to it."""
        return self._calls is not None

    def take_cleared_calls(self) -> list[Call]:
        """Return the calls cleared since the last time. They are only kept after the first time."""
        return self._dispatcher.log.take_cleared()

    def report(self) -> str:
        """Return the report for a failed test; ``""`` if there is nothing to report."""
        reasons = self._why_unused(self.routes) if self._reasons is None else self._reasons
        return render_report(self.calls, self.routes, self._show, reasons)

    @property
    def _show(self) -> Concealer:
        return Concealer(self._dispatcher.redaction)

    def verify(self, leaving: BaseException | None = None, *, strict: bool) -> None:
        """Raise deferred errors and unmet expectations, or add them to the exception that leaves.

        Args:
            leaving: the exception that leaves the block, if any; it gets the errors as notes.
            strict: whether unmatched requests and unused routes are errors.

        Raises:
            BaseException: the first error, with the further ones as notes.
        """
        __tracebackhide__ = True  # pytest leaves this frame out of its tracebacks
        problems = [
            *self._dispatcher.deferred_errors,
            *(self._unmet_expectations() if strict else ()),
        ]
        self._dispatcher.deferred_errors.clear()
        if not problems:
            return
        error = problems.pop(0) if leaving is None else leaving
        for other in problems:
            if other is not error:
                text = f"aiointercept also reports: {type(other).__name__}: {other}"
                add_note(error, "\n".join(map(printable, text.split("\n"))))
        if leaving is None:
            raise error

    def _unmet_expectations(self) -> list[UnmetExpectationsError]:
        calls, routes, show = self.calls, self.routes, self._show
        lines: list[str] = []
        if any(not call.matched for call in calls):
            lines += describe_unmatched(calls, routes, show)
        unused = unused_routes(routes)
        if unused:
            lines += describe_unused(unused, calls, show)
        unfinished = unfinished_routes(routes)
        if unfinished:
            lines += describe_unfinished(unfinished, show)
        return [UnmetExpectationsError(show.message("\n".join(lines)))] if lines else []

    def clear(self) -> None:
        """Forget routes, calls and deferred errors."""
        if self._calls is None:
            self._dispatcher.registry.clear()
            self._dispatcher.log.clear()
            self._dispatcher.deferred_errors.clear()
        else:
            self._calls, self._routes, self._reasons = [], [], ()

    def close(self) -> None:
        """Keep calls and routes as they are, so that the mock can begin a new run."""
        self._calls, self._routes = self.calls, self.routes
        self._reasons = self._why_unused(self._routes)
        self._dispatcher.registry.clear()
