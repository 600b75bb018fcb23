"""``Runner``, which runs an application of one kind; and what tells disconnects from errors."""

import asyncio
import contextvars
import weakref
from collections.abc import Callable
from typing import Final, Protocol

DeferError = Callable[[BaseException], None]

# Real seconds for handlers to end once their clients have disconnected.
_GRACE: Final = 2.0
# Starlette's exceptions, by name, because it need not be installed.
_DISCONNECTS: Final = ("ClientDisconnect", "WebSocketDisconnect")


class Connection(Protocol):
    """A connection to an application's server."""

    @property
    def gone(self) -> bool:
        """Whether the client has disconnected."""
        ...


serving: Final[contextvars.ContextVar["weakref.ref[Connection] | None"]] = contextvars.ContextVar(
    "aiointercept_serving", default=None
)
"""The connection that an application's code serves; a weak reference, as timers keep contexts."""


def is_disconnect(error: BaseException) -> bool:
    """Whether ``error`` only means that the client of the running code has disconnected."""
    if type(error).__name__ in _DISCONNECTS:
        return True
    reference = serving.get()
    connection = None if reference is None else reference()
    return connection is not None and connection.gone and isinstance(error, OSError)


class Runner(Protocol):
    """Runs one application. Call all methods on the application's loop."""

    async def start(self) -> None:
        """Start the application.

        Raises:
            Exception: the error that keeps it from starting.
        """
        ...

    def protocol(self) -> asyncio.Protocol:
        """Return the server's protocol for a new connection."""
        ...

    async def stop(self) -> None:
        """Clean up; the connections are closed, but their tasks may still run for a moment.

        This may be called after ``start`` has failed, and on another loop if the loop of
        ``start`` is closed.

        Raises:
            Exception: the error of the application's own clean-up.
        """
        ...


async def end_tasks(tasks: set[asyncio.Task[None]]) -> None:
    """Wait for tasks whose clients have disconnected; cancel those that take too long."""
    here = asyncio.get_running_loop()
    pending = {task for task in tasks if not task.done() and task.get_loop() is here}
    if pending:
        _, pending = await asyncio.wait(pending, timeout=_GRACE)
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending, timeout=_GRACE)
