"""Arguments of ``m.ws`` and ``m.sse``: a reply that opens a WebSocket, and events as a body."""

import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

from aiohttp import web

from aiointercept.api.argument_errors import unexpected
from aiointercept.api.content import header_pairs, sendable_headers
from aiointercept.api.values import clean_fault, clean_repeat
from aiointercept.core.http import sse
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import FaultReply, WebSocket
from aiointercept.core.type_guards import is_async_iterable, is_iterable

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

_ONE_SHOT: Final = (
    "events is an async iterator, which gives its events only once, but the route may take more "
    "than one request: give a function that returns a new one for each, as in make_events instead "
    "of make_events()"
)
_NOT_BESIDE_EVENTS: Final = ("body", "json", "payload", "callback", "exception", "raises")
_NUMBERS: Final = ("timeout", "receive_timeout", "heartbeat", "max_msg_size", "writer_limit")


def websocket(
    handler: Any, settings: Mapping[str, Any], headers: Any = None, fault: Any = None
) -> WebSocket | FaultReply:
    """Return the reply that opens a WebSocket, or fails to.

    Args:
        handler: handles the conversation.
        settings: of ``aiohttp.web.WebSocketResponse``.
        headers: of the answer to the handshake.
        fault: what happens in place of the handshake; ``TRUNCATED_BODY`` drops the connection when
            ``handler`` ends.

    Raises:
        TypeError: if ``handler`` is not a coroutine function of two arguments, and for a setting
            that does not exist or has the wrong type.
        ValueError: for headers that cannot be sent.
    """
    _check_handler(handler)
    known = inspect.signature(web.WebSocketResponse).parameters
    for name in settings:
        if name not in known:
            raise TypeError(unexpected(name, known))
    fields = sendable_headers(headers)
    if fault is not None and clean_fault(fault) is not Fault.TRUNCATED_BODY:
        return FaultReply(fault)
    cleaned = {name: _setting(name, value) for name, value in settings.items()}
    return WebSocket(handler, cleaned, fields, drops=fault is not None)


def _check_handler(handler: Any) -> None:
    if not any(map(inspect.iscoroutinefunction, (handler, getattr(handler, "__call__", None)))):  # noqa: B004  it is looked at, to see whether it is a coroutine function
        msg = f"a WebSocket handler must be an 'async def handler(ws, request)', not {handler!r}"
        raise TypeError(msg)
    try:
        inspect.signature(handler).bind(None, None)
    except TypeError:
        msg = f"the WebSocket handler {handler!r} must take two arguments: ws and request"
        raise TypeError(msg) from None


def _setting(name: str, value: Any) -> Any:
    if name == "protocols":
        protocols = () if isinstance(value, (str, bytes)) or not is_iterable(value) else [*value]
        if not protocols or not all(isinstance(one, str) for one in protocols):
            msg = f"protocols must be a list of names such as ['chat'], not {value!r}"
            raise TypeError(msg)
        return tuple(protocols)
    if name in _NUMBERS and not (value is None or isinstance(value, (int, float))):
        msg = f"{name} of a WebSocket must be a number, not {value!r}"
        raise TypeError(msg)
    return value


def event_options(events: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a registration whose body is a stream of ``events``.

    Args:
        events: events, or a function that returns new ones for each request. An event is text, a
            :class:`~aiointercept.ServerSentEvent`, or what ``json.dumps`` takes; text that
            begins with a colon is a comment.
        options: of the registration.

    Raises:
        TypeError: if ``events`` is none of these.
        ValueError: if it gives its events only once, but more requests are to be answered, and for
            options that leave no room for events.
    """
    _refuse_other_answers(options)
    open_events = _opener(events, reusable=clean_repeat(options.get("repeat", False)) != 1)
    headers = header_pairs(options.get("headers"))
    if not any(str(name).lower() == "cache-control" for name, _ in headers):
        headers.append(("Cache-Control", "no-cache"))
    return {
        **options,
        "headers": headers,
        "body": lambda: _encoded(open_events()),
    }


def _refuse_other_answers(options: dict[str, Any]) -> None:
    for name in _NOT_BESIDE_EVENTS:
        if options.get(name):
            msg = f"{name} and events contradict each other: m.sse answers with the events"
            raise ValueError(msg)
    fault = options.get("fault")
    if isinstance(fault, Fault) and fault is not Fault.TRUNCATED_BODY:
        msg = f"fault={fault} and events contradict each other: it leaves none to be sent"
        raise ValueError(msg)


def _opener(events: Any, *, reusable: bool) -> Callable[[], Any]:
    if is_async_iterable(events):
        if reusable and hasattr(events, "__anext__"):
            raise ValueError(_ONE_SHOT)
        return lambda: events
    if callable(events) and not inspect.iscoroutinefunction(events):
        return lambda: _several(events())
    kept = list(_several(events))
    for event in kept:
        sse.encode_event(event)
    return lambda: kept


def _several(events: Any) -> Any:
    one_event = isinstance(events, (str, bytes, dict))
    if is_async_iterable(events) or (is_iterable(events) and not one_event):
        return events
    msg = (
        "events must be a list or another (async) iterable of events, or a function that returns "
        f"one, not {events!r}"
    )
    raise TypeError(msg)


async def _encoded(events: Any) -> AsyncIterator[bytes]:
    if not is_async_iterable(events):
        for event in events:
            yield sse.encode_event(event)
        return
    iterator = aiter(events)
    try:
        async for event in iterator:
            yield sse.encode_event(event)
    finally:
        close = getattr(iterator, "aclose", None)
        if close is not None:
            await close()
