"""The connector that replaces a client's connector, with the same limits, to reach the mock.

Private names of aiohttp used here, and what would replace each if it went:

* ``BaseConnector._create_connection``: the method that every connector class implements; our
  connector overrides it. Without it: a ``TCPConnector`` with its public ``socket_factory=``.
* ``BaseConnector._loop``, ``_keepalive_timeout``, ``_waiters``: the loop, the setting and the queue
  of a connector. Without them: the running loop, the default, and cancelled waiters.
* ``BaseConnector._close``: closes without a wait. Without it: ``close``, awaited by a task.
* ``abort_ssl`` of ``close``: skips TLS's closing handshake. Without it: connections perform it.
* ``ResponseHandler._payload``: the body that is being read. Without it: such a body ends with
  ``ClientPayloadError`` when its connection is closed.
"""

# pyright: reportPrivateUsage=false

import asyncio
import os
import warnings
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet, ref

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import BaseConnector, TCPConnector
from typing_extensions import override

from aiointercept.adapters.interception.attempts import Attempts
from aiointercept.adapters.interception.block_end import BLOCK_ENDED
from aiointercept.adapters.interception.client_request import connect_limit, known_request
from aiointercept.adapters.interception.client_tls import (
    ClientSideTls,
    check_fingerprint,
    handshake_error,
)
from aiointercept.adapters.interception.exceptions import exception_for
from aiointercept.adapters.interception.name_resolution import NameResolution
from aiointercept.adapters.interception.started_calls import StartedCalls
from aiointercept.core.http.messages import Response
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.transport import Dialer
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import Answer, FaultReply

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientTimeout
    from aiohttp.tracing import Trace
    from yarl import URL

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class MockedProtocol(ResponseHandler):
    """The client's end of a connection to the mock: aiohttp's protocol, and its current request.

    Attributes:
        request: the current or latest request.
        proxy: the proxy that the request would use without the mock.
        timeout: the timeouts of the call.
    """

    proxy: "URL | None" = None

    def __init__(
        self, loop: asyncio.AbstractEventLoop, request: "ClientRequest", timeout: "ClientTimeout"
    ) -> None:
        super().__init__(loop)
        self.request = request
        self.timeout = timeout
        known = known_request(request, None)
        self.connection = ClientConnection(known.origin, known, self.fail)

    @override
    def connection_lost(self, exc: BaseException | None) -> None:
        transport = self.transport
        super().connection_lost(exc)
        if transport is not None and self.connection.tls is not None:
            # Python 3.10 warns about TLS transports that only the server has closed.
            transport.close()

    def fail(self, answer: Answer) -> Response | None:
        """Make the pending call raise the exception of ``answer``."""
        error = exception_for(answer, self.request)
        if isinstance(answer, FaultReply) and answer.fault is Fault.CONNECT_TIMEOUT:
            self._raise_as_if_not_connected(error)
        else:
            self.raise_in_call(error)
        return None

    def _raise_as_if_not_connected(self, error: BaseException) -> None:
        """Let the client's connect timeout expire, but not its read timeout before that."""
        self.read_timeout = None
        self.start_timeout()
        limit = connect_limit(self.timeout)
        if limit is not None:
            asyncio.get_running_loop().call_later(limit, self.raise_in_call, error)

    def raise_in_call(self, error: BaseException) -> None:
        """Make the pending call, or reading its response, raise ``error``.

        A WebSocket has no pending call; it notices when its connection closes.
        """
        if not self.upgraded:
            self.set_exception(error)
            payload: Any = self._payload
            if payload is not None and not payload.is_eof():
                payload.set_exception(error)


class ProtocolForOneRequest(MockedProtocol):
    """The client's end of a connection that is closed after one request."""

    @property
    @override
    def should_close(self) -> bool:
        return True


class OwnConnector(BaseConnector):
    """A connector of aiointercept, which is never intercepted."""


class OwnTcpConnector(OwnConnector, TCPConnector):
    """Reaches the real servers for clients of the proxy, which have no connector."""


