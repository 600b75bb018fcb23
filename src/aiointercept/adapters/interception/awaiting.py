"""Finds what tasks wait for, and which tasks wait for them. Nothing about HTTP.

Private names of asyncio used here, and what would replace each if it went:

* ``Future._callbacks``: the callbacks of a future. Without it: only the task itself is known to
  wait for what it awaits, not the tasks that await that task.
* ``TaskGroup._parent_task``: likewise, for groups.
* ``asyncio.tasks._all_tasks``, ``_scheduled_tasks``: the tasks of all loops. Without them, as in
  Python 3.14: only the tasks of loops that are known otherwise.
"""

import asyncio
import gc
import sys
from collections.abc import Iterable, Iterator
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any, Final

# By type: the attributes with the frame and with the awaited object.
_ATTRIBUTES: Final[dict[Any, tuple[str, str]]] = {
    CoroutineType: ("cr_frame", "cr_await"),
    GeneratorType: ("gi_frame", "gi_yieldfrom"),
    AsyncGeneratorType: ("ag_frame", "ag_await"),
}


def awaited_by(task: "asyncio.Task[Any]") -> Iterator[tuple[Any, FrameType]]:
    """Yield the chain of coroutines and generators that a task awaits, each with its frame.

    The outermost comes first.
    """
    awaited: Any = task.get_coro()
    while awaited is not None:
        attributes = _ATTRIBUTES.get(type(awaited))
        if attributes is None:
            awaited = _wrapped(awaited)
            continue
        frame, following = attributes
        here = getattr(awaited, frame)
        if here is None:
            return
        yield awaited, here
        awaited = getattr(awaited, following)


def frame_of(coroutine: Any) -> FrameType | None:
    """Return the frame of a coroutine or generator; ``None`` if it has ended."""
    attributes = _ATTRIBUTES.get(type(coroutine))
    return None if attributes is None else getattr(coroutine, attributes[0])


def _wrapped(awaited: Any) -> Any:
    """Return the coroutine or generator in the wrapper that ``await`` creates for some objects."""
    if isinstance(awaited, asyncio.Future):
        return None
    return next((one for one in gc.get_referents(awaited) if type(one) in _ATTRIBUTES), None)


def with_callers(task: "asyncio.Task[Any]") -> Iterator["asyncio.Task[Any]"]:
    """Yield a task and the tasks that wait for it, directly or through a function of asyncio.

    ``gather``, ``shield``, ``wait`` and task groups create tasks for what they are given; up to
    Python 3.11, ``wait_for`` does, too.
    """
    found: list[asyncio.Future[Any]] = [task]
    for future in found:
        if isinstance(future, asyncio.Task):
            yield future
        callbacks: Iterable[tuple[Any, Any]] = getattr(future, "_callbacks", None) or ()
        for callback, _ in list(callbacks):
            found += (one for one in _futures_told_by(callback) if one not in found)


def _futures_told_by(callback: Any) -> Iterator["asyncio.Future[Any]"]:
    told: list[Any] = [getattr(callback, "__self__", None), *getattr(callback, "args", ())]
    told.append(getattr(told[0], "_parent_task", None))
    for cell in getattr(callback, "__closure__", None) or ():
        try:
            told.append(cell.cell_contents)
        except ValueError:  # the cell is empty
            continue
    future_type: Any = asyncio.Future
    yield from (one for one in told if isinstance(one, future_type))


def unfinished_tasks(
    loops: Iterable[asyncio.AbstractEventLoop], *, everywhere: bool
) -> "set[asyncio.Task[Any]]":
    """Return the tasks that have not ended, of loops that are not closed.

    Each block looks at its end, so all loops are looked through at once, and not loop by loop.

    Args:
        loops: the loops that are known.
        everywhere: whether the tasks of all other loops are meant too, as far as Python tells.
    """
    known = set(loops)
    found = {
        task
        for task in _tasks_of_all_loops()
        if not task.done()
        and (everywhere or task.get_loop() in known)
        and not task.get_loop().is_closed()
    }
    if _ONLY_LOOPS_TELL:
        for loop in known:
            if not loop.is_closed():
                found |= asyncio.all_tasks(loop)
    return found


def _tasks_of_all_loops() -> "Iterator[asyncio.Task[Any]]":
    for name in _TASKS:
        tasks: Any = getattr(asyncio.tasks, name)
        for _ in range(10):
            try:
                yield from list(tasks)
            except RuntimeError:  # another thread has just made a task
                continue
            break


_ONLY_LOOPS_TELL: Final = sys.version_info >= (3, 14)
_TASKS: Final = [
    name
    for name in ("_all_tasks", "_scheduled_tasks", "_eager_tasks")
    if hasattr(asyncio.tasks, name)
]
