"""Results of matching: the differences, and a match is a result without any.

The matchers decide which parts of a request are compared.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

from attrs import field, frozen
from typing_extensions import Self

from aiointercept.core.http.messages import Request
from aiointercept.core.text import Unquoted

_NO_MATCH_INFO: Final[Mapping[str, str]] = {}


class Description(Unquoted):
    """A description of a value, which can be repeated for that value with its secrets masked.

    Args:
        value: a request or a matcher.
        describe: returns the description.
    """

    value: Any
    describe: Callable[[Any], str]

    def __new__(cls, value: Any, describe: Callable[[Any], str] = str) -> Self:
        """Describe ``value``."""
        made = super().__new__(cls, describe(value))
        made.value, made.describe = value, describe
        return made


ABSENT: Final = Unquoted("<absent>")
"""Stands in a :class:`Mismatch` for what is not there, or must not be."""


@frozen
class Mismatch:
    """One part of a request that differs from what was expected.

    Args:
        part: which part, for example ``method``, ``query['page']`` or ``$.items[2].price``.
        expected: what would have matched; ``ABSENT`` where nothing should be.
        actual: what the request had; ``ABSENT`` where it had nothing.
    """

    part: str
    expected: Any
    actual: Any


def _all_mismatches(values: Iterable[Mismatch]) -> tuple[Mismatch, ...]:
    return tuple(values)


@frozen
class MatchResult:
    """What a matcher found: falsy when it carries mismatches.

    Args:
        mismatches: the parts that differ; none for a match.
        match_info: values taken from the URL, percent-decoded, by name.
    """

    mismatches: tuple[Mismatch, ...] = field(default=(), converter=_all_mismatches)
    match_info: Mapping[str, str] = field(default=_NO_MATCH_INFO, kw_only=True)

    def __bool__(self) -> bool:
        return not self.mismatches


MATCH: Final = MatchResult()


@runtime_checkable
class Matcher(Protocol):
    """Anything that can explain how a request differs from what it wants.

    A matcher that never looks at the body says so by an attribute ``needs_body = False``. Then it
    decides before the request is sent, as most of the built-in ones do.

    .. versionchanged:: 1.1
        ``needs_body``.
    """

    def match(self, request: Request, /) -> MatchResult:
        """Compare ``request`` with what is wanted.

        Returns:
            A result that is truthy for a match, and else has each part that differs.
        """
        ...


MatcherLike: TypeAlias = Matcher | Callable[[Request], object]


def differs(part: str, expected: object, actual: object) -> MatchResult:
    """Return the result for one part that differs."""
    return MatchResult((Mismatch(part, expected, actual),))
