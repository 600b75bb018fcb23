"""The calls that began through one connector while a block went on, by task."""

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
    """A call that a task has begun to make through the mock, as far as the connection goes.

    Attributes:
        task: the task.
        method: of the request.
        url: of the request.
        connection: what aiohttp sends it over; ``None`` while there is none.
        connecting: whether the task waits for its connection.
        request: what is sent. A middleware sends it again, which may be in another task: up to
            Python 3.11, ``asyncio.wait_for`` makes one for each try.
    """

    task: "asyncio.Task[Any]"
    method: str
    url: URL
    connection: Connection | None = None
    connecting: bool = True
    request: "weakref.ref[ClientRequest] | None" = None

    @property
    def in_flight(self) -> bool:
        """Whether its answer has not come, or is not read to its end."""
        if self.task.done():
            return False
        # A connection that broke is not released yet: aiohttp is about to repeat the call.
        return self.connecting or (
            self.connection is not None and self.connection.protocol is not None
        )


class StartedCalls:
    """The calls that began through one connector in a block, by task."""

    def __init__(self) -> None:
        self._by_task: dict[asyncio.Task[Any] | None, list[StartedCall]] = {}

    def add(self, req: "ClientRequest") -> StartedCall:
        """Note that the running task begins a call."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  aiohttp itself makes no call without one
        if len(self._by_task) > _MOST_TASKS:
            self._by_task = {t: calls for t, calls in self._by_task.items() if t and not t.done()}
        call = StartedCall(task, req.method, req.url, request=weakref.ref(req))
        calls = [one for one in self._by_task.get(task, ()) if one.in_flight]
        calls.append(call)
        self._by_task[task] = calls
        return call

    def leave(self) -> None:
        """Note that the running task now makes a call that is none of the mock's business."""
        self._by_task.pop(asyncio.current_task(), None)

    def take(self) -> list[StartedCall]:
        """Return the calls that may be in flight, and forget all."""
        calls, self._by_task = self._by_task, {}
        # A loop in another thread may be about to add one.
        return [call for of_task in list(calls.values()) for call in of_task]
