"""Requests, matchers, routes and differences as messages show them: without their secrets.

What is compared is never changed. A value is masked before it is written, as a text that quotes and
shortens it can no longer be searched.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import evolve, frozen

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.bodies import Body, Form, JsonBody, Multipart
from aiointercept.core.matching.combinators import AllOf, AnyOf, Not
from aiointercept.core.matching.fields import Cookies, Headers, Query
from aiointercept.core.matching.graphql import Graphql
from aiointercept.core.matching.results import Description, Matcher, Mismatch
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery
from aiointercept.core.recording.redacting.masking import MASK
from aiointercept.core.recording.redacting.messages import masked_mismatch, told
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.type_guards import is_list, is_mapping


@frozen
class Concealer:
    """Masks what messages show.

    Args:
        redaction: what is a secret; ``None`` for nothing.
    """

    redaction: Redaction | None = None

    def request(self, request: Request) -> Request:
        """Return ``request`` as it is shown."""
        redaction = self.redaction
        if redaction is None:
            return request
        try:
            return redaction.request(request)
        except Exception:  # noqa: BLE001  the user's function; it is told of when files are written
            return evolve(redaction, also=None).request(request)

    def route(self, route: Any) -> str:
        """Return the text of a counted route as it is shown."""
        rule = getattr(route, "route", None)
        if self.redaction is None or rule is None:
            return str(route)
        target = None if rule.target is None else self.matcher(rule.target)
        condition = None if rule.condition is None else self.matcher(rule.condition)
        if target is rule.target and condition is rule.condition:
            return str(route)
        return str(evolve(rule, target=target, condition=condition))

    def matcher(self, matcher: Any) -> Any:
        """Return a matcher whose text shows no secret; it is not to be matched with."""
        conceal = _MATCHERS.get(matcher.__class__)
        if self.redaction is None or conceal is None:
            return matcher
        return conceal(self, self.redaction, matcher)

    def matchers(self, matchers: Iterable[Matcher]) -> tuple[Matcher, ...]:
        """Return several of them as they are shown."""
        return tuple(map(self.matcher, matchers))

    def mismatch(self, mismatch: Mismatch, request: Request) -> Mismatch:
        """Return a difference that was found in ``request`` as it is shown."""
        redaction = self.redaction
        if redaction is None:
            return mismatch
        part, expected, actual = (
            self._described(one) for one in (mismatch.part, mismatch.expected, mismatch.actual)
        )
        if part == "body" and isinstance(actual, (str, bytes)) and request.body:
            masked = self.request(request)
            if actual == request.body and masked.body is not None:
                actual = masked.body
            elif isinstance(actual, str) and actual == _decoded(request):
                actual = _decoded(masked) or ""
        return masked_mismatch(Mismatch(part, expected, actual), redaction)

    def mismatches(self, mismatches: Iterable[Mismatch], request: Request) -> tuple[Mismatch, ...]:
        """Return several of them as they are shown."""
        return tuple(self.mismatch(one, request) for one in mismatches)

    def _described(self, value: Any) -> Any:
        if not isinstance(value, Description):
            return value
        inner = value.value
        masked = self.request(inner) if isinstance(inner, Request) else self.matcher(inner)
        return Description(masked, value.describe)

    def message(self, text: str) -> str:
        """Return a whole message as it is shown, with what users have written of their own."""
        return told(text, self.redaction)


PLAIN: Final = Concealer()


def _sides(show: Concealer, _redaction: Redaction, matcher: Any) -> Any:
    return evolve(matcher, sides=show.matchers(matcher.sides))


def _inner(show: Concealer, _redaction: Redaction, matcher: Any) -> Any:
    return evolve(matcher, inner=show.matcher(matcher.inner))


def _url(_show: Concealer, redaction: Redaction, matcher: Any) -> Any:
    url = redaction.url(matcher.url)
    return matcher if url is matcher.url else evolve(matcher, url=url)


def _wanted(_show: Concealer, redaction: Redaction, matcher: Any) -> Any:
    return evolve(matcher, wanted=_value(matcher.wanted, redaction))


def _variables(_show: Concealer, redaction: Redaction, matcher: Any) -> Any:
    return evolve(matcher, variables=_value(matcher.variables, redaction))


def _fields(_show: Concealer, redaction: Redaction, matcher: Any) -> Any:
    kinds: dict[type, Callable[[str], bool]] = {
        Query: redaction.masker.in_query,
        Headers: redaction.hides_header,
        Cookies: lambda _: True,
    }
    is_hidden = kinds.get(matcher.__class__, redaction.masker.in_form)
    wanted = {
        name: MASK if is_hidden(name) else _value(value, redaction)
        for name, value in matcher.wanted.items()
    }
    return evolve(matcher, wanted=wanted)


_MATCHERS: Final[Mapping[type, Callable[[Concealer, Redaction, Any], Any]]] = {
    AllOf: _sides,
    AnyOf: _sides,
    Not: _inner,
    Url: _url,
    UrlIgnoringQuery: _url,
    Query: _fields,
    Headers: _fields,
    Cookies: _fields,
    Form: _fields,
    Multipart: _fields,
    JsonBody: _wanted,
    Body: _wanted,
    Graphql: _variables,
}


def _decoded(request: Request) -> str | None:
    """Return the body as text; ``None`` if it is not known, or its charset is not one of text."""
    try:
        return None if request.body is None else request.body.decode(request.charset, "replace")
    except (LookupError, ValueError):
        return None


def _value(value: Any, redaction: Redaction) -> Any:
    """Return an expected value without its secrets."""
    masker = redaction.masker
    if isinstance(value, bytes):
        return masker.body(value, "", "utf-8")
    if isinstance(value, str):
        try:
            return masker.body(value.encode(), "", "utf-8").decode()
        except UnicodeError:
            return masker.text(value)
    if not is_list(value) and not is_mapping(value):
        return value
    try:
        return masker.value(value)
    except (TypeError, AttributeError, RecursionError):
        # What is not JSON cannot be searched.
        return MASK
