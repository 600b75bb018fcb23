import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import (
    AllOf,
    AnyOf,
    Combinable,
    HeadMatcher,
    Not,
    Predicate,
    all_of,
    as_matcher,
    decided_by_head,
    may_match,
    mentions_host,
    predicate,
    rules_out,
)
from aiointercept.core.matching.results import (
    MATCH,
    Matcher,
    MatchResult,
    Mismatch,
    differs,
)

REQUEST = Request("GET", "http://h/x", body=b"")


class Head(HeadMatcher):
    """A matcher of the head with a result known beforehand."""

    def __init__(self, result: MatchResult, host: str = "") -> None:
        self.result = result
        self.host = host

    def match(self, request: Request, /) -> MatchResult:
        """Return what was known beforehand."""
        return self.result

    def mentions(self, host: str) -> bool:
        """Compare with the host that was given."""
        return host == self.host

    def __str__(self) -> str:
        return "yes" if self.result else "no"


class Body(Combinable):
    """A matcher of the body with a result known beforehand."""

    def __init__(self, result: MatchResult) -> None:
        self.result = result

    def __str__(self) -> str:
        return "body" if self.result else "another body"

    def match(self, request: Request, /) -> MatchResult:
        """Return what was known beforehand."""
        return self.result


class Plain:
    """A matcher as a user writes it."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def match(self, request: Request) -> MatchResult:
        """Return what was given, be it a result or not."""
        return self.result


def always(request: Request) -> bool:
    """Match every request."""
    return True


def never(request: Request) -> bool:
    """Match no request."""
    return False


NO = differs("part", 1, 2)
YES_HEAD, NO_HEAD = Head(MATCH), Head(NO)
YES_BODY, NO_BODY = Body(MATCH), Body(NO)


def test_what_can_be_matched_with_is_a_matcher() -> None:
    """A matcher stays itself; a function becomes a predicate with its name."""
    plain = Plain(MATCH)
    assert as_matcher(plain) is plain
    assert as_matcher(YES_HEAD) is YES_HEAD
    assert str(as_matcher(always)) == "always"
    assert as_matcher(always).match(REQUEST) is MATCH


def test_a_lambda_is_named_by_its_line() -> None:
    """Its own name would tell nothing."""
    matcher = as_matcher(lambda _: False)
    assert re.search(r"<lambda> at .*test_combinators\.py:\d+$", str(matcher))


def test_a_callable_object_is_named_by_its_repr() -> None:
    """It has no name of its own."""

    class Checks:
        def __call__(self, request: Request) -> bool:
            return True

        def __repr__(self) -> str:
            return "<checks>"

    assert str(as_matcher(Checks())) == "<checks>"


def test_a_lambda_without_code_keeps_its_name() -> None:
    """Something that only calls itself a lambda has no line."""

    class Odd:
        __qualname__ = "<lambda>"

        def __call__(self, request: Request) -> bool:
            return True

    odd = Odd()
    odd.__qualname__ = "<lambda>"
    assert str(as_matcher(odd)) == "<lambda>"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Plain, "Plain is a class: pass an instance, as in Plain"),
        (bool, "bool is a class"),
        (re.compile("x"), "use matchers.url_pattern"),
        ("http://h", "'http://h' is not a matcher: pass one of aiointercept.matchers"),
        (3, "3 is not a matcher"),
    ],
)
def test_what_is_no_matcher_is_refused(value: object, message: str) -> None:
    """The message says what to pass instead."""
    with pytest.raises(TypeError, match=message):
        as_matcher(value)
    with pytest.raises(TypeError, match=message):
        YES_HEAD & value


def test_a_coroutine_function_is_refused() -> None:
    """Its result would always be true."""

    async def later(request: Request) -> bool:
        return False

    with pytest.raises(TypeError, match="later is a coroutine function"):
        as_matcher(later)


def test_a_function_that_returns_a_coroutine_is_refused_when_it_does() -> None:
    """It can't be seen before, and no coroutine is left behind unawaited."""

    async def later() -> bool:
        return False

    with pytest.raises(TypeError, match="is a coroutine function"):
        predicate(lambda _: later(), "late").match(REQUEST)


@pytest.mark.parametrize("value", [bool, 3])
def test_a_predicate_needs_a_function(value: Any) -> None:
    """A class or a value is none."""
    with pytest.raises(TypeError, match=r"predicate\(\) needs a function that takes a request"):
        predicate(value)


def test_a_predicate_explains_itself_by_its_description() -> None:
    """The mismatch has what the function returned."""
    matcher = predicate(lambda _: None, "has a token")
    assert matcher.match(REQUEST).mismatches == (Mismatch("predicate has a token", True, None),)
    assert str(matcher) == "has a token"
    assert str(predicate(always)) == "always"


def test_a_predicate_may_return_a_result() -> None:
    """Then that explains."""
    assert predicate(lambda _: NO, "x").match(REQUEST) is NO


