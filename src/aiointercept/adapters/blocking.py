"""Work that blocks, such as reading files, done in a thread so that no event loop waits for it."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from aiointercept.adapters.event_loops import running_loop

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

T = TypeVar("T")


def _start(function: Callable[[], T]) -> "tuple[Future[T], threading.Thread]":
    future: Future[T] = Future()

    def work() -> None:
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001  it is raised where the result is wanted
            future.set_exception(error)
        else:
            future.set_result(result)

    thread = threading.Thread(target=work, name="aiointercept-files", daemon=True)
    thread.start()
    return future, thread


async def in_thread(function: Callable[[], T]) -> T:
    """Return what ``function`` returns; it runs in a thread that ends with it.

    Unlike the loop's own executor, nothing is left behind. It runs to its end even if the caller is
    cancelled, so that a file is never written by halves.
    """
    future, thread = _start(function)
    try:
        return await asyncio.shield(asyncio.wrap_future(future))
    finally:
        if future.done():
            thread.join()


def beside_loop(function: Callable[[], T]) -> T:
    """Return what ``function`` returns; on the thread of a running loop it runs in another one.

    The caller waits all the same, but tools that look for blocking calls on a loop find none.
    """
    if running_loop() is None:
        return function()
    future, thread = _start(function)
    thread.join()
    return future.result()
