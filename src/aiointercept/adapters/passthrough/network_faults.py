"""Maps the errors that prevent a real server's answer to the ``Fault`` that replays them."""

import asyncio
import errno
import ssl
from typing import Final

import aiohttp

from aiointercept.core.routing.faults import Fault

# The exceptions of aiohttp's client, with subclasses first.
_FAULTS: Final[tuple[tuple[type[BaseException], Fault], ...]] = (
    (aiohttp.ClientConnectorDNSError, Fault.DNS_FAILURE),
    (aiohttp.ClientConnectorCertificateError, Fault.CERTIFICATE_ERROR),
    (aiohttp.ClientSSLError, Fault.CERTIFICATE_ERROR),
    (aiohttp.ServerFingerprintMismatch, Fault.CERTIFICATE_ERROR),
    (ssl.SSLError, Fault.CERTIFICATE_ERROR),
    (aiohttp.ConnectionTimeoutError, Fault.CONNECT_TIMEOUT),
    (asyncio.TimeoutError, Fault.HANG),
    (aiohttp.ClientConnectorError, Fault.CONNECTION_REFUSED),
    (aiohttp.ServerDisconnectedError, Fault.EMPTY_RESPONSE),
    (aiohttp.ClientOSError, Fault.CONNECTION_RESET),
    (ConnectionError, Fault.CONNECTION_RESET),
    (aiohttp.ClientResponseError, Fault.MALFORMED_RESPONSE),
)


def fault_of(error: BaseException) -> Fault:
    """Return the fault that comes closest to ``error``, which prevented a server's answer."""
    if isinstance(error, OSError) and error.errno == errno.ETIMEDOUT:
        return Fault.CONNECT_TIMEOUT
    for kind, fault in _FAULTS:
        if isinstance(error, kind):
            return fault
    return Fault.EMPTY_RESPONSE
