"""The message when ``wait_for_calls`` times out."""

from collections.abc import Sequence
from typing import Final

from aiointercept.core.calls import Call
from aiointercept.core.matching.results import Matcher
from aiointercept.core.recording.redacting.concealing import PLAIN, Concealer
from aiointercept.core.reporting.near_misses import rank_calls
from aiointercept.core.reporting.rendering import render_request
from aiointercept.core.reporting.wording import SHOWN, WIDE, count, differing, more, were
from aiointercept.core.text import clip

_LISTED: Final = 10


def describe_missing(  # noqa: PLR0913, PLR0917  all that a message is about
    number: int,
    seconds: float,
    meant: Sequence[Call],
    calls: Sequence[Call],
    expected: tuple[str, Sequence[Matcher]],
    show: Concealer = PLAIN,
) -> str:
    """Say how many calls there were instead, and which others were made.

    Args:
        number: how many calls were waited for.
        seconds: how long.
        meant: those that came, finished or not.
        calls: all of the mock.
        expected: method and URL, ``""`` for any, and all that should hold of a call.
        show: masks secrets.
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
    lines += [f"  {_state(call, show)}" for call in meant[:_LISTED]]
    lines += more(len(meant), _LISTED)
    others = [call for call in calls if call not in meant]
    if others and text:
        lines.append(f"The nearest other calls, of {len(others):,} recorded:")
        nearest = rank_calls(matchers, text, others, SHOWN)
        lines += [f"  {differing(miss, show)}" for miss in nearest]
    elif not calls:
        lines.append("There were no calls at all")
    return show.message("\n".join(lines))


def _state(call: Call, show: Concealer) -> str:
    request = render_request(show.request(call.received))
    return f"{request}{'' if call.duration is not None else ', not finished'}"
