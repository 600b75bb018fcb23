"""Keyword options to a :class:`~aiointercept.core.routing.routes.Route`.

The only place that knows the options of ``add`` and which of them contradict each other. Every
value is cleaned here once; nothing that is accepted fails inside the server later.
"""

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from attrs import field, frozen
from yarl import URL

from aiointercept.api.callback import Callback, computing, parameters_of
from aiointercept.api.content import HeadersLike, make_content, refuse_arguments
from aiointercept.core.http.urls import http_scheme
from aiointercept.core.matching.combinators import AllOf, all_of, as_matcher
from aiointercept.core.matching.fields import Query
from aiointercept.core.matching.mounting import UrlPrefix
from aiointercept.core.matching.results import Matcher, MatcherLike
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery, UrlPattern
from aiointercept.core.routing.replies import (
    CallbackReply,
    DisconnectReply,
    Fault,
    FaultReply,
    RaiseReply,
    Reply,
)
from aiointercept.core.routing.routes import Route
from aiointercept.core.type_guards import is_exception_class, is_iterable, is_pattern

MatchLike: TypeAlias = MatcherLike | Iterable[MatcherLike] | None

_logger: Final = logging.getLogger("aiointercept")
_OF_PATTERNS: Final = ("^", ".*", ".+", "\\", "$", "(")
_PACKAGE: Final = str(Path(__file__).parent.parent)


@frozen(kw_only=True)
class Options:
    """The options that every kind of registration takes, as the user gave them."""

    status: Any = 200
    body: Any = b""
    json: Any = None
    payload: Any = None
    headers: HeadersLike = None
    content_type: Any = None
    repeat: Any = False
    callback: Callback | None = None
    reason: Any = None
    exception: Any = None
    match: Any = None
    delay: Any = 0.0
    rate: Any = None
    fault: Any = None
    raises: Any = None
    cookies: Mapping[str, str] | None = None
    optional: bool = False
    ignore_query: bool = False
    name: str | None = None
    reply: Reply | None = field(default=None)


def build_route(
    target: Url | UrlIgnoringQuery | UrlPattern | UrlPrefix | None,
    method: str,
    options: Options,
    *,
    own: bool,
    condition: Matcher | None = None,
) -> Route:
    """Return the route that ``options`` describe.

    Args:
        target: see :func:`clean_target`.
        method: in any case, ``*`` for any.
        options: see the table of options in the README.
        own: whether ``target`` is at the mock's own URL, where no client is intercepted.
        condition: what must hold besides, before the matchers in ``options``.

    Raises:
        TypeError: for a value of the wrong type, naming the argument.
        ValueError: for options that contradict each other, naming both, or for an impossible value.
    """
    _refuse_contradictions(options)
    limit = clean_repeat(options.repeat)
    reply = _reply(options, reusable=limit != 1)
    if own:
        _refuse_interception_only(reply)
    _refuse_fault_of_plain_url(target, reply)
    return Route(
        method=clean_method(method),
        target=target,
        condition=_condition(condition, options.match),
        reply=reply,
        limit=limit,
        declared_at=calling_line(),
        delay=_clean_delay(options.delay),
        rate=clean_rate(options.rate),
        optional=bool(options.optional),
        name=_clean_name(options.name),
    )


def clean_target(
    url: Any, base: Callable[[], URL], *, ignore_query: bool = False
) -> Url | UrlIgnoringQuery | UrlPattern:
    """Return what ``url`` stands for: an exact URL, or a pattern.

    Args:
        url: a ``str`` or ``URL``, which may be a path alone, or a compiled pattern.
        base: tells what a path alone is appended to.
        ignore_query: whether the query is not compared.

    Raises:
        TypeError: for anything else.
        ValueError: for a URL without host, or with a scheme other than http(s) and ws(s).
    """
    if is_pattern(url):
        try:
            return UrlPattern(url)
        except TypeError as error:
            msg = f"url: {error}"
            raise TypeError(msg) from None
    if not isinstance(url, (str, URL)):
        msg = f"url must be a str, a yarl.URL or a compiled pattern, not {url!r}"
        raise TypeError(msg)
    try:
        absolute = URL(url) if isinstance(url, str) else url
        if str(url).startswith("/") and not absolute.raw_host:
            absolute = below(base(), url)
        elif absolute.scheme:
            http_scheme(absolute.scheme)
        return UrlIgnoringQuery(absolute) if ignore_query else Url(absolute)
    except ValueError as error:
        msg = f"url: {error}"
        if any(mark in str(url) for mark in _OF_PATTERNS):
            msg = f"url: {url!r} is not a URL; for a regular expression write re.compile({url!r})"
        raise ValueError(msg) from None


