import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, field

from aiointercept.adapters.local_server.proxy import ProxyProtocol
from aiointercept.adapters.local_server.tls import Authority
from aiointercept.core.http.messages import Origin

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
REQUEST = b"GET /users HTTP/1.1\r\nHost: api.test\r\n\r\n"


@define(eq=False)
class Trial:
    """One connection to a proxy, and what became of it."""

    authority: Authority
    wire: Any
    new_notes: Any
    dial: Any = None
    origins: list[Origin | None] = field(factory=list)
    inner: list[Any] = field(factory=list)
    open: set[Any] = field(factory=set)
    failures: list[Any] = field(factory=list)
    context_for: Callable[[Origin], ssl.SSLContext] | None = None
    tells: bool = False
    protocol: Any = None

    def start(self) -> "Trial":
        """Connect."""
        self.protocol = ProxyProtocol(
            self.serve,
            self.context_for or (lambda origin: self.authority.server_context(origin.host)),
            lambda _: self.dial,
            self.open,
            (lambda *args: self.failures.append(args)) if self.tells else None,
        )
        self.protocol.connection_made(self.wire)
        return self

    def serve(self, origin: Origin | None) -> Any:
        """Make an inner protocol."""
        self.origins.append(origin)
        self.inner.append(self.new_notes())
        return self.inner[-1]

    def connect(self, target: str = "api.test:443", more: bytes = b"") -> None:
        """Ask for a tunnel."""
        head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode()
        self.protocol.data_received(head + more)


@pytest.fixture
def trial(authority: Authority, wire: Any, new_notes: Any) -> Trial:
    """Give a connection that is not there yet."""
    return Trial(authority, wire, new_notes)


async def test_tls_behind_connect(trial: Trial, wire: Any, tls_client: Any):
    """The client is shown a certificate for the host that it named, and HTTP goes inside."""
    trial.start().connect()
    assert wire.take() == ESTABLISHED
    trial.protocol.data_received(tls_client.hello())
    tls_client.shake_hands(trial.protocol, wire)
    assert trial.origins == []
    trial.protocol.data_received(tls_client.encrypt(REQUEST))
    assert trial.origins == [Origin("https", "api.test", 443)]
    assert trial.inner[0].data == REQUEST
    trial.inner[0].transport.write(b"an answer")
    assert tls_client.decrypt(wire.take()) == b"an answer"
    trial.protocol.pause_writing()
    trial.protocol.resume_writing()
    trial.protocol.eof_received()
    trial.protocol.connection_lost(None)
    assert trial.inner[0].heard == ["pause", "resume", "eof", None]


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_nothing_is_lost_that_comes_early(
    trial: Trial, wire: Any, tls_client: Any, size: int
):
    """The handshake may come with CONNECT, and both in pieces of any size."""
    trial.start()
    data = b"CONNECT api.test:443 HTTP/1.1\r\n\r\n" + tls_client.hello()
    for at in range(0, len(data), size):
        trial.protocol.data_received(data[at : at + size])
    assert wire.sent.startswith(ESTABLISHED)
    wire.sent = wire.sent[len(ESTABLISHED) :]
    tls_client.shake_hands(trial.protocol, wire)
    for byte in tls_client.encrypt(REQUEST):
        trial.protocol.data_received(bytes([byte]))
    assert trial.inner[0].data == REQUEST


@pytest.mark.parametrize("together", [True, False])
async def test_plain_http_behind_connect(trial: Trial, wire: Any, together: Any):
    """As WebSocket clients do for ``ws://``; the origin is another one then."""
    trial.start()
    trial.connect("api.test:80", REQUEST if together else b"")
    if not together:
        for byte in REQUEST:
            trial.protocol.data_received(bytes([byte]))
    assert wire.take() == ESTABLISHED
    assert trial.origins == [Origin("http", "api.test", 80)]
    assert trial.inner[0].data == REQUEST
    trial.protocol.data_received(b"more")
    assert trial.inner[0].data == REQUEST + b"more"


@pytest.mark.parametrize("size", [1, 1000])
async def test_absolute_form(trial: Trial, size: int):
    """It is handed on as it came."""
    trial.start()
    data = b"GET http://api.test/users HTTP/1.1\r\n\r\n"
    for at in range(0, len(data), size):
        trial.protocol.data_received(data[at : at + size])
    assert trial.origins == [None]
    assert trial.inner[0].data == data


