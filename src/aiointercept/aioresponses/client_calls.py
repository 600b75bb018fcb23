"""Calls of aiohttp's clients, with their arguments as they were passed, and continuing them.

The one file besides ``adapters/interception/`` that knows private names of aiohttp:

* ``ClientSession._request``, patched: every verb of a session calls it. Without it: ``request`` and
  the verbs, one by one.
* ``ClientSession._build_url``, ``_prepare_headers``: how a session completes a URL and headers.
* ``ClientSession._loop``, ``_response_class``, ``_resolve_charset``, ``_json_serialize_bytes``:
  the settings of a session.
* ``ClientResponse._request_info``, ``_headers``, ``_raw_headers``, ``_url``, ``_real_url``, and
  their ``_cache``; ``_history``: set if HTTP could not transfer the registered answer. Without
  them: such answers look as they would in production.
* ``ResponseHandler._payload``: the stream from which a client reads the body after the head.
  Without it: aiohttp parses the body like the head, which copies it twice.
"""

import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias

import aiohttp
from aiohttp import StreamReader, hdrs
from aiohttp.client_proto import ResponseHandler
from attrs import define, field
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.adapters.interception.direct_connector import DirectConnector
from aiointercept.aioresponses.routes import STAND_IN
from aiointercept.core.errors import UnsupportedAiohttpError
from aiointercept.core.http.urls import merge_params, sorted_query
from aiointercept.core.type_guards import is_async_iterable

ClientMethod: TypeAlias = Callable[..., Coroutine[Any, Any, aiohttp.ClientResponse]]
Handler: TypeAlias = Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]]

# The original class, because suites replace names of aiohttp.
_Session: Final = aiohttp.ClientSession
_SCHEMES: Final = frozenset({"http", "https", "ws", "wss"})
_SECRETS: Final = (hdrs.AUTHORIZATION, hdrs.COOKIE, hdrs.PROXY_AUTHORIZATION)


