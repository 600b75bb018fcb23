"""The proxy in the role of a client: what an intercepted client does by itself, it does for others.

A client of the proxy cannot be made to raise. It gets a ``502`` or ``504`` whose body explains.
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
    """Makes the connections of those that come through the proxy.

    Args:
        active_mocks: returns the mocks to ask, from the one whose proxy it is outwards.
        upstream: makes what reaches the real server, from the body that is sent.
    """

    active_mocks: Callable[[], Sequence[Dispatcher]]
    upstream: Callable[[AsyncIterable[bytes] | bytes], Upstream]

    def connection(self, origin: Origin, tls: ClientTls | None = None) -> ClientConnection:
        """Return what stands for a client that believes to be connected to ``origin``."""
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
        gateway: made it.
    """

    gateway: Gateway = field(kw_only=True)

    def passes_by(self, request: Request) -> Exchange | None:
        """Return what is to be performed for a request that no mock touches.

        An intercepted client would go its own way; for this one the proxy has to. Nothing is
        logged.
        """
        self.active_mocks = self.gateway.active_mocks()
        try:
            decision = decide(request, self.active_mocks)
        except Exception:  # noqa: BLE001  a matcher raised: it will again when it counts
            return None
        if not isinstance(decision, Passthrough) or decision.mock is not None:
            return None
        return Exchange(Call(request, None, None, 0.0, 0.0), ForwardReply(), _Nobody())


class _Nobody:
    """Owns exchanges that no mock wants to know of; see :class:`.ports.exchange.ExchangeOwner`."""

    takes_streams = True

    def finish(
        self,
        call: Call,
        status: int | None = None,  # noqa: ARG002  the names are the protocol's
        headers: HeaderSource = None,  # noqa: ARG002
        body: bytes | None = None,  # noqa: ARG002
    ) -> None:
        """Note the end, as others look at that."""
        call.duration = 0.0

    def answered(self, call: Call, response: Response) -> None:  # noqa: ARG002  the name is the protocol's
        """Note the end, as others look at that."""
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
        """Return the client's own way."""
        return client


def failure(answer: Answer) -> Response | None:
    """Return what a proxy answers where there is no answer; ``None`` where it closes."""
    if isinstance(answer, DisconnectReply):
        return None
    if isinstance(answer, NoRouteReply):
        return _explained(_BAD_GATEWAY, answer.explanation)
    if isinstance(answer, RaiseReply):
        error = answer.make()
        return _explained(_BAD_GATEWAY, f"{type(error).__name__}: {error}")
    assert isinstance(answer, FaultReply)  # noqa: S101  nothing else stands in place of an answer
    status = _GATEWAY_TIMEOUT if answer.fault is Fault.CONNECT_TIMEOUT else _BAD_GATEWAY
    return _explained(status, f"{answer.fault}: {answer.fault.value}")


def _explained(status: int, text: str) -> Response:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return Response(status, None, headers, f"aiointercept: {text}\n".encode())
