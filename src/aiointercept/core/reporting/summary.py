"""The report on a mock when a test has failed, as text of limited size.

A test runner's plugin prints it.
"""

from collections.abc import Sequence
from typing import Final

from aiointercept.core.calls import Call
from aiointercept.core.recording.redacting.concealing import PLAIN, Concealer
from aiointercept.core.reporting.route_usage import (
    describe_unmatched,
    describe_unused,
    unused_routes,
)
from aiointercept.core.routing.routes import Registration
from aiointercept.core.text import SHORT, clip

_LATEST: Final = 20
_TEXT: Final = 2 * SHORT


def render_report(
    calls: Sequence[Call],
    routes: Sequence[Registration],
    show: Concealer = PLAIN,
    why_unused: Sequence[str] = (),
) -> str:
    """Return what was asked and answered, what matched nothing, and which routes were not used.

    Args:
        calls: all of the mock, in order of arrival.
        routes: all of the mock, used up or not.
        show: masks secrets.
        why_unused: what is known of why routes were not used.

    Returns:
        A limited number of lines; ``""`` if there is nothing to report.
    """
    unused = unused_routes(routes)
    lines = _render_calls(calls, show) if calls else []
    if any(not call.matched for call in calls):
        lines += describe_unmatched(calls, routes, show)
    if unused:
        lines += describe_unused(unused, calls, show)
        lines += [f"  {reason}" for reason in why_unused]
    return show.message("\n".join(lines))


def _render_calls(calls: Sequence[Call], show: Concealer) -> list[str]:
    number = f"{len(calls):,} call{'' if len(calls) == 1 else 's'}"
    latest = calls[-_LATEST:]
    omitted = "" if len(latest) == len(calls) else f", of which the latest {_LATEST}"
    return [f"{number}{omitted}:", *(f"  {_render_call(call, show)}" for call in latest)]


def _render_call(call: Call, show: Concealer) -> str:
    text = f"{clip(str(show.request(call.received)), _TEXT)} -> {call.outcome}"
    if call.attempts > 1:
        text += f", sent {call.attempts} times"
    if call.duration is not None:
        text += f", {_milliseconds(call.duration)} ms"
    return f"{text}, {_taken_by(call, show)}"


def _milliseconds(seconds: float) -> str:
    milliseconds = seconds * 1000
    return f"{milliseconds:.2f}" if milliseconds < 1 else f"{milliseconds:,.1f}"


def _taken_by(call: Call, show: Concealer) -> str:
    if call.registration is not None:
        route = clip(show.route(call.registration), _TEXT)
        return f"by {route}, registered at {call.registration.declared_at}"
    return "by a real server, or a matcher raised" if call.matched else "no route matched"
