"""``ChainedMock``: one of several active mocks, as the others use it."""

from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeVar

from aiointercept.core.calls import Call, RequestFactory
from aiointercept.core.http.messages import Request
from aiointercept.core.ports.exchange import Exchange, ExchangeOwner
from aiointercept.core.routing.decision import ActiveMock
from aiointercept.core.routing.registry import Chosen

T = TypeVar("T")


class Run(Protocol):
    """How a transport awaits the user's awaitables: on its own loop, or on another."""

    def __call__(self, awaitable: Awaitable[T], /) -> Awaitable[T]:
        """Await ``awaitable`` and return what it returns."""
        ...


class ChainedMock(ActiveMock, ExchangeOwner, Protocol):
    """One of several active mocks, which are asked from the innermost outwards.

    Safe to use from several threads and loops.
    """

    def match(self, request: Request, request_factory: RequestFactory | None = None) -> Call | None:
        """Consume this mock's route for ``request`` and log the call; ``None`` if there is none."""
        ...

    def consume(
        self, chosen: Chosen, request: Request, request_factory: RequestFactory | None = None
    ) -> Call | None:
        """Consume this very route and log the call; ``None`` if another request took it first."""
        ...

    def log_passthrough(
        self, request: Request, request_factory: RequestFactory | None = None
    ) -> Call:
        """Log a request that goes on to the real server."""
        ...

    def log_unmatched(
        self,
        request: Request,
        request_factory: RequestFactory | None = None,
        active_mocks: Sequence[ActiveMock] = (),
    ) -> Exchange:
        """Log a request that no route takes, and explain it with the routes of all mocks."""
        ...

    async def answer(self, call: Call, run: Run = ...) -> Exchange:
        """Make the answer of the route that took ``call``, after the route's delay."""
        ...
