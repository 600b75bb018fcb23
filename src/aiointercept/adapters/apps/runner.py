"""What runs an application of one kind, for those who host it; and its errors."""

import asyncio
import contextvars
import weakref
from collections.abc import Callable
from typing import Final, Protocol

DeferError = Callable[[BaseException], None]

# Real seconds that handlers get to end once their clients are gone.
_GRACE: Final = 2.0
# Of Starlette, by name, as it need not be installed.
_DISCONNECTS: Final = ("ClientDisconnect", "WebSocketDisconnect")


class Connection(Protocol):
    """A connection to an application's server."""

    @property
    def gone(self) -> bool:
        """Whether the client has left."""
        ...


serving: Final[contextvars.ContextVar["weakref.ref[Connection] | None"]] = contextvars.ContextVar(
    "aiointercept_serving", default=None
)
"""The connection for which an application's code runs; timers keep contexts alive for a while."""


def is_disconnect(error: BaseException) -> bool:
    """Whether ``error`` only says that the client of the running code has left."""
    if type(error).__name__ in _DISCONNECTS:
        return True
    reference = serving.get()
    connection = None if reference is None else reference()
    return connection is not None and connection.gone and isinstance(error, OSError)


class Runner(Protocol):
    """Runs one application. All but the constructor is used on the application's loop."""

    async def start(self) -> None:
        """Start the application.

        Raises:
            Exception: what keeps it from starting.
        """
        ...

    def protocol(self) -> asyncio.Protocol:
        """Return the server's protocol for a new connection."""
        ...

    async def stop(self) -> None:
        """Clean up; the connections are closed, but their tasks may go on for a moment.

        It may be called after ``start`` has failed, and on another loop once that of ``start`` is
        closed.

        Raises:
            Exception: what the application's own clean-up raised.
        """
        ...


async def end_tasks(tasks: set[asyncio.Task[None]]) -> None:
    """Wait for tasks whose clients are gone; cancel those that take too long."""
    here = asyncio.get_running_loop()
    pending = {task for task in tasks if not task.done() and task.get_loop() is here}
    if pending:
        _, pending = await asyncio.wait(pending, timeout=_GRACE)
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending, timeout=_GRACE)
