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
        """End everything at once; whatever needs the loop ends as soon as that has turned."""
        ...

    async def wait_closed(self) -> None:
        """Wait until nothing is left, after ``stop``."""
        ...


@runtime_checkable
class Dialer(Protocol):
    """What connects intercepted clients to the mock, without a URL.

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
    """Both in one, as the transports that come with the package are."""
