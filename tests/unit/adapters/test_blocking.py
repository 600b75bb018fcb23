import asyncio
import threading

import pytest

from aiointercept.adapters.blocking import beside_loop, in_thread


async def test_in_thread() -> None:
    """It runs elsewhere, gives back what there is, and leaves no thread."""
    before = threading.active_count()
    assert await in_thread(threading.current_thread) is not threading.current_thread()
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)
    assert threading.active_count() == before


async def test_cancelled() -> None:
    """It runs to its end although nobody waits."""
    go, done = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(30)
        done.set()

    task = asyncio.ensure_future(in_thread(work))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    assert done.wait(30)


async def test_beside_a_loop() -> None:
    """On the thread of a running loop it runs in another one."""
    assert beside_loop(threading.current_thread) is not threading.current_thread()
    with pytest.raises(ZeroDivisionError):
        beside_loop(lambda: 1 // 0)


def test_without_a_loop() -> None:
    """Elsewhere it runs in place."""
    assert beside_loop(threading.current_thread) is threading.current_thread()
