"""What ``aioresponses.add`` takes, as a route of the core. Nothing here knows of client calls."""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

from attrs import define, field, frozen
from typing_extensions import override
from yarl import URL

from aiointercept.api.callback import CallbackResult
from aiointercept.api.content import make_content
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.http.urls import sorted_query
from aiointercept.core.matching.combinators import HeadMatcher
from aiointercept.core.matching.results import MATCH, MatchResult, differs
from aiointercept.core.matching.urls import Url, UrlPattern
from aiointercept.core.type_guards import is_exception_class, is_pattern

Callback = Callable[..., Any]

_TIMED_OUT: Final = "Connection timeout test"
_STATUSES: Final = range(100, 1000)
_INTERIM: Final = range(100, 200)


@frozen
class ExactUrl(HeadMatcher):
    """A URL as aioresponses compares it: with its query sorted, and otherwise as it is written."""

    url: URL = field(converter=sorted_query)

    @override
    def match(self, request: Request, /) -> MatchResult:
        if sorted_query(request.url) == self.url:
            return MATCH
        found = self._named_difference(request)
        return differs("url", self.url, request.url) if found is None else found

    def _named_difference(self, request: Request) -> MatchResult | None:
        """Return in which part the URLs differ; ``None`` if they are but written differently."""
        try:
            found = Url(self.url).match(request)
        except ValueError:
            return None
        return None if found else found

    @override
    def mentions(self, host: str) -> bool:
        return self.url.host == host

    def __str__(self) -> str:
        return str(self.url)


@frozen
class SortedUrlPattern(HeadMatcher):
    """A pattern that is tried with ``match`` on the URL, its query sorted."""

    pattern: re.Pattern[str]

    @override
    def match(self, request: Request, /) -> MatchResult:
        text = str(sorted_query(request.url))
        return MATCH if self.pattern.match(text) else differs("url", self.pattern, text)

    @override
    def mentions(self, host: str) -> bool:
        return UrlPattern(self.pattern).mentions(host)

    def __str__(self) -> str:
        return f"re.compile({self.pattern.pattern!r})"


def url_matcher(url: Any) -> ExactUrl | SortedUrlPattern:
    """Return what ``url`` stands for.

    Raises:
        TypeError: if it is neither a ``str``, a ``URL`` nor a compiled pattern for ``str``.
    """
    if is_pattern(url) and isinstance(url.pattern, str):
        return SortedUrlPattern(url)
    if isinstance(url, (str, URL)):
        return ExactUrl(url)
    msg = f"url must be a str, a yarl.URL or a compiled pattern for str, not {url!r}"
    raise TypeError(msg)


def clean_repeat(repeat: Any) -> int | None:
    """Return how often a route answers; ``None`` for ever, as for all numbers below 1.

    Raises:
        TypeError: if it is neither a ``bool`` nor an ``int``.
    """
    if not isinstance(repeat, int):
        msg = f"repeat must be True (for ever), False (once) or a number of times, not {repeat!r}"
        raise TypeError(msg)
    if isinstance(repeat, bool):
        return None if repeat else 1
    return repeat if repeat > 0 else None


def clean_exception(exception: Any, *, timeout: Any) -> BaseException | type[BaseException] | None:
    """Return what the client's call raises, if anything.

    Raises:
        TypeError: if ``exception`` is none, neither class nor instance.
    """
    if timeout:
        return asyncio.TimeoutError(_TIMED_OUT)
    if exception is not None and not is_exception_class(exception):
        if not isinstance(exception, BaseException):
            msg = f"exception must be an exception, class or instance, not {exception!r}"
            raise TypeError(msg)
        return exception
    return exception


@frozen(eq=False)
class Answer(Response):
    """A response, and the class of which the client is to make it.

    Args:
        response_class: a subclass of ``aiohttp.ClientResponse``; ``None`` for the session's own.
    """

    response_class: Any = None


def make_answer(  # noqa: PLR0913 - these are the arguments of ``add``
    *,
    status: Any = 200,
    body: Any = "",
    content_type: Any = "application/json",
    payload: Any = None,
    headers: Any = None,
    response_class: Any = None,
    reason: Any = None,
) -> Answer:
    """Return what is answered.

    Raises:
        TypeError: for a value of the wrong type, naming the argument.
        ValueError: for a value that cannot be sent, naming the argument.
    """
    if not isinstance(body, (str, bytes, bytearray, memoryview)) and body is not None:
        msg = (
            f"body must be str or bytes, not {body!r}; payload= takes what json.dumps can serialise"
        )
        raise TypeError(msg)
    content = make_content(
        body=body, content_type=content_type, payload=payload, headers=headers, reason=reason
    )
    if not isinstance(content, Response):
        msg = "text and bytes always make a response"
        raise TypeError(msg)
    return Answer(
        _clean_status(status), content.reason, content.headers, content.body, response_class
    )


def _clean_status(status: Any) -> int:
    if isinstance(status, bool) or not isinstance(status, int):
        msg = f"status must be an int of three digits, not {status!r}"
        raise TypeError(msg)
    if status not in _STATUSES:
        msg = f"status must have three digits, not {status}"
        raise ValueError(msg)
    if status in _INTERIM and status != HTTPStatus.SWITCHING_PROTOCOLS:
        msg = f"status {status} is for what comes before an answer: no client's call ends with it"
        raise ValueError(msg)
    return status


@define(eq=False)
class CallbackUses:
    """How often a callback may still answer. One that raises has not answered.

    Attributes:
        left: the number; ``None`` for any.
        retire: takes the route away; set when it is there.
    """

    left: int | None
    retire: Callable[[], object] = bool

    def answered(self) -> None:
        """Count an answer."""
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.retire()


async def ask_callback(
    callback: Callback,
    default: Answer | BaseException | type[BaseException],
    uses: CallbackUses,
    url: URL,
    kwargs: dict[str, Any],
) -> Answer:
    """Return what ``callback`` answers, or ``default`` if it answers ``None``.

    Args:
        callback: gets the URL and the client's keyword arguments.
        default: what the registration tells besides the callback; an exception is raised whatever
            the callback answers.
        uses: counts the answer.
        url: of the request, its query sorted.
        kwargs: of the client's call.

    Raises:
        Exception: what the callback raises.
        TypeError: if it returns something else.
    """
    result = callback(url, **kwargs)
    if inspect.isawaitable(result):
        awaitable: Awaitable[Any] = result
        result = await awaitable
    answer = None if result is None else _answer_of(callback, result)
    uses.answered()
    if not isinstance(default, Answer):
        raise default
    return default if answer is None else answer


def _answer_of(callback: Callback, result: Any) -> Answer:
    if not isinstance(result, CallbackResult):
        name = getattr(callback, "__qualname__", repr(callback))
        msg = (
            f"the callback {name} must return a CallbackResult, or None for what is registered "
            f"with it, but it returned {result!r}"
        )
        raise TypeError(msg)
    return make_answer(
        status=result.status,
        body=result.body,
        content_type=result.content_type,
        payload=result.payload,
        headers=result.headers,
        response_class=result.response_class,
        reason=result.reason,
    )
