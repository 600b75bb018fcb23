import asyncio
import threading

import pytest

from aiointercept.adapters.event_loops import call_on_loop, run_blocking, running_loop


async def test_the_running_loop():
    """A loop is found where one runs, and none in a thread without one."""
    assert running_loop() is asyncio.get_running_loop()
    assert await run_blocking(running_loop) is None


async def test_a_call_on_the_own_loop_is_made_at_once():
    """It is the same for a loop that does not run: nobody else can touch what belongs to it."""
    called: list[str] = []
    call_on_loop(asyncio.get_running_loop(), lambda: called.append("here"))
    stopped = asyncio.new_event_loop()
    call_on_loop(stopped, lambda: called.append("stopped"))
    stopped.close()
    assert called == ["here", "stopped"]


def test_a_closed_loop_gets_no_call():
    """What belonged to it is dead."""
    loop = asyncio.new_event_loop()
    loop.close()
    called: list[str] = []
    call_on_loop(loop, lambda: called.append("closed"))
    assert called == []


async def test_a_call_on_a_loop_of_another_thread_is_made_there():
    """The caller waits until it is done, if it asks for that."""
    here, threads = asyncio.get_running_loop(), list[int]()

    def call() -> None:
        call_on_loop(here, lambda: threads.append(threading.get_ident()), wait=30)

    await run_blocking(call)
    assert threads == [threading.get_ident()]


async def test_what_blocks_runs_in_a_thread():
    """Its result comes back, and so does its error."""
    assert await run_blocking(threading.get_ident) != threading.get_ident()

    def fail() -> None:
        raise OSError("no such disk")

    with pytest.raises(OSError, match="no such disk"):
        await run_blocking(fail)


async def test_a_result_that_nobody_waits_for_is_discarded():
    """So an opened file is closed if the call is cancelled."""
    begun, go_on, discarded = threading.Event(), threading.Event(), threading.Event()
    results: list[str] = []

    def work() -> str:
        begun.set()
        go_on.wait(30)
        return "file"

    def discard(result: str) -> None:
        results.append(result)
        discarded.set()

    task = asyncio.ensure_future(run_blocking(work, discard))
    await run_blocking(lambda: begun.wait(30))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await run_blocking(lambda: discarded.wait(30))
    assert results == ["file"]
