"""The public object, and its composition.

It connects the adapters with the core and with each other. :mod:`aiointercept.api.life_cycle`
starts and stops them, :mod:`aiointercept.api.options` knows what an option means, and the core what
happens to a request.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any, Concatenate, TypeVar, overload

from typing_extensions import ParamSpec, override
from yarl import URL

from aiointercept.adapters.event_loops import CLIENT_ERRORS, INTERRUPTS
from aiointercept.adapters.interception.interceptor import (
    ConnectorInterceptor,
)
from aiointercept.adapters.local_server.tls import Tls
from aiointercept.adapters.passthrough.client import FixedUpstream, upstream_of
from aiointercept.adapters.system_clock import SystemClock
from aiointercept.api.argument_errors import explains_arguments
from aiointercept.api.assertions import Assertions
from aiointercept.api.call import Call
from aiointercept.api.cassette import clean_cassette
from aiointercept.api.claiming import Claim
from aiointercept.api.clients import Clients, dialer_of
from aiointercept.api.decorating import Decorated, decorate
from aiointercept.api.live import LiveVerbs
from aiointercept.api.mounting import Mounting, app_host
from aiointercept.api.other_clients import OtherClients, authority_for, local_server
from aiointercept.api.replay_and_save import Cassettes
from aiointercept.api.run import MockRun
from aiointercept.api.shortcuts import Shortcuts
from aiointercept.api.targets import below, clean_base_url
from aiointercept.api.uncalled import Uncalled
from aiointercept.api.unreachable import warn_of_unreachable
from aiointercept.api.values import clean_rate
from aiointercept.api.watching import announce
from aiointercept.core.calls import CallLog
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.errors import NotStartedError
from aiointercept.core.http.messages import Origin
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery
from aiointercept.core.ports.interceptor import Interceptor
from aiointercept.core.ports.transport import Listener
from aiointercept.core.ports.upstream import Upstream
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.reporting.expectations import UrlLike
from aiointercept.core.reporting.wording import count
from aiointercept.core.routing.policy import HostRule, Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.text import one_line

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

LeftParameters = ParamSpec("LeftParameters")
ReturnT = TypeVar("ReturnT")
ClassT = TypeVar("ClassT")


class aiointercept(  # noqa: N801  lower case as aioresponses' is
    Shortcuts,
    LiveVerbs,
    Mounting,
    Assertions,
    Cassettes,
    Clients,
    OtherClients,
    metaclass=Uncalled,
):
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
        base_url: what path-only URLs are appended to, in registrations, assertions and look-ups,
            instead of :attr:`server_url`.
        rate: bytes a second at which bodies go out, those of real servers included; a route's own
            ``rate`` comes first. Mounted applications and WebSockets are not slowed down.

            .. versionadded:: 1.1
        transport: where requests come in, instead of a real server on loopback.
        tls: whether the mock speaks TLS, with certificates of its own authority: at
            :attr:`server_url`, and with intercepted clients under ``https://`` URLs. A ``Tls`` says
            more about it.

            .. versionadded:: 1.1
        interceptor: what leads clients here, instead of aiohttp's connectors.
        upstream: what reaches the real servers, instead of the client's own connector.
        cassette: a file of recorded traffic, ``.har`` or ``.yaml``, that answers what no route
            does. It implies ``mock_external_urls``.
        record: ``"none"`` to replay it only, ``"once"`` to record if there is no file, ``"new"`` to
            add what is not in it, ``"all"`` to record everything anew.
        redact: a :class:`~aiointercept.Redaction` to mask more secrets than is the default, or
            ``False`` to mask none.
        match_on: which parts of a request are compared with recorded ones; see :meth:`replay`.

    Raises:
        TypeError: for a keyword that does not exist.
        ValueError: for passthrough without ``mock_external_urls``, or an entry that is not a host;
            for ``tls`` beside ``transport``; for a ``rate`` that is not above 0.
        ImportError: for ``tls`` if the extra of that name is not installed.

    .. versionchanged:: 1.1
       Added ``base_url``, ``cassette``, ``record``, ``redact``, ``match_on``, ``rate`` and ``tls``.
    """

    @explains_arguments
    def __init__(
        self,
        mock_external_urls: bool = False,
        passthrough: Iterable[str | URL] | None = None,
        passthrough_unmatched: bool = False,
        param: str | None = None,
        *,
        strict: bool = False,
        base_url: str | URL | None = None,
        rate: float | None = None,
        tls: "bool | Tls" = False,
        transport: Listener | None = None,
        interceptor: Interceptor | None = None,
        upstream: Upstream | None = None,
        cassette: str | os.PathLike[str] | None = None,
        record: str | None = None,
        redact: Redaction | bool | None = None,
        match_on: Iterable[Any] | None = None,
    ) -> None:
        self._cassette, redaction = clean_cassette(cassette, record, redact, match_on)
        # Messages mask secrets if there is a cassette, or if the user asked for it.
        self._redaction = redaction
        if callable(mock_external_urls):
            msg = "write the decorator with parentheses: @aiointercept() instead of @aiointercept"
            raise TypeError(msg)
        if (passthrough or passthrough_unmatched) and not mock_external_urls and cassette is None:
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
            "base_url": base_url,
            "rate": rate,
            "tls": tls,
            "transport": transport,
            "interceptor": interceptor,
            "upstream": upstream,
            "cassette": cassette,
            "record": record,
            "redact": redact,
            "match_on": match_on,
        }
        self._cassette_run = None
        self._intercepts = mock_external_urls or cassette is not None
        self._param = param
        self._strict = strict
        self._given_base = clean_base_url(base_url)
        self._rate = clean_rate(rate)
        self._registry = Registry()
        show_url = str if redaction is None else redaction.url
        self._log = CallLog(SystemClock(), show_url, Call)
        policy = Policy(
            untouched=tuple(HostRule.parse(entry) for entry in passthrough),
            forward_unmatched=passthrough_unmatched,
            carry_forwarded=upstream is not None or self._rate is not None,
            forward_rate=self._rate,
        )
        self._dispatcher = MockDispatcher(
            self._registry,
            self._log,
            policy,
            SystemClock(),
            None if upstream is None else FixedUpstream(upstream),
            INTERRUPTS,
            CLIENT_ERRORS,
            redaction,
        )
        self._authority = authority_for(tls)
        self._speaks_tls = bool(tls)
        self._transport: Listener = transport or local_server(
            self._authority, self._dispatcher, secure=bool(tls)
        )
        self._dialer = dialer_of(self._transport)
        self._interceptor: Interceptor = interceptor or ConnectorInterceptor(
            upstream_of, self._authority.default_context if tls else None
        )
        self._apps = app_host(self._dispatcher)
        self._run = MockRun(self._dispatcher, self._redaction)
        self._base: URL | None = None
        self._started = False
        self._led = False  # whether a client was directed here without patching
        self._claim = Claim()
        self._undo = ExitStack()

    def __repr__(self) -> str:
        """Show URL, routes and calls in one line."""
        calls = self._log.snapshot()
        unmatched = sum(not call.matched for call in calls)
        where = "started" if self._started else "not started"
        if self._started and self._base is not None:  # looking it up may open a port
            where = str(self._base)
        rest = ", intercepting" if self._intercepts and self._started else ""
        rest += f", {count(len(list(self._registry)), 'route', 'routes')}"
        rest += f", {count(len(calls), 'call', 'calls')}"
        rest += f" ({unmatched:,} unmatched)" if unmatched else ""
        return one_line("<aiointercept ", where, rest)

    @overload
    def __call__(self, target: type[ClassT]) -> type[ClassT]: ...

    @overload
    def __call__(
        self, target: "Callable[Concatenate[aiointercept, LeftParameters], ReturnT]"
    ) -> Callable[LeftParameters, ReturnT]: ...

    @overload
    def __call__(self, target: Decorated) -> Decorated: ...

    def __call__(self, target: Any) -> Any:
        """Decorate a function, a coroutine function, or a test class.

        Each call runs in a block of its own; the mock becomes the argument ``param``.
        """
        return decorate(target, self._param, self._for_one_call)

    def _for_one_call(self) -> "aiointercept":
        """Return the mock for one call of a decorated function: a new one if this one is in use."""
        return self if self._claim.reserve() else type(self)(**self._settings)

    @override
    def _begin(self, undo: ExitStack) -> None:
        self._run = MockRun(self._dispatcher, self._redaction, self._why_unused)
        self._run.clear()
        self._base = self._registry.own_origin = None
        self._led = False
        self._apps.start()
        undo.callback(self._apps.stop)
        undo.callback(self._authority.close)
        self._transport.start(self._dispatcher)
        undo.callback(self._transport.stop)
        self._interceptor.bind(self._dispatcher, self._dialer)
        undo.callback(self._interceptor.uninstall)
        run = self._cassette_run
        if run is not None:
            rules, path = run.options.rules, run.options.path
            run.begin(self._dispatcher, lambda entries: self._replay(path, entries, rules))
            undo.callback(run.end, self._dispatcher)
        if self._intercepts:
            self._interceptor.install()
        else:
            self._learn_base()
        announce(self._run)

    @override
    def _conclude(self, leaving: BaseException | None) -> None:
        __tracebackhide__ = True
        try:
            if leaving is None and not self._leads_clients:
                warn_of_unreachable(self._run.routes, self._is_own, self._redaction, self._base)
            self._run.verify(leaving, strict=self._strict)
        finally:
            self._run.close()
            self._claim.release()

    @property
    def param(self) -> str | None:
        """Which parameter of a decorated function gets the mock, as it was given.

        .. versionadded:: 1.1
        """
        return self._param

    @property
    def passthrough_unmatched(self) -> bool:
        """Whether what no route matches goes to the real server.

        .. versionadded:: 1.1
        """
        return bool(self._settings["passthrough_unmatched"])

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

    def _base_url(self) -> URL:
        self._require_start()
        return self._learn_base() if self._base is None else self._base

    def _learn_base(self) -> URL:
        """Ask the transport for its URL, once a block; in intercept mode a listener begins then."""
        self._base = base = self._transport.url
        self._registry.own_origin = Origin.of(base)
        return base

    @override
    def _require_start(self) -> None:
        if not self._started:
            msg = (
                "Server not started: use the mock inside 'async with aiointercept() as m:' (or "
                "'with'), or await m.start() first"
            )
            raise NotStartedError(msg)

    @override
    def _path_base(self) -> URL:
        self._require_start()
        return self._base_url() if self._given_base is None else self._given_base

    @override
    def _refuse_unreachable(self, target: Url | UrlIgnoringQuery | UrlPrefix) -> None:
        rule = self._dispatcher.policy.rule_for(target.url)
        if rule is not None:
            msg = (
                f"url: {target} is never requested here, because passthrough={str(rule)!r} leaves "
                "requests for it alone: narrow passthrough, or leave the route out"
            )
            raise ValueError(msg)

    @override
    def _absolute(self, url: UrlLike) -> UrlLike:
        if isinstance(url, re.Pattern) or not str(url).startswith("/"):
            return url
        base = self._given_base
        if base is None:
            base = self._base if self._base is not None else self._base_url()
        return below(base, url)