@pytest.mark.parametrize(
    ("target", "host", "port"),
    [
        ("API.test:8443", "api.test", 8443),
        ("192.0.2.1:443", "192.0.2.1", 443),
        ("[2001:db8::1]:443", "2001:db8::1", 443),
        ("my_service:1", "my_service", 1),
    ],
)
async def test_targets(trial: Trial, target: str, host: str, port: int):
    """Names and addresses, any port."""
    trial.start().connect(target, REQUEST)
    assert trial.origins == [Origin("http", host, port)]


@pytest.mark.parametrize(
    "line",
    [
        "CONNECT api.test HTTP/1.1",
        "CONNECT https://api.test/ HTTP/1.1",
        "CONNECT api.test:0 HTTP/1.1",
        "CONNECT api.test:65536 HTTP/1.1",
        "CONNECT :443 HTTP/1.1",
        "CONNECT 2001:db8::1:443 HTTP/1.1",
        "CONNECT me@api.test:443 HTTP/1.1",
        "CONNECT api.test:443",
        "CONNECT  api.test:443 HTTP/1.1",
        "CONNECT \xe9.test:443 HTTP/1.1",
    ],
)
async def test_no_target(trial: Trial, wire: Any, line: str):
    """The answer says what is expected."""
    trial.start().protocol.data_received(line.encode("latin-1") + b"\r\n\r\n")
    assert wire.sent.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"as CONNECT host:443 does" in wire.sent
    assert wire.heard == ["close"]
    trial.protocol.data_received(b"more")
    assert trial.origins == []


async def test_a_head_without_end(trial: Trial, wire: Any):
    """It is not collected for ever."""
    trial.start().protocol.data_received(b"CONNECT " + b"x" * (1 << 16))
    assert wire.sent.startswith(b"HTTP/1.1 431 ")
    assert wire.heard == ["close"]


async def test_tls_to_the_proxy_itself(
    trial: Trial, wire: Any, tls_client: Any, caplog: pytest.LogCaptureFixture
):
    """A usual mistake, so the warning says what to write instead."""
    trial.start().protocol.data_received(tls_client.hello())
    assert wire.heard == ["close"]
    assert "Its URL begins with http://" in caplog.text


@pytest.mark.parametrize("inside", ["plain", "tls"])
@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x00\x00\x00\x01",
        b"EHLO example.com\r\n",
        b"GET " + b"/" * (1 << 16) + b" ",
    ],
)
async def test_what_is_no_http(
    trial: Trial, tls_client: Any, inside: str, data: bytes, caplog: pytest.LogCaptureFixture
):
    """It is closed, with a warning that says so."""
    wire = trial.wire
    trial.start().connect("api.test:22")
    wire.take()
    if inside == "tls":
        trial.protocol.data_received(tls_client.hello())
        tls_client.shake_hands(trial.protocol, wire)
        data = tls_client.encrypt(data)
    trial.protocol.data_received(data)
    trial.protocol.data_received(tls_client.encrypt(b"more") if inside == "tls" else b"more")
    assert "close" in wire.heard
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "CONNECT api.test:22: the data is neither TLS nor HTTP/1.1" in caplog.text
    assert trial.origins == []


@pytest.mark.parametrize("error", [ImportError("pip install it"), UnicodeError("no such host")])
async def test_no_certificate_to_be_had(
    trial: Trial, wire: Any, error: Exception, caplog: pytest.LogCaptureFixture, tls_client: Any
):
    """The reason is in the log, as the client cannot be told."""

    def context_for(_: Origin) -> Any:
        raise error

    trial.context_for = context_for
    trial.start().connect(more=tls_client.hello())
    assert wire.heard == ["close"]
    assert f"the mock has no certificate: {error}" in caplog.text


@pytest.mark.parametrize("tells", [True, False])
async def test_a_client_that_does_not_trust_us(
    trial: Trial, wire: Any, new_tls_client: Any, tells: Any, caplog: pytest.LogCaptureFixture
):
    """Whoever wants to hears of it; else the log says what to do."""
    trial.tells = tells
    stranger = new_tls_client(ssl.create_default_context())
    trial.start().connect()
    wire.take()
    trial.protocol.data_received(stranger.hello())
    with pytest.raises(ssl.SSLCertVerificationError):
        stranger.shake_hands(trial.protocol, wire)
    assert wire.heard == ["close"]
    if tells:
        ((origin, error),) = trial.failures
        assert origin == Origin("https", "api.test", 443)
        assert isinstance(error, ssl.SSLError)
        assert not caplog.records
    else:
        assert "CONNECT api.test:443: the TLS handshake failed" in caplog.text
        assert "give it m.ca_file" in caplog.text


async def test_a_handshake_that_the_block_ends(
    trial: Trial, wire: Any, tls_client: Any, caplog: pytest.LogCaptureFixture
):
    """The client is not to blame."""
    trial.start().connect(more=tls_client.hello())
    trial.protocol.abort()
    trial.protocol.connection_lost(None)
    assert wire.heard == ["abort"]
    assert not caplog.records


