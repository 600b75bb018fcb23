"""``AppHost``: all applications that one mock hosts, from the first to the end of its block."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    # Few mocks host an application, so the imports below would slow down all others.
    from aiointercept.adapters.apps.hosted_app import HostedApp
    from aiointercept.adapters.apps.reply import AppReply

_logger: Final = logging.getLogger("aiointercept")


class AppHost:
    """Hosts applications. Thread-safe.

    Args:
        helper: returns the helper thread's loop.
        defer_error: gets the errors of the applications; errors after the end of the block are
            logged instead.
    """

    def __init__(
        self,
        helper: Callable[[], asyncio.AbstractEventLoop],
        defer_error: Callable[[BaseException], None],
    ) -> None:
        self._helper = helper
        self._defer_error = defer_error
        self._lock = threading.Lock()
        self._home: asyncio.AbstractEventLoop | None = None
        self._ended = False
        self._apps: list[HostedApp] = []
        self._stopping: list[HostedApp] = []

    def start(self) -> None:
        """Start hosting; applications run on the running loop, if there is one."""
        self._ended = False
        try:
            self._home = asyncio.get_running_loop()
        except RuntimeError:
            self._home = None

    def host(self, app: Any, name: str) -> "AppReply":
        """Return a reply that an application makes; it starts with its first request.

        Args:
            app: the application.
            name: the name of the application in errors.

        Raises:
            TypeError: if ``app`` is not an application.
            ImportError: if the extra for its kind is not installed.
        """
        from aiointercept.adapters.apps.aiohttp_app import AiohttpRunner  # noqa: PLC0415  see above
        from aiointercept.adapters.apps.asgi import AsgiRunner  # noqa: PLC0415  see above
        from aiointercept.adapters.apps.hosted_app import HostedApp  # noqa: PLC0415  see above
        from aiointercept.adapters.apps.kinds import AppKind, kind_of  # noqa: PLC0415  see above
        from aiointercept.adapters.apps.reply import AppReply  # noqa: PLC0415  see above
        from aiointercept.adapters.apps.wsgi import WsgiRunner  # noqa: PLC0415  see above

        kind = kind_of(app)
        runners: dict[AppKind, Callable[..., Any]] = {
            AppKind.AIOHTTP: AiohttpRunner,
            AppKind.ASGI: AsgiRunner,
            AppKind.WSGI: WsgiRunner,
        }
        runner = runners[kind](app, self._defer)
        # A WSGI application runs in threads anyway; on the helper's loop, nothing blocks it.
        home = None if kind is AppKind.WSGI else self._home
        hosted = HostedApp(runner, name, home, self._helper, self._defer)
        with self._lock:
            self._apps.append(hosted)
        return AppReply(hosted)

    def stop(self) -> None:
        """Begin to clean up all applications."""
        with self._lock:
            stopping, self._apps = self._apps, []
            self._stopping += stopping
        for app in stopping:
            app.stop()

    def retire(self) -> None:
        """Clean up all applications in the middle of a block."""
        self.stop()
        for app in tuple(self._stopping):
            app.join()

    async def wait_closed(self) -> None:
        """Wait, after ``stop``, until the clean-up is complete."""
        for app in self._take_stopping():
            await app.wait_stopped()
        self._ended = True

    def join(self) -> None:
        """Block until the clean-up is complete, except for what needs the loop running here."""
        for app in self._take_stopping():
            app.join()
        self._ended = True

    def _defer(self, error: BaseException) -> None:
        if self._ended:
            _logger.error(
                "a mounted application failed after the end of the block: %r", error, exc_info=error
            )
        else:
            self._defer_error(error)

    def _take_stopping(self) -> "list[HostedApp]":
        with self._lock:
            stopping, self._stopping = self._stopping, []
        return stopping
