"""How matchers combine, and what they can decide before the body of a request is known.

Results are defined in :mod:`~aiointercept.core.matching.results`. Nothing here reads a request.
"""

import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen
from typing_extensions import override

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.results import (
    MATCH,
    Description,
    Matcher,
    MatcherLike,
    MatchResult,
    Mismatch,
    differs,
)

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class Combinable(ABC):
    """A matcher that combines with ``&``, ``|`` and ``~``, and says what it looks at."""

    __slots__ = ()

    @abstractmethod
    def match(self, request: Request, /) -> MatchResult:
        """Compare ``request`` with what is wanted."""

    def fits(self, request: Request) -> bool:
        """Return whether ``request`` matches, without saying why not."""
        return not self.match(request).mismatches

    def rules_out(self, request: Request) -> bool:  # noqa: ARG002  for subclasses
        """Return whether it is sure that ``request`` does not match.

        It is asked where there are many matchers, before :meth:`match` explains what one of them
        finds. Code of the user's is not called: whoever asks both may not call that twice.
        """
        return False

    def verdict_by_head(self, request: Request) -> bool | None:  # noqa: ARG002  for subclasses
        """Return the result if it is certain without the body of ``request``; else ``None``."""
        return None

    @property
    def decided_by_head(self) -> bool:
        """Whether the body can never change the result."""
        return False

    def mentions(self, host: str) -> bool:  # noqa: ARG002  for subclasses
        """Return whether this matcher names ``host``, which is in lower case."""
        return False

    def __and__(self, other: MatcherLike) -> "AllOf":
        return AllOf((*_sides(AllOf, self), *_sides(AllOf, as_matcher(other))))

    def __rand__(self, other: MatcherLike) -> "AllOf":
        return AllOf((*_sides(AllOf, as_matcher(other)), *_sides(AllOf, self)))

    def __or__(self, other: MatcherLike) -> "AnyOf":
        return AnyOf((*_sides(AnyOf, self), *_sides(AnyOf, as_matcher(other))))

    def __ror__(self, other: MatcherLike) -> "AnyOf":
        return AnyOf((*_sides(AnyOf, as_matcher(other)), *_sides(AnyOf, self)))

    def __invert__(self) -> "Not":
        return Not(self)


class HeadMatcher(Combinable):
    """A matcher that looks at method, URL and headers only."""

    __slots__ = ()

    @property
    @override
    def decided_by_head(self) -> bool:
        return True

    @override
    def rules_out(self, request: Request) -> bool:
        return not self.fits(request)

    @override
    def verdict_by_head(self, request: Request) -> bool:
        return self.fits(request)


@frozen
class _Combination(Combinable):
    """Several matchers that are combined."""

    sides: tuple[Matcher, ...]

    @property
    @override
    def decided_by_head(self) -> bool:
        return all(map(decided_by_head, self.sides))

    @override
    def mentions(self, host: str) -> bool:
        return any(mentions_host(side, host) for side in self.sides)


@frozen
class AllOf(_Combination):
    """Every side must match (``&``). Values taken from the URL are merged."""

    @override
    def match(self, request: Request, /) -> MatchResult:
        mismatches: list[Mismatch] = []
        match_info: dict[str, str] = {}
        for side in self.sides:
            result = _ask(side, request, decided=bool(mismatches))
            if result is not MATCH:
                mismatches += result.mismatches
                match_info |= result.match_info
        if mismatches:
            return MatchResult(mismatches)
        return MatchResult(match_info=match_info) if match_info else MATCH

    @override
    def rules_out(self, request: Request) -> bool:
        for side in self.sides:
            if isinstance(side, Combinable) and side.rules_out(request):
                return True
            if not isinstance(side, HeadMatcher):
                # What stands behind code of the user's may not decide before that is called.
                return False
        return False

    @override
    def verdict_by_head(self, request: Request) -> bool | None:
        verdicts = [_verdict(side, request) for side in self.sides]
        if False in verdicts:
            return False
        return None if None in verdicts else True

    def __str__(self) -> str:
        return " & ".join(map(_operand, self.sides)) or "anything"


@frozen
class AnyOf(_Combination):
    """One side must match (``|``); the first that does gives the result."""

    @override
    def match(self, request: Request, /) -> MatchResult:
        mismatches: list[Mismatch] = []
        for side in self.sides:
            result = _ask(side, request)
            if result:
                return result
            mismatches += result.mismatches
        return MatchResult(mismatches)

    @override
    def rules_out(self, request: Request) -> bool:
        return all(isinstance(side, Combinable) and side.rules_out(request) for side in self.sides)

    @override
    def verdict_by_head(self, request: Request) -> bool | None:
        verdicts = [_verdict(side, request) for side in self.sides]
        if True in verdicts:
            return True
        return None if None in verdicts else False

    def __str__(self) -> str:
        return " | ".join(map(_operand, self.sides))


@frozen
class Not(Combinable):
    """The inner matcher must not match (``~``)."""

    inner: Matcher

    @override
    def match(self, request: Request, /) -> MatchResult:
        if _ask(self.inner, request):
            return differs("request", Description(self), Description(request))
        return MATCH

    @override
    def verdict_by_head(self, request: Request) -> bool | None:
        verdict = _verdict(self.inner, request)
        return None if verdict is None else not verdict

    @property
    @override
    def decided_by_head(self) -> bool:
        return decided_by_head(self.inner)

    @override
    def mentions(self, host: str) -> bool:
        return mentions_host(self.inner, host)

    def __str__(self) -> str:
        return f"not {_operand(self.inner)}"


