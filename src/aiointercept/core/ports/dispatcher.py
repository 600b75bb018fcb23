"""``Dispatcher``: the core of one mock, as adapters use it."""

from collections.abc import Sequence
from typing import Protocol

from aiointercept.core.calls import Call, RequestFactory
from aiointercept.core.http.messages import Request
from aiointercept.core.ports.chained_mock import ChainedMock, Run
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.routing.decision import Decision


class Dispatcher(ChainedMock, Protocol):
    """One mock's core: a request in, a logged call and an answer out.

    Safe to use from several threads and loops. Errors in the user's code are never raised here:
    they are kept for the end of the block, and the client gets a 500.
    """

    def decide(
        self,
        request: Request,
        active_mocks: "Sequence[Dispatcher]",
        request_factory: RequestFactory | None = None,
    ) -> "Decision[Dispatcher]":
        """Decide, before there is a connection, on a request that a client wants to send.

        What is decided for good is in the log, as the decision's ``exchange``. A request that is
        served, or forwarded by the mock itself, is not: it comes to :meth:`dispatch`.

        Args:
            request: what is known of it; its body may not be.
            active_mocks: from this one outwards.
            request_factory: makes what the user sees of the request.
        """
        ...

    async def dispatch(
        self,
        request: Request,
        request_factory: RequestFactory | None = None,
        *,
        connection: ClientConnection | None = None,
        run: Run = ...,
    ) -> Exchange:
        """Decide on a whole request, and make the answer after the delay of its route.

        Args:
            request: the request, with its body.
            request_factory: makes what the user sees of the request.
            connection: that of an intercepted client; ``None`` if the request came to the mock's
                own URL.
            run: how awaitables of the user are awaited.
        """
        ...

    def forward(
        self,
        request: Request,
        connection: ClientConnection,
        request_factory: RequestFactory | None = None,
    ) -> Exchange | None:
        """Log a request that goes on to the real server though it is still coming in.

        Args:
            request: the request, with as much of its body as routes get to see.
            connection: that of an intercepted client.
            request_factory: makes what the user sees of the request.

        Returns:
            ``None`` if it does not go on, or may not: then it is to be read to its end.
        """
        ...

    def may_begin(self, connection: ClientConnection | None) -> bool:
        """Whether :meth:`begin` has to be asked: whether anything is mounted.

        Args:
            connection: see there.
        """
        ...

    def begin(
        self,
        request: Request,
        request_factory: RequestFactory | None = None,
        *,
        connection: ClientConnection | None = None,
    ) -> Exchange | None:
        """Decide on a request by its head, if it goes to a mounted application.

        Args:
            request: the request, without its body, which may still be coming in.
            request_factory: makes what the user sees of the request.
            connection: that of an intercepted client; ``None`` if the request came to the mock's
                own URL.

        Returns:
            ``None`` if it does not, or if a route may take it by its body: then it is to be read
            to its end, for :meth:`dispatch`.
        """
        ...

    def log_unreadable(
        self, request: Request, status: int, request_factory: RequestFactory | None = None
    ) -> Call:
        """Log a request that could not be read as HTTP, as an unmatched one.

        Args:
            request: stands for it.
            status: of the response that it gets.
            request_factory: makes what the user sees of the request.
        """
        ...
