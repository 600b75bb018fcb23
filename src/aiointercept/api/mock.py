"""The public object: composition, life cycle, verbs, log and assertions.

It introduces the adapters to the core and to each other. What an option means is known in
:mod:`aiointercept.api.registration`, what becomes of a request in the core.
"""

import asyncio
import difflib
import inspect
import re
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import aiohttp
from typing_extensions import Self
from yarl import URL

from aiointercept.adapters.passthrough import relay, upstream_of
from aiointercept.adapters.resolver import ConnectorInterceptor, InterceptedConnector
from aiointercept.adapters.server import LoopbackServer
from aiointercept.adapters.wire import AiointerceptRequest
from aiointercept.api.callback import Callback
from aiointercept.api.content import Headers
from aiointercept.api.decorating import Decorated, decorate
from aiointercept.api.handle import MockResponse, MockWebSocket
from aiointercept.api.registration import Options, build_route, clean_target
from aiointercept.api.streaming import event_stream, websocket
from aiointercept.core.calls import Call, CallLog
from aiointercept.core.comparing import FieldSource
from aiointercept.core.dispatch import Dispatcher
from aiointercept.core.errors import NotStartedError, UnmetExpectationsError, add_note
from aiointercept.core.http import Origin
from aiointercept.core.matchers import Url, UrlPattern
from aiointercept.core.matching import Matcher, as_matcher
from aiointercept.core.policy import HostRule, Policy
from aiointercept.core.ports import Interceptor, Transport, Upstream
from aiointercept.core.registry import Registry
from aiointercept.core.replies import Fault
from aiointercept.core.verification import Params, UrlLike, Verifier

HandleT = TypeVar("HandleT", bound=MockResponse)

# What ends a callback from outside; everything else that it raises is an error of the test.
_INTERRUPTS = (asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit)


class _SystemClock:
    """The clock of this machine; see :class:`aiointercept.core.ports.Clock`."""

    now = staticmethod(time.time)
    tick = staticmethod(time.perf_counter)
    sleep = staticmethod(asyncio.sleep)


