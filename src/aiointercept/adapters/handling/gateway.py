"""The proxy in the role of a client: it does for its clients what intercepted ones do themselves.

The mock cannot make a client of the proxy raise. Such a client gets a ``502`` or ``504`` whose body
explains the failure.
"""

from collections.abc import AsyncIterable, Callable, Sequence
from typing import Final

from attrs import define, field

from aiointercept.core.calls import Call
from aiointercept.core.http.messages import HeaderSource, Origin, Request, Response
from aiointercept.core.ports.connection import ClientConnection, ClientTls
from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.ports.upstream import Upstream
from aiointercept.core.routing.decision import Passthrough, decide
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import (
    Answer,
    DisconnectReply,
    FaultReply,
    ForwardReply,
    NoRouteReply,
    RaiseReply,
)

_BAD_GATEWAY: Final = 502
_GATEWAY_TIMEOUT: Final = 504


@define(eq=False, repr=False)
class Gateway:
    """Makes the connections of clients that use the proxy.

    Args:
        active_mocks: returns the mocks to ask, from the one that owns the proxy outwards.
        upstream: makes the upstream to the real server, given the request's body.
    """

    active_mocks: Callable[[], Sequence[Dispatcher]]
    upstream: Callable[[AsyncIterable[bytes] | bytes], Upstream]

    def connection(self, origin: Origin, tls: ClientTls | None = None) -> ClientConnection:
        """Return the connection of a client that takes this for a connection to ``origin``."""
        return ProxiedConnection(
            origin,
            Request("GET", f"{origin.prefix}/"),
            failure,
            self.active_mocks(),
            upstream=self.upstream,
            tls=tls,
            gateway=self,
        )


@define(eq=False, repr=False)
class ProxiedConnection(ClientConnection):
    """A connection from a client of the proxy.

    Attributes:
        gateway: the gateway that made it.
    """

    gateway: Gateway = field(kw_only=True)

    def passes_by(self, request: Request) -> Exchange | None:
        """Return the exchange of a request that no mock handles or logs; ``None`` for any other.

        An intercepted client would reach the real server itself; for this client, the proxy has
        to. Nothing is logged.
        """
        self.active_mocks = self.gateway.active_mocks()
        try:
            decision = decide(request, self.active_mocks)
        except Exception:  # noqa: BLE001  a matcher raised; dispatching will report it
            return None
        if not isinstance(decision, Passthrough) or decision.mock is not None:
            return None
        return Exchange(Call(request, None, None, 0.0, 0.0), ForwardReply(), _Nobody())


class _Nobody:
    """Owns exchanges that no mock handles; see :class:`.ports.exchange.ExchangeOwner`."""

    takes_streams = True

    def finish(
        self,
        call: Call,
        status: int | None = None,  # noqa: ARG002  the names are the protocol's
        headers: HeaderSource = None,  # noqa: ARG002
        body: bytes | None = None,  # noqa: ARG002
    ) -> None:
        """Mark the call as finished, because the handler checks that."""
        call.duration = 0.0

    def answered(self, call: Call, response: Response) -> None:  # noqa: ARG002  the name is the protocol's
        """Mark the call as finished, because the handler checks that."""
        call.duration = 0.0

    def fail(self, exchange: Exchange, fault: Fault) -> None:
        """Do nothing."""

    def complete(self, exchange: Exchange, body: bytes) -> None:
        """Do nothing."""

    async def delay(self, exchange: Exchange) -> None:
        """Do nothing."""

    def defer_error(self, error: BaseException) -> None:
        """Do nothing."""

    def upstream_for(self, client: Upstream | None) -> Upstream | None:
        """Return the client's own upstream."""
        return client


def failure(answer: Answer) -> Response | None:
    """Return what a proxy answers if there is no response; ``None`` if it disconnects."""
    if isinstance(answer, DisconnectReply):
        return None
    if isinstance(answer, NoRouteReply):
        return _explained(_BAD_GATEWAY, answer.explanation)
    if isinstance(answer, RaiseReply):
        error = answer.make()
        return _explained(_BAD_GATEWAY, f"{type(error).__name__}: {error}")
    assert isinstance(answer, FaultReply)  # noqa: S101  no other kind of answer fails
    status = _GATEWAY_TIMEOUT if answer.fault is Fault.CONNECT_TIMEOUT else _BAD_GATEWAY
    return _explained(status, f"{answer.fault}: {answer.fault.value}")


def _explained(status: int, text: str) -> Response:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return Response(status, None, headers, f"aiointercept: {text}\n".encode())
