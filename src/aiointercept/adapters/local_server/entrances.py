"""What a listening socket speaks: plain HTTP, HTTPS, or the protocol of a forward proxy.

An entrance creates the protocol of each connection, and moves connections to another loop between
requests.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from attrs import define, field

from aiointercept.adapters.handling.gateway import Gateway
from aiointercept.adapters.handling.handler import ConnectionHandler
from aiointercept.adapters.local_server.proxy import Dial, ProxyProtocol, warn_of_failed_handshake
from aiointercept.adapters.local_server.socket_pair import HOST
from aiointercept.adapters.local_server.tls import Authority
from aiointercept.adapters.local_server.tls_protocol import TlsProtocol
from aiointercept.core.http.messages import Origin
from aiointercept.core.ports.connection import ClientTls
from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.tunnels import certificate_fault, goes_to_real_server

Steps = Callable[[], int]


class Entrance(Protocol):
    """Creates the protocols that serve the connections of one listening socket."""

    def url(self, port: int) -> str:
        """Return the URL at which clients reach the socket."""
        ...

    def protocol(self, handler: ConnectionHandler) -> tuple[asyncio.Protocol, Steps]:
        """Return the protocol of a new connection, and the function that counts its steps."""
        ...

    def moved(self, protocol: Any, handler: ConnectionHandler) -> asyncio.Protocol:
        """Return the protocol that replaces ``protocol`` on the loop of ``handler``."""
        ...

    def abort(self) -> None:
        """Abort all open connections, including those that have not sent a request yet."""
        ...


class PlainEntrance:
    """Plain HTTP."""

    def url(self, port: int) -> str:
        """See :meth:`Entrance.url`."""
        return f"http://{HOST}:{port}"

    def protocol(self, handler: ConnectionHandler) -> tuple[asyncio.Protocol, Steps]:
        """See :meth:`Entrance.protocol`."""
        inner = handler()
        return inner, handler.steps_of(inner)

    def moved(self, protocol: Any, handler: ConnectionHandler) -> asyncio.Protocol:  # noqa: ARG002  the name is the protocol's
        """See :meth:`Entrance.moved`."""
        return handler()

    def abort(self) -> None:
        """See :meth:`Entrance.abort`; the handlers abort plain connections."""


@define(eq=False, repr=False)
class TlsEntrance:
    """HTTPS."""

    authority: Authority
    _open: set[Any] = field(factory=set[Any], init=False)

    def url(self, port: int) -> str:
        """See :meth:`Entrance.url`."""
        return f"https://localhost:{port}"

    def protocol(self, handler: ConnectionHandler) -> tuple[asyncio.Protocol, Steps]:
        """See :meth:`Entrance.protocol`."""
        serving = _Innermost(None, handler)
        tls = TlsProtocol(
            partial(serving, None), self.authority.local_context(), open_connections=self._open
        )
        return tls, serving.steps

    def moved(self, protocol: Any, handler: ConnectionHandler) -> asyncio.Protocol:
        """See :meth:`Entrance.moved`."""
        moved: asyncio.Protocol = protocol.moved(handler)
        return moved

    def abort(self) -> None:
        """See :meth:`Entrance.abort`."""
        for connection in tuple(self._open):
            connection.abort()


@define(eq=False, repr=False)
class ProxyEntrance:
    """The protocol of a forward proxy.

    Args:
        authority: makes the certificates of the servers that clients ask for.
        gateway: makes the connections of those clients.
        connect: connects a protocol to a real server.
    """

    authority: Authority
    gateway: Gateway
    connect: Callable[[Origin, Callable[[], asyncio.Protocol]], Any]
    _open: set[Any] = field(factory=set[Any], init=False)

    def url(self, port: int) -> str:
        """See :meth:`Entrance.url`."""
        return f"http://{HOST}:{port}"

    def protocol(self, handler: ConnectionHandler) -> tuple[asyncio.Protocol, Steps]:
        """See :meth:`Entrance.protocol`."""
        serving = _Innermost(self.gateway, handler)
        handshakes = _Handshakes(self.authority, self.gateway, serving)
        protocol = ProxyProtocol(
            serving, handshakes.context, self._tunnel, self._open, handshakes.failed
        )
        return protocol, serving.steps

    def moved(self, protocol: Any, handler: ConnectionHandler) -> asyncio.Protocol:
        """See :meth:`Entrance.moved`."""
        if protocol.inner is None:  # nothing has been read yet
            return self.protocol(handler)[0]
        innermost = _Innermost(self.gateway, handler)
        innermost.tls = protocol.serve.tls
        moved: asyncio.Protocol = protocol.moved(innermost)
        return moved

    def _tunnel(self, origin: Origin) -> Dial | None:
        if not goes_to_real_server(origin, self.gateway.active_mocks()):
            return None
        return lambda factory: self.connect(origin, factory)

    def abort(self) -> None:
        """See :meth:`Entrance.abort`."""
        for connection in tuple(self._open):
            connection.abort()


class _Innermost:
    """Creates the innermost protocol of one connection, and counts its steps."""

    def __init__(self, gateway: Gateway | None, handler: ConnectionHandler) -> None:
        self._gateway = gateway
        self._handler = handler
        self._steps: Steps | None = None
        self.tls: ClientTls | None = None

    def __call__(self, origin: Origin | None) -> asyncio.Protocol:
        if origin is None or self._gateway is None:
            protocol = self._handler()
        else:
            protocol = self._handler.protocol(self._gateway.connection(origin, self.tls))
        self._steps = self._handler.steps_of(protocol)
        return protocol

    def steps(self) -> int:
        return 0 if self._steps is None else self._steps()


class _Handshakes:
    """The TLS handshake of one connection to the proxy, with the certificate faults of routes."""

    def __init__(self, authority: Authority, gateway: Gateway, serving: _Innermost) -> None:
        self._authority = authority
        self._gateway = gateway
        self._serving = serving
        self._shown: Fault | None = None

    def context(self, origin: Origin) -> Any:
        found = certificate_fault(origin, self._mocks())
        self._shown = None if found is None or found[1].reply is None else found[1].reply.fault
        context = self._authority.server_context(origin.host, fault=self._shown)
        self._serving.tls = ClientTls(None, origin.host, self._shown)
        return context

    def failed(self, origin: Origin, error: BaseException) -> None:
        """Log the call that a faulty certificate has prevented; warn of any other failure."""
        found = None if self._shown is None else certificate_fault(origin, self._mocks())
        if found is None:
            warn_of_failed_handshake(origin, error)
            return
        request, decision = found
        mock, chosen, reply = decision.mock, decision.chosen, decision.reply
        call = None if chosen is None else mock.consume(chosen, request)
        if call is not None and reply is not None:
            call.fault = reply.fault
            mock.finish(call)

    def _mocks(self) -> Sequence[Dispatcher]:
        return self._gateway.active_mocks()
