"""The one place where aiohttp is patched and unpatched, and checked before that.

Public names of aiohttp that are patched: ``BaseConnector.connect`` and ``BaseConnector.close``.
What a patched ``connect`` does is handed in.
"""

import threading
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from aiohttp.connector import BaseConnector, Connection

from aiointercept.adapters.interception.client_request import ConnectCall
from aiointercept.adapters.interception.mocked_connector import OwnConnector
from aiointercept.adapters.interception.requirements import check_aiohttp

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientTimeout
    from aiohttp.tracing import Trace

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

Connect: TypeAlias = Callable[..., Awaitable[Connection]]

REAL_CONNECT: Final[Connect] = BaseConnector.connect
"""What aiohttp had before anything was patched: how clients and our own connectors connect."""


class Hooks(Protocol):
    """What the patched methods of connectors do."""

    @property
    def active(self) -> bool:
        """Whether a mock is active."""
        ...

    def refuse(self, req: "ClientRequest", /) -> None:
        """Raise if the request belongs to a call whose block has ended."""
        ...

    def connect(self, call: ConnectCall, /) -> Awaitable[Connection]:
        """Return a connection for the call, real or mocked, or raise."""
        ...

    def forget(self, connector: BaseConnector, /) -> Sequence[Awaitable[None]]:
        """Return what closes the connections made in place of those of ``connector``."""
        ...


class Patches:
    """The patched methods of aiohttp's connectors, for as long as somebody uses the patches.

    That is an active mock, or a call that goes on after its block.
    """

    def __init__(self) -> None:
        # Python may collect a task, which undoes the patches, while this thread has the lock.
        self._lock = threading.RLock()
        self._users = 0
        self._undo: list[Callable[[], None]] = []

    def apply(self, hooks: Hooks) -> None:
        """Patch for one more user; the first one patches.

        Raises:
            UnsupportedAiohttpError: if aiohttp is not as we know it.
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
        """Patch for one user less; the last one restores what was there."""
        with self._lock:
            self._users -= 1
            if not self._users:
                while self._undo:
                    self._undo.pop()()

    def _patch(self, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        original = vars(BaseConnector)[name]
        patched = make(original)

        def undo() -> None:
            # Whoever has patched it since calls ours, which does nothing any more.
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
    """Awaits the closing of a connector and of what was made in its place.

    All of them have begun by then; where the caller is cancelled, nobody is warned of the rest.
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
