"""Hears each call of an aiohttp client with its arguments as they were passed, for the drop-in.

The one file besides ``resolver.py`` that knows private names of aiohttp:

* ``ClientSession._request``, patched: what every verb of a session calls. Without it: ``request``
  and the verbs, one by one.
* ``ClientSession._build_url``, ``_prepare_headers``: how a session completes a URL and headers.
* ``ClientSession._trace_configs``, ``_trust_env``: out of sight while a call begins, so that no
  hook is told of it and no thread is asked for the environment's proxies.
* ``ClientResponse._body``, ``_headers`` and their ``_cache``: set where HTTP could not carry them.
"""

import contextvars
import copy
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from typing import Any, Final, Protocol

import aiohttp
from aiohttp import hdrs
from attrs import define, field
from yarl import URL

from aiointercept.adapters.handling.response import has_body
from aiointercept.aioresponses.framing import misleads
from aiointercept.core.calls import Call
from aiointercept.core.errors import UnsupportedAiohttpError
from aiointercept.core.http.messages import Response
from aiointercept.core.http.urls import merge_params, sorted_query
from aiointercept.core.routing.replies import RaiseReply
from aiointercept.core.type_guards import is_async_iterable

Request = Callable[..., Coroutine[Any, Any, aiohttp.ClientResponse]]

# More than any answer has: a response is complete before the client's call returns.
_READ_AT_ONCE: Final = 1 << 30


@define(eq=False)
class ClientCall:
    """One call of a client, which may follow redirects.

    Attributes:
        method: as it was passed.
        url: complete, with ``params`` merged into its query, and that sorted.
        kwargs: the keyword arguments, the session's headers merged into ``headers``.
        untouched: whether it is none of any drop-in's business.
        begun: whether its first request was seen.
        taken: the route's call that its next connection is for.
        answer: the latest answer that was made for it.
    """

    method: str
    url: URL
    kwargs: dict[str, Any]
    untouched: bool = False
    begun: bool = False
    taken: Call | None = None
    answer: Response | None = field(default=None, repr=False)

    def snapshot(self) -> dict[str, Any]:
        """Return the arguments as they are now, whatever becomes of the client's objects."""
        kwargs = {name: value for name, value in self.kwargs.items() if name != "allow_redirects"}
        kwargs["allow_redirects"] = self.kwargs.get("allow_redirects", True)
        if self.method == hdrs.METH_POST:
            # As a session's ``post`` passes it on, whoever calls.
            kwargs.setdefault("data", None)
        try:
            return copy.deepcopy(kwargs)
        except Exception:  # noqa: BLE001  what cannot be copied is kept as it is
            return kwargs


class Carrier(Exception):  # noqa: N818  it carries an error and is none
    """Brings an exception through aiohttp, which would wrap some and repeat the call for others."""

    def __init__(self, error: BaseException | type[BaseException]) -> None:
        super().__init__(error)
        self.error = error


class Carried(RaiseReply):
    """An exception that reaches the caller just as it is."""

    def make(self) -> BaseException:
        """Return what brings it."""
        return Carrier(self.exception)


class Listener(Protocol):
    """A mock that hears of client calls."""

    def wants(self, call: ClientCall, /) -> bool | None:
        """Say whether it has an answer; ``None`` if the call is none of its business."""
        ...

    @property
    def forwards(self) -> bool:
        """Whether a call that it has no answer to goes to the real server."""
        ...

    def hear(self, call: ClientCall, /) -> None:
        """Remember the call."""
        ...


_current: contextvars.ContextVar[ClientCall | None] = contextvars.ContextVar(
    "aiointercept_client_call", default=None
)


def current_call() -> ClientCall | None:
    """Return the client call that the running code is part of."""
    return _current.get()


class Recorder:
    """The one patch of ``ClientSession``, for as long as somebody listens.

    Args:
        listeners: tells who listens, the innermost first.
    """

    def __init__(self, listeners: Callable[[], Sequence[Listener]]) -> None:
        self._listeners = listeners
        self._lock = threading.Lock()
        self._users = 0
        self._original: Request | None = None

    def install(self) -> None:
        """Listen for one more mock; the first one patches."""
        with self._lock:
            if not self._users:
                self._original = _checked_request()
                vars_of: Any = aiohttp.ClientSession
                vars_of._request = self._heard(self._original)
            self._users += 1

    def uninstall(self) -> None:
        """Listen for one mock less; the last one puts back what was there."""
        with self._lock:
            self._users -= 1
            if not self._users:
                vars_of: Any = aiohttp.ClientSession
                vars_of._request = self._original
                self._original = None

    def _heard(self, original: Request) -> Request:
        known = set(inspect.signature(original).parameters)

        async def _request(
            session: Any, method: str, str_or_url: str | URL, **kwargs: Any
        ) -> aiohttp.ClientResponse:
            __tracebackhide__ = True
            listeners = self._listeners()
            if session.closed or not kwargs.keys() <= known or not listeners:
                # What it refuses has never been a call.
                return await original(session, method, str_or_url, **kwargs)
            call = await _client_call(session, method, str_or_url, kwargs)
            mocked = _settle(call, listeners)
            token = _current.set(call)
            try:
                if not mocked:
                    return await original(session, method, str_or_url, **kwargs)
                arguments = {**_ARGUMENTS_OF_MOCKED, **kwargs, **_FIXED_FOR_MOCKED}
                response = await _undisturbed(
                    session, original(session, method, str_or_url, **arguments)
                )
            except Carrier as carrier:
                error = carrier.error
            else:
                return _as_registered(response, call.answer)
            finally:
                _current.reset(token)
            raise error

        return _request


