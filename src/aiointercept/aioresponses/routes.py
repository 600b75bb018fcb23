"""Turns the arguments of ``aioresponses.add`` into core routes; independent of how clients call."""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from attrs import define, field, frozen
from typing_extensions import TypedDict, override
from yarl import URL

from aiointercept.aioresponses.answers import AnswerBody, AnswerOptions, AnyAnswer, answer_of
from aiointercept.api.callback import Callback
from aiointercept.api.content import HeadersLike
from aiointercept.core.http.messages import Request
from aiointercept.core.http.urls import sorted_query
from aiointercept.core.matching.combinators import HeadMatcher
from aiointercept.core.matching.results import MATCH, MatchResult, differs
from aiointercept.core.matching.urls import Url
from aiointercept.core.routing.replies import CallbackReply
from aiointercept.core.routing.routes import Route
from aiointercept.core.text import Unquoted
from aiointercept.core.type_guards import is_exception_class, is_pattern

Raised: TypeAlias = BaseException | type[BaseException]

_TIMED_OUT: Final = "Connection timeout test"
_ANOTHER_URL: Final = differs("url", Unquoted("that of the route"), Unquoted("another"))
STAND_IN: Final = URL("http://stand-in.invalid/")
"""Requested in place of URLs that HTTP cannot request."""


class AddOptions(TypedDict, total=False):
    """The options of :meth:`~.mock.aioresponses.add` after ``url`` and ``method``."""

    status: int
    body: AnswerBody
    exception: Raised | None
    content_type: str
    payload: Any
    headers: HeadersLike
    response_class: Any
    repeat: bool | int
    timeout: bool
    reason: str | None
    callback: Callback | None


@frozen(eq=False, slots=False)
class ClientRequest(Request):
    """A request as the client's call describes it.

    Args:
        asked: the URL of any scheme, with its query sorted.
        told: the URL that a callback gets.
        kwargs: the keyword arguments of the call, as they were passed.
    """

    asked: URL = field(kw_only=True)
    told: URL = field(kw_only=True)
    kwargs: Mapping[str, Any] = field(kw_only=True)

    @classmethod
    def of(cls, method: str, told: URL, kwargs: Mapping[str, Any]) -> "ClientRequest":
        """Return a request for ``told``, which may be a URL that HTTP cannot request."""
        asked = sorted_query(told)
        try:
            return cls(method, told, asked=asked, told=told, kwargs=kwargs)
        except ValueError:
            return cls(method, STAND_IN, asked=asked, told=told, kwargs=kwargs)

    @property
    def is_http(self) -> bool:
        """Whether HTTP can request its URL."""
        return self.url is self.told


def asked_url(request: Request) -> URL:
    """Return the URL of a request as aioresponses compares it: its query sorted."""
    return request.asked if isinstance(request, ClientRequest) else sorted_query(request.url)


@frozen
class ExactUrl(HeadMatcher):
    """A URL as aioresponses compares it: with its query sorted, and otherwise unchanged."""

    url: URL = field(converter=sorted_query)

    @override
    def match(self, request: Request, /) -> MatchResult:
        asked = asked_url(request)
        if asked == self.url:
            return MATCH
        if isinstance(request, ClientRequest):
            # Most of many routes differ; only messages need to know in which part.
            return _ANOTHER_URL
        named = self._named_difference(request)
        return differs("url", self.url, asked) if named is None else named

    @override
    def verdict_by_head(self, request: Request) -> bool:
        return asked_url(request) == self.url

    def _named_difference(self, request: Request) -> MatchResult | None:
        """Return the part in which the URLs differ; ``None`` if only their spelling differs."""
        try:
            found = Url(self.url).match(request)
        except ValueError:
            return None
        return None if found else found

    def __str__(self) -> str:
        return str(self.url)


