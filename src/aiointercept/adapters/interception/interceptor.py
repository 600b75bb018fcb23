"""Resolves an origin to the mock instead of its real address, at aiohttp's connector.

The only file that knows aiohttp's connector and its private names. What a request gets is the
core's decision; here a client is led to its own way, to the mock, or to an exception.

Private names of aiohttp used here, and what would replace each if it went:

* ``BaseConnector._create_connection``: overridden by our own connector; it is what every connector
  class implements. Without it: a ``TCPConnector`` with its public ``socket_factory=``.
* ``BaseConnector._loop``, ``_keepalive_timeout``, ``_waiters``: the loop, the setting and the queue
  of a connector. Without them: the running loop, the default, and cancelled waiters.
* ``BaseConnector._close``: closes without a wait. Without it: ``close``, awaited by a task.
* ``ResponseHandler._payload``: the body that is being read. Without it: such a body ends with
  ``ClientPayloadError`` when its connection is closed.
* ``ClientRequest._timer``: the same for all sendings of one call; its ``_tasks`` are those that
  wait for the call. Without it: the task.
"""

# pyright: reportPrivateUsage=false

import asyncio
import contextlib
import contextvars
import functools
import inspect
import threading
from collections.abc import AsyncIterable, Awaitable, Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypeAlias
from weakref import WeakKeyDictionary, WeakSet

import aiohttp
from aiohttp import hdrs
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import BaseConnector, Connection, TCPConnector
from aiohttp.tracing import Trace
from attrs import evolve
from multidict import CIMultiDictProxy
from typing_extensions import override

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.handling.request import from_log
from aiointercept.adapters.interception.exceptions import exception_for
from aiointercept.adapters.interception.tracing import end_mark, observe_passthrough
from aiointercept.core.calls import Call
from aiointercept.core.errors import UnsupportedAiohttpError
from aiointercept.core.http.messages import Request
from aiointercept.core.ports import (
    ClientConnection,
    Connect,
    Dispatcher,
    Exchange,
    Pass,
    Transport,
    Upstream,
)
from aiointercept.core.routing.replies import Answer, Fault, FaultReply

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientTimeout
    from yarl import URL


SentBody: TypeAlias = AsyncIterable[bytes] | bytes
Original = Callable[..., Awaitable[Connection]]

_REPEATED: Final = frozenset(
    {
        hdrs.METH_GET,
        hdrs.METH_HEAD,
        hdrs.METH_OPTIONS,
        hdrs.METH_TRACE,
        hdrs.METH_PUT,
        hdrs.METH_DELETE,
    }
)
# Payloads that can be read before they are sent, and again then.
_TOLD_TWICE: Final = (aiohttp.MultipartWriter, aiohttp.BytesIOPayload)
_MOST_ATTEMPTS: Final = 1024
_MOST_TASKS: Final = 256
_BLOCK_ENDED: Final = (
    "the aiointercept block ended while this call was in flight. Await the call inside the block, "
    "or cancel it there"
)


class _Asked(NamedTuple):
    """What a client asks its connector for: a connection over which to send ``req``."""

    connector: BaseConnector
    req: "ClientRequest"
    traces: "list[Trace]"
    timeout: "ClientTimeout"


class Attempt:
    """One sending of a call; see :class:`aiointercept.core.ports.Attempt`."""

    __slots__ = ("_book", "call", "dispatcher", "goes_own_way", "request", "timer")

    def __init__(
        self, request: "ClientRequest", book: "dict[int, Attempt]", call: Call | None
    ) -> None:
        self.call = call
        self.dispatcher: Dispatcher | None = None
        self.goes_own_way = call is not None
        self.request = request
        # Kept alive, so that no other call's timer gets the same identity.
        self.timer: object = request._timer
        self._book = book
        if len(book) >= _MOST_ATTEMPTS:
            book.pop(next(iter(book)), None)
        book[id(self.timer)] = self

    def settle(self) -> None:
        """See :meth:`aiointercept.core.ports.Attempt.settle`."""
        self._book.pop(id(self.timer), None)

    def is_repeated_by(self, request: "ClientRequest") -> bool:
        """Whether ``request`` is aiohttp's silent repetition of this one.

        It shares the timer and makes the request anew, to the same place; a middleware that tries
        again sends the same request object, and a redirect comes after an answer.
        """
        return (
            self.call is not None
            and self.timer is request._timer
            and self.request is not request
            and self.request.method == request.method
            and self.request.url == request.url
        )


