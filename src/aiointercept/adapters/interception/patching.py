"""Patches and unpatches aiohttp's connectors, after checking that aiohttp is supported.

The patched names are public: ``BaseConnector.connect`` and ``BaseConnector.close``. Callers supply
what the patched methods do.
"""

import threading
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from aiohttp.connector import BaseConnector, Connection

from aiointercept.adapters.interception.aiohttp_names import check_aiohttp
from aiointercept.adapters.interception.client_request import ConnectCall
from aiointercept.adapters.interception.mocked_connector import OwnConnector

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientTimeout
    from aiohttp.tracing import Trace

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

Connect: TypeAlias = Callable[..., Awaitable[Connection]]

REAL_CONNECT: Final[Connect] = BaseConnector.connect
"""aiohttp's original method, with which clients and our own connectors connect."""


class Hooks(Protocol):
    """The hooks that the patched methods of connectors call."""

    @property
    def active(self) -> bool:
        """Whether a mock is active."""
        ...

    def refuse(self, req: "ClientRequest", /) -> None:
        """Raise if the request belongs to a call whose block has ended."""
        ...

    def connect(self, call: ConnectCall, /) -> Awaitable[Connection]:
        """Return a real or mocked connection for the call, or raise."""
        ...

    def forget(self, connector: BaseConnector, /) -> Sequence[Awaitable[None]]:
        """Return awaitables that close the mocked connections of ``connector``."""
        ...


class Patches:
    """The patched methods of aiohttp's connectors, which stay patched as long as they have users.

    A user is an active mock, or a call that continues after its block.
    """

    def __init__(self) -> None:
        # Garbage collection of a task may undo the patches while this thread has the lock.
        self._lock = threading.RLock()
        self._users = 0
        self._undo: list[Callable[[], None]] = []

    def apply(self, hooks: Hooks) -> None:
        """Add a user; patch for the first one.

        Raises:
            UnsupportedAiohttpError: if this aiohttp is not supported.
        """
        with self._lock:
            self._users += 1
            if self._undo:
                return
            try:
                check_aiohttp()
                self._patch("connect", _patched_connect(hooks))
                self._patch("close", _patched_close(hooks))
            except BaseException:
                self.undo()
                raise

    def undo(self) -> None:
        """Remove a user; restore the original methods after the last one."""
        with self._lock:
            self._users -= 1
            if not self._users:
                while self._undo:
                    self._undo.pop()()

    def _patch(self, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        original = vars(BaseConnector)[name]
        patched = make(original)

        def undo() -> None:
            # A later patch by other code still calls ours, which then does nothing.
            if vars(BaseConnector).get(name) is patched:
                setattr(BaseConnector, name, original)

        setattr(BaseConnector, name, patched)
        self._undo.append(undo)


def _patched_connect(hooks: Hooks) -> Callable[[Connect], Connect]:
    def make(original: Connect) -> Connect:
        async def connect(
            self: BaseConnector,
            req: "ClientRequest",
            traces: "list[Trace]",
            timeout: "ClientTimeout",
        ) -> Connection:
            if isinstance(self, OwnConnector):
                return await original(self, req, traces, timeout)
            hooks.refuse(req)
            if not hooks.active:
                return await original(self, req, traces, timeout)
            return await hooks.connect(ConnectCall(self, req, traces, timeout))

        return connect

    return make


class Closings:
    """Awaits closing a connector and its mocked connections.

    Closing has already begun for all of them. If the caller is cancelled, the remaining awaitables
    are closed, so that Python does not warn about them.
    """

    def __init__(self, closings: Sequence[Awaitable[None]]) -> None:
        self._closings = closings

    def __await__(self) -> Generator[Any, Any, None]:
        steps = [closing.__await__() for closing in self._closings]
        try:
            for one in steps:
                yield from one
        finally:
            for one in steps:
                close = getattr(one, "close", None)
                if close is not None:
                    close()


def _patched_close(
    hooks: Hooks,
) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
    def make(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        def close(self: BaseConnector, **options: Any) -> Awaitable[None]:
            ours = hooks.forget(self)
            closing = original(self, **options)
            return Closings([closing, *ours]) if ours else closing

        return close

    return make
