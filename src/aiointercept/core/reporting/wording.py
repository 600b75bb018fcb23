"""Phrases that several messages share: counts, lists, differences."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from aiointercept.core.matching.results import Mismatch
from aiointercept.core.recording.redacting.concealing import PLAIN, Concealer
from aiointercept.core.reporting.near_misses import NearMiss, ReceivedT
from aiointercept.core.reporting.rendering import render_mismatch
from aiointercept.core.text import SHORT, clip

SHOWN: Final = 3
"""How many differences, and how many of the nearest, a message shows."""
WIDE: Final = 2 * SHORT
"""How many characters method and URL may take."""


def count(number: int, one: str, many: str) -> str:
    """Return ``1 call`` or ``2 calls``."""
    return f"{number:,} {one if number == 1 else many}"


def were(things: Sequence[object]) -> str:
    """Return ``was 1`` or ``were 2``."""
    return f"{'was' if len(things) == 1 else 'were'} {len(things):,}"


def joined(items: Iterable[object]) -> str:
    """Return the texts of ``items``, as many as fit into a sentence."""
    return clip(", ".join(clip(str(item)) for item in islice(items, WIDE)), WIDE)


def more(number: int, listed: int) -> list[str]:
    """Return the line that says how many items of a list are not shown, if any are."""
    return [f"  … and {number - listed:,} more"] if number > listed else []


def differing(miss: NearMiss[ReceivedT], show: Concealer = PLAIN) -> str:
    """Return a call, and how it differs from what was expected."""
    request = miss.candidate.received
    call = clip(str(show.request(request)), WIDE)
    found = differences(show.mismatches(miss.mismatches, request))
    return f"{call} differs in {found}" if found else f"{call} is as expected"


def differences(mismatches: Sequence[Mismatch]) -> str:
    """Return the first differences in one line."""
    shown = "; ".join(map(render_mismatch, mismatches[:SHOWN]))
    hidden = len(mismatches) - SHOWN
    return f"{shown}; and {hidden} more" if hidden > 0 else shown