def below(base: URL, path: str | URL) -> URL:
    """Return ``path``, which begins with a slash, appended to the path of ``base``."""
    return URL(f"{str(base).rstrip('/')}{path}")


def asks_for_query(match: Any) -> bool:
    """Whether a ``matchers.query`` is among what ``match=`` was given."""
    given = list(match) if is_iterable(match) else [match]
    return any(
        isinstance(one, Query) or (isinstance(one, AllOf) and asks_for_query(one.sides))
        for one in given
    )


def clean_base_url(base_url: Any) -> URL | None:
    """Return what path-only URLs are appended to.

    Raises:
        TypeError: if it is not a URL.
        ValueError: if it is not absolute, or has a query or fragment.
    """
    if base_url is None:
        return None
    if not isinstance(base_url, (str, URL)):
        msg = f"base_url must be a str or a yarl.URL, not {base_url!r}"
        raise TypeError(msg)
    url = URL(base_url)
    if url.scheme not in ("http", "https") or not url.raw_host or "?" in str(url) or url.fragment:
        msg = f"base_url must be a URL such as 'https://api.example.com/v1', not {str(url)!r}"
        raise ValueError(msg)
    return url


def calling_line() -> str:
    """Return ``file:line`` of the nearest caller outside this package."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return "an unknown line" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _reply(options: Options, *, reusable: bool) -> Reply:
    if options.reply is not None:
        return options.reply
    if options.raises is not None:
        return RaiseReply(_clean_raises(options.raises))
    if options.exception:
        return _disconnect(options.exception)
    content = make_content(
        status=options.status,
        reason=options.reason,
        body=options.body,
        json=options.json,
        payload=options.payload,
        headers=options.headers,
        content_type=options.content_type,
        cookies=options.cookies,
        reusable=reusable or options.callback is not None,
    )
    if options.callback is not None:
        return CallbackReply(computing(_clean_callback(options.callback), content, calling_line()))
    return content if options.fault is None else FaultReply(clean_fault(options.fault), content)


_EXCLUSIVE: Final = ("callback", "exception", "fault", "raises", "reply")
_OF_A_RESPONSE: Final = (
    "status",
    "body",
    "json",
    "payload",
    "headers",
    "content_type",
    "reason",
    "cookies",
)


def _refuse_contradictions(options: Options) -> None:
    """Refuse two kinds of answer in one route.

    Shared helpers pass all options on, so those of a response may stand beside ``callback``,
    ``exception`` and ``raises``, and ``callback`` beside ``exception``.
    """
    given = [name for name in _EXCLUSIVE if getattr(options, name) not in (None, False)]
    if len(given) > 1 and given != ["callback", "exception"]:
        first, second = given[:2]
        msg = f"{first} and {second} contradict each other: a route gives one kind of answer"
        raise ValueError(msg)
    fault = clean_fault(options.fault) if given == ["fault"] else None
    if fault is None or fault is Fault.TRUNCATED_BODY or fault.in_handshake:
        return
    for name in _OF_A_RESPONSE:
        default = getattr(_DEFAULTS, name)
        value = getattr(options, name)
        if value is default or (type(value) is type(default) and value == default):
            continue
        msg = (
            f"fault and {name} contradict each other: with this fault there is no response that "
            f"{name} could be part of"
        )
        raise ValueError(msg)


_DEFAULTS: Final = Options()


def _refuse_interception_only(reply: Reply) -> None:
    if isinstance(reply, RaiseReply):
        msg = (
            "raises needs an intercepted client, and a request to m.server_url has none: use "
            "mock_external_urls=True and the real URL, or fault= for what a server can do"
        )
        raise ValueError(msg)  # noqa: TRY004  the value is of a right type, but in the wrong place
    if isinstance(reply, FaultReply) and reply.fault.before_connection:
        msg = (
            f"fault={reply.fault} happens before there is a connection, so it needs an intercepted "
            "client, and a request to m.server_url has none: use mock_external_urls=True and the "
            "real URL"
        )
        raise ValueError(msg)


def _refuse_fault_of_plain_url(target: object, reply: Reply) -> None:
    if not (isinstance(reply, FaultReply) and reply.fault.in_handshake):
        return
    if isinstance(target, Url) and target.url.scheme != "https":
        msg = (
            f"fault={reply.fault} is shown in a TLS handshake, and there is none at {target}: use "
            "an https:// URL"
        )
        raise ValueError(msg)


def refuse_fault_without_tls(route: Route) -> None:
    """See that a mock that speaks no TLS gets no route whose fault is shown in a TLS handshake.

    Raises:
        ValueError: if ``route`` is one.
    """
    reply = route.reply
    if isinstance(reply, FaultReply) and reply.fault.in_handshake:
        msg = (
            f"fault={reply.fault} is shown in a TLS handshake, and this mock speaks no TLS: use "
            "aiointercept(tls=True), or Fault.CERTIFICATE_ERROR, which needs none"
        )
        raise ValueError(msg)


def _disconnect(exception: Any) -> DisconnectReply:
    if exception is not True:
        _logger.warning(
            "exception=%r: the client gets an aiohttp.ServerDisconnectedError, not this exception; "
            "raises= makes the client's call raise exactly the one given (%s)",
            exception,
            calling_line(),
        )
    return DisconnectReply()


def _clean_callback(callback: Any) -> Callback:
    if not callable(callback):
        msg = f"callback must be a function, not {callback!r}"
        raise TypeError(msg)
    names = ["headers", "query", "json", "data"]
    given: Any = callback
    if "request" in parameters_of(given):
        names.append("request")
    refuse_arguments("callback", given, "url", **dict.fromkeys(names))
    return given  # type: ignore[no-any-return]  # the user's function


def _clean_raises(raises: Any) -> BaseException | type[BaseException]:
    if isinstance(raises, BaseException):
        _refuse_unraisable(type(raises))
        return raises
    if not is_exception_class(raises):
        msg = f"raises must be an exception, class or instance, not {raises!r}"
        raise TypeError(msg)
    _refuse_unraisable(raises)
    try:
        raises()
    except Exception as error:  # noqa: BLE001  whatever it is, the client has to get it
        msg = f"raises: {raises.__name__} needs arguments ({error}); give an instance"
        raise TypeError(msg) from None
    return raises


def _refuse_unraisable(kind: type[BaseException]) -> None:
    if issubclass(kind, (StopIteration, GeneratorExit)):
        msg = f"raises: {kind.__name__} cannot leave a coroutine, so no client call can raise it"
        raise TypeError(msg)


def clean_fault(fault: Any) -> Fault:
    """Return ``fault``.

    Raises:
        TypeError: if it is not one.
    """
    if not isinstance(fault, Fault):
        names = ", ".join(f"Fault.{member.name}" for member in Fault)
        msg = f"fault must be one of {names}, not {fault!r}"
        raise TypeError(msg)
    return fault


def clean_method(method: Any) -> str:
    """Return ``method`` in upper case.

    Raises:
        TypeError: if it is not a ``str``.
        ValueError: if it is not the name of a method.
    """
    if not isinstance(method, str):
        msg = f"method must be a str such as 'GET', or '*' for any, not {method!r}"
        raise TypeError(msg)
    if not method.isascii() or method.split() != [method]:
        msg = f"method must be a name such as 'GET', or '*' for any, not {method!r}"
        raise ValueError(msg)
    return method.upper()


def clean_repeat(repeat: Any) -> int | None:
    """Return how many requests a route takes; ``None`` for any number.

    Raises:
        TypeError: if ``repeat`` is neither a number nor a ``bool``.
        ValueError: if it is negative.
    """
    if repeat is True:
        return None
    if not isinstance(repeat, int):
        msg = f"repeat must be True (for ever), False (once) or a number of times, not {repeat!r}"
        raise TypeError(msg)
    if repeat < 0:
        msg = f"repeat must not be negative: {repeat}; True means for ever"
        raise ValueError(msg)
    return max(int(repeat), 1)


def _clean_delay(delay: Any) -> float:
    if isinstance(delay, bool) or not isinstance(delay, (int, float)):
        msg = f"delay must be a number of seconds, not {delay!r}"
        raise TypeError(msg)
    if not 0 <= delay < float("inf"):
        msg = f"delay must be a number of seconds from 0 on, not {delay}"
        raise ValueError(msg)
    return float(delay)


def clean_rate(rate: Any) -> float | None:
    """Return ``rate`` as a number of bytes a second; ``None`` for as fast as can be.

    Raises:
        TypeError: if it is not a number.
        ValueError: for a number at which a body would never come.
    """
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, (int, float)):
        msg = f"rate must be a number of bytes a second, not {rate!r}"
        raise TypeError(msg)
    if not 0 < rate < float("inf"):
        msg = f"rate must be a number of bytes a second above 0, not {rate}"
        raise ValueError(msg)
    return float(rate)


def _clean_name(name: Any) -> str | None:
    if name is not None and not isinstance(name, str):
        msg = f"name must be a str, not {name!r}"
        raise TypeError(msg)
    return name


def _condition(first: Matcher | None, match: Any) -> Matcher | None:
    matchers = [] if first is None else [first]
    if match is not None:
        given = list(match) if is_iterable(match) else [match]
        if not given:
            msg = "match is empty: leave it out, or give a matcher or a list of matchers"
            raise ValueError(msg)
        try:
            matchers += [as_matcher(one) for one in given]
        except TypeError as error:
            msg = f"match: {error}"
            raise TypeError(msg) from None
    return all_of(matchers) if matchers else None
