"""What a route may answer. Values only: how each one is performed is the adapters' business."""

import enum
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from attrs import Factory, field, frozen
from multidict import CIMultiDictProxy

from aiointercept.core.http.messages import Request, Response, header_fields


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


@frozen(eq=False, repr=False)
class Stream:
    """A response whose body is made while it is sent.

    Args:
        open: returns the chunks anew for each request.
        length: bytes in all, where known beforehand.
        plain: whether its header fields are sent as they are, and none is added.
    """

    open: Callable[[], AsyncIterable[bytes]]
    status: int = 200
    reason: str | None = None
    headers: CIMultiDictProxy[str] = field(default=None, converter=header_fields)
    length: int | None = None
    plain: bool = field(default=False, kw_only=True)


@frozen(eq=False, repr=False)
class FileReply:
    """A response whose body is a file, opened anew for each request.

    Args:
        path: the file; how long it is, is looked up when it is opened.
        status: with 200, a request may ask for a part of the file (RFC 9110, section 14).
    """

    path: Path
    status: int = 200
    reason: str | None = None
    headers: CIMultiDictProxy[str] = field(default=None, converter=header_fields)


Content: TypeAlias = Response | Stream | FileReply


@frozen(eq=False, repr=False)
class CallbackReply:
    """A response that the user's function makes from the request.

    Args:
        compute: gets the request, and what gives it as the transport shows it to users.
    """

    compute: Callable[[Request, Callable[[], Any]], "CallbackAnswer | Awaitable[CallbackAnswer]"]


@frozen(eq=False, repr=False)
class FaultReply:
    """A failure of the network, in place of ``content`` or in the middle of it."""

    fault: Fault
    content: Content = Factory(Response)


@frozen(eq=False, repr=False)
class RaiseReply:
    """An exception that the client's call raises, exactly that one."""

    exception: BaseException | type[BaseException]

    def make(self) -> BaseException:
        """Return the instance to raise: the given one, or a new one of the given class."""
        if isinstance(self.exception, BaseException):
            return self.exception.with_traceback(None)
        return self.exception()


@frozen(eq=False, repr=False)
class CallbackRaiseReply(RaiseReply):
    """A client's error that the user's callback raised: for the call of an intercepted client."""


@frozen(eq=False, repr=False)
class DisconnectReply:
    """No answer: the connection is closed before a byte of it."""


@frozen(eq=False, repr=False)
class NoRouteReply:
    """No route takes the request: the client gets a connection error that explains why."""

    explanation: str


@frozen(eq=False, repr=False)
class WebSocket:
    """A conversation over WebSocket, led by the user's handler.

    Args:
        handler: leads it.
        options: settings of the connection.
        headers: of the answer to the handshake.
        drops: whether the connection is dropped when the handler ends, without a closing handshake.
    """

    handler: Callable[[Any, Any], Awaitable[object]]
    options: Mapping[str, Any]
    headers: CIMultiDictProxy[str] = field(default=None, converter=header_fields)
    drops: bool = False


@frozen(eq=False, repr=False)
class ForwardReply:
    """The real server's answer, through the upstream.

    Args:
        rate: bytes a second at which its body goes out; ``None`` for as fast as it comes.
    """

    rate: float | None = None


CallbackAnswer: TypeAlias = Response | Stream | FileReply | FaultReply
"""What a callback may answer."""

Answer: TypeAlias = (
    Response
    | Stream
    | FileReply
    | FaultReply
    | RaiseReply
    | DisconnectReply
    | WebSocket
    | NoRouteReply
    | ForwardReply
)
Reply: TypeAlias = Answer | CallbackReply


def outcome_of(reply: object) -> str:
    """Say in a word or two what a client gets of a reply."""
    if isinstance(reply, (Response, Stream, FileReply)):
        return str(reply.status)
    if isinstance(reply, FaultReply):
        return reply.fault.name
    if isinstance(reply, RaiseReply):
        raised = reply.exception
        return (raised if isinstance(raised, type) else type(raised)).__name__
    return _OUTCOMES.get(type(reply), "application")


_OUTCOMES: Final[Mapping[type, str]] = {
    CallbackReply: "callback",
    DisconnectReply: "connection error",
    NoRouteReply: "connection error",
    WebSocket: "WebSocket",
    ForwardReply: "real server",
}
