"""Decisions on a request whose body is still being received. Nothing is consumed."""

from collections.abc import Sequence

from aiointercept.core.http.messages import Request
from aiointercept.core.routing.decision import Forward, M, Passthrough, Serve, decide
from aiointercept.core.routing.registry import Chosen


def forwarder_of(request: Request, active_mocks: Sequence[M], default: M) -> M | None:
    """Return the mock that sends ``request`` on to the real server, if one does.

    Args:
        request: with as much of its body as routes get to see.
        active_mocks: the innermost first; at least one.
        default: sends on what no mock wants to log.
    """
    decision = decide(request, active_mocks)
    if isinstance(decision, (Passthrough, Forward)):
        return decision.mock or default
    return None


def mount_of(request: Request, active_mocks: Sequence[M]) -> tuple[M, Chosen] | None:
    """Return the mounted application that takes ``request``, whatever its body turns out to be.

    Args:
        request: without its body.
        active_mocks: the innermost first; at least one.

    Returns:
        The mock that has it, and the route; ``None`` if there is none, or if a route may take the
        request by its body.
    """
    mock = active_mocks[0]
    if active_mocks[1:]:
        decision = decide(request, active_mocks)
        if not isinstance(decision, Serve):
            return None
        mock = decision.mock
    chosen = mock.registry.peek(request)
    if chosen is None or not chosen.registration.route.takes_streams:
        return None
    return mock, chosen
