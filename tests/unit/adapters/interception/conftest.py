"""A mock's core, and a dialer that connects clients to an answer instead of a server."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, field

from aiointercept.core.calls import CallLog
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.http.messages import Response
from aiointercept.core.matching.urls import Url
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.routing.policy import Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.routes import Route


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.goes_on = asyncio.Event()

    def now(self) -> float:
        return 0.0

    def tick(self) -> float:
        return 0.0

    async def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)
        await self.goes_on.wait()


class FakeTransport(asyncio.Transport):
    """Answers as soon as a request has been written; ``b""`` drops the connection."""

    def __init__(self, protocol: Any, answer: bytes | None) -> None:
        super().__init__()
        self.protocol = protocol
        self.answer = answer
        self.written = bytearray()
        self.closing = False

    def write(self, data: Any) -> None:
        if not self.written and self.answer is not None:
            asyncio.get_running_loop().call_soon(self._give_answer)
        self.written += data

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def _give_answer(self) -> None:
        if self.closing:
            return
        if self.answer:
            self.written.clear()
            self.protocol.data_received(self.answer)
        else:
            self.close()

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    abort = close

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@define(eq=False)
class FakeDialer:
    """Connects clients without sockets.

    Attributes:
        answers: what each connection answers; the last one goes on. ``None`` never answers.
        connections: those that were made.
    """

    answers: list[bytes | None] = field(
        factory=lambda: [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]
    )
    connections: list[ClientConnection] = field(factory=list)
    error: Exception | None = None

    async def dial(self, factory: Any, connection: ClientConnection, /) -> Any:
        if self.error is not None:
            raise self.error
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.connections.append(connection)
        protocol = factory()
        protocol.connection_made(FakeTransport(protocol, answer))
        return protocol


@define(eq=False)
class MockUnderTest:
    """One mock: its core, and how clients are connected to it."""

    dispatcher: MockDispatcher
    clock: FakeClock
    dialer: FakeDialer = field(factory=FakeDialer)

    def add(self, url: str = "http://api.test/", **options: Any) -> None:
        """Register a route."""
        reply = options.pop("reply", Response())
        self.dispatcher.registry.add(Route("GET", Url(url), None, reply, **options))


@pytest.fixture
async def new_mock() -> Callable[..., MockUnderTest]:
    """Return a function that makes a mock with a policy."""

    def make(**policy: Any) -> MockUnderTest:
        clock = FakeClock()
        registry, log = Registry(), CallLog(clock)
        return MockUnderTest(MockDispatcher(registry, log, Policy(**policy), clock), clock)

    return make
