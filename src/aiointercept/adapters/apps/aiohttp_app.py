"""Runs an ``aiohttp.web.Application`` through its public ``AppRunner``."""

import asyncio
import logging
from typing import Any, Final

from aiohttp import web
from typing_extensions import override

from aiointercept.adapters.apps.runner import DeferError, is_disconnect

_LONGEST_LINE: Final = 1 << 24
_MOST_HEADERS: Final = 1 << 16
_FOR_EVER: Final = 1e8  # seconds; only the client closes an idle connection
_SHUTDOWN: Final = 1.0  # seconds; handlers that take longer are cancelled


class AiohttpRunner:
    """See :class:`~aiointercept.adapters.apps.runner.Runner`.

    Args:
        app: the application.
        defer_error: gets the exceptions of its handlers.
    """

    def __init__(self, app: web.Application, defer_error: DeferError) -> None:
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None
        # Not in the logger hierarchy: the end of the block raises the errors that it gets.
        self._logger = logging.Logger("aiointercept.application")  # noqa: LOG001  see the line above
        self._logger.addHandler(_Errors(defer_error))
        options: dict[str, Any] = {
            "access_log": None,
            "logger": self._logger,
            "handler_cancellation": True,
            "keepalive_timeout": _FOR_EVER,
            "tcp_keepalive": False,
            "shutdown_timeout": _SHUTDOWN,
            "max_line_size": _LONGEST_LINE,
            "max_field_size": _LONGEST_LINE,
            "max_headers": _MOST_HEADERS,
        }
        self._runner = web.AppRunner(app, **options)

    async def start(self) -> None:
        """See :meth:`.runner.Runner.start`."""
        self._loop = asyncio.get_running_loop()
        await self._runner.setup()

    def protocol(self) -> asyncio.Protocol:
        """See :meth:`.runner.Runner.protocol`."""
        server = self._runner.server
        assert server is not None  # noqa: S101  set by start()
        protocol: asyncio.Protocol = server()
        return protocol

    async def stop(self) -> None:
        """See :meth:`.runner.Runner.stop`."""
        if self._loop is asyncio.get_running_loop():
            await self._runner.cleanup()
            return
        # The server died with its loop; the app's signals and contexts can still clean up.
        await self._app.shutdown()
        await self._app.cleanup()


class _Errors(logging.Handler):
    """Collects the exceptions that aiohttp's server logs, which come from handlers."""

    def __init__(self, defer_error: DeferError) -> None:
        super().__init__(logging.ERROR)
        self._defer_error = defer_error
        self._last: BaseException | None = None

    @override
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            error = RuntimeError(record.getMessage())
        if is_disconnect(error):
            return
        # An error may be logged twice: by itself, and as the context of the next one.
        if self._last is None or error.__context__ is not self._last:
            self._defer_error(error)
        self._last = error
