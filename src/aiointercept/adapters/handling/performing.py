"""What every performer of an answer gets: the request, its exchange, and its connection."""

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
    """An answer to be performed.

    Attributes:
        request: what is answered.
        exchange: the call in the log, and who is told how it went.
        connection: that of an intercepted client; ``None`` at the mock's own URL.
    """

    request: AiointerceptRequest
    exchange: Exchange
    connection: ClientConnection | None

    def settle(self) -> None:
        """Note that the client gets an answer, so it will not repeat the request."""
        if self.connection is not None:
            self.connection.settle()

    @property
    def was_shown_fault(self) -> bool:
        """Whether the answer is a faulty certificate, which the client was shown and took."""
        tls = None if self.connection is None else self.connection.tls
        answer = self.exchange.answer
        return (
            tls is not None
            and tls.fault is not None
            and isinstance(answer, FaultReply)
            and tls.fault is answer.fault
        )

    def send(self, response: Response) -> web.StreamResponse:
        """Note that ``response`` is the answer, and return it as aiohttp writes it."""
        self.exchange.dispatcher.answered(self.exchange.call, response)
        fixed = fixed_response(response, self.request)
        if fixed is not None:
            return fixed
        return (plain_response if response.plain else web_response)(response, self.request)

    def send_error(self, error: BaseException) -> web.StreamResponse:
        """Return the 500 for what the user's code raised."""
        return self.send(internal_error(error))

    @property
    def rate(self) -> float | None:
        """Bytes a second at which the body goes out; ``None`` for as fast as can be."""
        registration = self.exchange.call.registration
        return None if registration is None else registration.route.rate

    @property
    def client_is_gone(self) -> bool:
        """Whether the connection is closed, or about to be."""
        transport = self.request.transport
        return transport is None or transport.is_closing()
