"""What happens to a request from an intercepted client: the decision, not its execution."""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeAlias, TypeVar

from attrs import frozen

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import decided_by_head
from aiointercept.core.routing.policy import Policy, is_loopback
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import FaultReply
from aiointercept.core.routing.routes import Registration, Route


class ActiveMock(Protocol):
    """One active mock, as far as deciding goes."""

    @property
    def registry(self) -> Registry:
        """Its routes."""
        ...

    @property
    def policy(self) -> Policy:
        """What it leaves to the real network."""
        ...


P = TypeVar("P", bound=ActiveMock)


@frozen
class LeaveAlone(Generic[P]):
    """Not ours: the client goes its own way. ``active_mock`` logs it, if given."""

    active_mock: P | None


@frozen
class Serve(Generic[P]):
    """A route of ``active_mock`` may take it, so the mock answers."""

    active_mock: P


@frozen
class FailToConnect(Generic[P]):
    """A route of ``active_mock`` takes it, and what it answers is that there is no connection."""

    active_mock: P
    registration: Registration
    broken: FaultReply


@frozen
class Forward(Generic[P]):
    """No route takes it, and ``active_mock`` itself carries it to the real server."""

    active_mock: P


@frozen
class Unmatched(Generic[P]):
    """No route takes it; ``active_mock`` has to say so."""

    active_mock: P


Verdict: TypeAlias = LeaveAlone[P] | Serve[P] | FailToConnect[P] | Forward[P] | Unmatched[P]


def decide(request: Request, active_mocks: Sequence[P]) -> Verdict[P]:
    """Say what becomes of a request from an intercepted client.

    Args:
        request: what the client is about to send; its body may be unknown.
        active_mocks: the active mocks, the innermost first; at least one.
    """
    loopback = is_loopback(request.url.raw_host or "")
    named = False
    for active_mock in active_mocks:
        if active_mock.policy.never_touches(request):
            return LeaveAlone(None)
        if (
            loopback
            and active_mock.policy.leave_loopback
            and not active_mock.registry.names(request)
        ):
            continue
        named = True
        registration = active_mock.registry.peek(request)
        if registration is not None:
            broken = _sure_failure_to_connect(registration.route, request)
            if broken is None:
                return Serve(active_mock)
            return FailToConnect(active_mock, registration, broken)
    return _unmatched(request, active_mocks) if named else LeaveAlone(None)


def _sure_failure_to_connect(route: Route, request: Request) -> FaultReply | None:
    reply, condition = route.reply, route.condition
    if not (isinstance(reply, FaultReply) and reply.fault.before_connection):
        return None
    sure = request.body is not None or condition is None or decided_by_head(condition)
    return reply if sure else None


def _unmatched(request: Request, active_mocks: Sequence[P]) -> Verdict[P]:
    for active_mock in active_mocks:
        if active_mock.registry.used_up(request):
            return Unmatched(active_mock)
        if active_mock.policy.forward_unmatched:
            return (
                Forward(active_mock)
                if active_mock.policy.carry_forwarded
                else LeaveAlone(active_mock)
            )
    return Unmatched(active_mocks[0])
