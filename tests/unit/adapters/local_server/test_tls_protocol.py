import asyncio
import ssl
from typing import Any

import pytest

from aiointercept.adapters.local_server.tls import Authority
from aiointercept.adapters.local_server.tls_protocol import TlsProtocol


@pytest.fixture
async def connected(authority: Authority, wire: Any, notes: Any, tls_client: Any) -> TlsProtocol:
    """Give a protocol whose handshake with ``tls_client`` is complete."""
    protocol = TlsProtocol(lambda: notes, authority.server_context("api.test"))
    protocol.connection_made(wire)
    protocol.data_received(tls_client.hello())
    tls_client.shake_hands(protocol, wire)
    return protocol


async def test_both_directions(connected: TlsProtocol, wire: Any, notes: Any, tls_client: Any):
    """What one end writes the other one reads, and the wire shows nothing of it."""
    sent = tls_client.encrypt(b"a question" * 10_000)
    assert b"question" not in sent
    connected.data_received(sent)
    assert notes.data == b"a question" * 10_000
    notes.transport.write(b"an ")
    notes.transport.writelines([b"answer", bytearray(b" in"), memoryview(b" parts")])
    notes.transport.write(b"")
    assert tls_client.decrypt(wire.take()) == b"an answer in parts"


async def test_byte_by_byte(authority: Authority, wire: Any, notes: Any, tls_client: Any):
    """However the network cuts it, nothing is lost, and nothing comes before the handshake."""
    protocol = TlsProtocol(lambda: notes, authority.server_context("api.test"))
    protocol.connection_made(wire)
    hello = tls_client.hello()
    for number in range(len(hello)):
        assert notes.transport is None
        protocol.data_received(hello[number : number + 1])
    tls_client.shake_hands(protocol, wire)
    for number in tls_client.encrypt(b"a question"):
        protocol.data_received(bytes([number]))
    assert notes.data == b"a question"


async def test_data_behind_the_handshake(
    authority: Authority, wire: Any, notes: Any, tls_client: Any
):
    """What comes with the last bytes of the handshake is not lost."""
    protocol = TlsProtocol(lambda: notes, authority.server_context("api.test"))
    protocol.connection_made(wire)
    together: list[bytes] = []
    protocol.data_received(tls_client.hello())

    class Collector:
        def data_received(self, data: bytes) -> None:
            together.append(data)

    tls_client.shake_hands(Collector(), wire)
    protocol.data_received(b"".join(together) + tls_client.encrypt(b"a question"))
    assert notes.data == b"a question"


async def test_what_the_transport_tells(connected: TlsProtocol, notes: Any):
    """As asyncio's own does, and what the transport below knows."""
    info = notes.transport.get_extra_info
    assert info("ssl_object") is connected.ssl_object
    assert isinstance(info("sslcontext"), ssl.SSLContext)
    assert info("cipher")[0]
    assert info("peercert", "none") == "none"
    assert info("peername") == ("127.0.0.1", 1)
    assert info("unknown", 3) == 3
    assert notes.transport.get_write_buffer_size() == 42
    assert not notes.transport.can_write_eof()


async def test_flow_control(connected: TlsProtocol, wire: Any, notes: Any, tls_client: Any):
    """Both ways: an inner protocol that pauses gets nothing, and is asked to pause."""
    notes.transport.pause_reading()
    notes.transport.pause_reading()
    assert not notes.transport.is_reading()
    connected.data_received(tls_client.encrypt(b"later"))
    assert notes.data == b""
    notes.transport.resume_reading()
    notes.transport.resume_reading()
    assert wire.heard == ["pause", "resume"]
    assert notes.data == b""
    await asyncio.sleep(0)
    assert notes.data == b"later"
    connected.pause_writing()
    connected.resume_writing()
    assert notes.heard == ["pause", "resume"]
    notes.transport.set_write_buffer_limits(1, 0)
    assert wire.heard[-1] == "limits 1 0"


async def test_pausing_in_the_middle(
    connected: TlsProtocol, notes: Any, tls_client: Any, monkeypatch: pytest.MonkeyPatch
):
    """What has arrived beyond that waits, though it is decrypted record by record."""
    received = type(notes).data_received

    def pause(self: Any, data: bytes) -> None:
        received(self, data)
        self.transport.pause_reading()

    monkeypatch.setattr(type(notes), "data_received", pause)
    connected.data_received(tls_client.encrypt(b"one") + tls_client.encrypt(b"two"))
    assert notes.data == b"one"
    notes.transport.resume_reading()
    await asyncio.sleep(0)
    assert notes.data == b"onetwo"


async def test_goodbye_of_the_client(
    connected: TlsProtocol, wire: Any, notes: Any, tls_client: Any
):
    """It is answered, and the connection closed."""
    connected.data_received(tls_client.encrypt(b"last") + tls_client.goodbye())
    assert notes.data == b"last"
    assert notes.heard == ["eof"]
    assert wire.heard == ["close"]
    connected.eof_received()
    connected.connection_lost(None)
    assert notes.heard == ["eof", None]
    assert notes.transport.is_closing()


