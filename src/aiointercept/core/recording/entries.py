"""One recorded exchange, independent of the file format."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.routing.faults import Fault

NO_NOTES: Final[Mapping[str, Any]] = {}


@frozen
class StoredBody:
    """A body that is too large to be held in memory.

    Args:
        name: of the file that holds it, relative to the folder of the cassette; the full path of
            a temporary file while the exchange is being recorded.
        size: in bytes, as the file has it.
    """

    name: str
    size: int


AnyBody: TypeAlias = bytes | StoredBody | None
"""A body in memory, in a file, or ``None`` where it was not seen."""


@frozen
class RecordedMessage:
    """One message of a WebSocket.

    Args:
        from_client: whether the client sent it.
        data: text or bytes.
        time: when it was sent, in seconds since the epoch.
    """

    from_client: bool
    data: str | bytes
    time: float = 0.0


@frozen(eq=False, repr=False)
class Entry:
    """A recorded exchange: the request, and how it was answered.

    Args:
        request: as it was sent; its body is decoded from its ``Content-Encoding``.
        response: as it came; its body is decoded from its ``Content-Encoding``, unless ``encoded``.
            ``None`` if there was no answer at all.
        fault: how the exchange failed; with a response if it failed within the body.
        messages: what went over the WebSocket that it opened.
        sent: the object that the client was given, where the file has that in place of the body of
            the request; ``None`` otherwise.
        request_file: holds the body of the request, in place of ``request.body``.
        response_file: holds the body of the response, in place of ``response.body``.
        encoded: whether the body of the response is still encoded, because its
            ``Content-Encoding`` is one that we cannot undo.
        started: when the request was sent, in seconds since the epoch.
        duration: seconds from then to the end of the answer.
        error: the failure, in the words of the client or the tool that recorded it.
        notes: further data of aiointercept that the format has no field for, by name.
        number: its place in the cassette, counted from 1; 0 for one that is not in a file.
        source: its raw data in the file, to be written back unchanged.
    """

    request: Request
    response: Response | None = None
    fault: Fault | None = None
    messages: tuple[RecordedMessage, ...] = ()
    request_file: StoredBody | None = None
    response_file: StoredBody | None = None
    encoded: bool = False
    started: float = 0.0
    duration: float = 0.0
    error: str | None = None
    notes: Mapping[str, Any] = NO_NOTES
    number: int = 0
    sent: Any = None
    source: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def request_body(self) -> AnyBody:
        """The body of the request, wherever it is."""
        return self.request.body if self.request_file is None else self.request_file

    @property
    def response_body(self) -> AnyBody:
        """The body of the response, wherever it is; ``None`` if there is no response."""
        if self.response_file is not None:
            return self.response_file
        return None if self.response is None else self.response.body

    @property
    def opens_websocket(self) -> bool:
        """Whether it is the handshake of a WebSocket that was opened."""
        return self.response is not None and self.response.status == SWITCHING_PROTOCOLS

    def __str__(self) -> str:
        return str(self.request)


SWITCHING_PROTOCOLS: Final = 101
_FIRST: Final = 100
_LAST: Final = 999


def is_status(status: int) -> bool:
    """Whether ``status`` can be sent: it has three digits."""
    return _FIRST <= status <= _LAST
