"""``Responder``: a reply that performs itself, the seam for new kinds of answers."""

from typing import Any, Protocol, runtime_checkable

from aiointercept.core.ports.exchange import Exchange


@runtime_checkable
class Responder(Protocol):
    """A reply that performs itself over a connection given by the adapter.

    Awaited on the loop that serves the connection. When it returns or raises, the exchange is
    finished without a response, unless it was finished before.
    """

    async def respond(self, request: Any, exchange: Exchange, /) -> Any:
        """Answer ``request``.

        Args:
            request: as users see it; an ``AiointerceptRequest`` over HTTP.
            exchange: the call to be finished.

        Returns:
            What the server is to send; over HTTP an ``aiohttp.web.StreamResponse``.
        """
        ...
