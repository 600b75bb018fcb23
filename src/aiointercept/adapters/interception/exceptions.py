"""The exceptions that clients get instead of a response, as aiohttp itself raises them."""

import errno
import socket
import ssl
from typing import Final

import aiohttp

from aiointercept.adapters.errors import NoRouteError
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import (
    Answer,
    DisconnectReply,
    FaultReply,
    NoRouteReply,
    RaiseReply,
)

# OpenSSL's own texts, for faults that happen without a real handshake.
_REASONS: Final = {
    Fault.CERTIFICATE_ERROR: "self-signed certificate",
    Fault.CERTIFICATE_EXPIRED: "certificate has expired",
    Fault.CERTIFICATE_WRONG_HOST: "Hostname mismatch, certificate is not valid for the host",
    Fault.CERTIFICATE_UNTRUSTED: "unable to get local issuer certificate",
}


def exception_for(answer: Answer, req: aiohttp.ClientRequest) -> BaseException:
    """Return the exception of an answer that is not a response."""
    if isinstance(answer, RaiseReply):
        return answer.make()
    if isinstance(answer, DisconnectReply):
        return aiohttp.ServerDisconnectedError()
    if isinstance(answer, NoRouteReply):
        return NoRouteError(answer.explanation)
    if isinstance(answer, FaultReply):
        return _connection_error(answer.fault, req)
    msg = f"{type(answer).__name__} is a response, not a failure"
    raise TypeError(msg)


def _connection_error(fault: Fault, req: aiohttp.ClientRequest) -> aiohttp.ClientError:
    """Return the exception that aiohttp itself raises if connecting fails for this reason."""
    key = req.connection_key
    if fault is Fault.DNS_FAILURE:
        unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return aiohttp.ClientConnectorDNSError(key, unknown)
    if fault is Fault.CONNECTION_REFUSED:
        address = (req.url.host, req.url.port)
        refused = ConnectionRefusedError(errno.ECONNREFUSED, f"Connect call failed {address}")
        return aiohttp.ClientConnectorError(key, refused)
    if fault in _REASONS:
        untrusted = ssl.SSLCertVerificationError(
            1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {_REASONS[fault]}"
        )
        return aiohttp.ClientConnectorCertificateError(key, untrusted)
    return aiohttp.ConnectionTimeoutError(f"Connection timeout to host {req.url}")
