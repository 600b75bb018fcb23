import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from aiointercept.adapters.interception.awaiting import (
    awaited_by,
    frame_of,
    unfinished_tasks,
    with_callers,
)

Wait = Callable[["asyncio.Task[Any]"], Awaitable[object]]


class Wrapped:
    """An awaitable that stands for a coroutine, as those of aiohttp do."""

    def __init__(self, coroutine: Any) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Any:
        return self._coroutine.__await__()


async def innermost(event: asyncio.Event) -> None:
    """Wait for the event."""
    await event.wait()


async def generate(event: asyncio.Event) -> Any:
    """Yield once, after a while."""
    await Wrapped(innermost(event))
    yield 1


async def outermost(event: asyncio.Event) -> None:
    """Wait through several layers."""
    async for _ in generate(event):
        pass


async def test_what_a_task_awaits():
    """Coroutines, generators and what wraps them, from the outermost inwards."""
    event = asyncio.Event()
    task = asyncio.ensure_future(outermost(event))
    await asyncio.sleep(0)
    found = list(awaited_by(task))
    names = [one.__name__ for one, _ in found]
    assert [name for name in names if name in {"outermost", "generate", "innermost", "wait"}] == [
        "outermost",
        "generate",
        "innermost",
        "wait",
    ]
    coroutine, frame = found[names.index("innermost")]
    assert frame_of(coroutine) is frame
    assert frame.f_locals["event"] is event
    event.set()
    await task
    assert frame_of(coroutine) is None
    assert list(awaited_by(task)) == []
    assert frame_of(None) is None


async def _awaits(task: "asyncio.Task[Any]") -> None:
    await task


async def _limits(task: "asyncio.Task[Any]") -> None:
    await asyncio.wait_for(task, 60)


async def _limits_what_limits(task: "asyncio.Task[Any]") -> None:
    await asyncio.wait_for(_limits(task), 60)


async def _shields(task: "asyncio.Task[Any]") -> None:
    await asyncio.shield(task)


async def _gathers(task: "asyncio.Task[Any]") -> None:
    await asyncio.gather(task, asyncio.sleep(0))


async def _waits(task: "asyncio.Task[Any]") -> None:
    await asyncio.wait([task])


@pytest.mark.parametrize(
    "wait", [_awaits, _limits, _limits_what_limits, _shields, _gathers, _waits]
)
async def test_who_waits_for_a_task(wait: Wait):
    """The task itself comes first; somebody else is not among them."""
    event = asyncio.Event()
    task = asyncio.ensure_future(innermost(event))
    caller, other = asyncio.ensure_future(wait(task)), asyncio.ensure_future(innermost(event))
    for _ in range(3):
        await asyncio.sleep(0)
    found = list(with_callers(task))
    assert found[0] is task
    assert caller in found
    assert other not in found
    event.set()
    await asyncio.gather(caller, other)
    assert list(with_callers(task)) == [task]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there are no groups")
async def test_a_group_waits_for_its_tasks():
    """That is, the task that made it does, also while it does something else."""
    event = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(innermost(event))
        await asyncio.sleep(0)
        assert list(with_callers(task)) == [task, asyncio.current_task()]
        event.set()


async def test_callbacks_of_all_kinds():
    """Those that tell no task are passed over."""
    event = asyncio.Event()
    task = asyncio.ensure_future(innermost(event))
    task.add_done_callback(repr)
    unset: Any

    def closure(_done: object) -> None:
        repr(unset)

    task.add_done_callback(closure)
    assert list(with_callers(task)) == [task]
    unset = None
    event.set()
    await task


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python does not tell them there")
async def test_unfinished_tasks_of_other_loops():
    """They are told if those of all loops are meant, as long as that loop is there."""
    other = asyncio.new_event_loop()
    task = other.create_task(asyncio.sleep(0))
    here = asyncio.current_task()
    assert {here, task} <= unfinished_tasks([], everywhere=True)
    assert unfinished_tasks([], everywhere=False) == set()
    assert unfinished_tasks([other], everywhere=False) == {task}
    await asyncio.to_thread(other.run_until_complete, task)
    late = other.create_task(forever := asyncio.sleep(0))
    other.close()
    assert here in unfinished_tasks([other], everywhere=True)
    assert not {task, late} & unfinished_tasks([other], everywhere=True)
    forever.close()
    del late


async def test_unfinished_tasks_of_the_running_loop():
    """Each Python tells those; not what has ended."""
    ended = asyncio.ensure_future(asyncio.sleep(0))
    await ended
    waits = asyncio.ensure_future(asyncio.Event().wait())
    assert unfinished_tasks([asyncio.get_running_loop()], everywhere=False) == asyncio.all_tasks()
    assert waits in asyncio.all_tasks()
    waits.cancel()
