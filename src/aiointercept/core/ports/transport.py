"""``Listener`` and ``Dialer``: how requests come to a mock. A transport may be both."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from yarl import URL

from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.dispatcher import Dispatcher


class Listener(Protocol):
    """Where requests come in under a URL.

    .. versionadded:: 1.1
    """

    @property
    def url(self) -> URL:
        """The base URL under which any HTTP client reaches the mock.

        Raises:
            RuntimeError: before ``start`` and after ``stop``, where the URL is not fixed.
        """
        ...

    def start(self, dispatcher: Dispatcher, /) -> None:
        """Begin to take requests for ``dispatcher``; does not block and needs no running loop."""
        ...

    def stop(self) -> None:
        """Stop at once; what needs the loop ends in its next iterations."""
        ...

    async def wait_closed(self) -> None:
        """Wait, after ``stop``, until all connections are closed."""
        ...


@runtime_checkable
class Dialer(Protocol):
    """Connects intercepted clients to the mock, without a URL.

    .. versionadded:: 1.1
    """

    async def dial(self, factory: Callable[[], Any], connection: ClientConnection, /) -> Any:
        """Connect a client's protocol, on the running loop, which is the client's.

        Args:
            factory: makes the client's protocol.
            connection: describes the connection; the server's end finds it again.

        Returns:
            The protocol.

        Raises:
            ConnectionError: after the block has ended.
        """
        ...


class Transport(Listener, Dialer, Protocol):
    """Both in one, like the transports in this package."""