@frozen
class SortedUrlPattern(HeadMatcher):
    """A pattern that is tried with ``match`` on the URL with its query sorted."""

    pattern: re.Pattern[str]

    @override
    def match(self, request: Request, /) -> MatchResult:
        text = str(asked_url(request))
        return MATCH if self.pattern.match(text) else differs("url", self.pattern, text)

    def __str__(self) -> str:
        return f"re.compile({self.pattern.pattern!r})"


@frozen(eq=False, repr=False)
class DropInRoute(Route):
    """A route whose condition is its URL."""

    def __str__(self) -> str:
        return f"{self.method} {self.condition}"


def url_matcher(url: Any) -> ExactUrl | SortedUrlPattern:
    """Return the matcher for ``url``.

    Raises:
        TypeError: if ``url`` is neither a ``str``, a ``URL`` nor a compiled pattern for ``str``.
    """
    if is_pattern(url) and isinstance(url.pattern, str):
        return SortedUrlPattern(url)
    if isinstance(url, (str, URL)):
        return ExactUrl(url)
    msg = f"url must be a str, a yarl.URL or a compiled pattern for str, not {url!r}"
    raise TypeError(msg)


def clean_drop_in_repeat(repeat: Any) -> int | None:
    """Return how often a route answers; ``None`` if unlimited, as for all numbers below 1.

    Raises:
        TypeError: if it is neither a ``bool`` nor an ``int``.
    """
    if not isinstance(repeat, int):
        msg = f"repeat must be True (unlimited), False (once) or a number of times, not {repeat!r}"
        raise TypeError(msg)
    if isinstance(repeat, bool):
        return None if repeat else 1
    return repeat if repeat > 0 else None


def clean_exception(exception: Any, *, timeout: Any) -> Raised | None:
    """Return the exception that the client's call raises, if any.

    Raises:
        TypeError: if ``exception`` is neither an exception class nor an instance.
    """
    if timeout:
        return asyncio.TimeoutError(_TIMED_OUT)
    if exception is None or isinstance(exception, BaseException) or is_exception_class(exception):
        return exception
    msg = f"exception must be an exception, class or instance, not {exception!r}"
    raise TypeError(msg)


@define(eq=False, repr=False)
class Uses:
    """How often a route may still answer.

    Attributes:
        left: the number of remaining answers; ``None`` for no limit.
        retire: called after the last answer.
    """

    left: int | None
    retire: Callable[[], object] = bool

    def answered(self) -> None:
        """Count an answer."""
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.retire()


def reply(options: AnswerOptions, raised: Raised | None, limit: int | None) -> CallbackReply:
    """Return a reply that answers or raises as registered.

    Args:
        options: the registered answer; released after the last use.
        raised: the exception to raise instead.
        limit: how often the route answers; ``None`` if unlimited.
    """
    stock = [options]
    uses = Uses(limit, stock.clear)

    def compute(_request: Request, _show: object) -> Any:
        [taken] = stock
        uses.answered()
        _raise(raised)
        return taken.make()

    return CallbackReply(compute)


def _raise(raised: Raised | None) -> None:
    if isinstance(raised, BaseException):
        # The traceback must not contain frames of the previous call.
        raise raised.with_traceback(None)
    if raised is not None:
        raise raised


def callback_reply(
    callback: Callback, options: AnswerOptions, raised: Raised | None, uses: "Uses"
) -> CallbackReply:
    """Return a reply that calls ``callback``.

    Args:
        callback: gets the URL and the client's keyword arguments.
        options: the answer if the callback returns ``None``.
        raised: the exception to raise after any callback that returns.
        uses: counts the answers; a callback that raises does not count.
    """

    async def compute(request: Any, _show: object) -> Any:
        result = callback(request.told, **{"allow_redirects": True, **request.kwargs})
        if inspect.isawaitable(result):
            awaitable: Awaitable[Any] = result
            result = await awaitable
        answer: AnyAnswer | None = None if result is None else answer_of(callback, result)
        uses.answered()
        _raise(raised)
        return options.make() if answer is None else answer

    return CallbackReply(compute)
