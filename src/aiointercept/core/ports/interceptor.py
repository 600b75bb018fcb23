"""``Interceptor``: redirects client connections to a mock."""

from typing import Protocol

from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.ports.transport import Dialer


class Interceptor(Protocol):
    """Redirects client connections to a mock.

    ``bind``, then perhaps ``install``, then ``uninstall``; and again for the next block.
    """

    def bind(self, dispatcher: Dispatcher, dialer: Dialer, /) -> None:
        """Get ready to lead connections to ``dialer`` as ``dispatcher`` decides."""
        ...

    def install(self) -> None:
        """Begin to intercept every client of the process."""
        ...

    def uninstall(self) -> None:
        """Undo ``install``, if it was done, and ``bind``; calls in flight fail."""
        ...
