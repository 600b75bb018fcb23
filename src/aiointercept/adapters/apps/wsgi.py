"""Runs a WSGI application in threads, through a2wsgi on uvicorn. Needs extra ``asgi``."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from aiointercept.adapters.apps.asgi import AsgiRunner, require_extra
from aiointercept.adapters.apps.runner import DeferError

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

_THREADS: Final = 10
_JOIN: Final = 2.0  # real seconds for a thread to end


class WsgiRunner(AsgiRunner):
    """See :class:`~aiointercept.adapters.apps.runner.Runner`.

    Args:
        app: the application.
        defer_error: gets the exceptions of the application.

    Raises:
        ImportError: if the extra is not installed.
    """

    def __init__(self, app: WsgiApp, defer_error: DeferError) -> None:
        require_extra("a2wsgi", "uvicorn", kind="WSGI")
        import a2wsgi  # noqa: PLC0415  an extra

        telling: Any = _Telling(app, defer_error)
        middleware: Any = a2wsgi.WSGIMiddleware(telling)
        super().__init__(middleware, defer_error)
        self._threads: list[threading.Thread] = []
        middleware.executor.shutdown(wait=False)
        middleware.executor = self._executor = ThreadPoolExecutor(
            _THREADS, "aiointercept-wsgi", self._note_thread
        )

    def _note_thread(self) -> None:
        self._threads.append(threading.current_thread())

    async def stop(self) -> None:
        """See :meth:`.runner.Runner.stop`."""
        try:
            await super().stop()
        finally:
            self._executor.shutdown(wait=False, cancel_futures=True)
            for thread in self._threads:
                thread.join(_JOIN)


class _Telling:
    """A WSGI application that reports the errors which it passes to ``start_response``."""

    def __init__(self, app: WsgiApp, defer_error: DeferError) -> None:
        self._app = app
        self._defer_error = defer_error

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        started = False
        # a2wsgi's input ends with the body, so a body without a length is readable, too.
        environ["wsgi.input_terminated"] = True

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal started
            if exc_info is not None:
                self._defer_error(exc_info[1])
                if started:
                    raise exc_info[1].with_traceback(exc_info[2])
            started = True
            return start_response(status, headers)

        return self._app(environ, start)
