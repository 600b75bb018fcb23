"""The argument of every performer: the request, its exchange, and its connection."""

from typing import NamedTuple

from aiohttp import web

from aiointercept.adapters.handling.fixed import fixed_response
from aiointercept.adapters.handling.plain_response import plain_response
from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.adapters.handling.response import web_response
from aiointercept.core.http.messages import Response
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.routing.replies import FaultReply, internal_error


class Performance(NamedTuple):
    """An answer to perform.

    Attributes:
        request: the request to answer.
        exchange: the logged call, its answer, and the owner that is told the outcome.
        connection: the connection of an intercepted client; ``None`` at the mock's own URL.
    """

    request: AiointerceptRequest
    exchange: Exchange
    connection: ClientConnection | None

    def settle(self) -> None:
        """Record that the client gets an answer, so that it does not repeat the request."""
        if self.connection is not None:
            self.connection.settle()

    @property
    def was_shown_fault(self) -> bool:
        """Whether the answer is a faulty certificate that the client has accepted."""
        tls = None if self.connection is None else self.connection.tls
        answer = self.exchange.answer
        return (
            tls is not None
            and tls.fault is not None
            and isinstance(answer, FaultReply)
            and tls.fault is answer.fault
        )

    def send(self, response: Response) -> web.StreamResponse:
        """Log ``response`` as the answer, and return it as aiohttp writes it."""
        self.exchange.dispatcher.answered(self.exchange.call, response)
        fixed = fixed_response(response, self.request)
        if fixed is not None:
            return fixed
        return (plain_response if response.plain else web_response)(response, self.request)

    def send_error(self, error: BaseException) -> web.StreamResponse:
        """Return a 500 response for an exception that the user's code raised."""
        return self.send(internal_error(error))

    @property
    def rate(self) -> float | None:
        """Bytes a second at which the body is sent; ``None`` for no limit."""
        registration = self.exchange.call.registration
        return None if registration is None else registration.route.rate

    @property
    def client_is_gone(self) -> bool:
        """Whether the connection is closed or closing."""
        transport = self.request.transport
        return transport is None or transport.is_closing()
