"""The public object: composition and life cycle.

It introduces the adapters to the core and to each other. What an option means is known in
:mod:`aiointercept.api.options`, what becomes of a request in the core.
"""

import inspect
import logging
import re
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final

import aiohttp
from typing_extensions import Self, override
from yarl import URL

from aiointercept.adapters.event_loops import CLIENT_ERRORS, INTERRUPTS
from aiointercept.adapters.interception.interceptor import (
    ConnectorInterceptor,
    InterceptedConnector,
)
from aiointercept.adapters.local_server.tls import Tls
from aiointercept.adapters.passthrough.client import FixedUpstream, upstream_of
from aiointercept.adapters.system_clock import SystemClock
from aiointercept.api.assertions import Assertions
from aiointercept.api.decorating import Decorated, decorate
from aiointercept.api.keywords import unexpected
from aiointercept.api.other_clients import OtherClients, authority_for, local_server
from aiointercept.api.run import MockRun
from aiointercept.api.verbs import Verbs
from aiointercept.api.watching import announce
from aiointercept.core.calls import CallLog
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.errors import NotStartedError
from aiointercept.core.matching.urls import Url
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.interceptor import Interceptor
from aiointercept.core.ports.transport import Dialer, Listener
from aiointercept.core.ports.upstream import Upstream
from aiointercept.core.reporting.expectations import UrlLike
from aiointercept.core.routing.policy import HostRule, Policy
from aiointercept.core.routing.registry import Registry

_logger: Final = logging.getLogger("aiointercept")


