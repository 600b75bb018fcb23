"""The verbs for long-lived answers: WebSockets and server-sent events."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias

from aiohttp import web
from typing_extensions import TypedDict, Unpack

from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.api.argument_errors import explains_arguments
from aiointercept.api.content import HeadersLike
from aiointercept.api.handle import MockResponse, MockWebSocket
from aiointercept.api.options import MatchLike, Options
from aiointercept.api.streaming import event_options, websocket
from aiointercept.api.verbs import Verbs
from aiointercept.core.reporting.expectations import UrlLike
from aiointercept.core.routing.faults import Fault

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

WebSocketHandler: TypeAlias = Callable[
    [web.WebSocketResponse, AiointerceptRequest], Awaitable[object]
]
Events: TypeAlias = Iterable[Any] | AsyncIterable[Any]


class WebSocketSettings(TypedDict, total=False):
    """Settings of an ``aiohttp.web.WebSocketResponse``."""

    timeout: float
    receive_timeout: float | None
    autoclose: bool
    autoping: bool
    heartbeat: float | None
    protocols: Iterable[str]
    compress: bool
    max_msg_size: int
    writer_limit: int
    decode_text: bool


class NotBesideEvents(TypedDict, total=False):
    """Options that would replace a stream of events."""

    body: None
    json: None
    payload: None
    callback: None
    exception: None
    raises: None


class LiveVerbs(Verbs):
    """The part of the mock with the verbs for long-lived answers."""

    @explains_arguments
    def ws(
        self,
        url: UrlLike,
        handler: WebSocketHandler,
        *,
        headers: HeadersLike = None,
        fault: Fault | None = None,
        repeat: bool | int = False,
        match: MatchLike = None,
        delay: float = 0.0,
        ignore_query: bool = False,
        optional: bool = False,
        name: str | None = None,
        **settings: Unpack[WebSocketSettings],
    ) -> MockWebSocket:
        """Register a WebSocket.

        A handler drops the connection in the middle of a conversation, without a closing handshake,
        by ``request.transport.abort()``.

        Args:
            url: see :meth:`add`; ``ws`` and ``wss`` count as ``http`` and ``https``.
            handler: ``async def handler(ws, request)``; ``ws`` is an
                ``aiohttp.web.WebSocketResponse``.
            headers: of the answer to the handshake.
            fault: what happens in place of the handshake. With ``Fault.TRUNCATED_BODY`` the
                connection is dropped when the handler ends.
            repeat: the same as in :meth:`add`, as are the options below.
            match: see there.
            delay: see there.
            ignore_query: see there.
            optional: see there.
            name: see there.
            settings: of ``aiohttp.web.WebSocketResponse``, such as ``protocols`` or ``heartbeat``.

        Returns:
            The handle, with the transcript in ``messages``.

        .. versionchanged:: 1.1
            Added ``headers``, ``fault`` and ``ignore_query``.
        """
        options = Options(
            repeat=repeat,
            match=match,
            delay=delay,
            ignore_query=ignore_query,
            optional=optional,
            name=name,
            reply=websocket(handler, settings, headers, fault),
        )
        return self._register(url, "GET", options, MockWebSocket)

    @explains_arguments
    def sse(
        self,
        url: UrlLike,
        events: Events | Callable[[], Events],
        *,
        method: str = "GET",
        status: int = 200,
        reason: str | None = None,
        headers: HeadersLike = None,
        content_type: str | None = None,
        cookies: Mapping[str, str] | None = None,
        repeat: bool | int = False,
        match: MatchLike = None,
        delay: float = 0.0,
        rate: float | None = None,
        fault: Fault | None = None,
        ignore_query: bool = False,
        optional: bool = False,
        name: str | None = None,
        **others: Unpack[NotBesideEvents],
    ) -> MockResponse:
        """Register a stream of server-sent events.

        Args:
            url: see :meth:`add`.
            events: an iterable, async iterable, or a function that returns one for each request,
                of texts, JSON-able values and :class:`~aiointercept.ServerSentEvent`; text that
                begins with a colon is a comment.
            method: any case.
            status: the same as in :meth:`add`, as are the options below.
            reason: see there.
            headers: see there; without ``Cache-Control`` it is ``no-cache``.
            content_type: ``text/event-stream`` by default.
            cookies: see there.
            repeat: see there.
            match: see there.
            delay: see there.
            rate: see there.
            fault: with ``Fault.TRUNCATED_BODY`` the stream breaks after the last event.
            ignore_query: see there.
            optional: see there.
            name: see there.
            others: options of :meth:`add` that would replace the events, such as ``body`` and
                ``callback``. They are errors here.

        .. versionchanged:: 1.1
            Added ``rate`` and ``ignore_query``.
        """
        given: dict[str, Any] = {
            "status": status,
            "reason": reason,
            "headers": headers,
            "content_type": "text/event-stream" if content_type is None else content_type,
            "cookies": cookies,
            "repeat": repeat,
            "match": match,
            "delay": delay,
            "rate": rate,
            "fault": fault,
            "ignore_query": ignore_query,
            "optional": optional,
            "name": name,
            **others,
        }
        return self._register(url, method, Options(**event_options(events, given)))
