import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp.http import HttpVersion11, RawRequestMessage, StreamWriter
from aiohttp.streams import EMPTY_PAYLOAD
from attrs import define, field
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.adapters.handling.performing import Performance
from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.core.calls import Call
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.exchange import Exchange


@define(eq=False)
class FakeTransport:
    """Collects what a server writes."""

    written: bytearray = field(factory=bytearray)
    closed: bool = False
    aborted: bool = False
    sock: Any = None

    def write(self, data: bytes) -> None:
        self.written += data

    def writelines(self, parts: Any) -> None:
        self.written += b"".join(parts)

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.sock if name == "socket" else default


@define(eq=False)
class FakeProtocol:
    """A server's protocol, as far as requests and writers need it."""

    transport: Any
    _reading_paused: bool = False
    max_field_size: int = 1 << 20
    max_headers: int = 1 << 10
    writing_paused: bool = False
    ssl_context: Any = None
    peername: Any = None
    sockname: Any = None
    _paused: bool = False

    async def _drain_helper(self) -> None:
        return None


@define(eq=False)
class FakeOwner:
    """The mock that answers: notes what it is told."""

    told: list[tuple[Any, ...]] = field(factory=list)
    errors: list[BaseException] = field(factory=list)
    upstream: Any = None

    def finish(self, call: Any, status: Any = None, headers: Any = None, body: Any = None) -> None:
        self.told.append(("finish", status))

    def answered(self, call: Any, response: Response) -> None:
        self.told.append(("answered", response.status))

    def fail(self, exchange: Any, fault: Any) -> None:
        self.told.append(("fail", fault))

    def defer_error(self, error: BaseException) -> None:
        self.errors.append(error)

    def upstream_for(self, client: Any) -> Any:
        return self.upstream or client


@define(eq=False)
class Stage:
    """A request on a fake connection, and all that its performers are told."""

    transport: FakeTransport
    owner: FakeOwner
    performance: Performance
    raised: list[Any]
    settled: list[bool]

    @property
    def call(self) -> Call:
        return self.performance.exchange.call


@define(eq=False)
class FakeAttempt:
    """What the client may repeat."""

    settled: list[bool]
    call: Any = None
    owner: Any = None

    def begin(self, call: Any, owner: Any) -> None:
        self.call, self.owner = call, owner

    def settle(self) -> None:
        self.settled.append(True)


@pytest.fixture
async def stage() -> Callable[..., Stage]:
    """Return a function that sets up a request, for ``answer``."""

    def make(
        answer: Any = None,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        *,
        intercepted: bool = True,
    ) -> Stage:
        transport, owner = FakeTransport(), FakeOwner()
        protocol: Any = FakeProtocol(transport)
        fields = CIMultiDictProxy(CIMultiDict(headers or {}))
        url = URL("http://api.test/items?page=1")
        raw = tuple((name.encode(), value.encode()) for name, value in fields.items())
        message = RawRequestMessage(
            method,
            "/items?page=1",
            HttpVersion11,
            fields,
            raw,
            False,
            None,
            False,
            False,
            url.relative(),
        )
        loop = asyncio.get_running_loop()
        request = AiointerceptRequest(
            message,
            EMPTY_PAYLOAD,
            protocol,
            StreamWriter(protocol, loop),
            None,
            loop,
        )
        received = Request(method, url, fields, body=b"")
        request.keep(received, {})
        call = Call(received, None, None, 0.0, 0.0)
        raised: list[Any] = []
        settled: list[bool] = []
        connection = ClientConnection(
            received.origin, received, raised.append, attempt=FakeAttempt(settled)
        )
        exchange = Exchange(call, answer, owner)
        performance = Performance(request, exchange, connection if intercepted else None)
        return Stage(transport, owner, performance, raised, settled)

    return make
