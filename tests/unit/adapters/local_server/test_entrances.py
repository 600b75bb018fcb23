import ssl
from typing import Any

import pytest
from attrs import define, field, frozen

from aiointercept.adapters.handling.gateway import Gateway
from aiointercept.adapters.local_server.entrances import (
    PlainEntrance,
    ProxyEntrance,
    TlsEntrance,
)
from aiointercept.adapters.local_server.tls import Authority
from aiointercept.core.calls import CallLog
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.http.messages import Origin, Response
from aiointercept.core.matching.urls import Url
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.policy import Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import FaultReply
from aiointercept.core.routing.routes import Route

TUNNEL = b"CONNECT api.test:443 HTTP/1.1\r\n\r\n"
REQUEST = b"GET / HTTP/1.1\r\nHost: api.test\r\n\r\n"


class Clock:
    """A clock that stands still."""

    def now(self) -> float:
        """Return nothing in particular."""
        return 0.0

    def tick(self) -> float:
        """Return nothing in particular."""
        return 0.0

    async def sleep(self, seconds: float) -> None:
        """Do not wait."""


@define(eq=False)
class Handler:
    """Stands for the handler of connections: makes protocols that take notes."""

    new_notes: Any
    made: list[Any] = field(factory=list)
    connections: list[Any] = field(factory=list)

    def __call__(self) -> Any:
        """Make a protocol for requests at the mock's own URL."""
        self.made.append(self.new_notes())
        return self.made[-1]

    def protocol(self, connection: Any) -> Any:
        """Make a protocol for a client that believes to be somewhere else."""
        self.connections.append(connection)
        return self()

    def steps_of(self, protocol: Any) -> Any:
        """Count each byte as a step."""
        return lambda: len(protocol.data)


@frozen(eq=False)
class Stage:
    """A mock, and an entrance to its proxy."""

    mock: MockDispatcher
    entrance: ProxyEntrance


@pytest.fixture
def handler(new_notes: Any) -> Any:
    """Give a handler."""
    return Handler(new_notes)


@pytest.fixture
def stage(authority: Authority) -> Stage:
    """Give the entrance to a proxy."""
    mock = MockDispatcher(Registry(), CallLog(Clock()), Policy(), Clock())

    async def connect(origin: Origin, factory: Any) -> None:
        raise OSError

    gateway = Gateway(lambda: [mock], lambda _: None)  # type: ignore[arg-type,return-value]  # nothing is forwarded
    return Stage(mock, ProxyEntrance(authority, gateway, connect))


def test_urls(authority: Authority, stage: Stage):
    """The proxy's is always one of plain HTTP."""
    assert PlainEntrance().url(8080) == "http://127.0.0.1:8080"
    assert TlsEntrance(authority).url(8080) == "https://localhost:8080"
    assert stage.entrance.url(8080) == "http://127.0.0.1:8080"


def test_plain(handler: Any):
    """A connection is what the handler makes of it; another loop begins anew."""
    entrance = PlainEntrance()
    protocol, steps = entrance.protocol(handler)
    assert protocol is handler.made[0]
    handler.made[0].data_received(b"123")
    assert steps() == 3
    assert entrance.moved(protocol, handler) is handler.made[1]
    entrance.abort()


async def test_tls(authority: Authority, handler: Any, wire: Any, new_tls_client: Any):
    """The handler sees the connection once the handshake is complete; it can be moved."""
    entrance = TlsEntrance(authority)
    client = new_tls_client(authority.default_context(), "localhost")
    protocol, steps = entrance.protocol(handler)
    protocol.connection_made(wire)
    assert steps() == 0
    protocol.data_received(client.hello())
    client.shake_hands(protocol, wire)
    protocol.data_received(client.encrypt(b"12345"))
    assert steps() == 5
    moved = entrance.moved(protocol, handler)
    moved.connection_made(type(wire)())
    moved.data_received(client.encrypt(b"more"))
    assert [one.data for one in handler.made] == [b"12345", b"more"]


@pytest.mark.parametrize("kind", ["tls", "proxy"])
async def test_connections_that_say_nothing(
    authority: Authority, stage: Stage, handler: Any, wire: Any, kind: str
):
    """The handler does not know of them, so the entrance breaks them off."""
    entrance = TlsEntrance(authority) if kind == "tls" else stage.entrance
    protocol, _ = entrance.protocol(handler)
    protocol.connection_made(wire)
    entrance.abort()
    assert wire.heard == ["abort"]
    protocol.connection_lost(None)
    entrance.abort()
    assert wire.heard == ["abort"]