@frozen
class Predicate(Combinable):
    """A function decides.

    Args:
        function: takes the request; returns something truthy for a match, or a ``MatchResult``.
        description: what it checks, for messages.
        place: ``file:line`` of a function without a name.
    """

    function: Callable[[Request], object]
    description: str
    place: str = ""

    @override
    def match(self, request: Request, /) -> MatchResult:
        found = self.function(request)
        if isinstance(found, MatchResult):
            return found
        if inspect.iscoroutine(found):
            found.close()
            raise TypeError(_no_coroutines(self.description))
        return (
            MATCH
            if found
            else differs(f"predicate {self.description}", expected=True, actual=found)
        )

    def __str__(self) -> str:
        return f"{self.description} at {self.place}" if self.place else self.description


def predicate(function: Callable[[Request], object], description: str | None = None) -> Combinable:
    """Match requests for which ``function(request)`` is true.

    Args:
        function: takes the :class:`Request`; returns something truthy for a match, or a
            :class:`MatchResult` of its own.
        description: what it checks, for messages; the function's name if not given.

    Raises:
        TypeError: if ``function`` cannot be called, or is a coroutine function.
    """
    given: object = function
    if isinstance(given, type) or not callable(given):
        msg = f"predicate() needs a function that takes a request, not {function!r}"
        raise TypeError(msg)
    if inspect.iscoroutinefunction(function):
        raise TypeError(_no_coroutines(_name_of(function)))
    if description is None:
        return Predicate(function, _name_of(function), _place_of(function))
    return Predicate(function, description)


def as_matcher(value: object) -> Matcher:
    """Return ``value`` as a matcher: a matcher as it is, a function as a predicate.

    Raises:
        TypeError: if it is neither; the message says what to pass instead.
    """
    if isinstance(value, type):
        msg = f"{value.__name__} is a class: pass an instance, as in {value.__name__}(...)"
        raise TypeError(msg)
    if isinstance(value, re.Pattern):
        msg = f"{value!r} is not a matcher: use matchers.url_pattern(...) or matchers.path(...)"
        raise TypeError(msg)
    if isinstance(value, Matcher):
        return value
    if callable(value):
        return predicate(value)
    msg = (
        f"{value!r} is not a matcher: pass one of aiointercept.matchers, an object with "
        "match(request) -> MatchResult, or a function request -> bool"
    )
    raise TypeError(msg)


def all_of(matchers: Iterable[Matcher]) -> Matcher:
    """Return the matcher that matches where all of ``matchers`` do."""
    sides = tuple(matchers)
    return sides[0] if len(sides) == 1 and isinstance(sides[0], Combinable) else AllOf(sides)


def decided_by_head(matcher: Matcher) -> bool:
    """Return whether the result of ``matcher`` depends on method, URL and headers only."""
    if isinstance(matcher, Combinable):
        return matcher.decided_by_head
    return not getattr(matcher, "needs_body", True)


def rules_out(matcher: Matcher, request: Request) -> bool:
    """Return whether it is sure, without an explanation, that ``matcher`` does not match."""
    return isinstance(matcher, Combinable) and matcher.rules_out(request)


def may_match(matcher: Matcher, request: Request) -> bool:
    """Return whether ``matcher`` could match ``request``, whose body is not known yet."""
    return _verdict(matcher, request) is not False


def mentions_host(matcher: Matcher, host: str) -> bool:
    """Return whether ``matcher`` names ``host`` literally."""
    return isinstance(matcher, Combinable) and matcher.mentions(host.lower())


def _verdict(matcher: Matcher, request: Request) -> bool | None:
    if isinstance(matcher, Combinable):
        return matcher.verdict_by_head(request)
    return bool(_ask(matcher, request)) if decided_by_head(matcher) else None


def _ask(matcher: Matcher, request: Request, *, decided: bool = False) -> MatchResult:
    """Return the result of ``matcher``; ignore its errors if the result is already decided."""
    match: Callable[[Request], Any] = matcher.match
    try:
        result = match(request)
    except Exception:
        # It may rely on something that a matcher before it has found to be missing.
        if decided:
            return MATCH
        raise
    if isinstance(result, MatchResult):
        return result
    msg = (
        f"{matcher!r}.match(request) returned {result!r}: return a MatchResult, without "
        "mismatches for a match, else with a Mismatch(part, expected, actual) for each difference"
    )
    raise TypeError(msg)


def _sides(kind: type[AllOf] | type[AnyOf], matcher: Matcher) -> tuple[Matcher, ...]:
    return matcher.sides if isinstance(matcher, kind) else (matcher,)


def _operand(matcher: Matcher) -> str:
    return f"({matcher})" if isinstance(matcher, AllOf | AnyOf) else str(matcher)


def _name_of(function: Callable[..., object]) -> str:
    return str(getattr(function, "__qualname__", repr(function)))


def _place_of(function: Callable[..., object]) -> str:
    code = getattr(function, "__code__", None)
    if code is None or not _name_of(function).endswith("<lambda>"):
        return ""
    return f"{code.co_filename}:{code.co_firstlineno}"


def _no_coroutines(name: str) -> str:
    return f"{name} is a coroutine function: a matcher decides at once, so use a plain function"