@pytest.mark.parametrize("result", [True, None, ()])
def test_a_matcher_that_returns_no_result_is_an_error(result: Any) -> None:
    """The message says what to return."""
    for matcher in (all_of([Plain(result)]), Plain(result) | NO_HEAD, ~all_of([Plain(result)])):
        with pytest.raises(TypeError, match="return a MatchResult, without mismatches for a match"):
            matcher.match(REQUEST)


@pytest.mark.parametrize("other", [Plain(NO), never])
def test_plain_matchers_and_functions_combine_from_either_side(other: Any) -> None:
    """Whichever side is built in does it."""
    assert not (YES_HEAD & other).match(REQUEST)
    assert not (other & YES_HEAD).match(REQUEST)
    assert (YES_HEAD | other).match(REQUEST)
    assert (other | YES_HEAD).match(REQUEST)


def test_all_differences_of_all_sides_are_told() -> None:
    """One look at the message should be enough."""
    other = differs("other", 3, 4)
    assert (Head(NO) & Plain(other)).match(REQUEST).mismatches == NO.mismatches + other.mismatches
    assert (Head(NO) | Plain(other)).match(REQUEST).mismatches == NO.mismatches + other.mismatches


def test_code_that_relies_on_what_failed_before_may_raise() -> None:
    """The first side has already said no."""

    def fails(request: Request) -> bool:
        return bool(request.headers["X-Missing"])

    assert (NO_HEAD & fails).match(REQUEST) == NO
    with pytest.raises(KeyError):
        (YES_HEAD & fails).match(REQUEST)


def test_a_match_that_has_nothing_to_tell_is_the_shared_one() -> None:
    """Matching allocates nothing then."""
    assert (YES_HEAD & YES_BODY).match(REQUEST) is MATCH
    assert all_of([]).match(REQUEST) is MATCH


def test_values_from_the_url_come_through_combinations() -> None:
    """``&`` merges them; ``|`` gives those of the side that matches."""
    first, second = MatchResult(match_info={"a": "1"}), MatchResult(match_info={"b": "2"})
    both = Head(first) & Head(second)
    assert both.match(REQUEST).match_info == {"a": "1", "b": "2"}
    assert (NO_HEAD | Head(second) | Head(first)).match(REQUEST).match_info == {"b": "2"}


def test_a_negation_names_what_it_did_not_want() -> None:
    """The explanation shows the matcher and the request."""
    (mismatch,) = (~(YES_HEAD & YES_HEAD)).match(REQUEST).mismatches
    assert mismatch == Mismatch("request", "not (yes & yes)", "GET http://h/x")
    assert (~NO_HEAD).match(REQUEST) is MATCH


def test_a_combination_reads_as_it_was_written() -> None:
    """Parentheses stand where they are needed."""
    assert str((YES_HEAD | NO_HEAD) & YES_HEAD & ~NO_HEAD) == "(yes | no) & yes & not no"
    assert str(YES_HEAD & NO_HEAD | YES_HEAD | NO_HEAD) == "(yes & no) | yes | no"
    assert str(all_of([])) == "anything"


def test_one_matcher_stays_itself_in_all_of() -> None:
    """A plain one is wrapped, so that what it returns is checked."""
    assert all_of([YES_HEAD]) is YES_HEAD
    plain = Plain(MATCH)
    assert all_of([plain]) == AllOf((plain,))
    assert all_of(iter([YES_HEAD, NO_HEAD])) == AllOf((YES_HEAD, NO_HEAD))


@pytest.mark.parametrize(
    ("matcher", "decided"),
    [
        (YES_HEAD, True),
        (YES_HEAD & NO_HEAD, True),
        (YES_HEAD | NO_HEAD, True),
        (~YES_HEAD, True),
        (YES_BODY, False),
        (YES_HEAD & YES_BODY, False),
        (YES_HEAD | YES_BODY, False),
        (~YES_BODY, False),
        (Plain(MATCH), False),
        (as_matcher(always), False),
    ],
)
def test_what_the_head_decides_is_known(matcher: Matcher, *, decided: bool) -> None:
    """Everything that may look at the body is not decided by the head."""
    assert decided_by_head(matcher) is decided


@pytest.mark.parametrize(
    ("matcher", "possible"),
    [
        (YES_HEAD, True),
        (NO_HEAD, False),
        (NO_BODY, True),
        (Plain(NO), True),
        (YES_HEAD & NO_BODY, True),
        (NO_HEAD & YES_BODY, False),
        (NO_HEAD | NO_BODY, True),
        (NO_HEAD | NO_HEAD, False),
        (~YES_HEAD, False),
        (~NO_HEAD, True),
        (~YES_BODY, True),
        (~(YES_HEAD | YES_BODY), False),
        (~(NO_HEAD & YES_BODY), True),
        (~(YES_HEAD & YES_BODY), True),
        (YES_HEAD & YES_HEAD, True),
        (YES_HEAD | NO_HEAD, True),
    ],
)
def test_without_a_body_only_what_is_sure_is_excluded(matcher: Matcher, *, possible: bool) -> None:
    """A verdict that the body may change is left open."""
    assert may_match(matcher, Request("GET", "http://h/x")) is possible


