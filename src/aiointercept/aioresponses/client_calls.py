"""Each call of an aiohttp client with its arguments as they were passed, and how it goes on.

The one file besides ``adapters/interception/`` that knows private names of aiohttp:

* ``ClientSession._request``, patched: what every verb of a session calls. Without it: ``request``
  and the verbs, one by one.
* ``ClientSession._build_url``, ``_prepare_headers``: how a session completes a URL and headers.
* ``ClientSession._loop``, ``_response_class``, ``_resolve_charset``, ``_json_serialize_bytes``:
  what a session was made with.
* ``ClientResponse._request_info``, ``_headers``, ``_raw_headers``, ``_url``, ``_real_url``, and
  their ``_cache``; ``_history``: set where the answer that was asked for is none that HTTP could
  carry. Without them: such answers look as they would in production.
* ``ResponseHandler._payload``: what a client reads the body from, once the head was received.
  Without it: the body is parsed by aiohttp as the head is, which copies it twice.
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

# Suites replace the names of aiohttp.
_Session: Final = aiohttp.ClientSession
_SCHEMES: Final = frozenset({"http", "https", "ws", "wss"})
_SECRETS: Final = (hdrs.AUTHORIZATION, hdrs.COOKIE, hdrs.PROXY_AUTHORIZATION)


@define(eq=False, repr=False)
class ClientCall:
    """One call of a client, which may follow redirects.

    Attributes:
        session: the client's.
        method: as it was passed.
        passed_url: as it was passed.
        kwargs: the keyword arguments.
        original: what aiohttp does with such a call.
        url: complete, with ``params`` merged into its query.
        headers: those of the call and its session.
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
        """The URL with the pairs of its query sorted."""
        return sorted_query(self.url)

    @property
    def place(self) -> str:
        """The URL without what is often a secret, for messages."""
        url = self.url.with_query(None).with_fragment(None)
        return str(url.with_user(None) if url.raw_user else url)

    @property
    def is_http(self) -> bool:
        """Whether the URL is one that HTTP can ask for."""
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
        """Return ``value`` as the session would send it."""
        as_bytes = getattr(self.session, "_json_serialize_bytes", None)
        return (as_bytes or self.session.json_serialize)(value)

    def known_body(self) -> bytes | None:
        """Return what would be sent as a body; ``None`` if only aiohttp could say."""
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
        """Read ``data`` that comes in pieces, so that it can be looked at."""
        data = self.kwargs.get("data")
        if is_async_iterable(data):
            self.kwargs["data"] = b"".join([chunk async for chunk in data])

    async def pass_on(self) -> aiohttp.ClientResponse:
        """Let aiohttp do what it does without a mock."""
        __tracebackhide__ = True
        return await self.original(self.session, self.method, self.passed_url, **self.kwargs)

    async def go_on(
        self, method: str, url: URL, history: Sequence[aiohttp.ClientResponse]
    ) -> aiohttp.ClientResponse:
        """Let aiohttp follow a redirect, with all that it has to say to the next server.

        Args:
            method: of the next request.
            url: where it goes.
            history: the answers before.
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
        """Let aiohttp ask a session of ours for the same, and make the response.

        That session belongs to the running loop, has neither trace hooks nor middlewares, and
        knows nothing of proxies. What it sends is a bare GET: only the answer is looked at.

        Args:
            exchange: the middleware that each request, also after a redirect, goes through.
            connector: where the session gets its connections.
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


# What a client says of how its answer is to be treated.
_OPTIONS: Final = ("allow_redirects", "max_redirects", "raise_for_status")
# An answer is complete before the call returns, however large its body and its head.
_NO_LIMIT: Final = 1 << 30
_LIMITS: Final[dict[str, Any]] = {
    name: _NO_LIMIT
    for name in ("max_line_size", "max_field_size", "max_headers")
    if name in inspect.signature(vars(_Session)["_request"]).parameters
}


def show_request(response: aiohttp.ClientResponse, method: str, call: ClientCall) -> None:
    """Let a response tell of the request that the client made.

    Args:
        response: just received.
        method: as it is to be told.
        call: the client's.
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
    """Let a response tell a status, and header fields if given, that could not be sent."""
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
    """Let a client have received ``body``, of which nothing says where it ends.

    aiohttp's parser would copy it twice; a client is given what was registered itself.

    Args:
        protocol: the client's, which has received a head with which a body can follow.
        body: all that the connection will bring.
    """
    reader: Any = getattr(protocol, "_payload", None)
    if type(reader) is StreamReader:
        reader.feed_data(body)
    else:
        protocol.data_received(body)


class CallPatch:
    """The one patch of ``ClientSession``, for as long as a mock is active.

    Args:
        answer: takes each call; ``None`` if no mock is there for it.
    """

    def __init__(self, answer: Callable[[ClientCall], Awaitable[aiohttp.ClientResponse]]) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self._users = 0
        self._original: ClientMethod | None = None

    def apply(self) -> None:
        """Patch for one more mock; the first one patches.

        Raises:
            UnsupportedAiohttpError: if aiohttp is not as we know it.
        """
        with self._lock:
            if not self._users:
                self._original = _checked_request()
                vars_of: Any = aiohttp.ClientSession
                vars_of._request = self._patched(self._original)
            self._users += 1

    def undo(self) -> None:
        """Patch for one mock less; the last one restores what was there."""
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
                # What it refuses has never been a call.
                return await original(session, method, str_or_url, **kwargs)
            return await self._answer(ClientCall(session, method, str_or_url, kwargs, original))

        return _request


def _checked_request() -> ClientMethod:
    """Return what is patched.

    Raises:
        UnsupportedAiohttpError: if it is not as we know it.
    """
    original: ClientMethod | None = vars(aiohttp.ClientSession).get("_request")
    wanted = {"method", "str_or_url", "middlewares", "auto_decompress"}
    if original is None or not wanted <= set(inspect.signature(original).parameters):
        msg = (
            "aiointercept.aioresponses cannot hear the calls of clients of aiohttp "
            f"{aiohttp.__version__}: ClientSession._request is missing or takes other arguments. "
            "Install a newer aiointercept, or an aiohttp that it knows (3.13 or 3.14); "
            "aiointercept(mock_external_urls=True) does not need it"
        )
        raise UnsupportedAiohttpError(msg)
    return original
