"""Keeps calls that are in flight when a block ends from reaching the network.

When the block ends, the calls in flight are recorded: their tasks and the tasks that wait for them,
their requests, and their coroutines of ``ClientSession._request``. Until these tasks have ended,
``connect`` stays patched, and refuses requests that belong to such a call.

Private names of aiohttp used here, and what would replace each if it went:

* ``ClientSession._request``: its code object identifies tasks that are inside a call. Without it:
  calls that have reached their connector are known, those in a trace hook or middleware are not.
* ``_connect_and_send_request``, a function in it: whether the call has reached its connector.
  Without it: a call from before the block could not follow a redirect after it.
"""

# pyright: reportPrivateUsage=false

import asyncio
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import aiohttp
from attrs import field, frozen
from yarl import URL

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.interception.awaiting import awaited_by, frame_of, with_callers
from aiointercept.adapters.interception.started_calls import StartedCall

if TYPE_CHECKING:
    from aiohttp import ClientRequest

BLOCK_ENDED: Final = (
    "the aiointercept block ended while this call was in flight. Await the call inside the block, "
    "or cancel it there"
)

_CALL: Final = getattr(aiohttp.ClientSession._request, "__code__", None)
_SENDING: Final = "_connect_and_send_request"

LeftAlone: TypeAlias = "Callable[[ClientRequest], bool]"
TaskReference: TypeAlias = "weakref.ref[asyncio.Task[Any]]"


@frozen(eq=False)
class CutOffCall:
    """A call whose block ended before the call did. It only has weak references to the call.

    Attributes:
        left_alone: returns whether the mock would have left a request alone.
        coroutine: the call's coroutine of ``ClientSession._request``; ``None`` if no known task
            runs it.
        requests: the requests that the call is about to send, or may send again.
        refused: methods and URLs that the call's tasks may not request any more.
    """

    left_alone: LeftAlone
    coroutine: "weakref.ref[Any] | None" = None
    requests: "tuple[weakref.ref[ClientRequest], ...]" = ()
    refused: set[tuple[str, URL]] = field(factory=set[tuple[str, URL]])

    def continues_with(self, req: "ClientRequest") -> bool:
        """Whether ``req`` belongs to this call, be it the first attempt, a retry, or a redirect."""
        if any(one() is req for one in self.requests):
            return True
        frame = None if self.coroutine is None else frame_of(self.coroutine())
        if frame is None:
            return False
        # A middleware may send it in another task.
        return frame in _frames_here() or _has(frame, req)