class aiointercept:  # noqa: N801  the public name, lower case as aioresponses' is
    """A mock of remote HTTP servers: a real server on loopback that answers what was registered.

    Use it with ``async with``, ``with``, as a decorator, or with ``start`` and ``stop``.

    Args:
        mock_external_urls: whether every aiohttp client of the process is intercepted, so that code
            reaches the mock under the URLs it already uses.
        passthrough: hosts or URLs whose requests are not touched.
        passthrough_unmatched: whether what no route matches goes to the real server.
        param: which parameter of a decorated function gets the mock; the last one by default.
        strict: whether leaving the block fails when a request matched nothing, or a route that is
            not ``optional`` was never used.
        transport: where requests come in, instead of a real server on loopback.
        interceptor: what leads clients here, instead of aiohttp's connectors.
        upstream: what reaches the real servers, instead of the client's own connector.

    Raises:
        TypeError: for a keyword that does not exist.
        ValueError: for passthrough without ``mock_external_urls``, or an entry that is no host.
    """

    def __init__(  # noqa: PLR0913  SPEC's signature
        self,
        mock_external_urls: bool = False,  # noqa: FBT001, FBT002  SPEC's signature
        passthrough: Iterable[str | URL] | None = None,
        passthrough_unmatched: bool = False,  # noqa: FBT001, FBT002  SPEC's signature
        param: str | None = None,
        *,
        strict: bool = False,
        transport: Transport | None = None,
        interceptor: Interceptor | None = None,
        upstream: Upstream | None = None,
        **unknown: object,
    ) -> None:
        _refuse_unknown(unknown)
        if (passthrough or passthrough_unmatched) and not mock_external_urls:
            msg = (
                "passthrough and passthrough_unmatched need mock_external_urls=True: without it no "
                "client is intercepted, so there is nothing to pass through"
            )
            raise ValueError(msg)
        if isinstance(passthrough, (str, URL)):
            passthrough = [passthrough]
        self._settings: dict[str, Any] = {
            "mock_external_urls": mock_external_urls,
            "passthrough": passthrough,
            "passthrough_unmatched": passthrough_unmatched,
            "param": param,
            "strict": strict,
            "transport": transport,
            "interceptor": interceptor,
            "upstream": upstream,
        }
        self._intercepts = mock_external_urls
        self._param = param
        self._strict = strict
        self._registry = Registry()
        self._log = CallLog(_SystemClock())
        policy = Policy(
            untouched=tuple(HostRule.parse(entry) for entry in passthrough or ()),
            forward_unmatched=passthrough_unmatched,
            carry_forwarded=upstream is not None,
        )
        self._desk = Dispatcher(
            self._registry, self._log, policy, _SystemClock(), upstream, _INTERRUPTS
        )
        self._transport: Transport = transport or LoopbackServer(relay)
        self._connectors = ConnectorInterceptor(upstream_of)
        self._interceptor: Interceptor = interceptor or self._connectors
        self._base: URL | None = None
        self._started = False

    # Life cycle

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()
        self._conclude(error)

    async def __aenter__(self) -> Self:
        self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()
        await self._transport.wait_closed()
        self._conclude(error)

    async def start(self) -> None:
        """Begin, as at the beginning of a block.

        Raises:
            RuntimeError: if it is started already.
        """
        self._start()

    async def stop(self) -> None:
        """End, as at the end of a block; harmless if it has ended already.

        Raises:
            Exception: what was held back: errors in callbacks, and what ``strict`` has to say.
        """
        if self._started:
            await self.__aexit__(None, None, None)

    def __call__(self, target: Decorated) -> Decorated:
        """Decorate a function, a coroutine function, or a test class.

        Each call runs in a block of its own; the mock becomes the argument ``param``.
        """
        return decorate(target, self._param, self._idle)

    def _idle(self) -> "aiointercept":
        """Return what a call of a decorated function enters: another one if this is in use."""
        return type(self)(**self._settings) if self._started else self

    def _start(self) -> None:
        if self._started:
            msg = "this aiointercept is started already: leave its block, or make another one"
            raise RuntimeError(msg)
        self._log.clear()
        self._registry.clear()
        self._desk.held.clear()
        self._base = None
        try:
            self._transport.start(self._desk)
            self._connectors.bind(self._desk, self._transport)
            if self._interceptor is not self._connectors:
                self._interceptor.bind(self._desk, self._transport)
            if self._intercepts:
                self._interceptor.install()
            else:
                self._base = self._transport.url
        except BaseException:
            self._undo()
            raise
        self._started = True

    def _stop(self) -> None:
        self._started = False
        self._undo()

    def _undo(self) -> None:
        self._interceptor.uninstall()
        self._connectors.uninstall()
        self._transport.stop()

    def _conclude(self, leaving: BaseException | None) -> None:
        """Verify and raise what was held back, unless another exception is on its way out."""
        held = list(self._desk.held)
        if self._strict:
            held += self._unmet_expectations()
        self._registry.clear()
        if not held:
            return
        error = leaving if leaving is not None else held.pop(0)
        for other in held:
            if other is not error:
                add_note(error, f"aiointercept also has: {type(other).__name__}: {other}")
        if leaving is None:
            raise error

    def _unmet_expectations(self) -> list[BaseException]:
        registrations = list(self._registry)
        verifier = self._verifier
        problems: list[str] = []
        for check in (verifier.assert_all_matched, verifier.assert_all_called):
            try:
                check(registrations)
            except AssertionError as error:
                problems.append(str(error))
        return [UnmetExpectationsError("\n".join(problems))] if problems else []

    # Where it is

    @property
    def server_url(self) -> URL:
        """The base URL under which any HTTP client reaches the mock, ``http://127.0.0.1:PORT``.

        Raises:
            RuntimeError: outside of the block.
        """
        self._require_start()
        if self._base is None:
            self._base = self._transport.url
        return self._base

    @property
    def server_host(self) -> str:
        """The host of :attr:`server_url`."""
        return self.server_url.host or ""

    @property
    def server_port(self) -> int:
        """The port of :attr:`server_url`."""
        return self.server_url.port or 0

    def connector(self, **options: Any) -> InterceptedConnector:
        """Return a connector whose requests go to the mock, although nothing is patched.

        Args:
            options: what ``aiohttp.TCPConnector`` takes.
        """
        self._require_start()
        return self._connectors.connector(**options)

    def session(self, **options: Any) -> aiohttp.ClientSession:
        """Return a session over a :meth:`connector` of this mock.

        Args:
            options: what ``aiohttp.ClientSession`` takes, but for ``connector``.
        """
        return aiohttp.ClientSession(connector=self.connector(), **options)

    # Registration

    def add(  # noqa: PLR0913  SPEC's signature
        self,
        url: str | URL | re.Pattern[str],
        method: str = "GET",
        status: int = 200,
        body: Any = b"",
        json: Any = None,
        payload: Any = None,
        headers: Headers = None,
        content_type: str | None = None,
        repeat: bool | int = False,  # noqa: FBT001, FBT002  SPEC's signature
        callback: Callback | None = None,
        reason: str | None = None,
        exception: Any = None,
        *,
        match: Any = None,
        delay: float = 0.0,
        fault: Fault | None = None,
        raises: BaseException | type[BaseException] | None = None,
        cookies: Mapping[str, str] | None = None,
        optional: bool = False,
        name: str | None = None,
    ) -> MockResponse:
        """Register what is answered to requests for ``url``.

        Args:
            url: exact, compared normalised; a path alone is relative to :attr:`server_url`; a
                compiled pattern is tried with ``match`` on the full URL.
            method: any case; ``*`` for every method.
            status: 100 to 599.
            body: ``bytes``, ``str``, a ``Path``, an async iterable of bytes, or a function that
                returns one.
            json: serialised in place of ``body``.
            payload: the same as ``json``.
            headers: of the response; a mapping or pairs.
            content_type: if ``headers`` tell none; ``application/json`` by default.
            repeat: ``False`` for once, a number of times, or ``True`` for ever.
            callback: makes the answer: ``(url, *, headers, query, json, data, **kw)``.
            reason: the phrase behind the status.
            exception: if true, the client gets an ``aiohttp.ClientConnectionError``.
            match: matchers, or functions of the request, that must hold besides the URL.
            delay: seconds before the answer starts.
            fault: a way in which the network fails.
            raises: what the client's call raises.
            cookies: that the response sets, by name.
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
            optional=optional,
            name=name,
        )
        return self._register(url, method, options)

    def get(self, url: str | URL | re.Pattern[str], *args: Any, **kwargs: Any) -> MockResponse:
        """Register for GET; see :meth:`add`."""
        return self.add(url, "GET", *args, **kwargs)

    def post(self, url: str | URL | re.Pattern[str], *args: Any, **kwargs: Any) -> MockResponse:
        """Register for POST; see :meth:`add`."""
        return self.add(url, "POST", *args, **kwargs)

    def put(self, url: str | URL | re.Pattern[str], *args: Any, **kwargs: Any) -> MockResponse:
        """Register for PUT; see :meth:`add`."""
        return self.add(url, "PUT", *args, **kwargs)

    def patch(self, url: str | URL | re.Pattern[str], *args: Any, **kwargs: Any) -> MockResponse:
        """Register for PATCH; see :meth:`add`."""
        return self.add(url, "PATCH", *args, **kwargs)

    def delete(self, url: str | URL | re.Pattern[str], *args: Any, **kwargs: Any) -> MockResponse:
        """Register for DELETE; see :meth:`add`."""
        return self.add(url, "DELETE", *args, **kwargs)

    def head(self, url: str | URL | re.Pattern[str], *args: Any, **kwargs: Any) -> MockResponse:
        """Register for HEAD; see :meth:`add`."""
        return self.add(url, "HEAD", *args, **kwargs)

    def options(self, url: str | URL | re.Pattern[str], *args: Any, **kwargs: Any) -> MockResponse:
        """Register for OPTIONS; see :meth:`add`."""
        return self.add(url, "OPTIONS", *args, **kwargs)

    def route(self, matcher: Any, **options: Any) -> MockResponse:
        """Register for the requests that ``matcher`` matches, whatever their URL and method.

        Args:
            matcher: one of :mod:`aiointercept.matchers`, one of your own, or a function.
            options: those of :meth:`add` but for ``url`` and ``method``.
        """
        self._require_start()
        condition = as_matcher(matcher)
        route = build_route(None, "*", _options(options), own=False, condition=condition)
        return self._handle(route, MockResponse)

    def ws(
        self, url: str | URL | re.Pattern[str], handler: Any, **options: Any
    ) -> MockWebSocket:
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

    def sse(self, url: str | URL | re.Pattern[str], events: Any, **options: Any) -> MockResponse:
        """Register a stream of server-sent events.

        Args:
            url: see :meth:`add`.
            events: an iterable, async iterable, or a function that returns one for each request,
                of texts, JSON-able values and :class:`~aiointercept.ServerSentEvent`; text that
                begins with a colon is a comment.
            options: of :meth:`add`: ``method``, ``status``, ``headers``, ``repeat``, ``match``,
                ``delay``, ``optional`` and ``name``.
        """
        method = options.pop("method", "GET")
        reusable = options.get("repeat", False) not in (False, 0, 1) or options.get("repeat") is True
        reply = event_stream(events, options, reusable=reusable)
        return self._register(url, method, _options(options, reply=reply))

    def _register(
        self,
        url: str | URL | re.Pattern[str],
        method: str,
        options: Options,
        handle: "type[HandleT]" = MockResponse,  # type: ignore[assignment]  the usual one
    ) -> "HandleT":
        self._require_start()
        target = clean_target(url, lambda: self.server_url)
        route = build_route(target, method, options, own=self._is_own(target))
        return self._handle(route, handle)

    def _handle(self, route: Any, kind: "type[HandleT]") -> "HandleT":
        registration = self._registry.add(route)
        handle = kind(registration, self._registry, self._log)
        registration.handle = handle
        return handle

    def _is_own(self, target: Url | UrlPattern) -> bool:
        if self._base is None or not isinstance(target, Url):
            return False
        return Origin.of(target.url) == Origin.of(self._base)

    def _require_start(self) -> None:
        if not self._started:
            msg = (
                "Server not started: use the mock inside 'async with aiointercept() as m:' (or "
                "'with'), or await m.start() first"
            )
            raise NotStartedError(msg)

    # What was asked

    @property
    def calls(self) -> list[Call]:
        """All calls, in order of arrival."""
        return self._log.snapshot()

    @property
    def call_count(self) -> int:
        """How many calls there were, matched or not."""
        return len(self._log)

    @property
    def last_request(self) -> AiointerceptRequest | None:
        """The latest request; ``None`` before the first."""
        last = self._log.last()
        return None if last is None else last.request

    @property
    def requests(self) -> dict[tuple[str, URL], list[AiointerceptRequest]]:
        """The requests by method and normalised URL, in order of arrival."""
        found: dict[tuple[str, URL], list[AiointerceptRequest]] = {}
        for key, request in self.ordered_requests:
            found.setdefault(key, []).append(request)
        return found

    @property
    def ordered_requests(self) -> list[tuple[tuple[str, URL], AiointerceptRequest]]:
        """All requests, each with its method and normalised URL, in order of arrival."""
        return [
            ((call.received.method, call.received.canonical_url), call.request)
            for call in self._log
        ]

    def clear(self) -> None:
        """Forget all routes and all calls; the server stays."""
        self._registry.clear()
        self._log.clear()

    def clear_calls(self) -> None:
        """Forget all calls; the routes stay."""
        self._log.clear()

    # Assertions

    def assert_called(self) -> None:
        """Fail unless there was a call.

        Raises:
            AssertionError: if there was none.
        """
        self._verifier.assert_called()

    def assert_not_called(self) -> None:
        """Fail if there was a call.

        Raises:
            AssertionError: naming the calls.
        """
        self._verifier.assert_not_called()

    def assert_called_once(self) -> None:
        """Fail unless there was exactly one call.

        Raises:
            AssertionError: if there was none, or several.
        """
        self._verifier.assert_called_once()

    def assert_any_call(
        self, url: UrlLike, method: str = "GET", params: Params = None, **ignored: object
    ) -> None:
        """Fail unless one of the calls was to ``url``.

        Args:
            url: compared normalised; a pattern means any URL that it matches.
            method: any case; ``*`` for every method.
            params: merged into the query of ``url``.
            ignored: other keywords; a ``DeprecationWarning`` names them.

        Raises:
            AssertionError: with the nearest calls.
        """
        self._verifier.assert_any_call(url, method, params, **ignored)

    def assert_called_with(  # noqa: PLR0913  SPEC's signature
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,  # noqa: FBT001, FBT002  SPEC's signature
        **ignored: object,
    ) -> None:
        """Fail unless the latest call to ``url`` was as told.

        Args:
            url: compared normalised; a pattern means any URL that it matches.
            method: any case; ``*`` for every method.
            params: merged into the query of ``url``.
            data: the body: ``bytes``, ``str``, or the fields of a form.
            json: the body, parsed.
            headers: some of the headers.
            strict_headers: whether there may be no others.
            ignored: other keywords; a ``DeprecationWarning`` names them.

        Raises:
            AssertionError: with the nearest calls and what differs.
        """
        self._verifier.assert_called_with(
            url, method, params, data, json, headers, strict_headers, **ignored
        )

    def assert_called_once_with(  # noqa: PLR0913  SPEC's signature
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,  # noqa: FBT001, FBT002  SPEC's signature
        **ignored: object,
    ) -> None:
        """Fail unless there was exactly one call, and that as :meth:`assert_called_with` tells.

        Raises:
            AssertionError: with the nearest calls and what differs.
        """
        self._verifier.assert_called_once_with(
            url, method, params, data, json, headers, strict_headers, **ignored
        )

    def assert_has_calls(
        self,
        calls: Iterable[tuple[str, UrlLike]],
        any_order: bool = False,  # noqa: FBT001, FBT002  SPEC's signature
    ) -> None:
        """Fail unless these calls were made.

        Args:
            calls: pairs of method and URL.
            any_order: whether they may have come in any order, with others in between.

        Raises:
            AssertionError: with what is missing.
        """
        self._verifier.assert_has_calls(calls, any_order)

    def assert_all_called(self) -> None:
        """Fail if a route that is not optional was never used.

        Raises:
            AssertionError: naming these routes and where they were registered.
        """
        self._verifier.assert_all_called(list(self._registry))

    def assert_all_matched(self) -> None:
        """Fail if a request matched no route.

        Raises:
            AssertionError: naming these requests and the nearest routes.
        """
        self._verifier.assert_all_matched(list(self._registry))

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self._log.snapshot(), resolve_url=self._absolute)

    def _absolute(self, url: UrlLike) -> UrlLike:
        if isinstance(url, re.Pattern) or not str(url).startswith("/"):
            return url
        base = self._base if self._base is not None else self.server_url
        return base.join(URL(url))


def _options(given: dict[str, Any], **fixed: Any) -> Options:
    known = inspect.signature(Options).parameters
    for name in given:
        if name not in known:
            raise TypeError(_unexpected(name, known))
    return Options(**given, **fixed)


def _refuse_unknown(unknown: dict[str, object]) -> None:
    known = inspect.signature(aiointercept.__init__).parameters
    for name in unknown:
        raise TypeError(_unexpected(name, known))


def _unexpected(name: str, known: Iterable[str]) -> str:
    names = [one for one in known if one not in ("self", "unknown", "reply")]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"valid ones are {', '.join(names)}"
    return f"unexpected keyword argument {name!r}: {hint}"
