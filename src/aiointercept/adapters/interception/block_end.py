"""What happens to calls in flight when a block ends: none of them reaches the network.

Private names of aiohttp used here, and what would replace each if it went:

* ``ClientRequest._timer``: the same object for all sendings of one call; its ``_tasks`` are those
  that wait for the call. Without it: the task that connects.
"""

# pyright: reportPrivateUsage=false

import asyncio
import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import aiohttp
from aiohttp.connector import BaseConnector, Connection
from yarl import URL

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.interception.tracing import end_mark

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientTimeout
    from aiohttp.tracing import Trace

BLOCK_ENDED: Final = (
    "the aiointercept block ended while this call was in flight. Await the call inside the block, "
    "or cancel it there"
)

_MOST_TASKS: Final = 256


class StartedCall(NamedTuple):
    """A call that began in a block."""

    timer: object
    method: str
    url: URL
    traces: "list[Trace]"

    def waiting_tasks(self) -> "list[asyncio.Task[Any]] | None":
        """Return the tasks that wait for the call, the outermost first; ``None`` if unknown."""
        tasks = getattr(self.timer, "_tasks", None)
        return None if tasks is None else list(tasks)

    def when_over(self, function: Callable[[], object]) -> None:
        """Call ``function`` when the call is over; soon if it is already."""
        self.traces.append(end_mark(function))


class StartedCalls:
    """The latest call of each task that began through one connector in a block."""

    def __init__(self) -> None:
        self._by_task: dict[asyncio.Task[Any], StartedCall] = {}

    def add(self, req: "ClientRequest", traces: "list[Trace]") -> None:
        """Note that the running task has a call that began in this block."""
        task = asyncio.current_task()
        if task is not None:
            if len(self._by_task) > _MOST_TASKS:
                self._by_task = {t: call for t, call in self._by_task.items() if not t.done()}
            self._by_task[task] = StartedCall(req._timer, req.method, req.url, traces)

    def take(self) -> list[StartedCall]:
        """Return the latest call of each task, and forget it."""
        calls, self._by_task = self._by_task, {}
        return list(calls.values())


class _Guard:
    """Stands before a connector until the calls that began in a block have ended.

    Neither aiohttp's repetition of such a call nor its caller's next try may reach the network.

    Args:
        connector: the client's.
        any_active: whether a mock is active, which then decides itself.
    """

    def __init__(self, connector: BaseConnector, any_active: Callable[[], bool]) -> None:
        self._connector = connector
        self._any_active = any_active
        self._calls: dict[object, tuple[object, str, URL]] = {}
        vars(connector)["connect"] = self

    async def __call__(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> Connection:
        refused = any(timer is req._timer for timer, _, _ in list(self._calls.values()))
        if not refused and not self._any_active():
            _, method, url = self._calls.get(asyncio.current_task(), (None, None, None))
            refused = (method, url) == (req.method, req.url)
        if refused:
            raise aiohttp.ClientConnectionError(BLOCK_ENDED)
        return await type(self._connector).connect(self._connector, req, traces, timeout)

    def watch(self, started: StartedCall, tasks: "list[asyncio.Task[Any]] | None") -> None:
        """Refuse what repeats ``started`` until its task is done, or else until nothing is left."""
        call = started.timer, started.method, started.url
        if tasks is None:
            self._calls[id(started.timer)] = call
            started.when_over(functools.partial(self._forget, id(started.timer)))
        else:
            task = tasks[0]
            self._calls[task] = call
            call_on_loop(task.get_loop(), lambda: task.add_done_callback(self._forget))

    def _forget(self, key: object) -> None:
        self._calls.pop(key, None)
        if not self._calls and vars(self._connector).get("connect") is self:
            del self._connector.connect


def guard_calls_in_flight(
    connector: BaseConnector, calls: Iterable[StartedCall], any_active: Callable[[], bool]
) -> None:
    """See that calls begun in the block do not reach the network when they go on.

    Args:
        connector: the client's.
        calls: those that began in the block.
        any_active: whether a mock is active at the time of asking.
    """
    if connector.closed:
        return
    guard = vars(connector).get("connect")
    for started in calls:
        tasks = started.waiting_tasks()
        if tasks != []:
            guard = guard if isinstance(guard, _Guard) else _Guard(connector, any_active)
            guard.watch(started, tasks)
