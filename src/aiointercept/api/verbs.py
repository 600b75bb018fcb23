"""The verbs of the mock, with which users register routes."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import evolve
from yarl import URL

from aiointercept.api.argument_errors import explains_arguments
from aiointercept.api.callback import Callback
from aiointercept.api.content import BodyLike, HeadersLike
from aiointercept.api.handle import MockResponse
from aiointercept.api.options import (
    MatchLike,
    Options,
    asks_for_query,
    build_route,
    refuse_fault_without_tls,
)
from aiointercept.api.targets import clean_target
from aiointercept.core.calls import CallLog
from aiointercept.core.matching.combinators import as_matcher
from aiointercept.core.matching.results import MatcherLike
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import ANY_METHOD, Url, UrlIgnoringQuery
from aiointercept.core.recording.redacting.redaction import DEFAULT_REDACTION, Redaction
from aiointercept.core.reporting.expectations import UrlLike
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.registry import EXACT, Registry

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

HandleT = TypeVar("HandleT", bound=MockResponse)


class Verbs(ABC):
    """The part of the mock that registers routes."""

    _registry: Registry
    _log: CallLog
    _base: URL | None
    _speaks_tls: bool = False
    _rate: float | None = None
    _redaction: Redaction | None = DEFAULT_REDACTION

    @abstractmethod
    def _require_start(self) -> None:
        """Raise unless the mock is started."""
        ...

    @abstractmethod
    def _path_base(self) -> URL:
        """Return the base of path-only URLs."""
        ...

    @abstractmethod
    def _refuse_unreachable(self, target: Url | UrlIgnoringQuery | UrlPrefix) -> None:
        """Raise if requests for ``target`` are passed through."""
        ...

    @explains_arguments
    def add(
        self,
        url: UrlLike,
        method: str = "GET",
        status: int = 200,
        body: BodyLike | None = b"",
        json: Any = None,
        payload: Any = None,
        headers: HeadersLike = None,
        content_type: str | None = None,
        repeat: bool | int = False,
        callback: Callback | None = None,
        reason: str | None = None,
        exception: Any = None,
        *,
        match: MatchLike = None,
        delay: float = 0.0,
        rate: float | None = None,
        fault: Fault | None = None,
        raises: BaseException | type[BaseException] | None = None,
        cookies: Mapping[str, str] | None = None,
        ignore_query: bool = False,
        optional: bool = False,
        name: str | None = None,
    ) -> MockResponse:
        """Register a response to requests for ``url``.

        Args:
            url: exact, compared normalised; a path alone is relative to :attr:`server_url`; a
                compiled pattern is tried with ``match`` on the full URL.
            method: any case; ``*`` for every method.
            status: 200 to 999. A status from 100 to 199 is an error.
            body: ``bytes``, ``str``, a ``Path``, an async iterable of bytes, or a function that
                returns one.
            json: serialised in place of ``body``.
            payload: the same as ``json``.
            headers: of the response; a mapping or pairs.
            content_type: used if ``headers`` have none; ``application/json`` by default.
            repeat: ``False`` for one request, a number of requests, or ``True`` for all.
            callback: computes the response: ``(url, *, headers, query, json, data, **kw)``.
            reason: the reason phrase.
            exception: if true, the server disconnects: an ``aiohttp.ServerDisconnectedError``.
            match: matchers, or functions of the request, that must match besides the URL.
            delay: seconds before the answer starts.
            rate: bytes a second at which the body is sent, without bursts.
            fault: the network failure to simulate.
            raises: the exception that the client's call raises.
            cookies: the cookies that the response sets, by name.
            ignore_query: whether the query is not compared; nor is it where ``url`` has none and
                ``match`` holds a ``matchers.query``.
            optional: whether a strict mock allows it to stay unused.
            name: the name of the route in messages.

        Returns:
            The handle of this registration.

        Raises:
            RuntimeError: before the start.
            TypeError: for a value of the wrong type, naming the argument.
            ValueError: for contradictions, impossible values, and a URL that is passed through.

        .. versionchanged:: 1.1
            Added ``rate`` and ``ignore_query``.
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
            rate=rate,
            fault=fault,
            raises=raises,
            cookies=cookies,
            ignore_query=ignore_query,
            optional=optional,
            name=name,
        )
        return self._register(url, method, options)

    @explains_arguments
    def route(
        self,
        matcher: MatcherLike,
        *,
        status: int = 200,
        body: BodyLike | None = b"",
        json: Any = None,
        payload: Any = None,
        headers: HeadersLike = None,
        content_type: str | None = None,
        repeat: bool | int = False,
        callback: Callback | None = None,
        reason: str | None = None,
        exception: Any = None,
        match: MatchLike = None,
        delay: float = 0.0,
        rate: float | None = None,
        fault: Fault | None = None,
        raises: BaseException | type[BaseException] | None = None,
        cookies: Mapping[str, str] | None = None,
        ignore_query: bool = False,
        optional: bool = False,
        name: str | None = None,
    ) -> MockResponse:
        """Register a response to requests that ``matcher`` matches, whatever their URL and method.

        Args:
            matcher: one of :mod:`aiointercept.matchers`, one of your own, or a function.
            status: the same as in :meth:`add`, as are the options below.
            body: see there.
            json: see there.
            payload: see there.
            headers: see there.
            content_type: see there.
            repeat: see there.
            callback: see there.
            reason: see there.
            exception: see there.
            match: see there.
            delay: see there.
            rate: see there.
            fault: see there.
            raises: see there.
            cookies: see there.
            ignore_query: changes nothing, as no URL is compared.
            optional: see there.
            name: see there.
        """
        self._require_start()
        condition = as_matcher(matcher)
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
            rate=rate,
            fault=fault,
            raises=raises,
            cookies=cookies,
            ignore_query=ignore_query,
            optional=optional,
            name=name,
        )
        own = self._is_own(condition)
        route = build_route(None, ANY_METHOD, options, own=own, condition=condition)
        return self._handle(route, MockResponse)

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
            or (options.match is not None and _has_no_query(url) and asks_for_query(options.match)),
        )
        own = self._is_own(target, options.match)
        if isinstance(target, EXACT) and not own:
            self._refuse_unreachable(target)
        route = build_route(target, method, options, own=own)
        return self._handle(route, handle)

    def _handle(self, route: Any, kind: "type[HandleT]") -> "HandleT":
        if not self._speaks_tls:
            refuse_fault_without_tls(route)
        if route.rate is None and self._rate is not None:
            route = evolve(route, rate=self._rate)
        registration = self._registry.add(route)
        handle = kind(registration, self._registry, self._log, self._redaction)
        registration.handle = handle
        return handle

    def _is_own(self, *given: object) -> bool:
        """Return whether a URL is the mock's own, or its host and port stand in another text."""
        base = self._base
        if base is None:
            return False
        here = f"{base.host}:{base.port}"
        return any(
            (one.url.raw_host, one.url.explicit_port) == (base.raw_host, base.port)
            if isinstance(one, EXACT)
            else here in str(one).replace("\\", "")
            for one in given
            if one is not None
        )


def _has_no_query(url: Any) -> bool:
    return isinstance(url, (str, URL)) and "?" not in str(url)
