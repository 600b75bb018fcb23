"""What happens to a tunnel that a proxy's client requests: only host and port are known."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from aiointercept.core.http.messages import Origin, Request
from aiointercept.core.matching.combinators import mentions_host
from aiointercept.core.matching.urls import ANY_METHOD, Url
from aiointercept.core.routing.decision import ActiveMock, Serve, decide
from aiointercept.core.routing.policy import is_loopback
from aiointercept.core.routing.replies import FaultReply
from aiointercept.core.routing.routes import Registration

M = TypeVar("M", bound=ActiveMock)


def goes_to_real_server(origin: Origin, active_mocks: Sequence[ActiveMock]) -> bool:
    """Return whether a tunnel leads to the real server, untouched, whatever goes through it."""
    request = _request_to(origin)
    loopback = is_loopback(origin.host)
    for mock in active_mocks:
        if mock.policy.never_touches(request):
            return True
        if loopback and mock.policy.leave_loopback and not _names(mock, origin):
            continue
        return False
    return True


def _names(mock: ActiveMock, origin: Origin) -> bool:
    return origin == mock.registry.own_origin or any(
        _names_host(registration, origin) for registration in mock.registry
    )


def _names_host(registration: Registration, origin: Origin) -> bool:
    target = registration.route.target
    if isinstance(target, Url):
        named = Origin.of(target.url)
        return (named.host, named.port) == (origin.host, origin.port)
    return any(
        matcher is not None and mentions_host(matcher, origin.host)
        for matcher in (target, registration.route.condition)
    )


def certificate_fault(origin: Origin, active_mocks: Sequence[M]) -> tuple[Request, Serve[M]] | None:
    """Return the route whose fault is to be shown in the handshake with ``origin``, if any.

    The request is not known yet. A route for an exact URL at ``origin`` counts if it
    would take the next request for that URL, any other route if it would take ``GET /``.

    Returns:
        The request that the route is assumed to take, and the decision on it.
    """
    for request in _likely_requests(origin, active_mocks):
        decision = decide(request, active_mocks)
        if isinstance(decision, Serve) and decision.chosen is not None:
            return request, decision
    return None


def _likely_requests(origin: Origin, active_mocks: Sequence[M]) -> Iterator[Request]:
    for mock in active_mocks:
        for registration in mock.registry:
            route = registration.route
            if not (isinstance(route.reply, FaultReply) and route.reply.fault.in_handshake):
                continue
            if not isinstance(route.target, Url):
                yield _request_to(origin)
            elif Origin.of(route.target.url) == origin:
                method = "GET" if route.method == ANY_METHOD else route.method
                yield Request(method, route.target.url, body=b"")


def _request_to(origin: Origin) -> Request:
    return Request("GET", f"{origin.prefix}/", body=b"")