@pytest.mark.parametrize(
    "combine",
    [
        lambda matcher: matcher,
        lambda matcher: matcher & YES_HEAD,
        lambda matcher: NO_HEAD | matcher,
        lambda matcher: ~matcher,
    ],
)
def test_a_host_is_found_through_combinations(combine: Callable[[Any], Matcher]) -> None:
    """It stands in the text of one of the sides."""
    named = combine(Head(MATCH, "localhost"))
    assert mentions_host(named, "LOCALHOST")
    assert not mentions_host(named, "other")


def test_a_plain_matcher_names_no_host() -> None:
    """It has no text that could be looked at."""
    assert not mentions_host(Plain(MATCH), "localhost")
    assert not mentions_host(YES_BODY, "localhost")


_LEAVES = st.sampled_from([YES_HEAD, NO_HEAD, YES_BODY, NO_BODY, Plain(MATCH), Plain(NO)]).map(
    lambda leaf: all_of([leaf])
)
_MATCHERS: st.SearchStrategy[Any] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda left, right: left & right, inner, inner),
        st.builds(lambda left, right: left | right, inner, inner),
        st.builds(lambda matcher: ~matcher, inner),
    ),
    max_leaves=6,
)


def _matches(matcher: Matcher) -> bool:
    return bool(matcher.match(REQUEST))


@given(_MATCHERS)
def test_a_match_has_no_mismatches_and_a_non_match_has_some(matcher: Any) -> None:
    """There is no verdict without its explanation, negated or not."""
    for either in (matcher, ~matcher):
        result = either.match(REQUEST)
        assert bool(result) is (not result.mismatches)
    assert _matches(~matcher) is not _matches(matcher)
    assert _matches(~~matcher) is _matches(matcher)


@given(_MATCHERS, _MATCHERS)
def test_combining_follows_the_laws_of_logic(left: Any, right: Any) -> None:
    """``&``, ``|`` and ``~`` are and, or and not; de Morgan's laws hold."""
    assert _matches(left & right) is (_matches(left) and _matches(right))
    assert _matches(left | right) is (_matches(left) or _matches(right))
    assert _matches(~(left & right)) is _matches(~left | ~right)
    assert _matches(~(left | right)) is _matches(~left & ~right)


@given(_MATCHERS)
def test_what_is_sure_without_the_body_stays_so_with_it(matcher: Any) -> None:
    """What is excluded by the head never matches, and what is decided by it is decided rightly."""
    possible = may_match(matcher, REQUEST)
    assert possible or not _matches(matcher)
    if decided_by_head(matcher):
        assert possible is _matches(matcher)


def test_equal_matchers_are_equal() -> None:
    """They are values."""
    assert Not(YES_HEAD) == ~YES_HEAD
    assert AnyOf((YES_HEAD, NO_HEAD)) == YES_HEAD | NO_HEAD
    assert Predicate(always, "x") == predicate(always, "x")


def test_a_matcher_that_needs_no_body_decides_without_it() -> None:
    """It says so by an attribute; without it, nothing is sure until the body is known."""

    class Early:
        needs_body = False

        def match(self, asked: Request) -> MatchResult:
            return MATCH if asked.method == "GET" else differs("method", "GET", asked.method)

    class Late(Early):
        needs_body = True

    asked = Request("POST", "http://h/")
    assert not may_match(Early(), asked)
    assert not may_match(all_of([Early(), Late()]), asked)
    assert may_match(Late(), asked)
    assert decided_by_head(Early())
    assert not decided_by_head(Late())


NO = differs("part", 1, 2)


def _never(_: Request) -> bool:
    raise AssertionError


@pytest.mark.parametrize(
    ("matcher", "sure"),
    [
        (Head(NO), True),
        (Head(MATCH), False),
        (Body(NO), False),
        (Head(MATCH) & Head(NO), True),
        (Head(NO) & Predicate(_never, "code"), True),
        (Predicate(_never, "code") & Head(NO), False),
        (Body(NO) & Head(NO), False),
        ((Head(MATCH) & Head(NO)) & Predicate(_never, "code"), True),
        (Head(NO) | Head(NO), True),
        (Head(NO) | Predicate(_never, "code"), False),
        (Head(NO) | Head(MATCH), False),
        (~Head(MATCH), False),
    ],
    ids=str,
)
def test_what_is_ruled_out_without_calling_code(matcher: Combinable, *, sure: bool) -> None:
    """Only what the built-in matchers see before code of the user's would be called."""
    assert rules_out(matcher, REQUEST) is sure


def test_a_matcher_of_the_users_own_rules_nothing_out() -> None:
    """It would be called twice."""

    class Own:
        def match(self, request: Request, /) -> MatchResult:
            raise AssertionError

    assert not rules_out(Own(), REQUEST)
