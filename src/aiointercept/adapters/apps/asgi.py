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
_FOR_EVER: Final = 10**8  # seconds; an idle connection ends with its client


def require_extra(*modules: str, kind: str) -> None:
    """Check that what the extra ``asgi`` brings is there.

    Raises:
        ImportError: if it is not, naming what to type.
    """
    for module in modules:
        try:
            missing = importlib.util.find_spec(module) is None
        except ValueError:  # somebody has put None in its place
            missing = True
        if missing:
            msg = f"{kind} applications need {module}, which is not installed: {ASGI_EXTRA}"
            raise ImportError(msg, name=module)


class AsgiRunner:
    """See :class:`~aiointercept.adapters.apps.runner.Runner`.

    Args:
        app: the application.
        defer_error: gets what it raises.

    Raises:
        ImportError: if the extra is not installed.
    """

    def __init__(self, app: AsgiApp, defer_error: DeferError) -> None:
        require_extra("uvicorn", kind="ASGI")
        self._app = app
        self._defer_error = defer_error
        self._lifespan = Lifespan(app)
        # Here, and not at the first request: importing takes longer than a loop should stand still.
        self._server = self._make_server()

    def _make_server(self) -> Any:
        import uvicorn  # noqa: PLC0415  of an extra

        config = uvicorn.Config(
            self._call,
            interface="asgi3",
            lifespan="off",
            ws=_websockets(),
            log_config=None,  # the test's own settings stay
            proxy_headers=False,
            timeout_keep_alive=_FOR_EVER,
        )
        config.load()
        return uvicorn.Server(config)

    async def start(self) -> None:
        """See :meth:`.runner.Runner.start`."""
        await self._server.on_tick(0)  # makes the default headers
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
    """Return which of uvicorn's implementations of WebSocket can be used."""
    if importlib.util.find_spec("wsproto") is not None:
        return "wsproto"
    return "auto"


class Lifespan:
    """The lifespan protocol of an ASGI application, on one loop.

    Args:
        app: the application.

    Attributes:
        state: what the application gives to its requests.
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
        """Start the application; one without lifespan has nothing to start.

        Raises:
            Exception: what the application raised, or said, instead.
        """
        self._to_app, self._from_app = asyncio.Queue(), asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._run())
        answer = await self._ask("startup")
        if answer is None:
            return  # it does not know the protocol, which is allowed
        if answer["type"] == "lifespan.startup.failed":
            await self._task
            raise self._error or LifespanError(_failed("start", answer))
        self._supported = True

    async def stop(self) -> None:
        """Clean up after ``start``.

        Raises:
            Exception: what the application raised, or said, instead.
        """
        task = self._task
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            return  # it died with its loop
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
        """Send an event; return what the application answers, ``None`` if it ends instead."""
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
        except BaseException as error:  # noqa: BLE001  it is raised by start or stop
            self._error = error
        finally:
            self._from_app.put_nowait(None)

    async def _receive(self) -> MutableMapping[str, Any]:
        try:
            return await self._to_app.get()
        except asyncio.CancelledError:
            if not self._supported:
                raise
            # The loop is about to be closed: the application can still clean up properly.
            return {"type": "lifespan.shutdown"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        self._from_app.put_nowait(message)


def _failed(what: str, answer: MutableMapping[str, Any]) -> str:
    message = answer.get("message") or "the application gives no reason"
    return f"the ASGI application failed to {what}: {message}"
