"""The calls that began through one connector during a block, by task."""

import asyncio
import weakref
from typing import TYPE_CHECKING, Any, Final

from aiohttp.connector import Connection
from attrs import define
from yarl import URL

if TYPE_CHECKING:
    from aiohttp import ClientRequest

_MOST_TASKS: Final = 256


@define(eq=False)
class StartedCall:
    """A call that a task has begun through the mock, and the state of its connection.

    Attributes:
        task: the task.
        method: the method of the request.
        url: the URL of the request.
        connection: the connection of the request; ``None`` while there is none.
        connecting: whether the task waits for its connection.
        request: the request. A middleware may send it again in another task: up to Python 3.11,
            ``asyncio.wait_for`` creates a task for each try.
    """

    task: "asyncio.Task[Any]"
    method: str
    url: URL
    connection: Connection | None = None
    connecting: bool = True
    request: "weakref.ref[ClientRequest] | None" = None

    @property
    def in_flight(self) -> bool:
        """Whether its response is missing or not completely read."""
        if self.task.done():
            return False
        # A broken connection that is not released yet means that aiohttp is about to retry.
        return self.connecting or (
            self.connection is not None and self.connection.protocol is not None
        )


class StartedCalls:
    """The calls that began through one connector in a block, by task."""

    def __init__(self) -> None:
        self._by_task: dict[asyncio.Task[Any] | None, list[StartedCall]] = {}

    def add(self, req: "ClientRequest") -> StartedCall:
        """Record that the running task begins a call."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  aiohttp makes calls only in tasks
        if len(self._by_task) > _MOST_TASKS:
            self._by_task = {t: calls for t, calls in self._by_task.items() if t and not t.done()}
        call = StartedCall(task, req.method, req.url, request=weakref.ref(req))
        calls = [one for one in self._by_task.get(task, ()) if one.in_flight]
        calls.append(call)
        self._by_task[task] = calls
        return call

    def leave(self) -> None:
        """Record that the running task now makes a call that the mock does not answer."""
        self._by_task.pop(asyncio.current_task(), None)

    def take(self) -> list[StartedCall]:
        """Return the calls that may be in flight, and forget all calls."""
        calls, self._by_task = self._by_task, {}
        # A loop in another thread may be about to add one.
        return [call for of_task in list(calls.values()) for call in of_task]
