"""``Responder``: a reply that performs itself, the extension point for new kinds of answers."""

from collections.abc import MutableMapping
from typing import Any, Protocol, runtime_checkable

from aiointercept.core.ports.exchange import Exchange


class Attachment(Protocol):
    """What a responder keeps from one request on a connection to the next."""

    def close(self) -> None:
        """Release it: the connection has ended."""
        ...


class ServedConnection(Protocol):
    """The client's connection, as a responder uses it. Used on the loop that serves it."""

    @property
    def attachments(self) -> MutableMapping[object, Attachment]:
        """What responders keep for the next request on the connection, each under its own key."""
        ...

    def settle(self) -> None:
        """Note that the client gets an answer, so it will not repeat the request."""
        ...


@runtime_checkable
class Responder(Protocol):
    """A reply that performs itself over a connection given by the adapter.

    Awaited on the loop that serves the connection. When it returns or raises, the exchange is
    finished without a response, unless it was finished before.
    """

    async def respond(
        self, request: Any, exchange: Exchange, connection: ServedConnection, /
    ) -> Any:
        """Answer ``request``.

        Args:
            request: as users see it; an ``AiointerceptRequest`` over HTTP.
            exchange: the call to be finished.
            connection: that of the client.

        Returns:
            What the server is to send; over HTTP an ``aiohttp.web.StreamResponse``.
        """
        ...