class CutOffCalls:
    """The calls that were in flight when a block ended, until their tasks end.

    Args:
        begin: called when the first call is added; from then on, :meth:`refuse` must be called.
        end: called when the last call has ended.
    """

    def __init__(self, begin: Callable[[], object], end: Callable[[], object]) -> None:
        self._begin = begin
        self._end = end
        # Garbage collection of a task may call ``_forget`` while this thread has the lock.
        self._lock = threading.RLock()
        self._by_task: dict[TaskReference, list[CutOffCall]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_task)

    def refuse(self, req: "ClientRequest", *, mocked: bool) -> None:
        """Raise if ``req`` belongs to such a call.

        Args:
            req: the request that the running task is about to send.
            mocked: whether a mock is active, which would answer a retry.

        Raises:
            ClientConnectionError: if it does, because the block has ended.
        """
        sent = req.method, req.url
        with self._lock:
            by_task = dict(self._by_task)
        cut_off = {call for calls in by_task.values() for call in calls}
        # There may be several if a middleware runs the rest of the call in a task.
        continued = [call for call in cut_off if call.continues_with(req)]
        if any(not call.left_alone(req) for call in continued):
            for call in continued:
                call.refused.add(sent)
            raise aiohttp.ClientConnectionError(BLOCK_ENDED)
        if mocked:
            return
        refused = {
            task
            for reference, calls in by_task.items()
            if (task := reference()) is not None and any(sent in call.refused for call in calls)
        }
        if any(task in refused for task in _running()) or any(
            _makes(task, req) for task in refused
        ):
            raise aiohttp.ClientConnectionError(BLOCK_ENDED)

    def add_started(self, calls: Iterable[StartedCall], left_alone: LeftAlone) -> None:
        """Add those of ``calls`` that are in flight; all of them reached the mock."""
        for call in calls:
            if not call.task.done():
                coroutine = _call_of(call.task)
                if call.in_flight or coroutine is not None:
                    request = None if call.request is None else call.request
                    cut_off = CutOffCall(
                        left_alone,
                        None if coroutine is None else weakref.ref(coroutine),
                        () if request is None else (request,),
                    )
                    cut_off.refused.add((call.method, call.url))
                    self._add(call.task, cut_off)

    def add_unconnected(self, tasks: "Iterable[asyncio.Task[Any]]", left_alone: LeftAlone) -> None:
        """Note the calls in ``tasks`` that have not come to their connectors.

        They are still in a trace hook or middleware.
        """
        for task in tasks:
            frames = list(awaited_by(task))
            at = next((n for n, (_, f) in enumerate(frames) if f.f_code is _CALL), None)
            if any(f.f_code.co_name == _SENDING for _, f in frames[at or 0 :]):
                continue
            if at is not None:
                self._add(task, CutOffCall(left_alone, weakref.ref(frames[at][0])))
                continue
            # A middleware may have made a task of what follows it.
            requests = tuple(map(weakref.ref, _requests_in(f for _, f in frames)))
            if requests:
                self._add(task, CutOffCall(left_alone, requests=requests))

    def _add(self, task: "asyncio.Task[Any]", call: CutOffCall) -> None:
        for one in with_callers(task):
            reference = weakref.ref(one, self._forget)
            with self._lock:
                known = self._by_task.get(reference)
                if known is None:
                    if not self._by_task:
                        self._begin()
                    known = self._by_task[reference] = []
                    self._watch(one)
                known.append(call)

    def _watch(self, task: "asyncio.Task[Any]") -> None:
        def forget(done: "asyncio.Task[Any]") -> None:
            self._forget(weakref.ref(done))

        # If that loop runs in another thread, the task may end before this returns.
        call_on_loop(task.get_loop(), lambda: task.add_done_callback(forget))

    def _forget(self, task: TaskReference) -> None:
        with self._lock:
            if self._by_task.pop(task, None) is not None and not self._by_task:
                self._end()


def _call_of(task: "asyncio.Task[Any]") -> Any:
    """Return the coroutine of ``ClientSession._request`` that the task runs, if any."""
    return next((one for one, frame in awaited_by(task) if frame.f_code is _CALL), None)


def _makes(task: "asyncio.Task[Any]", req: "ClientRequest") -> bool:
    """Whether the task runs the call that sends ``req``, even if another task sends it."""
    frame = frame_of(_call_of(task))
    return frame is not None and _has(frame, req)


def _has(frame: Any, req: "ClientRequest") -> bool:
    return any(one is req for one in frame.f_locals.values())


def _requests_in(frames: Iterable[FrameType]) -> "set[ClientRequest]":
    """Return the requests among the local variables of frames."""
    return {
        value
        for frame in frames
        for value in frame.f_locals.values()
        if isinstance(value, aiohttp.ClientRequest)
    }


def _running() -> "Iterator[asyncio.Task[Any]]":
    """Yield the running task and the tasks that wait for it or run it eagerly."""
    task = asyncio.current_task()
    if task is not None:
        yield from with_callers(task)
        frames = _frames_here()
        for other in asyncio.all_tasks(task.get_loop()):
            if frame_of(other.get_coro()) in frames:
                yield other


def _frames_here() -> set[Any]:
    frame: Any = sys._getframe()
    found: set[Any] = set()
    while frame is not None:
        found.add(frame)
        frame = frame.f_back
    return found
