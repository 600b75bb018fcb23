"""``Upstream``: the real servers behind the mocked ones."""

from collections.abc import AsyncIterable
from typing import Protocol

from attrs import frozen
from multidict import CIMultiDictProxy

from aiointercept.core.http.messages import Request


class Tunnel(Protocol):
    """The way to a real server that has switched protocols, as for a WebSocket.

    What it sends is the body of its answer. Used on the loop of the client.
    """

    def write(self, data: bytes, /) -> None:
        """Send what the client has sent, as it is."""
        ...

    def close(self) -> None:
        """End the connection: the client has gone."""
        ...


@frozen(eq=False, repr=False)
class UpstreamResponse:
    """The real server's answer, while it comes in.

    Args:
        status: of the response.
        reason: the phrase behind the status.
        headers: as they were sent, repeated ones kept.
        body: the chunks, still encoded as they were sent.
        tunnel: takes what the client sends, if the server has switched protocols (status 101).
    """

    status: int
    reason: str | None
    headers: CIMultiDictProxy[str]
    body: AsyncIterable[bytes]
    tunnel: Tunnel | None = None


class Upstream(Protocol):
    """The real servers behind the mocked ones, as one client reaches them.

    One is made for each request that is forwarded; ``send`` is awaited once, on the loop of the
    client. ``body`` of the answer is iterated there too, and closed with ``aclose`` if it has that.
    """

    async def send(self, request: Request, /) -> UpstreamResponse:
        """Send a request to the server it was meant for.

        Raises:
            Exception: if the server cannot be reached; the client gets it.
        """
        ...


class UpstreamFactory(Protocol):
    """Makes the upstream for one request; by wrapping the client's own, for example to record."""

    @property
    def takes_streams(self) -> bool:
        """Whether the upstream can send a body that is still coming in."""
        ...

    def __call__(self, client: Upstream | None, /) -> Upstream | None:
        """Return the upstream.

        Args:
            client: reaches the server as the client would; ``None`` where that is not known.
        """
        ...
