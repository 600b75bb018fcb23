"""``HostedApp``: one application from its first request to the end of the block.

It starts on the loop that entered the block, or on the helper thread's loop if there is none or if
it is blocked, and serves clients of every loop.
"""

import asyncio
import contextlib
import contextvars
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, Final

from aiointercept.adapters.apps.channel import Channel, ServerEnd
from aiointercept.adapters.apps.runner import Runner, end_tasks, serving
from aiointercept.core.errors import AppUnavailableError
from aiointercept.core.http.messages import Origin

_PATIENCE: Final = 0.2  # seconds to wait for a loop before it counts as blocked
_STUCK: Final = 5.0  # the same, if no other loop can help
_CLEAN_UP: Final = 10.0  # seconds for another thread to clean up
_ENDED: Final = "the block of the mock has ended"
_GONE: Final = (
    "it ran on the event loop that entered the block, which is now closed; enter the block "
    "without a running loop, and the application runs on a helper thread"
)


class HostedApp:
    """An application that runs from its first request on.

    Args:
        runner: runs the application.
        name: the name of the application in errors.
        home: the loop that entered the block; ``None`` if there was none.
        helper: returns the helper thread's loop.
        defer_error: gets the errors of starting and cleaning up.
    """

    def __init__(
        self,
        runner: Runner,
        name: str,
        home: asyncio.AbstractEventLoop | None,
        helper: Callable[[], asyncio.AbstractEventLoop],
        defer_error: Callable[[BaseException], None],
    ) -> None:
        self._runner = runner
        self._name = name
        self._home = home
        self._helper = helper
        self._defer_error = defer_error
        self._context = contextvars.copy_context()
        self._lock = threading.Lock()
        self._begun = False
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        # The error that keeps the application from starting; None once it has started.
        self._started: Future[BaseException | None] = Future()
        self._life: asyncio.Task[None] | None = None
        self._stop_event = asyncio.Event()
        self._ends: set[ServerEnd] = set()
        self._done: Future[None] = Future()

    # Starting

    async def connect(self, origin: Origin, info: Mapping[str, Any]) -> Channel:
        """Return a new connection to the application; start the application if necessary.

        Args:
            origin: the server that the application replaces.
            info: what ``get_extra_info`` of the application's transport returns.

        Raises:
            Exception: the error that keeps the application from starting.
            AppUnavailableError: if its loop is closed or blocked.
        """
        here = asyncio.get_running_loop()
        with self._lock:
            if self._stopped:
                raise self._unavailable(_ENDED)
            first, self._begun = not self._begun, True
        if first:
            await self._begin(here)
        if not self._started.done():
            await asyncio.shield(asyncio.wrap_future(self._started))
        error = self._started.result()
        if error is not None:
            raise error
        loop = self._loop
        if loop is None or self._done.done():
            raise self._unavailable(_GONE)
        channel = Channel(here, loop, origin, info)
        if loop is here:
            self._open(channel.end)
        else:
            await self._open_elsewhere(channel.end, loop)
        return channel

    async def _begin(self, here: asyncio.AbstractEventLoop) -> None:
        home = self._home
        if home is here:
            self._launch(here)
            return
        if home is not None and _post(home, self._launch, home):
            try:
                await asyncio.wait([asyncio.wrap_future(self._started)], timeout=_PATIENCE)
            finally:
                # Other requests wait for the start, even if this one is cancelled.
                self._launch_on_helper()
        else:
            self._launch_on_helper()

    def _launch_on_helper(self) -> None:
        if self._loop is None:
            helper = self._helper()
            _post(helper, self._launch, helper)

    def _launch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to start on ``loop``, the running one, unless another loop was faster."""
        with self._lock:
            if self._loop is not None or self._stopped:
                return
            self._loop = loop
        self._life = self._context.copy().run(loop.create_task, self._live())

    async def _live(self) -> None:
        """Run the application until the block ends or the loop is about to close."""
        self._stop_event = asyncio.Event()
        try:
            try:
                await self._runner.start()
            except Exception as error:  # noqa: BLE001  the end of the block raises any error
                self._defer_error(error)
                self._started.set_result(error)
            else:
                self._started.set_result(None)
                await self._stop_event.wait()
        finally:
            # asyncio.run() cancels the remaining tasks, and awaits them before closing the loop.
            if not self._started.done():
                self._started.set_result(self._unavailable("its start was cancelled"))
            await self._clean_up()

    async def _open_elsewhere(self, end: ServerEnd, loop: asyncio.AbstractEventLoop) -> None:
        opened: Future[None] = Future()

        def open_() -> None:
            if opened.set_running_or_notify_cancel():
                self._open(end)
                opened.set_result(None)

        if not _post(loop, open_):
            raise self._unavailable(_GONE)
        waiting = asyncio.wrap_future(opened)
        await asyncio.wait([waiting], timeout=_STUCK)
        if not waiting.done():
            waiting.cancel()
            msg = (
                f"it runs on the event loop that entered the block, but that loop was blocked "
                f"for {_STUCK:g} seconds: do not call a blocking HTTP client in its thread, or "
                "make such a call the first one, so that the application starts on another loop"
            )
            raise self._unavailable(msg)

    def _open(self, end: ServerEnd) -> None:
        context = self._context.copy()
        context.run(serving.set, weakref.ref(end))
        self._ends = {known for known in self._ends if not known.is_closing() or known.users}
        self._ends.add(end)
        end.open(self._runner.protocol, context)

    def _unavailable(self, why: str) -> AppUnavailableError:
        return AppUnavailableError(f"{self._name} cannot answer: {why}")

    # Stopping

    def stop(self) -> None:
        """Begin to clean up; call ``wait_stopped`` or ``join`` to wait for the end.

        On the application's own loop, the clean-up needs further iterations of that loop.
        """
        with self._lock:
            first, self._stopped = not self._stopped, True
            loop = self._loop
        if not first or self._done.done():
            return
        if loop is None:
            self._started.set_result(self._unavailable("it was not started in time"))
            self._done.set_result(None)
        elif loop.is_closed():
            # It was closed without ending its tasks; clean up what does not depend on it.
            helper = self._helper()
            _post(helper, lambda: self._spawn_clean_up(helper))
        else:
            _post(loop, self._stop_event.set)
            if not loop.is_running():
                loop.run_until_complete(asyncio.wait([asyncio.wrap_future(self._done, loop=loop)]))

    def _spawn_clean_up(self, loop: asyncio.AbstractEventLoop) -> None:
        self._life = self._context.copy().run(loop.create_task, self._clean_up())

    async def wait_stopped(self) -> None:
        """Wait until the clean-up is complete."""
        if not self._done.done():
            await asyncio.wait([asyncio.wrap_future(self._done)], timeout=_CLEAN_UP)

    def join(self) -> None:
        """Block until the clean-up is complete, unless that needs the loop running here."""
        try:
            here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if here is None or self._loop is not here:
            with contextlib.suppress(FutureTimeoutError):
                self._done.result(_CLEAN_UP)

    async def _clean_up(self) -> None:
        users: set[asyncio.Task[Any]] = set()
        for end in self._ends:
            users |= end.users
            end.close()
            end.lose()
        try:
            await end_tasks(users)
            await self._runner.stop()
        except Exception as error:  # noqa: BLE001  the end of the block raises any error
            self._defer_error(error)
        finally:
            self._done.set_result(None)


def _post(
    loop: asyncio.AbstractEventLoop, function: Callable[..., object], *arguments: Any
) -> bool:
    """Schedule ``function`` on ``loop``. Return ``False`` if the loop is closed."""
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        return False
    return True
