"""The way of a request through the handler: bytes in, bytes out, over a transport that is none."""

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, field
from yarl import URL

from aiointercept.adapters.handling.handler import ConnectionHandler
from aiointercept.adapters.handling.response import web_response
from aiointercept.core.calls import CallLog
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.bodies import body
from aiointercept.core.matching.urls import Url
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.routing.policy import Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import CallbackReply, NoRouteReply
from aiointercept.core.routing.routes import Route

OWN = "http://127.0.0.1:81"
GET = b"GET /items HTTP/1.1\r\nHost: 127.0.0.1:81\r\n\r\n"
OK = Response(200, None, {"Content-Type": "text/plain"}, b"ok")


class Clock:
    """A clock that stands still."""

    def now(self) -> float:
        return 0.0

    def tick(self) -> float:
        return 0.0

    async def sleep(self, seconds: float, /) -> None: ...


class Transport(asyncio.Transport):
    """Collects what is written, and notes how it is closed."""

    def __init__(self, protocol: Any) -> None:
        super().__init__()
        self.protocol = protocol
        self.written = bytearray()
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def writelines(self, list_of_data: Any) -> None:
        self.written += b"".join(list_of_data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    abort = close

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@define(eq=False)
class Stage:
    """A mock whose handler serves."""

    handler: ConnectionHandler
    dispatcher: MockDispatcher
    transports: list[Transport] = field(factory=list)

    def add(self, reply: Any = OK, url: str = f"{OWN}/items", **options: Any) -> None:
        """Register a route."""
        method = options.pop("method", "GET")
        condition = options.pop("condition", None)
        route = Route(method, Url(url), condition, reply, limit=None, **options)
        self.dispatcher.registry.add(route)

    def connect(self, connection: ClientConnection | None = None) -> Transport:
        """Return the transport of a new connection; an intercepted client's if one is given."""
        protocol = self.handler() if connection is None else self.handler.protocol(connection)
        transport = Transport(protocol)
        protocol.connection_made(transport)
        self.transports.append(transport)
        return transport

    @property
    def calls(self) -> list[Any]:
        """What is in the log."""
        return self.dispatcher.log.snapshot()


@pytest.fixture
async def new_stage() -> Any:
    """Return a function that sets a mock up; its connections end with the test."""
    stages: list[Stage] = []

    def make(**options: Any) -> Stage:
        dispatcher = MockDispatcher(
            Registry(), CallLog(Clock()), Policy(), Clock(), interrupts=(asyncio.CancelledError,)
        )
        if "interrupts" in options:
            dispatcher.interrupts = options.pop("interrupts")
        loop = asyncio.get_running_loop()
        handler = ConnectionHandler(dispatcher, lambda: OWN, loop, **options)
        stages.append(Stage(handler, dispatcher))
        return stages[-1]

    yield make
    for stage in stages:
        stage.handler.close()
        await stage.handler.wait_closed()


@pytest.fixture
async def stage(new_stage: Callable[..., Stage]) -> Stage:
    """Give a mock without routes."""
    return new_stage()


async def until(true: Callable[[], object]) -> None:
    """Let the loop turn until something holds."""
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0)
    raise AssertionError


async def answered(stage: Stage, transport: Transport, number: int = 1) -> bytes:
    """Return what was written once so many calls have ended."""
    await until(lambda: sum(call.duration is not None for call in stage.calls) == number)
    await until(lambda: transport.written)
    return bytes(transport.written)


def intercepted(failed: list[Any], url: str = "http://api.test/items") -> ClientConnection:
    """Return the connection of a client that believes to be elsewhere."""
    request = Request("GET", url)
    return ClientConnection(request.origin, request, failed.append)


async def test_a_request_and_its_answer(stage: Stage):
    """The call is in the log with both."""
    stage.add()
    transport = stage.connect()
    transport.protocol.data_received(GET)
    written = await answered(stage, transport)
    assert written.startswith(b"HTTP/1.1 200 OK\r\n")
    assert written.endswith(b"\r\n\r\nok")
    (call,) = stage.calls
    assert (call.matched, str(call.received.url)) == (True, f"{OWN}/items")
    assert (call.response.status, call.response.body) == (200, b"ok")


async def test_one_connection_after_the_other(stage: Stage):
    """Each request counts two steps: it has begun, and it has ended."""
    stage.add()
    transport = stage.connect()
    steps = stage.handler.steps_of(transport.protocol)
    for number in (1, 2):
        transport.protocol.data_received(GET)
        await answered(stage, transport, number)
        await until(lambda: steps() == 2 * number)  # noqa: B023  it is awaited here
    assert not transport.closed
    transport.protocol.connection_lost(None)
    assert steps() == 0


async def test_a_body_is_decoded_for_routes(stage: Stage):
    """The log has it as routes saw it."""
    stage.add(method="POST", condition=body(b"data"))
    transport = stage.connect()
    packed = gzip.compress(b"data")
    head = (
        b"POST /items HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: "
        + str(len(packed)).encode()
        + b"\r\n\r\n"
    )
    transport.protocol.data_received(head + packed)
    assert (await answered(stage, transport)).startswith(b"HTTP/1.1 200 OK")
    assert stage.calls[0].received.body == b"data"


