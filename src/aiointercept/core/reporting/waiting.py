"""The message for calls that were waited for and did not come."""

from collections.abc import Sequence
from typing import Final

from aiointercept.core.calls import Call
from aiointercept.core.matching.results import Matcher
from aiointercept.core.reporting.near_misses import rank_calls
from aiointercept.core.reporting.rendering import render_request
from aiointercept.core.reporting.wording import SHOWN, WIDE, count, differing, more, were
from aiointercept.core.text import clip

_LISTED: Final = 10


def describe_missing(
    number: int,
    seconds: float,
    meant: Sequence[Call],
    calls: Sequence[Call],
    expected: tuple[str, Sequence[Matcher]],
) -> str:
    """Say how many calls there were instead, and what else was asked.

    Args:
        number: how many calls were waited for.
        seconds: how long.
        meant: those that came, finished or not.
        calls: all of the mock.
        expected: method and URL, ``""`` for any, and all that should hold of a call.
    """
    text, matchers = expected
    of = f" of {clip(text, WIDE)}" if text else ""
    found = were(meant) if meant else "was none"
    unfinished = sum(call.duration is None for call in meant[:number])
    if unfinished:
        found += f", of which {unfinished:,} {'is' if unfinished == 1 else 'are'} not finished"
    lines = [
        f"Waited {seconds:g} seconds for {count(number, 'call', 'calls')}{of}, but there {found}"
    ]
    lines += [f"  {_state(call)}" for call in meant[:_LISTED]]
    lines += more(len(meant), _LISTED)
    others = [call for call in calls if call not in meant]
    if others and text:
        lines.append(f"The nearest other calls, of {len(others):,} recorded:")
        nearest = rank_calls(matchers, text, others, SHOWN)
        lines += [f"  {differing(miss)}" for miss in nearest]
    elif not calls:
        lines.append("There were no calls at all")
    return "\n".join(lines)


def _state(call: Call) -> str:
    return f"{render_request(call.received)}{'' if call.duration is not None else ', not finished'}"
