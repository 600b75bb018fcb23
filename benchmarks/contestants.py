"""Who takes part: the floor, the mock in its three modes, and the best known peer.

Each contestant opens a stage: something that answers, with the same few verbs for all. What is
done on a stage is the scenarios' business.
"""

import asyncio
import importlib
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from aiohttp import web
from typing_extensions import override

from aiointercept import aiointercept
from aiointercept.testing import SocketlessTransport

if TYPE_CHECKING:
    # An earlier revision, which is compared with, has it elsewhere.
    from aiointercept.core.ports.transport import Transport

# The one that goes on when aiohttp does, and the original, whose sessions fail from 3.14 on.
_PEER: Final = "aioresponses-ng"
_OLD_PEER: Final = "aioresponses"
_TOO_NEW_FOR_OLD_PEER: Final = ("3", "14")


class Stage(ABC):
    """Something that answers requests below ``base``."""

    def __init__(self, base: str) -> None:
        self.base = base

    @abstractmethod
    def answer(self, method: str, path: str, body: bytes) -> None:
        """Answer ``body`` to all such requests."""

    @abstractmethod
    def answer_pattern(self, path_pattern: str, body: bytes) -> None:
        """Answer ``body`` to all GET requests whose path fits."""

    @abstractmethod
    def check_got(self, path: str) -> None:
        """Raise unless there was a GET request to ``path``."""

    @abstractmethod
    def check_posted(self, path: str, value: object) -> None:
        """Raise unless the latest POST request to ``path`` had ``value`` as JSON."""

    @abstractmethod
    def clear(self) -> None:
        """Forget routes and calls."""


class Contestant(ABC):
    """One way to have requests answered.

    Attributes:
        name: in the head of the tables.
        is_ours: whether the targets are meant for it.
        intercepts: whether it intercepts clients.
    """

    name: str
    is_ours: bool = False
    intercepts: bool = False

    @abstractmethod
    def stage(self) -> AbstractAsyncContextManager[Stage]:
        """Open a stage; there must be no other one at the time."""


class _FloorStage(Stage):
    """Gives one fixed answer: it has no routes, looks at no URL and records nothing but bodies.

    It keeps the bodies that it gets, as a mock must: fresh memory for each costs as much as HTTP.
    """

    def __init__(self) -> None:
        super().__init__("")
        self._body = b""
        self._received: list[bytes] = []

    async def handle(self, request: web.BaseRequest) -> web.Response:
        if request.body_exists:
            self._received.append(await request.content.read())
        return web.Response(body=self._body, content_type="application/json")

    @override
    def answer(self, method: str, path: str, body: bytes) -> None:
        self._body = body

    @override
    def answer_pattern(self, path_pattern: str, body: bytes) -> None:
        self._body = body

    @override
    def check_got(self, path: str) -> None:
        return None

    @override
    def check_posted(self, path: str, value: object) -> None:
        return None

    @override
    def clear(self) -> None:
        return None


class Floor(Contestant):
    """A bare ``web.Server`` on the client's loop: what no mock that speaks HTTP can undercut."""

    name = "floor"

    @override
    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        stage = _FloorStage()
        server = web.Server(stage.handle)
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        stage.base = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        try:
            yield stage
        finally:
            listener.close()
            await server.shutdown(1)


class _MockStage(Stage):
    """What our mock and its peers do by the same names."""

    def __init__(self, mock: Any, base: str) -> None:
        super().__init__(base)
        self._mock = mock

    @override
    def answer(self, method: str, path: str, body: bytes) -> None:
        self._mock.add(self.base + path, method, body=body, repeat=True)

    @override
    def answer_pattern(self, path_pattern: str, body: bytes) -> None:
        self._mock.get(re.compile(re.escape(self.base) + path_pattern), body=body, repeat=True)

    @override
    def check_got(self, path: str) -> None:
        self._mock.assert_any_call(self.base + path)

    @override
    def check_posted(self, path: str, value: object) -> None:
        self._mock.assert_called_with(self.base + path, "POST", json=value)

    @override
    def clear(self) -> None:
        self._mock.clear()


class Ours(Contestant):
    """The mock in one of its modes: as a server, or intercepting for the origin ``base``."""

    is_ours = True

    def __init__(
        self,
        name: str,
        base: str | None = None,
        transport: "Callable[[], Transport] | None" = None,
    ) -> None:
        self.name = name
        self.intercepts = base is not None
        self._base = base
        self._transport = transport

    @override
    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        transport = None if self._transport is None else self._transport()
        async with aiointercept(self._base is not None, transport=transport) as mock:
            yield _MockStage(mock, self._base or str(mock.server_url))


class _PeerStage(_MockStage):
    @override
    def clear(self) -> None:
        super().clear()
        self._mock.requests.clear()


class Peer(Contestant):
    """aioresponses or its successor: no connection, responses made by hand.

    Args:
        distribution: which of the two; they share the name of their module.
    """

    def __init__(self, distribution: str) -> None:
        self.name = distribution
        self._make = importlib.import_module("aioresponses").aioresponses

    @override
    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        with self._make() as mock:
            yield _PeerStage(mock, "http://api.test")


class DropIn(Contestant):
    """Our drop-in for aioresponses. It is compared with that, not with the floor."""

    name = "drop-in"

    @override
    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        # An earlier revision, which is compared with, may lack it.
        from aiointercept.aioresponses import aioresponses  # noqa: PLC0415

        with aioresponses() as mock:
            yield _PeerStage(mock, "http://api.test")


FLOOR: Final = Floor()
DROP_IN: Final = DropIn()
OURS: Final = (
    Ours("server mode"),
    Ours("http", "http://api.test"),
    Ours("https", "https://api.test"),
    Ours("http socketless", "http://api.test", SocketlessTransport),
)


def peers() -> list[Peer]:
    """Return the peers that are installed and work with this aiohttp: one or none."""
    usable = [_PEER]
    if tuple(aiohttp.__version__.split(".")[:2]) < _TOO_NEW_FOR_OLD_PEER:
        usable.append(_OLD_PEER)
    return [Peer(name) for name in usable if installed_version(name) is not None][:1]


def installed_version(distribution: str) -> str | None:
    """Return the version of an installed distribution, ``None`` if it is not there."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
