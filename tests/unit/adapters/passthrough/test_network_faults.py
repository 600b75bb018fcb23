import asyncio
import errno
import ssl
from typing import Any

import aiohttp
import pytest

from aiointercept import Fault
from aiointercept.adapters.passthrough.network_faults import fault_of

KEY: Any = aiohttp.client_reqrep.ConnectionKey("h", 80, False, None, None, None, None)  # type: ignore[arg-type, unused-ignore]
REQUEST: Any = None


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (aiohttp.ClientConnectorDNSError(KEY, OSError(1, "x")), Fault.DNS_FAILURE),
        (aiohttp.ClientConnectorError(KEY, OSError(111, "x")), Fault.CONNECTION_REFUSED),
        (aiohttp.ClientConnectorError(KEY, OSError(errno.ETIMEDOUT, "x")), Fault.CONNECT_TIMEOUT),
        (
            aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError("x")),
            Fault.CERTIFICATE_ERROR,
        ),
        (aiohttp.ClientConnectorSSLError(KEY, OSError(1, "x")), Fault.CERTIFICATE_ERROR),
        (aiohttp.ServerFingerprintMismatch(b"a", b"b", "h", 1), Fault.CERTIFICATE_ERROR),
        (ssl.SSLError("x"), Fault.CERTIFICATE_ERROR),
        (aiohttp.ConnectionTimeoutError("x"), Fault.CONNECT_TIMEOUT),
        (aiohttp.SocketTimeoutError("x"), Fault.HANG),
        (asyncio.TimeoutError(), Fault.HANG),
        (aiohttp.ServerDisconnectedError(), Fault.EMPTY_RESPONSE),
        (aiohttp.ClientOSError(errno.ECONNRESET, "x"), Fault.CONNECTION_RESET),
        (ConnectionResetError(errno.ECONNRESET, "x"), Fault.CONNECTION_RESET),
        (aiohttp.ClientResponseError(REQUEST, ()), Fault.MALFORMED_RESPONSE),
        (ValueError("of a user's own upstream"), Fault.EMPTY_RESPONSE),
    ],
)
def test_each_failure(error: BaseException, fault: Fault) -> None:
    """The fault that performs it again."""
    assert fault_of(error) is fault
