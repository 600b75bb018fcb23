"""The protocols between the core and its adapters: who is called by whom, and with what."""

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from attrs import define, frozen
from multidict import CIMultiDictProxy
from yarl import URL

from aiointercept.core.calls import Call, RequestFactory
from aiointercept.core.http.messages import HeaderSource, Origin, Request
from aiointercept.core.routing.decision import ActiveMock
from aiointercept.core.routing.replies import Answer
from aiointercept.core.routing.routes import Registration

T = TypeVar("T")


class Run(Protocol):
    """How a transport has the user's awaitables awaited: on its own loop, or on another."""

    def __call__(self, awaitable: Awaitable[T], /) -> Awaitable[T]:
        """Await ``awaitable`` and return what it returns."""
        ...


@frozen(eq=False)
class Exchange:
    """A call with its answer, to be performed by the transport and then finished.

    Args:
        call: the call, already in the log.
        answer: what is to be performed.
        dispatcher: the mock that answers; it may be another one than the one that was asked.
    """

    call: Call
    answer: Answer
    dispatcher: "Dispatcher"


@frozen(eq=False)
class Pass:
    """The client goes its own way; ``exchange`` is to be finished with what is seen, if given."""

    exchange: Exchange | None


@frozen(eq=False)
class Connect:
    """The client is to be connected to the transport of ``active_mocks[0]``."""

    active_mocks: "Sequence[Dispatcher]"


@frozen(eq=False)
class Fail:
    """The client gets no connection but the exception that ``exchange.answer`` stands for."""

    exchange: Exchange


Admission: TypeAlias = Pass | Connect | Fail


class Dispatcher(ActiveMock, Protocol):
    """One mock's core, as adapters see it. Safe to use from several threads and loops."""

    @property
    def upstream(self) -> "Upstream | None":
        """What reaches the real servers; ``None`` where each client has its own way."""
        ...

    def admit(
        self,
        request: Request,
        active_mocks: "Sequence[Dispatcher]",
        present: RequestFactory | None = None,
    ) -> Admission:
        """Decide, before there is a connection, on a request that a client wants to send.

        Args:
            request: what is known of it; its body may not be.
            active_mocks: the active mocks, from this one outwards.
            present: makes what the user sees of the request.
        """
        ...

    def take(self, request: Request, present: RequestFactory | None = None) -> Call | None:
        """Use up the own route that takes ``request``; ``None`` if there is none."""
        ...

    def claim(
        self, registration: Registration, request: Request, present: RequestFactory | None = None
    ) -> Call | None:
        """Use up just this route for ``request``; ``None`` if somebody else was faster."""
        ...

    def receive(self, request: Request, present: RequestFactory | None = None) -> Call:
        """Note a request that goes on to the real server."""
        ...

    def refuse(self, request: Request, present: RequestFactory | None = None) -> Exchange:
        """Note a request that no route takes, and explain it."""
        ...

    def forward(
        self,
        request: Request,
        active_mocks: "Sequence[Dispatcher]",
        present: RequestFactory | None = None,
    ) -> Exchange | None:
        """Note a request that goes on to the real server though it is still coming in.

        Args:
            request: the request, with as much of its body as routes get to see.
            active_mocks: the active mocks, from this one outwards.
            present: makes what the user sees of the request.

        Returns:
            ``None`` if it is not to go on, or may not.
        """
        ...

    async def dispatch(
        self,
        request: Request,
        present: RequestFactory | None = None,
        *,
        active_mocks: "Sequence[Dispatcher]" = (),
        attempt: "Attempt | None" = None,
        run: Run = ...,
    ) -> Exchange:
        """Decide on a whole request.

        Args:
            request: the request, with its body.
            present: makes what the user sees of the request.
            active_mocks: for an intercepted request, the active mocks from this one outwards.
            attempt: what is known of a client that may repeat a request silently.
            run: how awaitables of the user are awaited.
        """
        ...

    async def answer(self, call: Call, run: Run = ...) -> Exchange:
        """Make the answer of the route that took ``call``, after the route's delay."""
        ...

    def hold(self, error: BaseException) -> None:
        """Keep an error of the user's code for the end of the block."""
        ...

    def finish(
        self,
        call: Call,
        status: int | None = None,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> None:
        """Note that a call has ended, with what was answered if anything was."""
        ...


@define(eq=False)
class ClientConnection:
    """One connection from an intercepted client to a transport.

    Attributes:
        origin: where the client believes to be connected to.
        request: what is known of the request that it was opened for.
        fail: makes the client's pending call raise what an answer that is none stands for.
        active_mocks: the active mocks, from the one that answers outwards, for the next request.
        attempt: what the client is sending; ``None`` if it never repeats a request silently.
        upstream: makes what reaches the real server as this client would, from the body that it
            sends, which may still be coming in.
        response_class: what the client is to make its response of, where a transport that is
            dialled knows that; ``None`` for the client's own choice.
    """

    origin: Origin
    request: Request
    fail: Callable[[Answer], None]
    active_mocks: Sequence[Dispatcher] = ()
    attempt: "Attempt | None" = None
    upstream: "Callable[[AsyncIterable[bytes] | bytes], Upstream] | None" = None
    response_class: Any = None


class Attempt(Protocol):
    """One sending of a request that the client may repeat silently if the connection breaks."""

    call: Call | None
    """The call that it made; set before it is sent if it repeats one."""

    dispatcher: "Dispatcher | None"
    """The mock that answers that call."""

    def settle(self) -> None:
        """The client gets an answer, so it will not repeat the request."""
        ...


class Transport(Protocol):
    """Where requests come in and answers go out."""

    @property
    def url(self) -> URL:
        """The base URL under which any HTTP client reaches the mock."""
        ...

    def start(self, dispatcher: Dispatcher, /) -> None:
        """Begin to take requests for ``dispatcher``; must not block and needs no running loop."""
        ...

    def stop(self) -> None:
        """End everything at once; whatever needs the loop ends as soon as that has turned."""
        ...

    async def wait_closed(self) -> None:
        """Wait until nothing is left."""
        ...

    async def dial(self, factory: Callable[[], Any], line: ClientConnection, /) -> Any:
        """Connect a client's protocol to this transport, on the running loop.

        Args:
            factory: makes the client's protocol.
            line: goes with the connection.

        Returns:
            The protocol.
        """
        ...


class Interceptor(Protocol):
    """What leads client connections to a mock."""

    def bind(self, dispatcher: Dispatcher, transport: Transport, /) -> None:
        """Get ready to lead connections to ``transport`` as ``dispatcher`` decides."""
        ...

    def install(self) -> None:
        """Begin to intercept every client of the process."""
        ...

    def uninstall(self) -> None:
        """Undo ``install``, if it was done, and ``bind``; calls in flight fail."""
        ...


@frozen(eq=False)
class UpstreamResponse:
    """The real server's answer, while it comes in.

    Args:
        status: of the response.
        reason: the phrase behind the status.
        headers: as they were sent, repeated ones kept.
        body: the chunks, still encoded as they were sent.
    """

    status: int
    reason: str | None
    headers: CIMultiDictProxy[str]
    body: AsyncIterable[bytes]


class Upstream(Protocol):
    """The real servers behind the mocked ones."""

    async def send(self, request: Request, /) -> UpstreamResponse:
        """Send a request to the server it was meant for.

        Raises:
            Exception: whatever keeps the server from being reached; the client gets it.
        """
        ...
