"""The built-in matchers for named values in the head of a request: query, headers, cookies."""

from attrs import frozen
from typing_extensions import override

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import Combinable, HeadMatcher
from aiointercept.core.matching.comparing import (
    Fields,
    FieldSource,
    clean_fields,
    field_mismatches,
    fields_agree,
)
from aiointercept.core.matching.results import MATCH, MatchResult
from aiointercept.core.text import short

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


@frozen
class Query(HeadMatcher):
    """Requests with these query parameters, and no others if ``exact``."""

    wanted: Fields
    exact: bool = False

    @override
    def fits(self, request: Request) -> bool:
        query = request.query
        if self.exact and any(name not in self.wanted for name in query):
            return False
        return fields_agree(self.wanted, lambda name: query.get(name, ()), exact=self.exact)

    @override
    def match(self, request: Request, /) -> MatchResult:
        mismatches = field_mismatches("query", self.wanted, request.query, exact=self.exact)
        return MatchResult(mismatches) if mismatches else MATCH

    def __str__(self) -> str:
        return f"query {short(self.wanted)}"


@frozen
class Headers(HeadMatcher):
    """Requests with these headers, whatever the case of their names; no others if ``exact``."""

    wanted: Fields
    exact: bool = False

    @override
    def fits(self, request: Request) -> bool:
        if self.exact:
            return super().fits(request)
        return fields_agree(self.wanted, lambda name: request.headers.getall(name, ()))

    @override
    def match(self, request: Request, /) -> MatchResult:
        actual = {name: request.headers.getall(name, []) for name in self.wanted}
        if self.exact:
            known = {name.lower() for name in self.wanted}
            for name in request.headers:
                if name.lower() not in known:
                    actual[name] = request.headers.getall(name)
        mismatches = field_mismatches("headers", self.wanted, actual, exact=self.exact)
        return MatchResult(mismatches) if mismatches else MATCH

    def __str__(self) -> str:
        return f"headers {short(self.wanted)}"


@frozen
class Cookies(HeadMatcher):
    """Requests with these cookies."""

    wanted: Fields

    @override
    def fits(self, request: Request) -> bool:
        cookies = request.cookies
        return fields_agree(self.wanted, lambda name: (cookies[name],) if name in cookies else ())

    @override
    def match(self, request: Request, /) -> MatchResult:
        actual = {name: [value] for name, value in request.cookies.items()}
        mismatches = field_mismatches("cookies", self.wanted, actual)
        return MatchResult(mismatches) if mismatches else MATCH

    def __str__(self) -> str:
        return f"cookies {short(self.wanted)}"


def query(mapping: FieldSource, exact: bool = False) -> Combinable:
    """Match requests with these query parameters.

    Args:
        mapping: expected value by name: ``str``, ``int``, ``float``, a pattern, ``mock.ANY``; or a
            list of those, for all values of that name in the order sent.
        exact: whether there may be no other names, and no further values for a name.

    Raises:
        TypeError: if ``mapping`` is not a mapping, or a value can't be that of a query.
    """
    return Query(clean_fields(mapping, "query"), exact)


def headers(mapping: FieldSource) -> Combinable:
    """Match requests with these headers; others may be there too.

    Args:
        mapping: expected value by name, in any case: ``str``, ``int``, a pattern, ``mock.ANY``; or
            a list of those, for all values of a repeated header.

    Raises:
        TypeError: if ``mapping`` is not a mapping, or a value can't be that of a header.
    """
    return Headers(clean_fields(mapping, "headers"))


def cookies(mapping: FieldSource) -> Combinable:
    """Match requests with these cookies; others may be there too.

    Args:
        mapping: expected value by name: ``str``, ``int``, a pattern or ``mock.ANY``.

    Raises:
        TypeError: if ``mapping`` is not a mapping, or a value can't be that of a cookie.
    """
    return Cookies(clean_fields(mapping, "cookies"))