class _Begun(NamedTuple):
    """A call that began in a block."""

    timer: object
    method: str
    url: "URL"
    traces: "list[Trace]"

    def waiting_tasks(self) -> "list[asyncio.Task[Any]] | None":
        """Return the tasks that wait for the call, the outermost first; ``None`` if unknown."""
        tasks = getattr(self.timer, "_tasks", None)
        return None if tasks is None else list(tasks)

    def when_over(self, function: Callable[[], object]) -> None:
        """Call ``function`` when the call is over; soon if it is already."""
        self.traces.append(end_mark(function))


class _Client(ResponseHandler):
    """The client's end of a connection to the mock: aiohttp's own, with the line it belongs to."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, request: "ClientRequest", timeout: "ClientTimeout"
    ) -> None:
        super().__init__(loop)
        self.request = request
        self.timeout = timeout
        known = Request(request.method, request.url, CIMultiDictProxy(request.headers))
        self.line = ClientConnection(known.origin, known, self.fail)

    def fail(self, answer: Answer) -> None:
        """Make the pending call raise what ``answer`` stands for."""
        error = exception_for(answer, self.request)
        if isinstance(answer, FaultReply) and answer.fault is Fault.CONNECT_TIMEOUT:
            self._raise_as_if_not_connected(error)
        else:
            self.raise_in_call(error)

    def _raise_as_if_not_connected(self, error: BaseException) -> None:
        """Let the client's limit for connecting run out, and no limit for reading before it."""
        self.read_timeout = None
        self.start_timeout()
        limit = _connect_limit(self.timeout)
        if limit is not None:
            asyncio.get_running_loop().call_later(limit, self.raise_in_call, error)

    def raise_in_call(self, error: BaseException) -> None:
        """Make the pending call, or the reading of its answer, raise ``error``.

        A WebSocket has no pending call: it notices that it is closed.
        """
        if not self.upgraded:
            self.set_exception(error)
            payload: Any = self._payload
            if payload is not None and not payload.is_eof():
                payload.set_exception(error)


class _OwnConnector(BaseConnector):
    """A connector of ours, which nothing intercepts."""


