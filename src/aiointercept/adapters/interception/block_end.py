"""What happens to calls in flight when a block ends: none of them reaches the network.

A call is known by its task. When the block ends, a guard is set before the connectors of the calls
that are in flight then; it refuses what belongs to them, and goes when their tasks have ended.

Private names of aiohttp used here, and what would replace each if it went:

* ``ClientSession._request``: its code tells a task that is inside of a call. Without it: calls that
  have reached their connector are known, those in a trace hook or middleware are not.
* ``_connect_and_send_request``, a function in it: whether the call has come to its connector.
  Without it: a call from before the block could not follow a redirect after it.
"""

# pyright: reportPrivateUsage=false

import asyncio
import gc
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from aiohttp.connector import BaseConnector, Connection
from attrs import define
from yarl import URL

from aiointercept.adapters.event_loops import call_on_loop

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientTimeout
    from aiohttp.tracing import Trace

BLOCK_ENDED: Final = (
    "the aiointercept block ended while this call was in flight. Await the call inside the block, "
    "or cancel it there"
)

_MOST_TASKS: Final = 256
_CALL: Final = getattr(aiohttp.ClientSession._request, "__code__", None)
_SENDING: Final = "_connect_and_send_request"


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

    @property
    def frame(self) -> FrameType | None:
        """That of ``ClientSession._request``, where the task is inside of the call."""
        return next((f for f in _frames(self.task.get_coro()) if f.f_code is _CALL), None)


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
        others = self._by_task.get(task)
        # Most tasks make one call after the other.
        self._by_task[task] = (
            [call, *(one for one in others if one.in_flight)] if others else [call]
        )
        return call

    def leave(self) -> None:
        """Note that the running task now makes a call that is none of the mock's business."""
        self._by_task.pop(asyncio.current_task(), None)

    def take(self) -> list[StartedCall]:
        """Return the calls that may be in flight, and forget all."""
        calls, self._by_task = self._by_task, {}
        # A loop in another thread may be about to add one.
        return [call for of_task in list(calls.values()) for call in of_task]


@define(eq=False)
class UnconnectedCall:
    """A call that has not come to its connector: a trace hook or middleware still has it.

    Attributes:
        task: the task that makes it.
        frame: of ``ClientSession._request``; the same as long as the call goes on.
        connector: of the session.
    """

    task: "asyncio.Task[Any]"
    frame: FrameType
    connector: BaseConnector


def unconnected_calls(loops: Iterable[asyncio.AbstractEventLoop]) -> Iterator[UnconnectedCall]:
    """Return the calls on ``loops`` that have not come to their connectors."""
    for loop in loops:
        for task in asyncio.all_tasks(loop):
            frames = list(_frames(task.get_coro()))
            at = next((n for n, frame in enumerate(frames) if frame.f_code is _CALL), None)
            if at is None or any(one.f_code.co_name == _SENDING for one in frames[at:]):
                continue
            connector = getattr(frames[at].f_locals.get("self"), "connector", None)
            if isinstance(connector, BaseConnector):
                yield UnconnectedCall(task, frames[at], connector)


def _frames(awaited: Any) -> Iterator[FrameType]:
    """Yield the frames that wait for each other, from the outermost inwards."""
    while awaited is not None:
        frame: FrameType | None = None
        following: Any = None
        one: Any = awaited
        if isinstance(awaited, CoroutineType):
            frame, following = one.cr_frame, one.cr_await
        elif isinstance(awaited, GeneratorType):
            frame, following = one.gi_frame, one.gi_yieldfrom
        elif isinstance(awaited, AsyncGeneratorType):
            frame, following = one.ag_frame, one.ag_await
        else:
            following = _wrapped(awaited)
        if frame is not None:
            yield frame
        awaited = following


def _wrapped(awaited: Any) -> Any:
    """Return the coroutine or generator that ``awaited`` stands for, as ``await`` makes some."""
    if isinstance(awaited, asyncio.Future):
        return None
    kinds: Any = (CoroutineType, GeneratorType, AsyncGeneratorType)
    return next((one for one in gc.get_referents(awaited) if isinstance(one, kinds)), None)


