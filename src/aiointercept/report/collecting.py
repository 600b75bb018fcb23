"""Collects the calls of mocks, test by test, as HAR for the page or a file."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import PurePath
from typing import Any, Final, Protocol
from weakref import WeakSet

from attrs import define, evolve, field, frozen
from yarl import URL

from aiointercept.core.calls import Call
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.results import Mismatch
from aiointercept.core.recording.entries import Entry
from aiointercept.core.recording.formats.har import NOTES, har_entry, iso_time
from aiointercept.core.recording.from_calls import entry_of
from aiointercept.core.recording.redacting.concealing import Concealer
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.reporting.near_misses import rank
from aiointercept.core.reporting.route_usage import unused_routes
from aiointercept.core.routing.routes import Registration
from aiointercept.core.text import Unquoted, clip, short

_MOST_BODY: Final = 1 << 20
_NEAREST: Final = 3
_VALUE: Final = 2000
_TEXT: Final = 500


class ReportedRun(Protocol):
    """The part of one run of a mock that a report reads."""

    @property
    def calls(self) -> list[Call]:
        """All calls, in order of arrival."""
        ...

    @property
    def routes(self) -> list[Registration]:
        """All routes, including those that answer no more requests."""
        ...

    @property
    def closed(self) -> bool:
        """Whether the run has ended, so that it gets no more calls."""
        ...

    @property
    def redaction(self) -> Redaction | None:
        """Masks secrets in files; ``None`` to mask nothing."""
        ...

    def take_cleared_calls(self) -> list[Call]:
        """Return the calls that were cleared since the previous call of this method."""
        ...


@frozen(eq=False, repr=False)
class Snapshot:
    """The current calls and routes of one mock.

    Args:
        calls: all its calls.
        routes: all its routes.
        redaction: masks secrets; ``None`` to mask nothing.
    """

    calls: list[Call]
    routes: list[Registration]
    redaction: Redaction | None
    closed: bool = True

    def take_cleared_calls(self) -> list[Call]:
        """Return nothing, because cleared calls are not part of a snapshot."""
        return []


@define(eq=False, repr=False)
class Collector:
    """Collects the calls that each test made to any mock.

    Args:
        root: a folder; paths of files below it are shown relative to it.
    """

    _root: PurePath | None = None
    # Maps each run to the test in which it began, once that test has ended.
    _runs: dict[ReportedRun, str | None] = field(factory=dict[ReportedRun, str | None], init=False)
    _seen: "WeakSet[Call]" = field(factory=WeakSet[Call], init=False)

    def add(self, run: ReportedRun) -> None:
        """Add a run that has begun."""
        run.take_cleared_calls()
        self._runs[run] = None

    def end_test(
        self,
        test: str,
        outcome: str = "",
        ending: Iterable[ReportedRun] = (),
        *,
        began: float | None = None,
    ) -> dict[str, Any] | None:
        """Return the calls since the last test ended, as JSON values; ``None`` if there are none.

        Unused routes are reported once nothing can use them any more, under the test in which
        their mock began.

        Args:
            test: the node id of the test.
            outcome: the outcome, such as ``passed``.
            ending: runs that continue, but whose routes end with the test.
            began: when the test began, in seconds since the epoch. By default the start of the
                first call, which is wrong if the test has frozen the time.
        """
        runs = {run: test if first is None else first for run, first in self._runs.items()}
        self._runs = {run: first for run, first in runs.items() if not run.closed}
        ending = list(ending)
        routes = [route for run in runs for route in run.routes]
        found: list[tuple[Call, int, ReportedRun]] = []
        unused: list[dict[str, Any]] = []
        for number, (run, first) in enumerate(runs.items(), 1):
            found += [(call, number, run) for call in self._fresh_calls(run)]
            if run.closed or run in ending:
                owner = test if run in ending else first
                unused += [
                    {"test": owner, **self._place(route, run.redaction)}
                    for route in unused_routes(run.routes)
                ]
        if not found and not unused:
            return None
        found.sort(key=lambda one: one[0].started)
        entries = [
            self._entry(call, run.redaction, routes, {"test": test, "mock": number})
            for call, number, run in found
        ]
        if began is None and found:
            began = found[0][0].started
        return {
            "test": test,
            "outcome": outcome,
            "started": began,
            "entries": entries,
            "unused_routes": unused,
        }

    def _fresh_calls(self, run: ReportedRun) -> list[Call]:
        calls = [
            call
            for call in (*run.take_cleared_calls(), *run.calls)
            if call.duration is not None and call not in self._seen
        ]
        self._seen.update(calls)
        return calls

    def _entry(
        self,
        call: Call,
        redaction: Redaction | None,
        routes: Sequence[Registration],
        notes: Mapping[str, Any],
    ) -> dict[str, Any]:
        try:
            whole = entry_of(call, Concealer(redaction))
            entry = whole if redaction is None else redaction.entry(whole)
            har = har_entry(_shortened(entry))
            _tell_sizes(har, entry)
            # In microseconds, because calls over loopback take less than HAR's milliseconds.
            har["startedDateTime"] = datetime.fromtimestamp(call.started, timezone.utc).isoformat()
            own: dict[str, Any] = har.setdefault(NOTES, {})
            own |= {"fault": None, "attempts": call.attempts, **own, **notes, "near_misses": []}
            if call.registration is not None:
                own |= self._place(call.registration, redaction)
            elif not call.matched:
                own["near_misses"] = self._near_misses(call, redaction, routes)
        except Exception as error:  # noqa: BLE001  an error of the user's code; a report must not fail a test
            url = URL(call.received.url).origin() / "cannot be shown"
            har = har_entry(Entry(Request(call.received.method, url), started=call.started))
            har["comment"] = f"{type(error).__name__}: {error}"
            har[NOTES] = {"outcome": "", **notes}
        return har

    def _near_misses(
        self, call: Call, redaction: Redaction | None, routes: Sequence[Registration]
    ) -> list[dict[str, Any]]:
        show = Concealer(redaction)
        return [
            {
                **self._place(miss.candidate, redaction),
                "differences": [
                    _difference(one) for one in show.mismatches(miss.mismatches, call.received)
                ],
            }
            for miss in rank(call.received, routes, _NEAREST)
        ]

    def _place(self, route: Registration, redaction: Redaction | None) -> dict[str, Any]:
        try:
            text = Concealer(redaction).route(route)
        except Exception as error:  # noqa: BLE001  a user's matcher that cannot be shown
            text = f"a route that cannot be described: {type(error).__name__}: {error}"
        return {
            "route": clip(text if redaction is None else redaction.text(text), _TEXT),
            "declared_at": self._relative(route.declared_at),
        }

    def _relative(self, place: str) -> str:
        file, separator, line = place.rpartition(":")
        if self._root is None or not PurePath(file).is_relative_to(self._root):
            return place
        return f"{PurePath(file).relative_to(self._root).as_posix()}{separator}{line}"


def _difference(mismatch: Mismatch) -> dict[str, str]:
    return {
        "part": mismatch.part,
        "expected": _value(mismatch.expected),
        "actual": _value(mismatch.actual),
    }


def _value(value: object) -> str:
    is_text = isinstance(value, str) and not isinstance(value, Unquoted)
    return clip(str(value), _VALUE) if is_text else short(value, _TEXT)


def _shortened(entry: Entry) -> Entry:
    """Return ``entry`` with large bodies shortened to their beginning."""
    request, response = entry.request, entry.response
    if request.body is not None and len(request.body) > _MOST_BODY:
        body = request.body[:_MOST_BODY]
        request = Request(request.method, request.url, request.headers, body=body)
    if response is not None and response.body is not None and len(response.body) > _MOST_BODY:
        body = response.body[:_MOST_BODY]
        response = Response(response.status, response.reason, response.headers, body)
    return evolve(entry, request=request, response=response)


def _tell_sizes(har: dict[str, Any], entry: Entry) -> None:
    """Add the full sizes of shortened bodies."""
    comment = f"the first {_MOST_BODY:,} of {{:,}} bytes"
    sent, received = entry.request_body, entry.response_body
    if isinstance(sent, bytes) and len(sent) > _MOST_BODY:
        har["request"]["bodySize"] = len(sent)
        har["request"]["postData"]["comment"] = comment.format(len(sent))
    if isinstance(received, bytes) and len(received) > _MOST_BODY:
        har["response"]["bodySize"] = har["response"]["content"]["size"] = len(received)
        har["response"]["content"]["comment"] = comment.format(len(received))


def assemble(tests: Iterable[Mapping[str, Any]], version: str) -> dict[str, Any]:
    """Return one HAR from the results of :meth:`Collector.end_test`, in the order of the tests.

    Args:
        tests: the results in any order, as the processes of a run have written them.
        version: the version of aiointercept.
    """
    tests = list(tests)
    unused = [route for one in tests for route in one["unused_routes"]]
    named = {route["test"] for route in unused}
    last = float("inf")
    ordered = sorted(tests, key=lambda one: last if one["started"] is None else one["started"])
    starts = [one["started"] for one in ordered if one["started"] is not None]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "aiointercept", "version": version},
            "entries": [entry for test in ordered for entry in test["entries"]],
            NOTES: {
                "started": iso_time(starts[0]) if starts else None,
                "tests": [
                    {"test": one["test"], "outcome": one["outcome"]}
                    for one in ordered
                    if one["entries"] or one["test"] in named
                ],
                "unused_routes": unused,
            },
        }
    }


def har_of_mock(snapshot: Snapshot, version: str) -> dict[str, Any]:
    """Return the calls and unused routes of one mock as HAR."""
    collector = Collector()
    collector.add(snapshot)
    found = collector.end_test("")
    return assemble(() if found is None else (found,), version)


def dump_line(test: Mapping[str, Any]) -> str:
    """Return a result of :meth:`Collector.end_test` as one line of ASCII."""
    return f"{json.dumps(test)}\n"