async def test_the_set_of_open_connections(trial: Trial):
    """It is one of them from beginning to end."""
    trial.start()
    assert trial.open == {trial.protocol}
    trial.protocol.eof_received()
    trial.protocol.pause_writing()
    trial.protocol.resume_writing()
    trial.protocol.connection_lost(None)
    assert trial.open == set()


def test_before_there_is_a_connection():
    """There is nothing to break off."""
    ProxyProtocol(lambda _: None, lambda _: None, lambda _: None, set()).abort()  # type: ignore[arg-type,return-value]  # none of these is called


class TestTunnels:
    """Those that lead to a real server."""

    async def test_bytes_pass_by(self, trial: Trial, wire: Any):
        """In both directions, those that came early included; nobody looks into them."""
        far_wire = type(wire)()
        far: list[Any] = []

        async def dial(factory: Any) -> None:
            far.append(factory())
            far[0].connection_made(far_wire)
            await asyncio.sleep(0)

        trial.dial = dial
        trial.start().connect(more=b"early ")
        assert wire.sent == b""
        assert wire.heard == ["pause"]
        for _ in range(4):
            await asyncio.sleep(0)
        assert wire.take() == ESTABLISHED
        assert wire.heard == ["pause", "resume"]
        trial.protocol.data_received(b"later")
        assert far_wire.sent == b"early later"
        far[0].data_received(b"back")
        assert wire.sent == b"back"
        assert trial.origins == []
        trial.protocol.pause_writing()
        trial.protocol.resume_writing()
        assert far_wire.heard == ["pause", "resume", "pause", "resume"]
        assert far[0].eof_received() is True
        assert wire.heard[-1] == "write_eof"
        trial.protocol.connection_lost(None)
        assert far_wire.heard[-1] == "close"

    async def test_a_server_that_cannot_be_reached(self, trial: Trial, wire: Any):
        """The client is told why."""

        async def dial(_: Any) -> None:
            msg = "nobody there"
            raise ConnectionRefusedError(msg)

        trial.dial = dial
        trial.start().connect("localhost:1")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert wire.sent.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
        assert b"https://localhost:1 could not be reached: nobody there" in wire.sent
        assert wire.heard[-1] == "close"

    async def test_leaving_before_it_is_there(self, trial: Trial):
        """Then the connection is not made."""
        cancelled = asyncio.Event()

        async def dial(_: Any) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

        trial.dial = dial
        trial.start().connect()
        await asyncio.sleep(0)
        trial.protocol.connection_lost(None)
        await cancelled.wait()

    async def test_leaving_at_that_moment(self, trial: Trial, wire: Any):
        """The new connection is given up."""
        far_wire = type(wire)()

        async def dial(factory: Any) -> None:
            factory().connection_made(far_wire)
            wire.closing = True

        trial.dial = dial
        trial.start().connect()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert far_wire.heard == ["pause", "abort"]


class TestMoving:
    """Another loop goes on with a connection between two requests."""

    async def test_through_tls(self, trial: Trial, wire: Any, tls_client: Any, new_notes: Any):
        """The encryption goes along."""
        trial.start().connect()
        wire.take()
        trial.protocol.data_received(tls_client.hello())
        tls_client.shake_hands(trial.protocol, wire)
        trial.protocol.data_received(tls_client.encrypt(REQUEST))
        there, inner, origins = type(wire)(), new_notes(), []
        moved = trial.protocol.moved(lambda origin: origins.append(origin) or inner)
        moved.connection_made(there)
        moved.data_received(tls_client.encrypt(b"another"))
        assert origins == [Origin("https", "api.test", 443)]
        assert inner.data == b"another"
        inner.transport.write(b"answer")
        assert tls_client.decrypt(there.take()) == b"answer"

    @pytest.mark.parametrize("form", ["absolute", "tunnel"])
    async def test_in_the_clear(self, trial: Trial, wire: Any, new_notes: Any, form: str):
        """The origin of a tunnel goes along; a request in absolute form names its own."""
        trial.start()
        if form == "absolute":
            trial.protocol.data_received(b"GET http://api.test/ HTTP/1.1\r\n\r\n")
        else:
            trial.connect("api.test:80", REQUEST)
        inner, origins = new_notes(), []
        moved = trial.protocol.moved(lambda origin: origins.append(origin) or inner)
        moved.connection_made(type(wire)())
        moved.data_received(b"another")
        assert origins == [None if form == "absolute" else Origin("http", "api.test", 80)]
        assert inner.data == b"another"
