"""Calling functions on an event loop from any thread, and blocking functions from a loop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

import aiohttp

T = TypeVar("T")

INTERRUPTS: Final = (asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit)
"""Exceptions that end the user's code from outside; any other exception is an error of the test."""

CLIENT_ERRORS: Final = (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError)
"""Exceptions that a callback raises to make the client's call fail."""


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs in this thread; ``None`` if there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def call_on_loop(
    loop: asyncio.AbstractEventLoop, function: Callable[[], object], *, wait: float = 0.0
) -> None:
    """Call ``function`` in the thread where it may use objects of ``loop``.

    Args:
        loop: if it runs in another thread, that thread makes the call; if it is closed,
            ``function`` is not called, because its objects are dead.
        function: the function to call.
        wait: seconds to wait for a call in another thread and for the callbacks that it schedules.
    """
    here = running_loop()
    if loop.is_closed():
        return
    if loop is here or not loop.is_running():
        function()
        return
    done = threading.Event()

    def call() -> None:
        try:
            function()
        finally:
            loop.call_soon(done.set)

    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:  # it has just been closed
        return
    if wait:
        done.wait(wait)


async def run_blocking(function: Callable[[], T], discard: Callable[[T], object] = bool) -> T:
    """Call ``function``, which may block, in a new thread that ends with the call.

    A thread pool would outlive the block of the mock.

    Args:
        function: the function to call.
        discard: gets the result if the caller has been cancelled.
    """
    done: Future[T] = Future()

    def call() -> None:
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(function())
        except BaseException as error:  # noqa: BLE001  awaiting the future raises it
            done.set_exception(error)

    threading.Thread(target=call, name="aiointercept-blocking", daemon=True).start()
    try:
        return await asyncio.wrap_future(done)
    except asyncio.CancelledError:
        done.add_done_callback(lambda late: late.cancelled() or discard(late.result()))
        raise