class _Guard:
    """Stands before a connector until the tasks whose calls were cut off have ended.

    Neither aiohttp's repetition of such a call nor its caller's next try may reach the network.

    Args:
        connector: the client's.
        any_active: whether a mock is active, which then decides itself.
    """

    def __init__(self, connector: BaseConnector, any_active: Callable[[], bool]) -> None:
        self._connector = connector
        self._any_active = any_active
        self._refused: dict[asyncio.Task[Any], set[tuple[str, URL]]] = {}
        self._frames: dict[asyncio.Task[Any], FrameType] = {}
        self._left_alone: dict[asyncio.Task[Any], Callable[[ClientRequest], bool]] = {}
        self._requests: set[ClientRequest] = set()
        vars(connector)["connect"] = self

    async def __call__(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "ClientTimeout"
    ) -> Connection:
        task = asyncio.current_task()
        if task is not None and (req in self._requests or self._refuses(task, req)):
            raise aiohttp.ClientConnectionError(BLOCK_ENDED)
        return await type(self._connector).connect(self._connector, req, traces, timeout)

    def _refuses(self, task: "asyncio.Task[Any]", req: "ClientRequest") -> bool:
        refused = self._refused.get(task)
        if refused is None:
            return False
        sent = req.method, req.url
        if task in self._frames and _runs_in(self._frames[task]):
            if self._left_alone[task](req):
                return False
            refused.add(sent)
            return True
        return sent in refused and not self._any_active()

    def watch(self, call: StartedCall, frame: FrameType | None) -> None:
        """Refuse what repeats or continues ``call`` until its task is done."""
        if frame is not None:
            self._left_alone[call.task] = _nothing
            self._frames[call.task] = frame
        request = None if call.request is None else call.request()
        if frame is None and request is not None:
            # The task is one that a middleware made; the task that waits for it is watched too.
            self._requests.add(request)
        self._known(call.task).add((call.method, call.url))

    def watch_unconnected(
        self, call: UnconnectedCall, left_alone: "Callable[[ClientRequest], bool]"
    ) -> None:
        """Refuse ``call`` when it comes, and what repeats it until its task is done."""
        self._left_alone[call.task] = left_alone
        self._frames[call.task] = call.frame
        self._known(call.task)

    def _known(self, task: "asyncio.Task[Any]") -> set[tuple[str, URL]]:
        known = self._refused.get(task)
        if known is None:
            known = self._refused[task] = set()
            # Where that loop runs in another thread, the task may end before this returns.
            call_on_loop(task.get_loop(), lambda: task.add_done_callback(self._forget))
        return known

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        for known in (self._refused, self._frames, self._left_alone):
            known.pop(task, None)
        if not self._refused:
            self._requests.clear()
            if vars(self._connector).get("connect") is self:
                del self._connector.connect


def _nothing(_req: "ClientRequest") -> bool:
    return False


def _runs_in(frame: FrameType) -> bool:
    """Whether the running code was called, or is awaited, by what runs in ``frame``."""
    caller: FrameType | None = sys._getframe()
    while caller is not None:
        if caller is frame:
            return True
        caller = caller.f_back
    return False


class BlockEnd:
    """Sets the guards at the end of one block.

    Args:
        any_active: whether a mock is active at the time of asking.
    """

    def __init__(self, any_active: Callable[[], bool]) -> None:
        self._any_active = any_active

    def _guard(self, connector: BaseConnector) -> _Guard:
        guard = vars(connector).get("connect")
        return guard if isinstance(guard, _Guard) else _Guard(connector, self._any_active)

    def cut_off(self, connector: BaseConnector, calls: Iterable[StartedCall]) -> None:
        """See that calls begun through ``connector`` do not reach the network when they go on."""
        if connector.closed:
            return
        for call in calls:
            if not call.task.done():
                frame = call.frame
                if call.in_flight or frame is not None:
                    self._guard(connector).watch(call, frame)

    def cut_off_unconnected(
        self,
        loops: Iterable[asyncio.AbstractEventLoop],
        left_alone: "Callable[[ClientRequest], bool]",
    ) -> None:
        """See that calls do not reach the network that have not come to their connectors yet.

        Args:
            loops: whose tasks may be making calls.
            left_alone: whether the mock would have left a request alone.
        """
        for call in unconnected_calls(loops):
            if not call.connector.closed:
                self._guard(call.connector).watch_unconnected(call, left_alone)