async def test_a_client_that_just_goes(connected: TlsProtocol, notes: Any):
    """Without a word, as many do."""
    assert connected.eof_received() is None
    error = ConnectionResetError()
    connected.connection_lost(error)
    assert notes.heard == ["eof", error]


async def test_closing(connected: TlsProtocol, wire: Any, notes: Any, tls_client: Any):
    """The client is told; what is written afterwards goes nowhere."""
    notes.transport.close()
    notes.transport.close()
    assert wire.heard == ["close"]
    assert notes.transport.is_closing()
    notes.transport.write(b"too late")
    notes.transport.pause_reading()
    notes.transport.resume_reading()
    sent = wire.take()
    assert tls_client.decrypt(sent) == b""
    connected.data_received(tls_client.goodbye())
    assert notes.data == b""


@pytest.mark.parametrize("which", ["transport", "protocol"])
async def test_aborting(connected: TlsProtocol, wire: Any, notes: Any, which: str):
    """Nothing more is said."""
    (notes.transport if which == "transport" else connected).abort()
    assert wire.heard == ["abort"]
    assert notes.transport.is_closing()


async def test_what_is_no_tls_any_more(connected: TlsProtocol, wire: Any, notes: Any):
    """The connection cannot go on."""
    connected.data_received(b"GET / HTTP/1.1\r\n\r\n")
    assert wire.heard == ["abort"]
    assert notes.data == b""


async def test_a_handshake_that_fails(
    authority: Authority, wire: Any, notes: Any, new_tls_client: Any
):
    """The reason is told, once; the inner protocol never hears of the connection."""
    failures: list[BaseException] = []
    protocol = TlsProtocol(lambda: notes, authority.server_context("api.test"), failures.append)
    protocol.connection_made(wire)
    stranger = new_tls_client(ssl.create_default_context())
    protocol.data_received(stranger.hello())
    with pytest.raises(ssl.SSLCertVerificationError):
        stranger.shake_hands(protocol, wire)
    (failure,) = failures
    assert "unknown ca" in str(failure).lower()
    protocol.data_received(b"more")
    protocol.connection_lost(None)
    assert len(failures) == 1
    assert (notes.transport, notes.heard) == (None, [])


@pytest.mark.parametrize("error", [None, ConnectionResetError("gone")])
async def test_leaving_during_the_handshake(
    authority: Authority, wire: Any, notes: Any, tls_client: Any, error: Exception | None
):
    """That is a failure, too."""
    failures: list[BaseException] = []
    protocol = TlsProtocol(lambda: notes, authority.server_context("api.test"), failures.append)
    protocol.connection_made(wire)
    protocol.data_received(tls_client.hello())
    protocol.pause_writing()
    protocol.resume_writing()
    assert protocol.eof_received() is None
    protocol.connection_lost(error)
    (failure,) = failures
    assert isinstance(failure, ConnectionResetError)
    assert notes.heard == []


async def test_a_failure_that_nobody_asks_for(authority: Authority, wire: Any, notes: Any):
    """It is no error of ours."""
    protocol = TlsProtocol(lambda: notes, authority.server_context("api.test"))
    protocol.connection_made(wire)
    protocol.data_received(b"GET / HTTP/1.1\r\n\r\n")
    assert wire.heard == ["close"]
    protocol.connection_lost(None)


async def test_the_set_of_open_connections(authority: Authority, wire: Any, notes: Any):
    """It is one of them from beginning to end, without a handshake, too."""
    found: set[Any] = set()
    protocol = TlsProtocol(
        lambda: notes, authority.server_context("api.test"), open_connections=found
    )
    assert found == set()
    protocol.abort()
    protocol.connection_made(wire)
    assert found == {protocol}
    protocol.connection_lost(None)
    assert found == set()


async def test_moving(
    connected: TlsProtocol, wire: Any, notes: Any, tls_client: Any, new_notes: Any
):
    """Another protocol goes on where this one was, over another transport, for another one."""
    connected.data_received(tls_client.encrypt(b"first"))
    inner, there = new_notes(), type(wire)()
    moved = connected.moved(lambda: inner)
    moved.data_received(tls_client.encrypt(b"second, "))  # read by the old loop at the last moment
    moved.connection_made(there)
    moved.data_received(tls_client.encrypt(b"third"))
    assert (notes.data, inner.data) == (b"first", b"second, third")
    inner.transport.write(b"answer")
    assert tls_client.decrypt(there.take()) == b"answer"
    wire.take()
    notes.transport.write(b"no more")
    notes.transport.close()
    assert wire.take() == b""
    connected.connection_lost(None)
    assert not inner.heard


async def test_moving_before_anything_was_read(
    authority: Authority, wire: Any, tls_client: Any, new_notes: Any
):
    """Then the handshake itself takes place on the other loop."""
    old, new = new_notes(), new_notes()
    protocol = TlsProtocol(lambda: old, authority.server_context("api.test"))
    protocol.connection_made(type(wire)())
    moved = protocol.moved(lambda: new)
    moved.connection_made(wire)
    moved.data_received(tls_client.hello())
    tls_client.shake_hands(moved, wire)
    moved.data_received(tls_client.encrypt(b"a question"))
    protocol.connection_lost(None)
    assert (old.transport, new.data) == (None, b"a question")
