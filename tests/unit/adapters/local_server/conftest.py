"""A transport that goes nowhere, protocols that take notes, and a client that speaks TLS."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import define, field

from aiointercept.adapters.local_server.tls import Authority


@define(eq=False)
class Wire(asyncio.Transport):
    """The server's transport: keeps what is written, and notes what is asked of it."""

    sent: bytes = b""
    heard: list[str] = field(factory=list)
    closing: bool = False
    info: dict[str, Any] = field(factory=lambda: {"peername": ("127.0.0.1", 1)})

    def write(self, data: Any) -> None:
        """Keep it."""
        assert not self.closing
        self.sent += bytes(data)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        sent, self.sent = self.sent, b""
        return sent

    def close(self) -> None:
        """Note it."""
        self.closing = True
        self.heard.append("close")

    def abort(self) -> None:
        """Note it."""
        self.closing = True
        self.heard.append("abort")

    def is_closing(self) -> bool:
        """Say whether it was closed."""
        return self.closing

    def pause_reading(self) -> None:
        """Note it."""
        self.heard.append("pause")

    def resume_reading(self) -> None:
        """Note it."""
        self.heard.append("resume")

    def can_write_eof(self) -> bool:
        """Say that half of it can be closed."""
        return True

    def write_eof(self) -> None:
        """Note it."""
        self.heard.append("write_eof")

    def get_write_buffer_size(self) -> int:
        """Return a number to be recognised."""
        return 42

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Note it."""
        self.heard.append(f"limits {high} {low}")

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Tell what is known."""
        return self.info.get(name, default)


@define(eq=False)
class Notes(asyncio.Protocol):
    """An inner protocol: keeps what it gets."""

    transport: Any = None
    data: bytes = b""
    heard: list[Any] = field(factory=list)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self.data += data

    def eof_received(self) -> None:
        """Note it."""
        self.heard.append("eof")

    def pause_writing(self) -> None:
        """Note it."""
        self.heard.append("pause")

    def resume_writing(self) -> None:
        """Note it."""
        self.heard.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it."""
        self.heard.append(exc)


class TlsClient:
    """The client's end of TLS, in memory."""

    def __init__(self, context: ssl.SSLContext, name: str | None = "api.test") -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.ssl = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)

    def hello(self) -> bytes:
        """Return the first bytes of the handshake."""
        with pytest.raises(ssl.SSLWantReadError):
            self.ssl.do_handshake()
        return self._outgoing.read()

    def shake_hands(self, protocol: asyncio.Protocol, wire: Wire) -> None:
        """Complete the handshake with a server's protocol."""
        for _ in range(5):
            self._incoming.write(wire.take())
            try:
                self.ssl.do_handshake()
            except ssl.SSLWantReadError:
                protocol.data_received(self._outgoing.read())
            except ssl.SSLError:
                protocol.data_received(self._outgoing.read())
                raise
            else:
                protocol.data_received(self._outgoing.read())
                return
        pytest.fail("the handshake does not end")

    def encrypt(self, data: bytes) -> bytes:
        """Return ``data`` as it goes over the wire."""
        self.ssl.write(data)
        return self._outgoing.read()

    def goodbye(self) -> bytes:
        """Return what ends the connection properly."""
        with contextlib.suppress(ssl.SSLError):
            self.ssl.unwrap()
        return self._outgoing.read()

    def decrypt(self, data: bytes) -> bytes:
        """Return what the server has sent."""
        self._incoming.write(data)
        read = b""
        while True:
            try:
                chunk = self.ssl.read(1 << 16)
            except ssl.SSLWantReadError:
                return read
            if not chunk:
                return read
            read += chunk


@pytest.fixture
def authority() -> Iterator[Authority]:
    """Give an authority, and clean up after it."""
    one = Authority()
    yield one
    one.close()


@pytest.fixture
def wire() -> Wire:
    """Give the server's transport."""
    return Wire()


@pytest.fixture
def notes() -> Notes:
    """Give an inner protocol."""
    return Notes()


@pytest.fixture
def new_wire() -> type[Wire]:
    """Give the class of transports, for tests that need several."""
    return Wire


@pytest.fixture
def new_notes() -> type[Notes]:
    """Give the class of inner protocols, for tests that need several."""
    return Notes


@pytest.fixture
def tls_client(authority: Authority) -> TlsClient:
    """Give a client that trusts the authority."""
    return TlsClient(authority.default_context())


@pytest.fixture
def new_tls_client() -> type[TlsClient]:
    """Give the class of clients, for those that trust somebody else."""
    return TlsClient
