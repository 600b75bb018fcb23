from typing import Any

import pytest

from aiointercept.adapters.handling.gateway import Gateway, failure
from aiointercept.core.http.messages import Origin
from aiointercept.core.ports.connection import ClientTls
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import DisconnectReply, FaultReply, NoRouteReply, RaiseReply

ORIGIN = Origin("https", "api.test", 443)


def test_a_connection():
    """It stands for a client that believes to be at the origin."""
    mocks: Any = [object()]
    upstream: Any = object()
    gateway = Gateway(lambda: mocks, lambda _: upstream)
    tls = ClientTls(None, "api.test")
    connection = gateway.connection(ORIGIN, tls)
    assert connection.origin is ORIGIN
    assert connection.active_mocks is mocks
    assert connection.tls is tls
    assert connection.attempt is None
    assert connection.upstream is not None
    assert connection.upstream(b"") is upstream


def test_no_route():
    """The explanation is in the answer."""
    response = failure(NoRouteReply("No route matches"))
    assert response is not None
    assert (response.status, response.body) == (502, b"aiointercept: No route matches\n")


def test_a_route_that_closes_the_connection():
    """Then there is no answer."""
    assert failure(DisconnectReply()) is None


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault.before_connection])
def test_faults(fault: Fault):
    """The answer is that of a proxy that cannot reach the server."""
    response = failure(FaultReply(fault))
    assert response is not None
    assert response.status == (504 if fault is Fault.CONNECT_TIMEOUT else 502)
    assert response.body == f"aiointercept: {fault}: {fault.value}\n".encode()


def test_an_exception():
    """Its class and text are all that can be told."""
    response = failure(RaiseReply(LookupError("not there")))
    assert response is not None
    assert (response.status, response.body) == (502, b"aiointercept: LookupError: not there\n")