async def test_a_client_that_waits_to_be_asked_for_its_body(stage: Stage):
    """It is asked before the body is read, and answered after it."""
    stage.add(method="POST")
    transport = stage.connect()
    head = b"POST /items HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    transport.protocol.data_received(head)
    await until(lambda: transport.written)
    assert bytes(transport.written) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert stage.calls == []
    transport.protocol.data_received(b"data")
    assert b"HTTP/1.1 200 OK" in await answered(stage, transport)


async def test_no_route(stage: Stage):
    """The connection closes without an answer, or with one that says why."""
    transport = stage.connect()
    transport.protocol.data_received(GET)
    await until(lambda: stage.calls and stage.calls[0].duration is not None)
    await until(lambda: transport.closed)
    assert not stage.calls[0].matched


async def test_what_is_not_http(stage: Stage, caplog: pytest.LogCaptureFixture):
    """It is answered with 400, logged, and warned of."""
    transport = stage.connect()
    transport.protocol.data_received(b"\x16\x03\x01\x02\x00\r\n\r\n")
    assert (await answered(stage, transport)).startswith(b"HTTP/1.0 400")
    (call,) = stage.calls
    assert not call.matched
    assert "could not be read as HTTP" in call.refusal
    assert any("the mock answers 400" in message for message in caplog.messages)


async def test_what_is_not_http_from_an_intercepted_client(stage: Stage):
    """What is known of the request that the client wanted to send stands for it."""
    transport = stage.connect(intercepted([]))
    transport.protocol.data_received(b"\x00\r\n\r\n")
    await answered(stage, transport)
    assert str(stage.calls[0].received.url) == "http://api.test/items"


async def test_an_intercepted_client(stage: Stage):
    """Its URL is where it believes to be; what stands for no answer is raised in its call."""
    stage.add(url="http://api.test/items")
    failed: list[Any] = []
    transport = stage.connect(intercepted(failed))
    transport.protocol.data_received(GET.replace(b"127.0.0.1:81", b"api.test"))
    assert (await answered(stage, transport)).startswith(b"HTTP/1.1 200 OK")
    assert stage.calls[0].received.url == URL("http://api.test/items")
    transport = stage.connect(intercepted(failed))
    transport.protocol.data_received(GET.replace(b"/items", b"/none"))
    await until(lambda: failed)
    assert isinstance(failed[0], NoRouteReply)


async def test_a_request_that_names_its_origin(stage: Stage):
    """As a proxy's client writes it; without a proxy it is the mock's own."""
    stage.add()
    transport = stage.connect()
    transport.protocol.data_received(GET.replace(b"GET /", f"GET {OWN}/".encode()))
    assert (await answered(stage, transport)).startswith(b"HTTP/1.1 200 OK")


async def test_the_users_code_fails(stage: Stage):
    """The client gets a 500, and the error is kept for the end of the block."""

    def fail(request: Any, shown: Any) -> Any:
        raise LookupError

    stage.add(CallbackReply(fail))
    transport = stage.connect()
    transport.protocol.data_received(GET)
    assert (await answered(stage, transport)).startswith(b"HTTP/1.1 500")
    assert [type(error) for error in stage.dispatcher.deferred_errors] == [LookupError]


async def test_the_users_code_exits(new_stage: Callable[..., Stage]):
    """On the helper's loop that ends the exchange alone."""

    def leave(request: Any, shown: Any) -> Any:
        raise SystemExit

    stage = new_stage(contains_exits=True, interrupts=(SystemExit,))
    stage.add(CallbackReply(leave))
    transport = stage.connect()
    transport.protocol.data_received(GET)
    await until(lambda: transport.written)
    assert bytes(transport.written).startswith(b"HTTP/1.1 500")
    assert [type(error) for error in stage.dispatcher.deferred_errors] == [SystemExit]


async def test_a_client_that_leaves(stage: Stage):
    """What runs for it is cancelled, once."""
    cancelled: list[bool] = []

    async def wait(request: Any, shown: Any) -> Any:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            cancelled.append(True)

    stage.add(CallbackReply(wait))
    transport = stage.connect()
    transport.protocol.data_received(GET)
    await until(lambda: stage.calls)
    transport.close()
    await until(lambda: cancelled)
    await until(lambda: stage.calls[0].duration is not None)
    assert stage.calls[0].response is None
    assert not transport.written


async def test_the_end_of_the_block(stage: Stage):
    """All connections close, idle ones too."""
    stage.add()
    busy, idle = stage.connect(), stage.connect()
    busy.protocol.data_received(GET)
    await answered(stage, busy)
    stage.handler.close()
    await stage.handler.wait_closed()
    assert busy.closed
    assert idle.closed
    assert list(stage.handler.connections) == []


async def test_an_answer_that_performs_itself(stage: Stage):
    """It gets the connection, and what it attaches to it is closed with that."""
    closed: list[bool] = []

    class Attached:
        def close(self) -> None:
            closed.append(True)

    class Reply:
        async def respond(self, request: Any, exchange: Any, served: Any) -> Any:
            served.attachments["key"] = Attached()
            served.settle()
            return web_response(Response(204, None, None, b""), request)

    stage.add(Reply())
    transport = stage.connect()
    transport.protocol.data_received(GET)
    assert (await answered(stage, transport)).startswith(b"HTTP/1.1 204")
    assert closed == []
    transport.close()
    await until(lambda: closed)
    assert closed == [True]
