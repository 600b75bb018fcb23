import asyncio
import socket
import ssl
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from yarl import URL

from aiointercept.adapters.errors import NoRouteError
from aiointercept.adapters.interception.exceptions import exception_for
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import DisconnectReply, FaultReply, NoRouteReply, RaiseReply

REQUEST: Any = SimpleNamespace(
    url=URL("https://api.test/items"),
    connection_key=SimpleNamespace(host="api.test", port=443, ssl=True, is_ssl=True),
)


def test_what_a_route_raises():
    """An instance is raised itself."""
    error = ValueError("mine")
    assert exception_for(RaiseReply(error), REQUEST) is error


def test_answers_without_a_response():
    """A connection that is closed, and a request that no route takes."""
    assert type(exception_for(DisconnectReply(), REQUEST)) is aiohttp.ServerDisconnectedError
    unmatched = exception_for(NoRouteReply("No route matches"), REQUEST)
    assert isinstance(unmatched, NoRouteError)
    assert unmatched.message == "No route matches"


def test_a_name_that_does_not_resolve():
    """The error names the host, and carries what the resolver says."""
    error = exception_for(FaultReply(Fault.DNS_FAILURE), REQUEST)
    assert isinstance(error, aiohttp.ClientConnectorDNSError)
    assert isinstance(error.os_error, socket.gaierror)
    assert error.host == "api.test"


def test_a_port_that_refuses():
    """The error names the address that was tried."""
    error = exception_for(FaultReply(Fault.CONNECTION_REFUSED), REQUEST)
    assert isinstance(error, aiohttp.ClientConnectorError)
    assert isinstance(error.os_error, ConnectionRefusedError)
    assert "('api.test', 443)" in str(error.os_error)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.CERTIFICATE_EXPIRED, "certificate has expired"),
        (Fault.CERTIFICATE_WRONG_HOST, "Hostname mismatch"),
        (Fault.CERTIFICATE_UNTRUSTED, "unable to get local issuer certificate"),
        (Fault.CERTIFICATE_ERROR, "self-signed certificate"),
    ],
)
def test_a_certificate_that_is_wrong(fault: Fault, reason: str):
    """The reason is that of OpenSSL."""
    error = exception_for(FaultReply(fault), REQUEST)
    assert isinstance(error, aiohttp.ClientConnectorCertificateError)
    assert isinstance(error.certificate_error, ssl.SSLCertVerificationError)
    assert reason in str(error.certificate_error)


def test_a_connection_that_takes_too_long():
    """It is a timeout for those who catch asyncio's."""
    error = exception_for(FaultReply(Fault.CONNECT_TIMEOUT), REQUEST)
    assert isinstance(error, aiohttp.ConnectionTimeoutError)
    assert isinstance(error, asyncio.TimeoutError)


def test_a_response_is_not_an_exception():
    """Whoever asks for one has made a mistake."""
    answer: Any = Response(200, None, {}, b"")
    with pytest.raises(TypeError, match="Response is a response, not a failure"):
        exception_for(answer, REQUEST)