class BorrowedConnector(OwnConnector):
    """Reaches the real servers as the client's own connector would, but outside of its pool."""

    def __init__(self, lender: BaseConnector) -> None:
        super().__init__(limit=0)
        self._lender = lender

    @override
    async def _create_connection(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> ResponseHandler:
        return await self._lender._create_connection(req, traces, timeout)


class MockedConnector(OwnConnector):
    """Connects to the mock in place of a client's connector, with the limits of that connector.

    It has its own connection pool, so that mocked and real connections never mix.

    Args:
        real: the client's connector.
        dialer: connects to the mock.
        tls: how clients speak TLS with the mock; ``None`` if they do not.
        fault: the fault of the certificates that the mock shows. Then each connection is for one
            request.

    Attributes:
        loop: the loop of the client's connector.
        pid: the id of the process that the loop belongs to.
        attempts: the attempts that aiohttp may still retry.
        started_calls: the calls that began in the block.
    """

    def __init__(
        self,
        real: BaseConnector,
        dialer: Dialer,
        tls: ClientSideTls | None = None,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(
            limit=real.limit,
            limit_per_host=real.limit_per_host,
            force_close=real.force_close,
            loop=real._loop,
        )
        self._real = ref(real)
        self._tls = tls
        self._fault = fault
        if not real.force_close:
            self._keepalive_timeout = real._keepalive_timeout
        self.loop = real._loop
        self.pid = os.getpid()
        self.attempts = Attempts()
        self.started_calls = StartedCalls()
        self._protocols: WeakSet[MockedProtocol] = WeakSet()
        self._dialer = dialer
        self._resolution = NameResolution(
            resolves=isinstance(real, TCPConnector),
            caches=isinstance(real, TCPConnector) and real.use_dns_cache,
        )
        # Created when the first proxy is taken.
        self._proxies: WeakKeyDictionary[ClientRequest, URL] | None = None

    def __del__(self, _warnings: Any = warnings) -> None:
        # In a forked process, the selector of these connections still belongs to the parent:
        # closing them would unregister the parent's sockets.
        if getattr(self, "pid", None) == os.getpid():
            super().__del__(_warnings)

    @override
    async def _create_connection(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> ResponseHandler:
        await self._resolution.trace(req, traces)
        kind = MockedProtocol if self._fault is None else ProtocolForOneRequest
        protocol = kind(self.loop, req, timeout)
        real = self._real()
        if self._tls is None or real is None:
            await self._dialer.dial(lambda: protocol, protocol.connection)
        else:
            await self._dial_with_tls(self._tls, real, req, protocol)
        self._protocols.add(protocol)
        return protocol

    async def _dial_with_tls(
        self,
        tls: ClientSideTls,
        real: BaseConnector,
        req: "ClientRequest",
        protocol: MockedProtocol,
    ) -> None:
        protocol.connection.tls = tls.of(real, req, self._fault)
        try:
            await self._dialer.dial(lambda: protocol, protocol.connection)
        except OSError as error:
            if isinstance(error, aiohttp.ClientError):
                raise
            raise handshake_error(error, req) from error
        check_fingerprint(real, req, protocol.transport)

    async def trace_failure(
        self, req: "ClientRequest", traces: "list[Trace]", fault: Fault
    ) -> None:
        """Call the user's trace hooks as aiohttp does for a connection that fails."""
        for trace in traces:
            await trace.send_connection_create_start()
        await self._resolution.trace(req, traces, found=fault is not Fault.DNS_FAILURE)

    def take_proxy(self, req: "ClientRequest") -> "URL | None":
        """Remove the proxy from ``req``, which goes to the mock this time, and return it."""
        proxy, req.proxy = req.proxy, None
        if proxy is not None:
            if self._proxies is None:
                self._proxies = WeakKeyDictionary()
            self._proxies[req] = proxy
        return proxy

    def give_proxy_back(self, req: "ClientRequest") -> None:
        """Restore the proxy of ``req`` if a middleware has sent ``req`` before."""
        if self._proxies is not None:
            req.proxy = self._proxies.pop(req, req.proxy)

    def end(self) -> None:
        """Fail calls in flight and close all connections; call this on the loop."""
        error = aiohttp.ClientConnectionError(BLOCK_ENDED)
        for waiters in self._waiters.values():
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_exception(error)
        for protocol in list(self._protocols):
            protocol.raise_in_call(error)
            protocol.abort()
        self._close(abort_ssl=True)

    def close_at_once(self) -> Awaitable[None]:
        """Return an awaitable that closes all connections, without TLS's closing handshake."""
        return self.close(abort_ssl=True)
