"""``Fault``: the ways for a network to fail; ``adapters/handling/faults.py`` performs them."""

import enum


class Fault(enum.Enum):
    """A way for a network to fail, performed for real."""

    #: The name of the host is not found: ``aiohttp.ClientConnectorDNSError``.
    DNS_FAILURE = "name not found"
    #: Nothing listens: ``aiohttp.ClientConnectorError`` with ``ECONNREFUSED``.
    CONNECTION_REFUSED = "refused"
    #: Nobody answers while connecting: ``aiohttp.ConnectionTimeoutError`` after the client's limit.
    CONNECT_TIMEOUT = "never connects"
    #: The certificate is refused: ``aiohttp.ClientConnectorCertificateError``. No TLS is spoken.
    CERTIFICATE_ERROR = "handshake fails"
    #: The certificate has expired; needs ``tls=True``.
    #:
    #: .. versionadded:: 1.1
    CERTIFICATE_EXPIRED = "certificate expired"
    #: The certificate is for another host; needs ``tls=True``.
    #:
    #: .. versionadded:: 1.1
    CERTIFICATE_WRONG_HOST = "certificate for another host"
    #: The certificate is of an authority that nobody knows; needs ``tls=True``.
    #:
    #: .. versionadded:: 1.1
    CERTIFICATE_UNTRUSTED = "certificate of an unknown authority"
    #: The connection is reset: ``aiohttp.ClientOSError`` with ``ECONNRESET``.
    CONNECTION_RESET = "reset"
    #: The connection is closed before the response: ``aiohttp.ServerDisconnectedError``.
    EMPTY_RESPONSE = "closed without a byte"
    #: The connection is closed inside the body: ``aiohttp.ClientPayloadError`` when reading it.
    TRUNCATED_BODY = "closed inside the body"
    #: The response is not HTTP: ``aiohttp.ClientResponseError``.
    MALFORMED_RESPONSE = "not HTTP"
    #: No response comes: ``aiohttp.SocketTimeoutError`` after the client's own limit.
    HANG = "silent after the request"

    @property
    def before_connection(self) -> bool:
        """Whether it happens before there is a connection, and so only to an intercepted client."""
        return self in _BEFORE_CONNECTION

    @property
    def in_handshake(self) -> bool:
        """Whether it is a certificate that is shown in a real TLS handshake.

        A client that does not check it gets the response of the route.

        .. versionadded:: 1.1
        """
        return self in _IN_HANDSHAKE


_IN_HANDSHAKE = frozenset(
    {Fault.CERTIFICATE_EXPIRED, Fault.CERTIFICATE_WRONG_HOST, Fault.CERTIFICATE_UNTRUSTED}
)
_BEFORE_CONNECTION = _IN_HANDSHAKE | {
    Fault.DNS_FAILURE,
    Fault.CONNECTION_REFUSED,
    Fault.CONNECT_TIMEOUT,
    Fault.CERTIFICATE_ERROR,
}
