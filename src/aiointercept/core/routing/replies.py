"""What a route may answer, as values. The adapters perform them."""

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from attrs import Factory, field, frozen
from multidict import CIMultiDictProxy

from aiointercept.core.http.messages import Request, Response, header_fields
from aiointercept.core.routing.faults import Fault


@frozen(eq=False, repr=False)
class Stream:
    """A response whose body is made while it is sent.

    Args:
        open: returns the chunks anew for each request.
        length: total bytes, if known beforehand.
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
        compute: gets the request, and a function that returns the request as users see it.
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
    """Return in a word or two what a client gets."""
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


def internal_error(error: BaseException) -> Response:
    """Return the 500 that a client gets when the user's code fails to make an answer."""
    text = (
        f"aiointercept: {type(error).__name__} in the test's own code; it is raised again, with "
        "its traceback, when the block of the mock ends"
    )
    return Response(500, None, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())
