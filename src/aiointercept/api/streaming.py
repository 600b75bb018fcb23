"""What ``m.ws`` and ``m.sse`` take, as replies."""

import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from multidict import CIMultiDict

from aiointercept.core import sse
from aiointercept.core.kinds import is_async_iterable, is_iterable
from aiointercept.core.replies import Stream, WebSocket

_WEBSOCKET_OPTIONS: Final = frozenset(
    {
        "timeout",
        "receive_timeout",
        "autoclose",
        "autoping",
        "heartbeat",
        "protocols",
        "compress",
        "max_msg_size",
        "writer_limit",
        "decode_text",
    }
)


def websocket(handler: Any, options: dict[str, Any]) -> WebSocket:
    """Return the reply that opens a WebSocket; takes its settings out of ``options``.

    Raises:
        TypeError: if ``handler`` is no coroutine function of two arguments.
    """
    call = handler if inspect.isroutine(handler) else getattr(handler, "__call__", None)  # noqa: B004
    if not inspect.iscoroutinefunction(call):
        msg = f"a WebSocket handler must be an 'async def handler(ws, request)', not {handler!r}"
        raise TypeError(msg)
    try:
        inspect.signature(handler).bind(None, None)
    except TypeError:
        msg = f"the WebSocket handler {handler!r} must take two arguments: ws and request"
        raise TypeError(msg) from None
    given = {name: options.pop(name) for name in list(options) if name in _WEBSOCKET_OPTIONS}
    return WebSocket(handler, given)


def event_stream(events: Any, options: dict[str, Any], *, reusable: bool) -> Stream:
    """Return the reply that streams ``events``; takes status and headers out of ``options``.

    Args:
        events: events, or a function that returns them anew for each request. An event is text, a
            :class:`~aiointercept.core.sse.ServerSentEvent`, or what ``json.dumps`` takes; text that
            begins with a colon is a comment.
        options: of the registration.
        reusable: whether the events must be there for more than one request.

    Raises:
        TypeError: if ``events`` is nothing of that.
        ValueError: if it gives its events only once, but more requests are to be answered.
    """
    headers = CIMultiDict(options.pop("headers", None) or {})
    for name, value in sse.HEADERS.items():
        headers.setdefault(name, value)
    opener = _opener(events, reusable=reusable)
    return Stream(lambda: _encoded(opener()), options.pop("status", 200), None, headers)


def _opener(events: Any, *, reusable: bool) -> Callable[[], Any]:
    if reusable and hasattr(events, "__anext__"):
        msg = (
            "events is an async iterator, which gives its events only once, but the route may take "
            "more than one request: give a function that returns a new one for each"
        )
        raise ValueError(msg)
    if isinstance(events, (str, bytes, dict)):
        msg = f"events must be a list or an (async) iterable of events, not {events!r}"
        raise TypeError(msg)
    if is_async_iterable(events):
        return lambda: events
    if is_iterable(events):
        kept = list(events)
        for event in kept:
            sse.encode(event)
        return lambda: kept
    if callable(events):
        return events  # type: ignore[no-any-return]  # the user's function
    msg = f"events must be an (async) iterable of events, or a function, not {events!r}"
    raise TypeError(msg)


async def _encoded(events: Any) -> AsyncIterator[bytes]:
    if is_async_iterable(events):
        async for event in events:
            yield sse.encode(event)
    else:
        for event in events:
            yield sse.encode(event)
