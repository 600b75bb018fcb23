"""Matchers: what must hold of a request, and in which parts it does not.

The explanation comes first and the boolean follows from it: a match is a result without mismatches.
Nothing here knows which routes exist or what they answer.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol, runtime_checkable

from attrs import field, frozen

from aiointercept.core.http import Request

_NO_MATCH_INFO: Final[Mapping[str, str]] = {}


@frozen
class Mismatch:
    """One part of a request that is not as it should be.

    Args:
        part: which part, for example ``method``, ``query['page']`` or ``$.items[2].price``.
        expected: what would have matched.
        actual: what the request had.
    """

    part: str
    expected: Any
    actual: Any


@frozen
class MatchResult:
    """What a matcher found: falsy when it carries mismatches.

    Args:
        mismatches: the parts that differ; none for a match.
        match_info: values taken from the URL, percent-decoded, by name.
    """

    mismatches: tuple[Mismatch, ...] = field(default=(), converter=tuple)
    match_info: Mapping[str, str] = field(default=_NO_MATCH_INFO, kw_only=True)

    def __bool__(self) -> bool:
        return not self.mismatches


MATCH: Final = MatchResult()


@runtime_checkable
class Matcher(Protocol):
    """Anything that can explain how a request differs from what it wants."""

    def match(self, request: Request, /) -> MatchResult:
        """Compare ``request`` with what is wanted.

        Returns:
            A result that is truthy for a match, else carries each part that differs.
        """
        ...