@define(eq=False, repr=False)
class ClientCall:
    """One call of a client, which may follow redirects.

    Attributes:
        session: the client's session.
        method: the method as it was passed.
        passed_url: the URL as it was passed.
        kwargs: the keyword arguments.
        original: aiohttp's own implementation of the call.
        url: the complete URL, with ``params`` merged into its query.
        headers: the headers of the call and its session.
    """

    session: Any
    method: str
    passed_url: str | URL
    kwargs: dict[str, Any]
    original: ClientMethod = field(repr=False)
    url: URL = field(init=False)
    headers: CIMultiDict[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        url = self.session._build_url(self.passed_url)
        self.url = merge_params(url, self.kwargs.get("params"))
        self.headers = self.session._prepare_headers(self.kwargs.get("headers"))

    @cached_property
    def sorted_url(self) -> URL:
        """The URL with its query sorted."""
        return sorted_query(self.url)

    @property
    def place(self) -> str:
        """The URL without parts that are often secret, for messages."""
        url = self.url.with_query(None).with_fragment(None)
        return str(url.with_user(None) if url.raw_user else url)

    @property
    def is_http(self) -> bool:
        """Whether HTTP can request the URL."""
        return self.url.scheme in _SCHEMES and bool(self.url.raw_host)

    @property
    def shown(self) -> dict[str, Any]:
        """The keyword arguments, with the headers of the session merged into ``headers``."""
        return {**self.kwargs, "headers": self.headers} if self.session.headers else self.kwargs

    @property
    def connector(self) -> Any:
        """The connector of the session."""
        return self.session.connector

    @property
    def loop(self) -> Any:
        """The loop of the session."""
        return self.session._loop

    def serialise_json(self, value: Any) -> Any:
        """Return ``value`` serialised as the session would send it."""
        as_bytes = getattr(self.session, "_json_serialize_bytes", None)
        return (as_bytes or self.session.json_serialize)(value)

    def known_body(self) -> bytes | None:
        """Return the body that would be sent; ``None`` if only aiohttp could make it."""
        data, json = self.kwargs.get("data"), self.kwargs.get("json")
        if data is None and json is None:
            return b""
        try:
            body = self.serialise_json(json) if data is None else data
        except Exception:  # noqa: BLE001  it would never be sent
            return None
        if isinstance(body, str):
            return body.encode("utf-8", "surrogateescape")
        return bytes(body) if isinstance(body, (bytes, bytearray)) else None

    async def read_data(self) -> None:
        """Read ``data`` that is an async iterable, so that mocks can use its content."""
        data = self.kwargs.get("data")
        if is_async_iterable(data):
            self.kwargs["data"] = b"".join([chunk async for chunk in data])

    async def pass_on(self) -> aiohttp.ClientResponse:
        """Let aiohttp make the call as without a mock."""
        __tracebackhide__ = True
        return await self.original(self.session, self.method, self.passed_url, **self.kwargs)

    async def go_on(
        self, method: str, url: URL, history: Sequence[aiohttp.ClientResponse]
    ) -> aiohttp.ClientResponse:
        """Let aiohttp follow a redirect, with the arguments that apply to the next server.

        Args:
            method: the method of the next request.
            url: the URL of the next request.
            history: the previous responses.
        """
        kwargs = {name: value for name, value in self.kwargs.items() if name != "params"}
        if method != self.method:
            kwargs = {name: kwargs[name] for name in kwargs if name not in ("data", "json")}
        if self.url.raw_host != url.raw_host or self.url.scheme != url.scheme:
            headers = CIMultiDict(self.headers)
            for name in _SECRETS:
                headers.popall(name, None)
            kwargs |= {"headers": headers, "auth": None}
        response = await self.original(self.session, method, url, **kwargs)
        vars_of: Any = response
        vars_of._history = (*history, *vars_of._history)
        return response

    async def ask(
        self,
        exchange: Callable[[aiohttp.ClientRequest, Handler], Awaitable[aiohttp.ClientResponse]],
        connector: DirectConnector,
    ) -> aiohttp.ClientResponse:
        """Let aiohttp make the same call with a session of ours, and return its response.

        That session belongs to the running loop, and has no trace hooks, middlewares or proxies. It
        sends a bare GET, because only the response matters.

        Args:
            exchange: the middleware for each request, including redirected ones.
            connector: the connector of the session.
        """
        session = self.session
        twin = _Session(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            response_class=session._response_class,
            raise_for_status=session.raise_for_status,
            requote_redirect_url=session.requote_redirect_url,
            fallback_charset_resolver=session._resolve_charset,
        )
        url = self.url if self.is_http else STAND_IN
        options: dict[str, Any] = {
            name: self.kwargs[name] for name in _OPTIONS if name in self.kwargs
        }
        try:
            return await self.original(
                twin,
                hdrs.METH_GET,
                url,
                timeout=self._timeout(),
                auto_decompress=False,
                middlewares=(exchange,),
                **_LIMITS,
                **options,
            )
        finally:
            twin.detach()

    def _timeout(self) -> aiohttp.ClientTimeout:
        timeout = self.kwargs.get("timeout", self.session.timeout)
        if isinstance(timeout, (int, float)):
            return aiohttp.ClientTimeout(total=timeout)
        if timeout is None:
            return aiohttp.ClientTimeout(total=None)
        return timeout if isinstance(timeout, aiohttp.ClientTimeout) else self.session.timeout


# The client's options for handling the response.
_OPTIONS: Final = ("allow_redirects", "max_redirects", "raise_for_status")
# Answers may be of any size, because they are complete before the call returns.
_NO_LIMIT: Final = 1 << 30
_LIMITS: Final[dict[str, Any]] = {
    name: _NO_LIMIT
    for name in ("max_line_size", "max_field_size", "max_headers")
    if name in inspect.signature(vars(_Session)["_request"]).parameters
}


def show_request(response: aiohttp.ClientResponse, method: str, call: ClientCall) -> None:
    """Make a response show the request that the client made.

    Args:
        response: the response just received.
        method: the method to show.
        call: the client's call.
    """
    vars_of: Any = response
    told: dict[str, Any] = {"method": method, "headers": CIMultiDictProxy(call.headers)}
    if not call.is_http:
        told |= {"url": call.url.with_fragment(None), "real_url": call.url}
        vars_of._url, vars_of._real_url = told["url"], call.url
    response.method = method
    vars_of._request_info = vars_of._request_info._replace(**told)


def show_head(
    response: aiohttp.ClientResponse,
    status: int,
    headers: CIMultiDictProxy[str] | None,
) -> None:
    """Make a response show a status, and headers if given, that could not be sent."""
    response.status = status
    if headers is not None:
        vars_of: Any = response
        vars_of._headers = headers
        vars_of._raw_headers = tuple(
            (name.encode(), value.encode("utf-8", "surrogateescape"))
            for name, value in headers.items()
        )
        vars_of._cache.pop("headers", None)


def receive_body(protocol: ResponseHandler, body: bytes) -> None:
    """Give a client ``body`` as the rest of the connection, without framing.

    aiohttp's parser would copy the body twice; here the client gets the registered object itself.

    Args:
        protocol: the client's protocol, which has received a head that allows a body.
        body: the complete body.
    """
    reader: Any = getattr(protocol, "_payload", None)
    if type(reader) is StreamReader:
        reader.feed_data(body)
    else:
        protocol.data_received(body)


class CallPatch:
    """The one patch of ``ClientSession``, for as long as a mock is active.

    Args:
        answer: answers each call.
    """

    def __init__(self, answer: Callable[[ClientCall], Awaitable[aiohttp.ClientResponse]]) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self._users = 0
        self._original: ClientMethod | None = None

    def apply(self) -> None:
        """Add a mock; patch for the first one.

        Raises:
            UnsupportedAiohttpError: if this aiohttp is not supported.
        """
        with self._lock:
            if not self._users:
                self._original = _checked_request()
                vars_of: Any = aiohttp.ClientSession
                vars_of._request = self._patched(self._original)
            self._users += 1

    def undo(self) -> None:
        """Remove a mock; restore the original method after the last one."""
        with self._lock:
            self._users -= 1
            if not self._users:
                vars_of: Any = aiohttp.ClientSession
                vars_of._request = self._original
                self._original = None

    def _patched(self, original: ClientMethod) -> ClientMethod:
        known = set(inspect.signature(original).parameters)

        async def _request(
            session: Any, method: str, str_or_url: str | URL, **kwargs: Any
        ) -> aiohttp.ClientResponse:
            __tracebackhide__ = True
            if session.closed or not kwargs.keys() <= known:
                # aiohttp refuses this, so it is not a call.
                return await original(session, method, str_or_url, **kwargs)
            return await self._answer(ClientCall(session, method, str_or_url, kwargs, original))

        return _request


def _checked_request() -> ClientMethod:
    """Return the method to patch.

    Raises:
        UnsupportedAiohttpError: if this aiohttp is not supported.
    """
    original: ClientMethod | None = vars(aiohttp.ClientSession).get("_request")
    wanted = {"method", "str_or_url", "middlewares", "auto_decompress"}
    if original is None or not wanted <= set(inspect.signature(original).parameters):
        msg = (
            "aiointercept.aioresponses cannot intercept calls of clients of aiohttp "
            f"{aiohttp.__version__}: ClientSession._request is missing or takes other arguments. "
            "Install a newer aiointercept, or an aiohttp that it knows (3.13 or 3.14); "
            "aiointercept(mock_external_urls=True) does not need it"
        )
        raise UnsupportedAiohttpError(msg)
    return original
