"""TLS between an intercepted client and the mock: the client's context, and its errors.

Private names of aiohttp used here, and what would replace each if it went:

* ``TCPConnector._get_ssl_context``, ``_get_fingerprint``: what a client's own connector would use
  for a request. Without them: the same choice, made from ``ssl=`` of the request.
* ``aiohttp.connector._SSL_CONTEXT_VERIFIED``: the default context, told from the user's contexts by
  identity. Without it: contexts of the user are not supported.
"""

# pyright: reportPrivateUsage=false

import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from aiohttp import connector as aiohttp_connector
from aiohttp.connector import BaseConnector, TCPConnector

from aiointercept.core.errors import UnsupportedAiohttpError
from aiointercept.core.ports.connection import ClientTls
from aiointercept.core.routing.faults import Fault

if TYPE_CHECKING:
    from aiohttp import ClientRequest

_NEEDED: Final[tuple[tuple[Any, str], ...]] = (
    (TCPConnector, "_get_ssl_context"),
    (TCPConnector, "_get_fingerprint"),
    (aiohttp_connector, "_SSL_CONTEXT_VERIFIED"),
)


class ClientSideTls:
    """How intercepted clients speak TLS with a mock.

    Args:
        trusting: returns the context that replaces the default one, because it trusts the mock.

    Raises:
        UnsupportedAiohttpError: if this aiohttp is not supported.
    """

    def __init__(self, trusting: Callable[[], ssl.SSLContext]) -> None:
        for owner, name in _NEEDED:
            if not hasattr(owner, name):
                msg = (
                    f"aiointercept cannot speak TLS with clients of aiohttp {aiohttp.__version__}: "
                    f"{owner.__name__}.{name} is not there. Install a newer aiointercept, or an "
                    "aiohttp that it knows (3.13 or 3.14), or leave tls= out"
                )
                raise UnsupportedAiohttpError(msg)
        self._trusting = trusting

    def of(
        self, connector: BaseConnector, req: "ClientRequest", fault: Fault | None
    ) -> ClientTls | None:
        """Return the TLS settings of ``req`` with ``connector``; ``None`` if it does not use TLS.

        Args:
            connector: the client's own connector.
            req: the request that needs a connection.
            fault: the fault of the certificate that the mock shows.
        """
        if not (req.is_ssl() and isinstance(connector, TCPConnector)):
            return None
        context = connector._get_ssl_context(req)
        if context is aiohttp_connector._SSL_CONTEXT_VERIFIED:
            context = self._trusting()
        name = req.server_hostname or req.url.raw_host or ""
        return ClientTls(context, name.rstrip("."), fault)


def check_fingerprint(connector: BaseConnector, req: "ClientRequest", transport: Any) -> None:
    """Check the mock's certificate against the fingerprint of the client, if it has one.

    Raises:
        ServerFingerprintMismatch: if they differ; the connection is then closed.
    """
    fingerprint = (
        connector._get_fingerprint(req)
        if req.is_ssl() and isinstance(connector, TCPConnector)
        else None
    )
    if fingerprint is None:
        return
    try:
        fingerprint.check(transport)
    except aiohttp.ServerFingerprintMismatch:
        transport.abort()
        raise


def handshake_error(error: OSError, req: "ClientRequest") -> aiohttp.ClientConnectorError:
    """Return the exception that aiohttp raises if connecting for ``req`` fails with ``error``."""
    if isinstance(error, ssl.CertificateError):
        return aiohttp.ClientConnectorCertificateError(req.connection_key, error)
    if isinstance(error, ssl.SSLError):
        return aiohttp.ClientConnectorSSLError(req.connection_key, error)
    return aiohttp.ClientConnectorError(req.connection_key, error)
