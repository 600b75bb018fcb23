"""Near misses: the nearest routes for an unmatched request, or calls for an expected one.

All candidates are compared cheaply by their text, and only a few in full, so that this is fast with
tens of thousands.
"""

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from heapq import nlargest
from math import ceil
from typing import Final, Generic, Protocol, TypeVar

from attrs import frozen

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import decided_by_head
from aiointercept.core.matching.results import Description, Matcher, Mismatch
from aiointercept.core.text import Unquoted
from aiointercept.core.type_guards import is_pattern

_SHORTLIST: Final = 32
_COMPARED_TEXT: Final = 200
_GRAM: Final = 3
_MOST_GRAMS: Final = 40
_LARGE_BODY: Final = 1_000_000

_PART_WEIGHTS: Final = {"method": 2.0, "scheme": 2.0, "port": 3.0}
_TEXT_WEIGHTS: Final = {"host": 8.0, "path": 6.0, "url": 8.0}
_MOST_FOR_OTHERS: Final = 3.0


class Candidate(Protocol):
    """Something with matchers, such as a route; its ``str`` shows method and URL."""

    @property
    def matchers(self) -> Sequence[Matcher]:
        """All that must hold of a request."""
        ...


class Received(Protocol):
    """Something with a request, such as a call."""

    @property
    def received(self) -> Request:
        """The request."""
        ...


Item = TypeVar("Item")
CandidateT = TypeVar("CandidateT", bound=Candidate)
ReceivedT = TypeVar("ReceivedT", bound=Received)


@frozen
class NearMiss(Generic[Item]):
    """A candidate and in what it differs.

    Attributes:
        candidate: the route or call.
        mismatches: the parts that differ; none if it matches after all.
    """

    candidate: Item
    mismatches: tuple[Mismatch, ...]


def rank(
    request: Request, candidates: Sequence[CandidateT], limit: int = 3
) -> list[NearMiss[CandidateT]]:
    """Return the candidates that come nearest to matching ``request``, the nearest first.

    Args:
        request: what was received.
        candidates: where equally near, the earlier comes first.
        limit: how many to return at most.
    """
    shortlist = _shortlist(str(request), candidates, str)
    misses = (NearMiss(item, _near_mismatches(item.matchers, request)) for item in shortlist)
    return _nearest(misses, limit)


def rank_calls(
    expected: Sequence[Matcher], text: str, calls: Sequence[ReceivedT], limit: int = 3
) -> list[NearMiss[ReceivedT]]:
    """Return the calls that come nearest to what was expected, the nearest first.

    Args:
        expected: all that should hold of a call.
        text: method and URL of what was expected.
        calls: where equally near, the earlier comes first.
        limit: how many to return at most.
    """
    shortlist = _shortlist(text, calls, lambda call: str(call.received))
    misses = (NearMiss(call, _near_mismatches(expected, call.received)) for call in shortlist)
    return _nearest(misses, limit)


def mismatches_of(matchers: Iterable[Matcher], request: Request) -> tuple[Mismatch, ...]:
    """Return all differences; a matcher that raises counts as one that does not match."""
    return tuple(mismatch for matcher in matchers for mismatch in _ask(matcher, request))


def _near_mismatches(matchers: Iterable[Matcher], request: Request) -> tuple[Mismatch, ...]:
    """Return the differences without comparing large bodies, because there are many candidates."""
    size = len(request.body or b"")
    if size <= _LARGE_BODY:
        return mismatches_of(matchers, request)
    by_body = [matcher for matcher in matchers if not decided_by_head(matcher)]
    by_head = [matcher for matcher in matchers if decided_by_head(matcher)]
    uncompared = Unquoted(f"{size:,} bytes, which were not compared here")
    unknown = (Mismatch("body", Description(matcher), uncompared) for matcher in by_body)
    return (*mismatches_of(by_head, request), *unknown)


def _ask(matcher: Matcher, request: Request) -> tuple[Mismatch, ...]:
    try:
        return matcher.match(request).mismatches
    except Exception as error:  # noqa: BLE001  whatever it is, the client has to get it
        raised = Unquoted(f"{type(error).__name__}: {error}")
        return (Mismatch(Description(matcher), Unquoted("an answer"), raised),)


def _shortlist(text: str, items: Sequence[Item], text_of: Callable[[Item], str]) -> Sequence[Item]:
    """Return the items whose text shares most with ``text``: method, host, path, query."""
    if len(items) <= _SHORTLIST:
        return items
    wanted = text.lower()
    step = ceil(len(wanted) / _MOST_GRAMS)
    grams = [wanted[at : at + _GRAM] for at in range(0, len(wanted), step)]

    def shared(item: Item) -> int:
        # Patterns are compared as if they were plain text.
        found = text_of(item)[:_COMPARED_TEXT].lower().replace("\\", "")
        number = 0
        # A third faster than to sum them up, and there may be thousands of items.
        for gram in grams:
            if gram in found:
                number += 1
        return number

    return nlargest(_SHORTLIST, items, key=shared)


def _nearest(misses: Iterable[NearMiss[Item]], limit: int) -> list[NearMiss[Item]]:
    return sorted(misses, key=_distance)[:limit]


def _distance(miss: NearMiss[Item]) -> float:
    others = 0.0
    distance = 0.0
    for mismatch in miss.mismatches:
        if mismatch.part in _TEXT_WEIGHTS:
            likeness = _likeness(mismatch.expected, mismatch.actual)
            distance += _TEXT_WEIGHTS[mismatch.part] * (1.25 - likeness)
        elif mismatch.part in _PART_WEIGHTS:
            distance += _PART_WEIGHTS[mismatch.part]
        else:
            others += 1
    return distance + min(others, _MOST_FOR_OTHERS)


def _likeness(expected: object, actual: object) -> float:
    text = str(expected.pattern).replace("\\", "") if is_pattern(expected) else str(expected)
    return SequenceMatcher(None, text[:_COMPARED_TEXT], str(actual)[:_COMPARED_TEXT]).ratio()
