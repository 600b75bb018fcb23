"""Calling what belongs to an event loop, from wherever one is. Nothing about HTTP."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

import aiohttp

T = TypeVar("T")

INTERRUPTS: Final = (asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit)
"""What ends the user's code from outside; whatever else that raises is an error of the test."""

CLIENT_ERRORS: Final = (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError)
"""What a callback raises to have the client's call fail."""


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs in this thread; ``None`` if none does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def call_on_loop(
    loop: asyncio.AbstractEventLoop, function: Callable[[], object], *, wait: float = 0.0
) -> None:
    """Call ``function`` where it may touch what belongs to ``loop``.

    Args:
        loop: if it runs in another thread, the call is made there; if it is closed, all that
            belonged to it is dead, and nothing is called.
        function: what to call.
        wait: seconds to wait, in that case, for the call and for what it set off to be done.
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
    except RuntimeError:  # it was closed just now
        return
    if wait:
        done.wait(wait)


async def run_blocking(function: Callable[[], T], discard: Callable[[T], object] = bool) -> T:
    """Call ``function``, which may block, in a thread that ends with the call.

    A pool of threads would outlive the block of the mock.

    Args:
        function: what to call.
        discard: gets the result if nobody waits for it any more.
    """
    done: Future[T] = Future()

    def call() -> None:
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(function())
        except BaseException as error:  # noqa: BLE001  it is for the one who awaits
            done.set_exception(error)

    threading.Thread(target=call, name="aiointercept-blocking", daemon=True).start()
    try:
        return await asyncio.wrap_future(done)
    except asyncio.CancelledError:
        done.add_done_callback(lambda late: late.cancelled() or discard(late.result()))
        raise
