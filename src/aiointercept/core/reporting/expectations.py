"""What a call should have been: which calls are meant, and what they must have.

The user's arguments are validated here, once. The comparison with calls is in
:mod:`~aiointercept.core.reporting.assertions`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Protocol, TypeAlias

from attrs import define, frozen
from typing_extensions import override
from yarl import URL

from aiointercept.core.http.forms import MULTIPART
from aiointercept.core.http.messages import Request
from aiointercept.core.http.urls import merge_params
from aiointercept.core.matching.bipartite import first_without
from aiointercept.core.matching.bodies import (
    Form,
    JsonBody,
    Multipart,
    body,
    clean_data_field,
)
from aiointercept.core.matching.combinators import Combinable
from aiointercept.core.matching.comparing import Fields, FieldSource, clean_fields
from aiointercept.core.matching.fields import Headers, Query
from aiointercept.core.matching.results import MATCH, Matcher, MatchResult
from aiointercept.core.matching.urls import ANY_METHOD, Method, Url, UrlPattern
from aiointercept.core.recording.redacting.concealing import Concealer
from aiointercept.core.reporting.near_misses import mismatches_of
from aiointercept.core.text import short
from aiointercept.core.type_guards import is_anything, is_list, is_mapping, is_pattern

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

UrlLike: TypeAlias = str | URL | re.Pattern[str]
Params: TypeAlias = FieldSource | str | None


class RecordedCall(Protocol):
    """A call in the log."""

    @property
    def received(self) -> Request:
        """The request."""
        ...

    @property
    def matched(self) -> bool:
        """Whether a route, or passthrough, took it."""
        ...


@define
class Expectation:
    """A call that should have been made.

    Attributes:
        head: which calls are meant: method, and what the URL should be.
        rest: what must hold of them besides.
        name: what messages call it; ``None`` for method and URL.
    """

    head: tuple[Combinable, ...]
    rest: tuple[Matcher, ...] = ()
    name: str | None = None

    @property
    def text(self) -> str:
        """What messages call it."""
        if self.name is not None:
            return self.name
        method, *target = self.head
        texts = " with ".join(map(str, target))
        return f"{str(method).removeprefix('method ')} {texts or 'any URL'}"

    @classmethod
    def of(
        cls,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        rest: "tuple[Matcher, ...]" = (),
    ) -> "Expectation":
        """Return the expectation of a call to ``url``.

        Args:
            url: of the call.
            method: of the call.
            params: merged into the query of ``url``.
            rest: what must hold of it besides.

        Raises:
            TypeError: if one of them is of a wrong type.
            ValueError: if ``url`` has no host, or ``method`` is not a method.
        """
        _refuse_swapped(url, method)
        name = _method(method)
        if params is None and isinstance(url, (str, URL)):
            return cls((name, Url(url)), rest)
        return cls((name, *_target(url, params)), rest)

    def shown_by(self, show: Concealer) -> str:
        """Return method and URL as messages show them."""
        if not self.head:
            return self.text
        target = " with ".join(str(show.matcher(one)) for one in self.head[1:])
        return f"{self.text.partition(' ')[0]} {target or 'any URL'}"

    def is_met_by(self, call: RecordedCall) -> bool:
        """Whether ``call`` is one of those that are meant."""
        request = call.received
        # A loop, as this is asked for each of perhaps many calls.
        for matcher in self.head:  # noqa: SIM110  see above
            if not matcher.fits(request):
                return False
        return True

    def is_fulfilled_by(self, call: RecordedCall) -> bool:
        """Whether all that must hold of ``call``, which is meant, does."""
        return not mismatches_of(self.rest, call.received)


# There are few methods, and many expectations.
_known_method: Final = lru_cache(maxsize=64)(Method)


def _method(given: Any) -> Method:
    if isinstance(given, str):
        return _known_method(given)
    return Method(ANY_METHOD if is_anything(given) else given)


def _refuse_swapped(url: object, method: object) -> None:
    if isinstance(url, str) and url.isalpha() and isinstance(method, str) and "/" in method:
        msg = f"{url!r} is not a URL, and {method!r} is not a method: they are swapped"
        raise ValueError(msg)


@frozen
class _UrlWithoutQuery(Combinable):
    """Requests for this URL, whatever their query."""

    url: Url

    @override
    def match(self, request: Request, /) -> MatchResult:
        found = self.url.match(request).mismatches
        mismatches = [mismatch for mismatch in found if not mismatch.part.startswith("query[")]
        return MatchResult(mismatches) if mismatches else MATCH

    def __str__(self) -> str:
        return str(self.url)


@frozen
class _DataFields(Combinable):
    """Fields of a form, in whichever of its two encodings it was sent."""

    wanted: Fields

    @override
    def match(self, request: Request, /) -> MatchResult:
        if request.content_type == MULTIPART:
            return Multipart(self.wanted).match(request)
        return Form(self.wanted).match(request)

    def __str__(self) -> str:
        return f"data {short(self.wanted)}"


def content_matchers(
    data: Any = None,
    json: Any = None,
    headers: FieldSource | None = None,
    *,
    strict_headers: bool = False,
) -> tuple[Matcher, ...]:
    """Return what must hold of body and headers; nothing for what is ``None``."""
    matchers: list[Matcher] = []
    if data is not None and not is_anything(data):
        fields = is_mapping(data) or is_list(data)
        cleaned = clean_fields(data, "data", clean_data_field) if fields else None
        matchers.append(body(data) if cleaned is None else _DataFields(cleaned))
    if json is not None and not is_anything(json):
        matchers.append(JsonBody(json))
    if headers is not None and not is_anything(headers):
        matchers.append(Headers(clean_fields(headers, "headers"), strict_headers))
    return tuple(matchers)


def query_matchers(params: Params) -> tuple[Matcher, ...]:
    """Return what must hold of the whole query; nothing for ``None``."""
    return (
        () if params is None or is_anything(params) else (Query(_clean_params(params), exact=True),)
    )


def _target(url: UrlLike, params: Params) -> tuple[Combinable, ...]:
    if is_anything(params):
        if is_anything(url) or is_pattern(url):
            return _target(url, None)
        return (_UrlWithoutQuery(Url(URL(url).with_query(None))),)
    fields = {} if params is None else _clean_params(params)
    if is_anything(url):
        return (Query(fields),) if fields else ()
    if is_pattern(url):
        return (UrlPattern(url), Query(fields)) if fields else (UrlPattern(url),)
    texts = [item for value in fields.values() for item in (value if is_list(value) else [value])]
    if all(isinstance(text, str) for text in texts):
        return (Url(merge_params(url, fields)),)
    # No URL can have a pattern or ANY in its query, so that is compared by itself.
    full = URL(url)
    query = clean_fields([*full.query.items(), *fields.items()], "params")
    return (_UrlWithoutQuery(Url(full.with_query(None))), Query(query, exact=True))


def _clean_params(params: FieldSource | str) -> dict[str, Any]:
    if isinstance(params, str):
        params = list(URL.build(query_string=params).query.items())
    return clean_fields(params, "params")


def are_in_a_row(expected: Sequence[Expectation], calls: Sequence[RecordedCall]) -> bool:
    """Whether the calls were made one right after the other."""
    return longest_run(expected, calls)[1] == len(expected)


def longest_run(expected: Sequence[Expectation], calls: Sequence[RecordedCall]) -> tuple[int, int]:
    """Return where the longest beginning of ``expected`` is among ``calls``, and its length."""
    best = (0, 0)
    for start in range(len(calls)):
        length = 0
        for expectation, call in zip(expected, calls[start : start + len(expected)], strict=False):
            if not expectation.is_met_by(call):
                break
            length += 1
        if length > best[1]:
            best = (start, length)
        if length == len(expected):
            break
    return best


def first_unassigned(
    expected: Sequence[Expectation], calls: Sequence[RecordedCall]
) -> Expectation | None:
    """Return an expectation for which no call is left when each call meets one; else ``None``."""
    options = [
        [at for at, call in enumerate(calls) if expectation.is_met_by(call)]
        for expectation in expected
    ]
    number = first_without(options)
    return None if number is None else expected[number]


def first_out_of_order(
    expected: Sequence[Expectation], calls: Sequence[RecordedCall]
) -> int | None:
    """Return the number of the first expectation that no call meets in order; ``None`` for none."""
    at = 0
    for number, expectation in enumerate(expected):
        found = next((i for i in range(at, len(calls)) if expectation.is_met_by(calls[i])), None)
        if found is None:
            return number
        at = found + 1
    return None
