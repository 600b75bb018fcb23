"""Runs blocking work, such as reading files, in a thread, so that no event loop waits for it."""

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
        except BaseException as error:  # noqa: BLE001  reading the result raises it
            future.set_exception(error)
        else:
            future.set_result(result)

    thread = threading.Thread(target=work, name="aiointercept-files", daemon=True)
    thread.start()
    return future, thread


async def in_thread(function: Callable[[], T]) -> T:
    """Call ``function`` in a new thread that ends with the call, and return its result.

    Unlike the loop's executor, this leaves no threads behind. The call runs to its end even if the
    caller is cancelled, so that files are never half-written.
    """
    future, thread = _start(function)
    try:
        return await asyncio.shield(asyncio.wrap_future(future))
    finally:
        if future.done():
            thread.join()


def beside_loop(function: Callable[[], T]) -> T:
    """Call ``function``, in another thread if a loop runs in this one, and return its result.

    The caller still blocks, but tools that detect blocking calls on a loop find none.
    """
    if running_loop() is None:
        return function()
    future, thread = _start(function)
    thread.join()
    return future.result()