class aiointercept(Verbs, Assertions, OtherClients):  # noqa: N801  lower case as aioresponses' is
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
        tls: whether the mock speaks TLS, with certificates of its own authority: at
            :attr:`server_url`, and with intercepted clients under ``https://`` URLs. A ``Tls`` says
            more about it.

            .. versionadded:: 1.1
        interceptor: what leads clients here, instead of aiohttp's connectors.
        upstream: what reaches the real servers, instead of the client's own connector.

    Raises:
        TypeError: for a keyword that does not exist.
        ValueError: for passthrough without ``mock_external_urls``, or an entry that is no host;
            for ``tls`` beside ``transport``.
        ImportError: for ``tls`` if the extra of that name is not installed.
    """

    def __init__(
        self,
        mock_external_urls: bool = False,
        passthrough: Iterable[str | URL] | None = None,
        passthrough_unmatched: bool = False,
        param: str | None = None,
        *,
        strict: bool = False,
        tls: "bool | Tls" = False,
        transport: Listener | None = None,
        interceptor: Interceptor | None = None,
        upstream: Upstream | None = None,
        **unknown: object,
    ) -> None:
        _refuse_unknown(unknown)
        if callable(mock_external_urls):
            msg = "write the decorator with parentheses: @aiointercept() instead of @aiointercept"
            raise TypeError(msg)
        if (passthrough or passthrough_unmatched) and not mock_external_urls:
            msg = (
                "passthrough and passthrough_unmatched need mock_external_urls=True: without it no "
                "client is intercepted, so there is nothing to pass through"
            )
            raise ValueError(msg)
        if tls and transport is not None:
            msg = (
                f"tls={tls!r} and transport={transport!r} contradict each other: a transport of "
                "your own speaks TLS itself, or not at all"
            )
            raise ValueError(msg)
        passthrough = [passthrough] if isinstance(passthrough, (str, URL)) else passthrough
        passthrough = tuple(passthrough or ())
        self._settings: dict[str, Any] = {
            "mock_external_urls": mock_external_urls,
            "passthrough": passthrough,
            "passthrough_unmatched": passthrough_unmatched,
            "param": param,
            "strict": strict,
            "tls": tls,
            "transport": transport,
            "interceptor": interceptor,
            "upstream": upstream,
        }
        self._intercepts = mock_external_urls
        self._param = param
        self._strict = strict
        self._registry = Registry()
        self._log = CallLog(SystemClock())
        policy = Policy(
            untouched=tuple(HostRule.parse(entry) for entry in passthrough),
            forward_unmatched=passthrough_unmatched,
            carry_forwarded=upstream is not None,
        )
        self._dispatcher = MockDispatcher(
            self._registry,
            self._log,
            policy,
            SystemClock(),
            None if upstream is None else FixedUpstream(upstream),
            INTERRUPTS,
            CLIENT_ERRORS,
        )
        self._authority = authority_for(tls)
        self._speaks_tls = bool(tls)
        self._transport: Listener = transport or local_server(
            self._authority, self._dispatcher, secure=bool(tls)
        )
        self._dialer: Dialer = (
            self._transport if isinstance(self._transport, Dialer) else _NoDialer(self._transport)
        )
        self._interceptor: Interceptor = interceptor or ConnectorInterceptor(
            upstream_of, self._authority.default_context if tls else None
        )
        self._run = MockRun(self._dispatcher)
        self._base: URL | None = None
        self._started = False
        self._led = False  # whether a connector was given that leads here
        # Held longer than started: a block that ends waits before it is judged.
        self._in_use = threading.Lock()
        self._reserved_for: int | None = None

    def __enter__(self) -> Self:
        self._claim()
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        if not self._started:  # stopped inside the block
            return
        try:
            self._stop()
        finally:
            self._conclude(error)

    async def __aenter__(self) -> Self:
        self._claim()
        self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        if not self._started:  # stopped inside the block
            return
        with ExitStack() as last:
            last.callback(self._conclude, error)
            try:
                self._stop()
            finally:
                await self._transport.wait_closed()

    async def start(self) -> None:
        """Begin, as at the beginning of a block.

        Raises:
            RuntimeError: if it is started already.
        """
        self._claim()
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
        return decorate(target, self._param, self._for_one_call)

    def _for_one_call(self) -> "aiointercept":
        """Return what a call of a decorated function enters: another one if this is in use."""
        if not self._in_use.acquire(blocking=False):
            return type(self)(**self._settings)
        self._reserved_for = threading.get_ident()
        return self

    def _claim(self) -> None:
        """See that nobody else enters; what was reserved is entered by the thread that did it."""
        if self._reserved_for == threading.get_ident():
            self._reserved_for = None
        elif not self._in_use.acquire(blocking=False):
            msg = "this aiointercept is started already: leave its block, or make another one"
            raise RuntimeError(msg)

    def _start(self) -> None:
        """Start what has been claimed; give it free again if that fails."""
        try:
            self._begin()
        except BaseException:
            self._in_use.release()
            raise

    def _begin(self) -> None:
        self._run = MockRun(self._dispatcher)
        self._run.clear()
        self._base = None
        self._led = False
        with ExitStack() as undo:
            undo.callback(self._authority.close)
            self._transport.start(self._dispatcher)
            undo.callback(self._transport.stop)
            self._interceptor.bind(self._dispatcher, self._dialer)
            undo.callback(self._interceptor.uninstall)
            if self._intercepts:
                self._interceptor.install()
            else:
                self._base = self._transport.url
            announce(self._run)
            self._undo = undo.pop_all()
        self._started = True

    def _stop(self) -> None:
        self._started = False
        self._undo.close()

    def _conclude(self, leaving: BaseException | None) -> None:
        __tracebackhide__ = True
        try:
            self._tell_unreachable_routes()
            self._run.verify(leaving, strict=self._strict)
        finally:
            self._run.close()
            self._in_use.release()

    def _tell_unreachable_routes(self) -> None:
        """Warn of what was registered for other servers and could not be reached here."""
        if self._intercepts or self._led or self._settings["transport"] is not None:
            return
        for registration in self._run.routes:
            target = registration.route.target
            if isinstance(target, Url) and not registration.used and not self._is_own(target):
                _logger.warning(
                    "%s, registered at %s, was never used: without mock_external_urls=True only "
                    "m.session(), m.connector() and the proxy lead there, and other clients reach "
                    "the real server",
                    registration,
                    registration.declared_at,
                )

    @property
    def server_url(self) -> str:
        """The base URL under which any HTTP client reaches the mock, ``http://127.0.0.1:PORT``.

        With ``tls`` it is ``https://localhost:PORT``; clients need :meth:`ssl_context` or
        :attr:`ca_file` to trust it.

        Raises:
            RuntimeError: outside of the block.
        """
        return str(self._base_url())

    @property
    def server_host(self) -> str:
        """The host of :attr:`server_url`."""
        return self._base_url().host or ""

    @property
    def server_port(self) -> int:
        """The port of :attr:`server_url`."""
        return self._base_url().port or 0

    def connector(self, **options: Any) -> InterceptedConnector:
        """Return a connector whose requests go to the mock, although nothing is patched.

        Args:
            options: what ``aiohttp.TCPConnector`` takes.
        """
        self._require_start()
        self._led = True
        if not isinstance(self._interceptor, ConnectorInterceptor):
            msg = (
                f"m.session() and m.connector() need aiointercept's own interceptor, but this mock "
                f"was made with interceptor={self._interceptor!r}"
            )
            raise TypeError(msg)
        return self._interceptor.connector(**options)

    def session(self, **options: Any) -> aiohttp.ClientSession:
        """Return a session over a :meth:`connector` of this mock.

        Args:
            options: what ``aiohttp.ClientSession`` takes, but for ``connector``.
        """
        return aiohttp.ClientSession(connector=self.connector(), **options)

    @override
    def _base_url(self) -> URL:
        self._require_start()
        if self._base is None:
            self._base = self._transport.url
        return self._base

    @override
    def _require_start(self) -> None:
        if not self._started:
            msg = (
                "Server not started: use the mock inside 'async with aiointercept() as m:' (or "
                "'with'), or await m.start() first"
            )
            raise NotStartedError(msg)

    @override
    def _absolute(self, url: UrlLike) -> UrlLike:
        if isinstance(url, re.Pattern) or not str(url).startswith("/"):
            return url
        base = self._base if self._base is not None else self._base_url()
        return base.join(URL(url))


class _NoDialer:
    """Stands for a transport that no client's connection can be led to."""

    def __init__(self, transport: Listener) -> None:
        self._transport = transport

    async def dial(self, _factory: Callable[[], Any], connection: ClientConnection) -> Any:
        """Refuse, saying what the transport lacks.

        Raises:
            TypeError: always.
        """
        msg = (
            f"{type(self._transport).__name__} has no connections, so {connection.origin} cannot "
            "be reached by an aiohttp client: send requests with 'await transport.send(method, "
            "url)', or give a transport that has a dial() method"
        )
        raise TypeError(msg)


def _refuse_unknown(unknown: dict[str, object]) -> None:
    for name in unknown:
        raise TypeError(unexpected(name, inspect.signature(aiointercept.__init__).parameters))
