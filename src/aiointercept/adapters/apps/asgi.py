"""Runs an ASGI 3 application through uvicorn's protocols, and its lifespan; extra ``asgi``."""

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Literal

from aiointercept.adapters.apps.runner import DeferError, end_tasks, is_disconnect
from aiointercept.core.errors import LifespanError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

ASGI_EXTRA: Final = "pip install 'aiointercept[asgi]'"
_FOR_EVER: Final = 10**8  # seconds; only the client closes an idle connection


def require_extra(*modules: str, kind: str) -> None:
    """Check that the packages of the extra ``asgi`` are installed.

    Raises:
        ImportError: if one is missing, with the command that installs it.
    """
    for module in modules:
        try:
            missing = importlib.util.find_spec(module) is None
        except ValueError:  # sys.modules has None in its place
            missing = True
        if missing:
            msg = f"{kind} applications need {module}, which is not installed: {ASGI_EXTRA}"
            raise ImportError(msg, name=module)


class AsgiRunner:
    """See :class:`~aiointercept.adapters.apps.runner.Runner`.

    Args:
        app: the application.
        defer_error: gets the exceptions of the application.

    Raises:
        ImportError: if the extra is not installed.
    """

    def __init__(self, app: AsgiApp, defer_error: DeferError) -> None:
        require_extra("uvicorn", kind="ASGI")
        self._app = app
        self._defer_error = defer_error
        self._lifespan = Lifespan(app)
        # Now, not at the first request, because importing would block the loop for too long.
        self._server = self._make_server()

    def _make_server(self) -> Any:
        import uvicorn  # noqa: PLC0415  an extra

        config = uvicorn.Config(
            self._call,
            interface="asgi3",
            lifespan="off",
            ws=_websockets(),
            log_config=None,  # keep the test's own logging settings
            proxy_headers=False,
            timeout_keep_alive=_FOR_EVER,
        )
        config.load()
        return uvicorn.Server(config)

    async def start(self) -> None:
        """See :meth:`.runner.Runner.start`."""
        await self._server.on_tick(0)  # creates the default headers
        await self._lifespan.start()

    def protocol(self) -> asyncio.Protocol:
        """See :meth:`.runner.Runner.protocol`."""
        config = self._server.config
        protocol: asyncio.Protocol = config.http_protocol_class(
            config=config,
            server_state=self._server.server_state,
            app_state=self._lifespan.state,
            _loop=asyncio.get_running_loop(),
        )
        return protocol

    async def stop(self) -> None:
        """See :meth:`.runner.Runner.stop`."""
        await end_tasks(set(self._server.server_state.tasks))
        await self._lifespan.stop()

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            if not is_disconnect(error):
                self._defer_error(error)
            raise


def _websockets() -> Literal["auto", "wsproto"]:
    """Return the WebSocket implementation for uvicorn to use."""
    if importlib.util.find_spec("wsproto") is not None:
        return "wsproto"
    return "auto"


class Lifespan:
    """The lifespan protocol of an ASGI application, on one loop.

    Args:
        app: the application.

    Attributes:
        state: the state that the application shares with its requests.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._task: asyncio.Task[None] | None = None
        self._to_app: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[MutableMapping[str, Any] | None] = asyncio.Queue()
        self._error: BaseException | None = None
        self._supported = False
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        """Start the application, if it supports the lifespan protocol.

        Raises:
            Exception: what the application raised, or a ``LifespanError`` with what it reported.
        """
        self._to_app, self._from_app = asyncio.Queue(), asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._run())
        answer = await self._ask("startup")
        if answer is None:
            return  # it does not support the protocol, which is allowed
        if answer["type"] == "lifespan.startup.failed":
            await self._task
            raise self._error or LifespanError(_failed("start", answer))
        self._supported = True

    async def stop(self) -> None:
        """Clean up after ``start``.

        Raises:
            Exception: what the application raised, or a ``LifespanError`` with what it reported.
        """
        task = self._task
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            return  # the task died with its loop
        if not self._supported:
            task.cancel()
            await asyncio.wait([task])
            return
        answer = await self._ask("shutdown")
        if answer is None or answer["type"] == "lifespan.shutdown.failed":
            await asyncio.wait([task])
            if self._error is not None:
                raise self._error
            if answer is not None:
                raise LifespanError(_failed("clean up", answer))
        elif not task.done():
            await asyncio.wait([task])
            if self._error is not None:
                raise self._error

    async def _ask(self, event: str) -> MutableMapping[str, Any] | None:
        """Send an event; return the application's answer, or ``None`` if it ends without one."""
        self._to_app.put_nowait({"type": f"lifespan.{event}"})
        return await self._from_app.get()

    async def _run(self) -> None:
        scope: Scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._receive, self._send)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  start or stop raises it
            self._error = error
        finally:
            self._from_app.put_nowait(None)

    async def _receive(self) -> MutableMapping[str, Any]:
        try:
            return await self._to_app.get()
        except asyncio.CancelledError:
            if not self._supported:
                raise
            # The loop is about to close; let the application clean up properly.
            return {"type": "lifespan.shutdown"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        self._from_app.put_nowait(message)


def _failed(what: str, answer: MutableMapping[str, Any]) -> str:
    message = answer.get("message") or "the application gives no reason"
    return f"the ASGI application failed to {what}: {message}"
