"""``AppReply``: the answer of a mount, given by a hosted application."""

import ssl
from functools import lru_cache
from typing import Any, Final

from aiohttp import web
from attrs import frozen

from aiointercept.adapters.apps.channel import Channel
from aiointercept.adapters.apps.hosted_app import HostedApp
from aiointercept.adapters.apps.relay import Relay
from aiointercept.adapters.handling.fixed import fixed_response
from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.adapters.handling.response import web_response
from aiointercept.core.errors import AppUnavailableError
from aiointercept.core.http.messages import Origin
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.ports.responder import ServedConnection
from aiointercept.core.routing.replies import internal_error

_OF_TLS: Final = ("ssl_object", "peercert", "cipher", "compression")


@frozen(eq=False, repr=False)
class AppReply:
    """The answer of a mounted application; a :class:`~.ports.responder.Responder`.

    Args:
        app: the application that answers.
    """

    app: HostedApp
    takes_streams: bool = True

    async def respond(
        self, request: AiointerceptRequest, exchange: Exchange, connection: ServedConnection
    ) -> web.StreamResponse:
        """See :meth:`.ports.responder.Responder.respond`."""
        origin = exchange.call.received.origin
        channel: Any = connection.attachments.get(self)
        if channel is None or channel.closed or channel.origin != origin:
            if channel is not None:
                channel.close()
            try:
                channel = await self._connect(request, origin)
            except Exception as error:  # noqa: BLE001  the end of the block raises it
                if isinstance(error, AppUnavailableError):
                    exchange.dispatcher.defer_error(error)
                connection.settle()
                response = internal_error(error)
                exchange.dispatcher.answered(exchange.call, response)
                return fixed_response(response, request) or web_response(response, request)
            connection.attachments[self] = channel
        return await Relay(request, exchange, connection, channel).run()

    async def _connect(self, request: AiointerceptRequest, origin: Origin) -> Channel:
        transport = request.transport
        client = transport.get_extra_info("peername") if transport is not None else None
        info: dict[str, Any] = {
            "peername": client or ("127.0.0.1", 0),
            "sockname": (origin.host, origin.port),
        }
        if origin.scheme == "https":
            info["sslcontext"] = _tls()
            if transport is not None:
                info.update({name: transport.get_extra_info(name) for name in _OF_TLS})
        return await self.app.connect(origin, info)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Return a context that marks a connection as TLS for servers, even if it does not use TLS."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