async def test_through_the_proxy(stage: Stage, handler: Any, wire: Any, tls_client: Any):
    """The handler gets a connection that stands for the client, with its origin."""
    protocol, steps = stage.entrance.protocol(handler)
    protocol.connection_made(wire)
    protocol.data_received(TUNNEL)
    assert steps() == 0
    wire.take()
    protocol.data_received(tls_client.hello())
    tls_client.shake_hands(protocol, wire)
    protocol.data_received(tls_client.encrypt(REQUEST))
    (connection,) = handler.connections
    assert connection.origin == Origin("https", "api.test", 443)
    assert connection.active_mocks == [stage.mock]
    assert connection.tls.fault is None
    assert steps() == len(REQUEST)
    moved = stage.entrance.moved(protocol, handler)
    moved.connection_made(type(wire)())
    moved.data_received(tls_client.encrypt(b"more"))
    assert handler.connections[1].origin == connection.origin


@pytest.mark.parametrize("kind", ["tls", "proxy"])
async def test_moving_before_anything_was_read(  # noqa: PLR0913, PLR0917  all that takes part
    authority: Authority,
    stage: Stage,
    handler: Any,
    wire: Any,
    new_tls_client: Any,
    kind: str,
):
    """A connection that its own loop never read from begins on the other one."""
    entrance = TlsEntrance(authority) if kind == "tls" else stage.entrance
    client = new_tls_client(authority.default_context(), "localhost")
    protocol, _ = entrance.protocol(handler)
    protocol.connection_made(type(wire)())
    moved = entrance.moved(protocol, handler)
    moved.connection_made(wire)
    if kind == "proxy":
        stage.mock.registry.add(Route("GET", Url("https://localhost/"), None, Response()))
        moved.data_received(b"CONNECT localhost:443 HTTP/1.1\r\n\r\n")
        wire.take()
    moved.data_received(client.hello())
    client.shake_hands(moved, wire)
    moved.data_received(client.encrypt(REQUEST))
    protocol.connection_lost(None)
    assert handler.made[-1].data == REQUEST


async def test_absolute_form(stage: Stage, handler: Any, wire: Any):
    """There the request itself names its origin."""
    protocol, _ = stage.entrance.protocol(handler)
    protocol.connection_made(wire)
    protocol.data_received(b"GET http://api.test/ HTTP/1.1\r\n\r\n")
    assert handler.connections == []
    assert len(handler.made) == 1


async def test_loopback_is_dialled(stage: Stage, handler: Any, wire: Any):
    """What no route names there is for the real server."""
    protocol, _ = stage.entrance.protocol(handler)
    protocol.connection_made(wire)
    protocol.data_received(b"CONNECT localhost:1 HTTP/1.1\r\n\r\n")
    protocol.connection_lost(None)
    assert wire.heard == ["pause"]


@pytest.mark.parametrize("checks", [True, False])
async def test_certificate_faults(  # noqa: PLR0913, PLR0917  all that takes part
    stage: Stage,
    handler: Any,
    wire: Any,
    new_tls_client: Any,
    authority: Authority,
    checks: Any,
    caplog: pytest.LogCaptureFixture,
):
    """One who checks goes, and that is the call; another one is served, with the fault noted."""
    reply = FaultReply(Fault.CERTIFICATE_EXPIRED)
    registration = stage.mock.registry.add(Route("GET", Url("https://api.test/"), None, reply))
    context = ssl.create_default_context(cadata=authority.pem)
    if not checks:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    client = new_tls_client(context)
    protocol, _ = stage.entrance.protocol(handler)
    protocol.connection_made(wire)
    protocol.data_received(TUNNEL)
    wire.take()
    protocol.data_received(client.hello())
    if checks:
        with pytest.raises(ssl.SSLCertVerificationError):
            client.shake_hands(protocol, wire)
        (call,) = stage.mock.log
        assert (call.fault, str(call.received)) == (reply.fault, "GET https://api.test/")
        assert call.duration is not None
        assert registration.used == 1
    else:
        client.shake_hands(protocol, wire)
        protocol.data_received(client.encrypt(REQUEST))
        assert handler.connections[0].tls.fault is reply.fault
        assert registration.used == 0
    assert not caplog.records


async def test_an_untrusting_client_is_warned_of(
    stage: Stage, handler: Any, wire: Any, new_tls_client: Any, caplog: pytest.LogCaptureFixture
):
    """If no fault was shown, it should have trusted us."""
    client = new_tls_client(ssl.create_default_context())
    protocol, _ = stage.entrance.protocol(handler)
    protocol.connection_made(wire)
    protocol.data_received(TUNNEL)
    wire.take()
    protocol.data_received(client.hello())
    with pytest.raises(ssl.SSLCertVerificationError):
        client.shake_hands(protocol, wire)
    assert "the TLS handshake failed" in caplog.text
    assert len(stage.mock.log) == 0
