"""``ClientConnection``: one connection from an intercepted client, and what it is used for."""

from collections.abc import AsyncIterable, Callable, Sequence
from typing import Any, Protocol

from attrs import define, frozen

from aiointercept.core.calls import Call
from aiointercept.core.http.messages import Origin, Request, Response
from aiointercept.core.ports.chained_mock import ChainedMock
from aiointercept.core.ports.upstream import Upstream
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import Answer


@frozen(eq=False, repr=False)
class ClientTls:
    """How an intercepted client speaks TLS with the mock.

    Args:
        context: that of the client, an ``ssl.SSLContext``.
        server_hostname: the name that the client wants to see in the certificate.
        fault: what is wrong with the certificate that the client is shown.
    """

    context: Any
    server_hostname: str
    fault: Fault | None = None


class Attempt(Protocol):
    """One attempt to send a request, which the client may silently repeat if the connection breaks.

    Used on the client's loop only.
    """

    @property
    def call(self) -> Call | None:
        """The call that this attempt is part of; ``None`` until it is in a log."""
        ...

    @property
    def owner(self) -> ChainedMock | None:
        """The mock that answers that call."""
        ...

    def begin(self, call: Call, owner: ChainedMock) -> None:
        """Note the call in the log for this attempt."""
        ...

    def settle(self) -> None:
        """The client gets an answer, so it will not repeat the request."""
        ...


@define(eq=False, repr=False)
class ClientConnection:
    """One connection from an intercepted client. The interceptor sets it up for each request.

    Attributes:
        origin: the server that the client believes it is connected to.
        request: what is known of the request that it was opened for.
        fail: makes the client's pending call raise, for an answer that stands for an exception.
            Returns the response to send where that is not possible, as through a proxy.
        active_mocks: the mocks to ask, from the one that answers outwards, for the next request.
        attempt: what the client is sending; ``None`` if it never repeats a request silently.
        upstream: makes what reaches the real server as this client would, from the body that it
            sends, which may still be coming in.
        tls: how the client speaks TLS; ``None`` if it does not.
        body: what the client was given to send, as far as that is known; on the way it may have
            been compressed, or changed.
    """

    origin: Origin
    request: Request
    fail: Callable[[Answer], Response | None]
    active_mocks: Sequence[ChainedMock] = ()
    attempt: Attempt | None = None
    upstream: Callable[[AsyncIterable[bytes] | bytes], Upstream] | None = None
    tls: ClientTls | None = None
    body: bytes | None = None

    def settle(self) -> None:
        """Note that the client gets an answer, so it will not repeat the request."""
        if self.attempt is not None:
            self.attempt.settle()
