"""The verbs of the mock: what users register, and as what."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from typing_extensions import TypedDict, Unpack
from yarl import URL

from aiointercept.api.callback import Callback
from aiointercept.api.content import HeadersLike
from aiointercept.api.handle import MockResponse, MockWebSocket
from aiointercept.api.keywords import unexpected
from aiointercept.api.options import (
    Options,
    asks_for_query,
    build_route,
    clean_target,
    refuse_fault_without_tls,
)
from aiointercept.api.streaming import event_options, websocket
from aiointercept.core.calls import CallLog
from aiointercept.core.matching.combinators import as_matcher
from aiointercept.core.matching.mounting import UrlPrefix
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery
from aiointercept.core.reporting.expectations import UrlLike
from aiointercept.core.routing.registry import EXACT, Registry
from aiointercept.core.routing.replies import Fault

HandleT = TypeVar("HandleT", bound=MockResponse)

_OPTIONS: Final = tuple(inspect.signature(Options).parameters)


class RouteOptions(TypedDict, total=False):
    """The options of :meth:`Verbs.add` behind ``url`` and ``method``."""

    status: int
    body: Any
    json: Any
    payload: Any
    headers: HeadersLike
    content_type: str | None
    repeat: bool | int
    callback: Callback | None
    reason: str | None
    exception: Any
    match: Any
    delay: float
    fault: Fault | None
    raises: BaseException | type[BaseException] | None
    cookies: Mapping[str, str] | None
    ignore_query: bool
    optional: bool
    name: str | None


class Verbs(ABC):
    """The part of the mock that takes registrations."""

    _registry: Registry
    _log: CallLog
    _base: URL | None
    _speaks_tls: bool = False

    @abstractmethod
    def _require_start(self) -> None:
        """Raise unless the mock is started."""
        ...

    @abstractmethod
    def _path_base(self) -> URL:
        """Return what path-only URLs are appended to."""
        ...

    @abstractmethod
    def _refuse_unreachable(self, target: Url | UrlIgnoringQuery | UrlPrefix) -> None:
        """Raise if requests for ``target`` are passed through."""
        ...

    def add(
        self,
        url: UrlLike,
        method: str = "GET",
        status: int = 200,
        body: Any = b"",
        json: Any = None,
        payload: Any = None,
        headers: HeadersLike = None,
        content_type: str | None = None,
        repeat: bool | int = False,
        callback: Callback | None = None,
        reason: str | None = None,
        exception: Any = None,
        *,
        match: Any = None,
        delay: float = 0.0,
        fault: Fault | None = None,
        raises: BaseException | type[BaseException] | None = None,
        cookies: Mapping[str, str] | None = None,
        ignore_query: bool = False,
        optional: bool = False,
        name: str | None = None,
    ) -> MockResponse:
        """Register what is answered to requests for ``url``.

        Args:
            url: exact, compared normalised; a path alone is relative to :attr:`server_url`; a
                compiled pattern is tried with ``match`` on the full URL.
            method: any case; ``*`` for every method.
            status: 200 to 999; interim ones are refused.
            body: ``bytes``, ``str``, a ``Path``, an async iterable of bytes, or a function that
                returns one.
            json: serialised in place of ``body``.
            payload: the same as ``json``.
            headers: of the response; a mapping or pairs.
            content_type: if ``headers`` tell none; ``application/json`` by default.
            repeat: ``False`` for once, a number of times, or ``True`` for ever.
            callback: makes the answer: ``(url, *, headers, query, json, data, **kw)``.
            reason: the phrase behind the status.
            exception: if true, the connection is closed: an ``aiohttp.ServerDisconnectedError``.
            match: matchers, or functions of the request, that must hold besides the URL.
            delay: seconds before the answer starts.
            fault: a way in which the network fails.
            raises: what the client's call raises.
            cookies: that the response sets, by name.
            ignore_query: whether the query is not compared; nor is it where ``url`` has none and
                ``match`` holds a ``matchers.query``.
            optional: whether a strict mock allows it to stay unused.
            name: what messages call it.

        Returns:
            The handle of this registration.

        Raises:
            RuntimeError: before the start.
            TypeError: for a value of the wrong type, naming the argument.
            ValueError: for contradictions, impossible values, and a route that would be dead.
        """
        options = Options(
            status=status,
            body=body,
            json=json,
            payload=payload,
            headers=headers,
            content_type=content_type,
            repeat=repeat,
            callback=callback,
            reason=reason,
            exception=exception,
            match=match,
            delay=delay,
            fault=fault,
            raises=raises,
            cookies=cookies,
            ignore_query=ignore_query,
            optional=optional,
            name=name,
        )
        return self._register(url, method, options)

    def get(self, url: UrlLike, **options: Unpack[RouteOptions]) -> MockResponse:
        """Register for GET; see :meth:`add`."""
        return self._shortcut(url, "GET", options)

    def post(self, url: UrlLike, **options: Unpack[RouteOptions]) -> MockResponse:
        """Register for POST; see :meth:`add`."""
        return self._shortcut(url, "POST", options)

    def put(self, url: UrlLike, **options: Unpack[RouteOptions]) -> MockResponse:
        """Register for PUT; see :meth:`add`."""
        return self._shortcut(url, "PUT", options)

    def patch(self, url: UrlLike, **options: Unpack[RouteOptions]) -> MockResponse:
        """Register for PATCH; see :meth:`add`."""
        return self._shortcut(url, "PATCH", options)

    def delete(self, url: UrlLike, **options: Unpack[RouteOptions]) -> MockResponse:
        """Register for DELETE; see :meth:`add`."""
        return self._shortcut(url, "DELETE", options)

    def head(self, url: UrlLike, **options: Unpack[RouteOptions]) -> MockResponse:
        """Register for HEAD; see :meth:`add`."""
        return self._shortcut(url, "HEAD", options)

    def options(self, url: UrlLike, **options: Unpack[RouteOptions]) -> MockResponse:
        """Register for OPTIONS; see :meth:`add`."""
        return self._shortcut(url, "OPTIONS", options)

    def _shortcut(self, url: UrlLike, method: str, options: RouteOptions) -> MockResponse:
        _refuse_unknown(options)
        return self.add(url, method=method, **options)

    def route(self, matcher: Any, **options: Unpack[RouteOptions]) -> MockResponse:
        """Register for the requests that ``matcher`` matches, whatever their URL and method.

        Args:
            matcher: one of :mod:`aiointercept.matchers`, one of your own, or a function.
            options: those of :meth:`add` but for ``url`` and ``method``.
        """
        self._require_start()
        condition = as_matcher(matcher)
        route = build_route(
            None, "*", _options(dict(options)), own=self._is_own(condition), condition=condition
        )
        return self._handle(route, MockResponse)

    def ws(self, url: UrlLike, handler: Any, **options: Any) -> MockWebSocket:
        """Register a WebSocket.

        Args:
            url: see :meth:`add`; ``ws`` and ``wss`` count as ``http`` and ``https``.
            handler: ``async def handler(ws, request)``; ``ws`` is an
                ``aiohttp.web.WebSocketResponse``.
            options: settings of that (``protocols``, ``heartbeat``, ...), and of :meth:`add`
                ``repeat``, ``match``, ``delay``, ``optional`` and ``name``.

        Returns:
            The handle, with the transcript in ``messages``.
        """
        reply = websocket(handler, options)
        return self._register(url, "GET", _options(options, reply=reply), MockWebSocket)

    def sse(self, url: UrlLike, events: Any, **options: Any) -> MockResponse:
        """Register a stream of server-sent events.

        Args:
            url: see :meth:`add`.
            events: an iterable, async iterable, or a function that returns one for each request,
                of texts, JSON-able values and :class:`~aiointercept.ServerSentEvent`; text that
                begins with a colon is a comment.
            options: those of :meth:`add` but for ``body`` and the like. With
                ``fault=Fault.TRUNCATED_BODY`` the stream breaks after the last event.
        """
        method = options.pop("method", "GET")
        return self._register(url, method, _options(event_options(events, options)))

    def _register(
        self,
        url: UrlLike,
        method: str,
        options: Options,
        handle: "type[HandleT]" = MockResponse,  # type: ignore[assignment]  # the usual one
    ) -> "HandleT":
        self._require_start()
        target = clean_target(
            url,
            self._path_base,
            ignore_query=options.ignore_query
            or (_has_no_query(url) and asks_for_query(options.match)),
        )
        own = self._is_own(target, options.match)
        if isinstance(target, EXACT) and not own:
            self._refuse_unreachable(target)
        route = build_route(target, method, options, own=own)
        return self._handle(route, handle)

    def _handle(self, route: Any, kind: "type[HandleT]") -> "HandleT":
        if not self._speaks_tls:
            refuse_fault_without_tls(route)
        registration = self._registry.add(route)
        handle = kind(registration, self._registry, self._log)
        registration.handle = handle
        return handle

    def _is_own(self, *given: object) -> bool:
        """Say whether the mock's own host and port stand in the text of what was given."""
        if self._base is None:
            return False
        here = f"{self._base.host}:{self._base.port}"
        return any(here in str(one).replace("\\", "") for one in given)


def _has_no_query(url: Any) -> bool:
    return isinstance(url, (str, URL)) and "?" not in str(url)


def _options(given: dict[str, Any], **fixed: Any) -> Options:
    _refuse_unknown(given)
    return Options(**given, **fixed)


def _refuse_unknown(given: Iterable[str]) -> None:
    for name in given:
        if name not in _OPTIONS:
            raise TypeError(unexpected(name, _OPTIONS))