class _BorrowedConnector(_OwnConnector):
    """Reaches the real servers as the client's own connector would, without a place in its pool."""

    def __init__(self, lender: BaseConnector) -> None:
        super().__init__(limit=0)
        self._lender = lender

    @override
    async def _create_connection(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> ResponseHandler:
        return await self._lender._create_connection(req, traces, timeout)


class _MockedConnector(_OwnConnector):
    """Connects to the mock in place of a client's connector, with that one's limits.

    Being a connector of its own, it has a pool of its own: connections made for the one world never
    serve the other.
    """

    def __init__(self, real: BaseConnector, transport: Transport) -> None:
        super().__init__(
            limit=real.limit,
            limit_per_host=real.limit_per_host,
            force_close=real.force_close,
            loop=real._loop,
        )
        if not real.force_close:
            self._keepalive_timeout = real._keepalive_timeout
        self.loop = real._loop
        self._clients: WeakSet[_Client] = WeakSet()
        self._transport = transport
        self._resolves = isinstance(real, TCPConnector)
        self._caches_names = isinstance(real, TCPConnector) and real.use_dns_cache
        self._known_names: set[tuple[str, int | None]] = set()
        self._attempts: dict[int, Attempt] = {}
        self._calls: dict[asyncio.Task[Any], _Begun] = {}
        self._proxies: WeakKeyDictionary[ClientRequest, URL] = WeakKeyDictionary()

    @override
    async def _create_connection(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> ResponseHandler:
        await self._trace_resolution(req, traces)
        client = _Client(self.loop, req, timeout)
        await self._transport.dial(lambda: client, client.line)
        if client.line.response_class is not None:
            req.response_class = client.line.response_class
        self._clients.add(client)
        return client

    async def trace_failure(
        self, req: "ClientRequest", traces: "list[Trace]", fault: Fault
    ) -> None:
        """Tell the user's trace hooks what they would hear of a connection that fails."""
        for trace in traces:
            await trace.send_connection_create_start()
        await self._trace_resolution(req, traces, found=fault is not Fault.DNS_FAILURE)

    async def _trace_resolution(
        self, req: "ClientRequest", traces: "list[Trace]", *, found: bool = True
    ) -> None:
        """Tell the user's trace hooks what they would hear of a real name resolution."""
        host = req.url.raw_host or ""
        if not traces or not self._resolves or _is_address(host):
            return
        name = (host, req.url.port)
        if name in self._known_names:
            for trace in traces:
                await trace.send_dns_cache_hit(host)
            return
        if self._caches_names:
            if found:
                self._known_names.add(name)
            for trace in traces:
                await trace.send_dns_cache_miss(host)
        for trace in traces:
            await trace.send_dns_resolvehost_start(host)
        if found:
            for trace in traces:
                await trace.send_dns_resolvehost_end(host)

    def begin(self, req: "ClientRequest", call: Call | None = None) -> Attempt | None:
        """Return what will tell a silent repetition of ``req``, if aiohttp may repeat it.

        Args:
            req: what is about to be sent.
            call: the call that it makes, if it goes its own way.
        """
        return Attempt(req, self._attempts, call) if req.method in _REPEATED else None

    def repeated_by(self, req: "ClientRequest") -> Attempt | None:
        """Return what ``req`` repeats silently, if it does."""
        previous = self._attempts.get(id(req._timer))
        return previous if previous is not None and previous.is_repeated_by(req) else None

    def take_proxy(self, req: "ClientRequest") -> "URL | None":
        """Take its proxy from ``req``, which is sent to the mock this time."""
        proxy, req.proxy = req.proxy, None
        if proxy is not None:
            self._proxies[req] = proxy
        return proxy

    def give_proxy_back(self, req: "ClientRequest") -> None:
        """Restore what was taken when a middleware sent ``req`` before."""
        if self._proxies:
            req.proxy = self._proxies.pop(req, req.proxy)

    def note_call(self, req: "ClientRequest", traces: "list[Trace]") -> None:
        """Remember that the running task has a call that began in this block."""
        task = asyncio.current_task()
        if task is not None:
            if len(self._calls) > _MOST_TASKS:
                self._calls = {t: call for t, call in self._calls.items() if not t.done()}
            self._calls[task] = _Begun(req._timer, req.method, req.url, traces)

    def take_calls(self) -> "list[_Begun]":
        """Return the latest call of each task, and forget it."""
        calls, self._calls = self._calls, {}
        return list(calls.values())

    def end(self) -> None:
        """Fail what is in flight and close all connections; to be called on the loop."""
        error = aiohttp.ClientConnectionError(_BLOCK_ENDED)
        for waiters in self._waiters.values():
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_exception(error)
        for client in list(self._clients):
            client.raise_in_call(error)
            client.close()
        self._close()


class InterceptedConnector(TCPConnector):
    """A connector whose requests go to one mock, although nothing is patched."""

    def __init__(self, interceptor: "ConnectorInterceptor", **options: Any) -> None:
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]  # aiohttp leaves a part untyped
        self._interceptor = interceptor

    @override
    async def connect(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> Connection:
        chain = self._interceptor, *(other for other in _chain() if other is not self._interceptor)
        return await _lead(chain, _Asked(self, req, traces, timeout))

    @override
    async def close(self, **options: Any) -> None:
        # It counts as closed before calls in flight notice.
        await super().close(**options)
        for closing in self._interceptor.forget(self):
            await closing


class ConnectorInterceptor:
    """Leads client connections to a mock: those of its own connectors or, installed, all.

    Args:
        upstream_of: makes what reaches the real server through a connector, as a request would.
    """

    def __init__(
        self,
        upstream_of: "Callable[[BaseConnector, ClientRequest, URL | None, SentBody], Upstream]",
    ) -> None:
        self._upstream_of = upstream_of
        self._mocked: WeakKeyDictionary[BaseConnector, _MockedConnector] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self._hanging: set[asyncio.Future[None]] = set()
        self._transport: Transport | None = None
        self.dispatcher: Dispatcher | None = None

    def bind(self, dispatcher: Dispatcher, transport: Transport) -> None:
        """See :meth:`aiointercept.core.ports.Interceptor.bind`."""
        self.dispatcher = dispatcher
        self._transport = transport

    def install(self) -> None:
        """See :meth:`aiointercept.core.ports.Interceptor.install`."""
        _installed.add(self)

    def uninstall(self) -> None:
        """See :meth:`aiointercept.core.ports.Interceptor.uninstall`."""
        # Whoever asks meanwhile, in another thread, is told that the block has ended.
        self._transport = self.dispatcher = None
        with self._lock:
            mocked, self._mocked = list(self._mocked.items()), WeakKeyDictionary()
        try:
            for connector, ours in mocked:
                _guard_calls_in_flight(connector, ours)
        finally:
            _installed.discard(self)
        for _, ours in mocked:
            call_on_loop(ours.loop, ours.end)
        for future in list(self._hanging):
            call_on_loop(future.get_loop(), functools.partial(_fail_future, future))

    def connector(self, **options: Any) -> InterceptedConnector:
        """Return a connector that leads to this mock; takes what ``TCPConnector`` takes."""
        return InterceptedConnector(self, **options)

    def forget(self, connector: BaseConnector) -> list[Awaitable[None]]:
        """Close the connections that were made in place of ``connector``'s, which closes."""
        with self._lock:
            mocked = self._mocked.pop(connector, None)
        return [] if mocked is None else [mocked.close()]

    def recall(self, asked: _Asked) -> Attempt | None:
        """Return what the request repeats silently, if it does; make it whole if it came before."""
        mocked = self._mocked.get(asked.connector)
        if mocked is None:
            return None
        mocked.give_proxy_back(asked.req)
        return mocked.repeated_by(asked.req)

    async def serve(
        self, asked: _Asked, active_mocks: Sequence[Dispatcher], repeated: Attempt | None = None
    ) -> Connection:
        """Return a connection to the mock over which the request will be sent."""
        connector, req, traces, timeout = asked
        mocked = self._mocked_for(connector)
        mocked.note_call(req, traces)
        proxy = mocked.take_proxy(req)
        try:
            connection = await _CONNECT(mocked, req, traces, timeout)
        except (aiohttp.ClientConnectionError, OSError):
            self._require_block()
            raise
        client = connection.protocol
        if not isinstance(client, _Client):
            raise aiohttp.ClientConnectionError(_BLOCK_ENDED)
        if self._transport is None:
            connection.close()
        self._require_block()
        client.request = req
        client.timeout = timeout
        line = client.line
        line.active_mocks = active_mocks
        line.attempt = mocked.begin(req)
        if line.attempt is not None and repeated is not None:
            line.attempt.call, line.attempt.dispatcher = repeated.call, repeated.dispatcher
        line.upstream = lambda body: self._upstream_of(
            _BorrowedConnector(connector), req, proxy, body
        )
        return connection

    async def let_pass(self, asked: _Asked, exchange: Exchange) -> Connection:
        """Let a call go its own way, and see how it ends."""
        attempt = self._mocked_for(asked.connector).begin(asked.req, exchange.call)
        asked.traces.append(observe_passthrough(exchange, attempt))
        return await _CONNECT(*asked)

    def _mocked_for(self, connector: BaseConnector) -> _MockedConnector:
        mocked = self._mocked.get(connector)
        if mocked is None:
            mocked = _MockedConnector(connector, self._require_block())
            with self._lock:
                self._mocked[connector] = mocked
        return mocked

    def _require_block(self) -> Transport:
        transport = self._transport
        if transport is None:
            raise aiohttp.ClientConnectionError(_BLOCK_ENDED) from None
        return transport

    async def fail(self, asked: _Asked, exchange: Exchange) -> NoReturn:
        """Raise what stands in place of a connection."""
        mocked = self._mocked_for(asked.connector)
        mocked.note_call(asked.req, asked.traces)
        answer = exchange.answer
        try:
            await _complete(exchange.call, asked.req.body)
            if isinstance(answer, FaultReply):
                exchange.call.fault = answer.fault
                await mocked.trace_failure(asked.req, asked.traces, answer.fault)
                rule = exchange.call.rule
                if rule is not None and rule.delay:
                    with contextlib.suppress(asyncio.TimeoutError):
                        await self._hang(rule.delay)
                if answer.fault is Fault.CONNECT_TIMEOUT:
                    await self._hang(_connect_limit(asked.timeout))
            raise exception_for(answer, asked.req)
        finally:
            exchange.dispatcher.finish(exchange.call)

    async def _hang(self, limit: float | None) -> None:
        """Wait until the client gives up or the block ends.

        Raises:
            TimeoutError: after ``limit`` seconds.
            ClientConnectionError: if the block ends first.
        """
        if self._transport is None:
            raise aiohttp.ClientConnectionError(_BLOCK_ENDED)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hanging.add(future)
        try:
            await asyncio.wait_for(future, limit)
        finally:
            self._hanging.discard(future)


class _Guard:
    """Stands before a connector until the calls that began in a block have ended.

    Neither aiohttp's repetition of such a call nor its caller's next try may reach the network.
    """

    def __init__(self, connector: BaseConnector) -> None:
        self._connector = connector
        self._calls: dict[object, tuple[object, str, URL]] = {}
        vars(connector)["connect"] = self

    async def __call__(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> Connection:
        refused = any(timer is req._timer for timer, _, _ in list(self._calls.values()))
        if not refused and not _installed.all:
            _, method, url = self._calls.get(asyncio.current_task(), (None, None, None))
            refused = (method, url) == (req.method, req.url)
        if refused:
            raise aiohttp.ClientConnectionError(_BLOCK_ENDED)
        return await type(self._connector).connect(self._connector, req, traces, timeout)

    def watch(self, begun: _Begun, tasks: "list[asyncio.Task[Any]] | None") -> None:
        """Refuse what repeats ``begun`` until its task is done, or else until nothing is left."""
        call = begun.timer, begun.method, begun.url
        if tasks is None:
            self._calls[id(begun.timer)] = call
            begun.when_over(functools.partial(self._forget, id(begun.timer)))
        else:
            task = tasks[0]
            self._calls[task] = call
            call_on_loop(task.get_loop(), lambda: task.add_done_callback(self._forget))

    def _forget(self, key: object) -> None:
        self._calls.pop(key, None)
        if not self._calls and vars(self._connector).get("connect") is self:
            del self._connector.connect


def _guard_calls_in_flight(connector: BaseConnector, mocked: _MockedConnector) -> None:
    """See that calls begun in the block do not reach the network when they go on."""
    if connector.closed:
        return
    guard = vars(connector).get("connect")
    for begun in mocked.take_calls():
        tasks = begun.waiting_tasks()
        if tasks != []:
            guard = guard if isinstance(guard, _Guard) else _Guard(connector)
            guard.watch(begun, tasks)


async def _lead(chain: Sequence[ConnectorInterceptor], asked: _Asked) -> Connection:
    """Lead a request its own way, to a mock, or to an exception, as the core says."""
    if asked.connector.closed:
        # The silent retry of a call in flight; aiohttp would see this once it has connected.
        msg = "Connector is closed."
        raise aiohttp.ClientConnectionError(msg)
    for interceptor in chain:
        previous = interceptor.recall(asked)
        if previous is not None and previous.call is not None:
            if not previous.goes_own_way:
                return await interceptor.serve(asked, (), previous)
            previous.call.sent_again()
            return await _CONNECT(*asked)
    dispatchers = [
        interceptor.dispatcher for interceptor in chain if interceptor.dispatcher is not None
    ]
    if not dispatchers:
        raise aiohttp.ClientConnectionError(_BLOCK_ENDED)
    admission = dispatchers[0].admit(await _known(asked.req), dispatchers, from_log)
    if isinstance(admission, Pass):
        if admission.exchange is None:
            return await _CONNECT(*asked)
        return await _of(admission.exchange.dispatcher, chain).let_pass(asked, admission.exchange)
    if isinstance(admission, Connect):
        return await _of(admission.active_mocks[0], chain).serve(asked, admission.active_mocks)
    return await _of(admission.exchange.dispatcher, chain).fail(asked, admission.exchange)


def _of(dispatcher: Dispatcher, chain: Sequence[ConnectorInterceptor]) -> ConnectorInterceptor:
    for interceptor in chain:
        if interceptor.dispatcher is dispatcher:
            return interceptor
    raise aiohttp.ClientConnectionError(_BLOCK_ENDED)


async def _known(req: "ClientRequest") -> Request:
    """Return what can be known of a request before it is sent."""
    payload = req.body
    body: bytes | None = None
    if not payload:
        body = b""
    elif isinstance(payload, aiohttp.BytesPayload):
        body = await payload.as_bytes()
    return Request(req.method, req.url, CIMultiDictProxy(req.headers), body=body)


async def _complete(call: Call, payload: object) -> None:
    """Add to a call that is not sent the body that it would have had, if that can be told."""
    if call.received.body is None and isinstance(payload, _TOLD_TWICE):
        with contextlib.suppress(TypeError):  # a part of it can be read only once
            call.received = evolve(call.received, body=await payload.as_bytes())


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _connect_limit(timeout: "ClientTimeout") -> float | None:
    """Return after how many seconds the client gives up connecting, by its own limits."""
    limits = [limit for limit in (timeout.connect, timeout.sock_connect) if limit]
    return min(limits) if limits else None


def _fail_future(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_exception(aiohttp.ClientConnectionError(_BLOCK_ENDED))


# What aiohttp had before anything was patched: how our own connectors connect.
_CONNECT: Final[Original] = BaseConnector.connect

_entered: contextvars.ContextVar[tuple[ConnectorInterceptor, ...]] = contextvars.ContextVar(
    "aiointercept_entered", default=()
)


class _Installed:
    """The active mocks of the process: the one place where aiohttp is patched, and unpatched."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._undo: list[Callable[[], None]] = []
        self.all: tuple[ConnectorInterceptor, ...] = ()

    def add(self, interceptor: ConnectorInterceptor) -> None:
        """Intercept for one more mock; the first one patches."""
        with self._lock:
            if not self.all:
                _check_aiohttp()
                self._patch("connect", _patched_connect)
                self._patch("close", _patched_close)
            self.all = (*self.all, interceptor)
        _entered.set((*_entered.get(), interceptor))

    def discard(self, interceptor: ConnectorInterceptor) -> None:
        """Intercept no longer for a mock; the last one unpatches."""
        with self._lock:
            if interceptor not in self.all:
                return
            self.all = tuple(one for one in self.all if one is not interceptor)
            if not self.all:
                while self._undo:
                    self._undo.pop()()
        _entered.set(tuple(one for one in _entered.get() if one in self.all))

    def _patch(self, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        original = vars(BaseConnector)[name]
        setattr(BaseConnector, name, make(original))
        self._undo.append(lambda: setattr(BaseConnector, name, original))


_installed: Final = _Installed()


def _chain() -> Sequence[ConnectorInterceptor]:
    """Return the active mocks, the innermost first.

    Those that were entered in the running task, or where it was started from, come before others:
    so tests that overlap in several tasks or threads get each its own.
    """
    everywhere = _installed.all
    if len(everywhere) < 2:  # noqa: PLR2004  one mock has nothing to be sorted
        return everywhere
    here = [one for one in _entered.get() if one in everywhere]
    return [*reversed(here), *(one for one in reversed(everywhere) if one not in here)]


def active_dispatchers() -> list[Dispatcher]:
    """Return the cores of the installed mocks, the innermost first."""
    return [one.dispatcher for one in _chain() if one.dispatcher is not None]


def _patched_connect(original: Original) -> Original:
    async def connect(
        self: BaseConnector, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> Connection:
        chain = () if isinstance(self, _OwnConnector) else _chain()
        if not chain:
            return await original(self, req, traces, timeout)
        return await _lead(chain, _Asked(self, req, traces, timeout))

    return connect


class _Closings:
    """Awaits the closing of a connector and of what was made in its place."""

    def __init__(self, closings: Sequence[Awaitable[None]]) -> None:
        self._closings = closings

    def __await__(self) -> Generator[Any, Any, None]:
        for closing in self._closings:
            yield from closing.__await__()


def _patched_close(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    def close(self: BaseConnector, **options: Any) -> Awaitable[None]:
        ours = [closing for one in _installed.all for closing in one.forget(self)]
        closing = original(self, **options)
        return _Closings([closing, *ours]) if ours else closing

    return close


_EXPECTED: Final = {
    "connect": ["self", "req", "traces", "timeout"],
    "_create_connection": ["self", "req", "traces", "timeout"],
    "close": ["self"],
}
_checked: Final[set[Callable[..., Any]]] = set()


def _check_aiohttp() -> None:
    """See that aiohttp is as we know it, so that a change there is told and not felt.

    Raises:
        UnsupportedAiohttpError: naming what is missing.
    """
    for name, expected in _EXPECTED.items():
        function = getattr(BaseConnector, name, None)
        if function in _checked:
            continue
        found = [] if function is None else list(inspect.signature(function).parameters)
        if function is None or found[: len(expected)] != expected:
            problem = "is not there" if function is None else f"takes {found}, not {expected}"
            msg = (
                f"aiointercept cannot intercept with aiohttp {aiohttp.__version__}: "
                f"BaseConnector.{name} {problem}. Install a newer aiointercept, or an aiohttp that "
                "it knows (3.13 or 3.14); server mode and m.server_url work all the same"
            )
            raise UnsupportedAiohttpError(msg)
        _checked.add(function)