_ARGUMENTS_OF_MOCKED: Final = {"read_bufsize": _READ_AT_ONCE}
_FIXED_FOR_MOCKED: Final = {"middlewares": (), "auto_decompress": False}


def _checked_request() -> Request:
    """Return what is patched.

    Raises:
        UnsupportedAiohttpError: if it is not as we know it.
    """
    original: Request | None = vars(aiohttp.ClientSession).get("_request")
    wanted = {"method", "str_or_url", "middlewares", "auto_decompress", "read_bufsize"}
    if original is None or not wanted <= set(inspect.signature(original).parameters):
        msg = (
            "aiointercept.aioresponses cannot hear the calls of clients of aiohttp "
            f"{aiohttp.__version__}: ClientSession._request is missing or takes other arguments. "
            "Install a newer aiointercept, or an aiohttp that it knows (3.13 or 3.14); "
            "aiointercept(mock_external_urls=True) does not need it"
        )
        raise UnsupportedAiohttpError(msg)
    return original


async def _client_call(
    session: Any, method: str, str_or_url: str | URL, kwargs: dict[str, Any]
) -> ClientCall:
    """Return what a client asks for, in the words of the client."""
    url = sorted_query(merge_params(session._build_url(str_or_url), kwargs.get("params")))
    data = kwargs.get("data")
    if is_async_iterable(data):
        kwargs["data"] = b"".join([chunk async for chunk in data])
    shown = dict(kwargs)
    if session.headers:
        shown["headers"] = session._prepare_headers(kwargs.get("headers"))
    return ClientCall(method, url, shown)


def _settle(call: ClientCall, listeners: Sequence[Listener]) -> bool:
    """Let the call be heard by whom it concerns; return whether a mock has to answer it."""
    wanted = [(listener, listener.wants(call)) for listener in listeners]
    concerned = [listener for listener, wants in wanted if wants is not None]
    if not concerned:
        call.untouched = True
        return False
    taker = next((listener for listener, wants in wanted if wants), None)
    (taker or concerned[0]).hear(call)
    return taker is not None or not any(listener.forwards for listener in concerned)


def _as_registered(
    response: aiohttp.ClientResponse, answer: Response | None
) -> aiohttp.ClientResponse:
    """Give a response what could not be sent: a body that HTTP forbids, a length that is not so."""
    if answer is not None:
        vars_of: Any = response
        if answer.body and not has_body(response.status, response.method):
            vars_of._body = answer.body
        if misleads(answer, response.method):
            vars_of._headers = answer.headers
            vars_of._cache.pop("headers", None)
    return response


def _undisturbed(
    session: Any, coroutine: Coroutine[Any, Any, aiohttp.ClientResponse]
) -> Awaitable[aiohttp.ClientResponse]:
    return _Undisturbed(session, coroutine) if any(_settings(session)) else coroutine


def _settings(session: Any) -> tuple[Any, bool]:
    return session._trace_configs, session._trust_env


class _Undisturbed:
    """Awaits a client's call with some of its session's settings out of sight while it begins.

    They are looked up before the call waits for anything, so that no other call can miss them.
    """

    def __init__(
        self, session: Any, coroutine: Coroutine[Any, Any, aiohttp.ClientResponse]
    ) -> None:
        self._session = session
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, aiohttp.ClientResponse]:
        step: Callable[[], Any] = self._begin
        while True:
            try:
                waited = step()
            except StopIteration as end:
                response: aiohttp.ClientResponse = end.value
                return response
            step = yield from self._next_step(waited)

    def _begin(self) -> Any:
        session = self._session
        settings = _settings(session)
        session._trace_configs, session._trust_env = [], False
        try:
            return self._coroutine.send(None)
        finally:
            session._trace_configs, session._trust_env = settings

    def _next_step(self, waited: Any) -> Generator[Any, Any, Callable[[], Any]]:
        try:
            sent = yield waited
        except BaseException as error:  # noqa: BLE001  it is for the coroutine
            thrown = error
            return lambda: self._coroutine.throw(thrown)
        return lambda: self._coroutine.send(sent)
