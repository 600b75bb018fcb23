"""What happens to a request from an intercepted client: the decision, not its execution."""

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from attrs import define, field, frozen

from aiointercept.core.http.messages import Request
from aiointercept.core.routing.policy import Policy, is_loopback
from aiointercept.core.routing.registry import Chosen, Registry
from aiointercept.core.routing.replies import FaultReply


class ActiveMock(Protocol):
    """One active mock, as far as a decision needs it."""

    @property
    def registry(self) -> Registry:
        """Its routes."""
        ...

    @property
    def policy(self) -> Policy:
        """What it leaves to the real network."""
        ...


M = TypeVar("M", bound=ActiveMock)


@frozen
class Passthrough(Generic[M]):
    """The client connects to the real server by its own means.

    Args:
        mock: logs the call; ``None`` if no mock wants to know of it.
        exchange: the logged call, to be finished with the observed outcome.
    """

    mock: M | None
    exchange: Any = field(default=None, eq=False, kw_only=True)


@define
class Serve(Generic[M]):
    """A route of ``mock`` may take the request, so the client is connected to the mock.

    Made for each request, it is not frozen: attrs takes twice as long to make what is.

    Args:
        mock: is connected to.
        chosen: the route that will take the request, if its fault is shown in the TLS handshake.
        reply: that fault.
    """

    mock: M
    chosen: Chosen | None = None
    reply: FaultReply | None = None


@frozen
class Forward(Generic[M]):
    """No route takes the request; ``mock`` itself carries it to the real server."""

    mock: M


@frozen
class Fail(Generic[M]):
    """The client gets an exception in place of a connection.

    Args:
        mock: logs the call.
        chosen: the route that takes the request; ``None`` if there is none.
        reply: its fault, which happens before there is a connection.
        exchange: the logged call, with the answer that stands for the exception.
    """

    mock: M
    chosen: Chosen | None = None
    reply: FaultReply | None = None
    exchange: Any = field(default=None, eq=False, kw_only=True)


Decision: TypeAlias = Passthrough[M] | Serve[M] | Forward[M] | Fail[M]


def decide(request: Request, active_mocks: Sequence[M]) -> Decision[M]:
    """Decide on a request from an intercepted client. Nothing is consumed or logged.

    Args:
        request: what the client is about to send; its body may be unknown.
        active_mocks: the innermost first; at least one.
    """
    loopback = is_loopback(request.url.raw_host or "")
    named = False
    for mock in active_mocks:
        policy, registry = mock.policy, mock.registry
        if policy.untouched and policy.never_touches(request):
            return Passthrough(None)
        if loopback and policy.leave_loopback and not registry.names(request):
            continue
        named = True
        chosen = registry.peek(request)
        if chosen is not None:
            if not isinstance(chosen.registration.route.reply, FaultReply):
                return Serve(mock)
            reply = _failure_to_connect(chosen, request)
            if reply is None:
                return Serve(mock)
            return (Serve if reply.fault.in_handshake else Fail)(mock, chosen, reply)
    return _unmatched(request, active_mocks) if named else Passthrough(None)


def _failure_to_connect(chosen: Chosen, request: Request) -> FaultReply | None:
    """Return the fault if it is already certain that there will be no connection."""
    route = chosen.registration.route
    reply = route.reply
    if not (isinstance(reply, FaultReply) and reply.fault.before_connection):
        return None
    return reply if route.is_decided_by(request) else None


def _unmatched(request: Request, active_mocks: Sequence[M]) -> Decision[M]:
    for mock in active_mocks:
        if mock.registry.own_origin == request.origin:
            return Fail(mock)
    for mock in active_mocks:
        if mock.registry.used_up(request):
            return Fail(mock)
        if mock.policy.forward_unmatched:
            return Forward(mock) if mock.policy.carry_forwarded else Passthrough(mock)
    return Fail(active_mocks[0])
