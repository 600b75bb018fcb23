"""Calling what belongs to an event loop, from wherever one is. Nothing about HTTP."""

import asyncio
import threading
from collections.abc import Callable
from typing import Final

INTERRUPTS: Final = (asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit)
"""What ends the user's code from outside; whatever else that raises is an error of the test."""


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
    try:
        here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
    except RuntimeError:
        here = None
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
