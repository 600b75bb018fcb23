"""From keyword options to a :class:`~aiointercept.core.routing.routes.Route`.

The only place that knows the options of ``add`` and which of them contradict each other. Each value
is checked once, here and in :mod:`aiointercept.api.values`; nothing that is accepted fails inside
the server later.
"""

import inspect
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from attrs import define, field

from aiointercept.api.callback import Callback, computing, parameters_of
from aiointercept.api.content import HeadersLike, make_content, refuse_arguments
from aiointercept.api.values import (
    clean_fault,
    clean_method,
    clean_name,
    clean_raises,
    clean_rate,
    clean_repeat,
    clean_seconds,
)
from aiointercept.core.matching.combinators import AllOf, all_of, as_matcher
from aiointercept.core.matching.fields import Query
from aiointercept.core.matching.results import Matcher, MatcherLike
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery, UrlPattern
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import (
    CallbackReply,
    DisconnectReply,
    FaultReply,
    RaiseReply,
    Reply,
)
from aiointercept.core.routing.routes import Route
from aiointercept.core.type_guards import is_iterable

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

MatchLike: TypeAlias = MatcherLike | Iterable[MatcherLike] | None

_logger: Final = logging.getLogger("aiointercept")
_PACKAGE: Final = str(Path(__file__).parent.parent)


@define(kw_only=True, eq=False, repr=False)
class Options:
    """The options that every kind of registration takes, as the user gave them.

    Made for each registration, they are not frozen: with this many fields that takes five times as
    long.
    """

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
        target: see :func:`~aiointercept.api.targets.clean_target`; ``None`` for every URL.
        method: in any case, ``*`` for any.
        options: see the table of options in the README.
        own: whether ``target`` is at the mock's own URL, where no client is intercepted.
        condition: must match too, before the matchers in ``options``.

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
        delay=float(clean_seconds("delay", options.delay)),
        rate=clean_rate(options.rate),
        optional=bool(options.optional),
        name=clean_name(options.name),
    )


def asks_for_query(match: Any) -> bool:
    """Whether a ``matchers.query`` is among what ``match=`` was given."""
    given = list(match) if is_iterable(match) else [match]
    return any(
        isinstance(one, Query) or (isinstance(one, AllOf) and asks_for_query(one.sides))
        for one in given
    )


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
        return RaiseReply(clean_raises(options.raises))
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
    if options.callback is options.fault is options.raises is options.reply is None:
        return  # as in most registrations
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
    """Refuse a route whose fault is shown in a TLS handshake, for a mock without TLS.

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
    try:
        refuse_arguments("callback", given, "url", **dict.fromkeys(names))
    except TypeError as error:
        msg = f"{error}: write it as def answer(url, **kwargs)"
        raise TypeError(msg) from None
    return given  # type: ignore[no-any-return]  # the user's function


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
