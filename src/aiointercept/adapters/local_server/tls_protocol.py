"""The server's end of TLS over any transport: a protocol that decrypts for an inner protocol.

asyncio has one as well, but that one is bound to its loop and its sockets. This one can move to
another loop between two requests, works over connections in memory, and accepts data that was read
before it was installed.
"""

import asyncio
import contextlib
import copy
import ssl
from collections.abc import Callable, Iterable
from typing import Any, Final

from typing_extensions import override

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.local_server.delegating import Delegating

_RECORD: Final = 1 << 16  # bytes; OpenSSL returns one record, of at most 16 KiB, at a time


def _ignore(_: BaseException) -> None:
    pass


class TlsProtocol(Delegating):
    """Speaks TLS with a client, and plain bytes with an inner protocol.

    The inner protocol is created and connected once the handshake is complete. It gets a transport
    whose ``get_extra_info`` knows ``sslcontext``, ``ssl_object``, ``peercert`` and ``cipher``.

    Args:
        make: creates the inner protocol.
        context: the TLS context of the server.
        on_failure: is called with the reason if the handshake fails, or if the client disconnects
            before it is complete.
        open_connections: the open connections; this one is in the set while it is connected.

    Attributes:
        inner: the inner protocol; ``None`` during the handshake.
    """

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext,
        on_failure: Callable[[BaseException], object] = _ignore,
        open_connections: "set[Any] | None" = None,
    ) -> None:
        self._make = make
        self._on_failure = on_failure
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._ssl = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._open_connections: set[Any] = set() if open_connections is None else open_connections
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = False
        self._transport: Any = None
        self._near: TlsTransport | None = None

    def moved(self, make: Callable[[], asyncio.Protocol]) -> "TlsProtocol":
        """Return a protocol that continues this one's TLS session, with another inner protocol.

        Call this between two requests, or before anything was read, when another loop is about to
        serve the connection. This protocol must not be used afterwards.
        """
        other = copy.copy(self)
        other._make = make
        other.inner = None if self.inner is None else make()
        if self._near is not None:
            self._near.closing = True  # ignore what the old loop still writes
        return other

    def abort(self) -> None:
        """Abort the connection in any state; may be called from any thread."""
        self._ended = True
        if self._loop is not None:
            call_on_loop(self._loop, self._transport.abort)

    @property
    def ssl_object(self) -> ssl.SSLObject:
        """The state of the TLS session."""
        return self._ssl

    # Called by the transport

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._open_connections.add(self)
        if self.inner is not None:
            self._connect(self.inner)
            self.read()

    @override
    def data_received(self, data: bytes) -> None:
        self._incoming.write(data)
        if self.inner is not None or self._shake_hands():
            self.read()

    @override
    def eof_received(self) -> bool | None:
        if self.inner is not None and not self._ended:
            self._ended = True
            self.inner.eof_received()
        return None

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._open_connections.discard(self)
        if self.inner is not None:
            if self._near is not None:
                self._near.closing = True
            self.inner.connection_lost(exc)
        elif not self._ended:
            self._ended = True
            self._on_failure(exc or ConnectionResetError("the client left during the handshake"))

    # The handshake

    def _shake_hands(self) -> bool:
        if self._ended:
            return False
        try:
            self._ssl.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        except (ssl.SSLError, ssl.CertificateError) as error:
            self._ended = True
            self._flush()  # the alert that tells the client
            self._transport.close()
            self._on_failure(error)
            return False
        self._flush()
        self.inner = self._make()
        self._connect(self.inner)
        return True

    def _connect(self, inner: asyncio.Protocol) -> None:
        self._near = TlsTransport(self, self._transport)
        inner.connection_made(self._near)

    # Reading and writing

    def read(self) -> None:
        """Pass decrypted data to ``inner``, unless ``inner`` has paused reading."""
        inner, near = self.inner, self._near
        while inner is not None and near is not None and near.is_reading() and not self._ended:
            try:
                data = self._ssl.read(_RECORD)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError:
                self._break_off()
                return
            if not data:  # the client has closed the TLS session
                self.eof_received()
                near.close()
                return
            inner.data_received(data)
        self._flush()

    def write(self, data: "bytes | bytearray | memoryview") -> None:
        """Encrypt ``data`` and send it."""
        view = memoryview(data).cast("B")
        try:
            while view:
                view = view[self._ssl.write(view) :]
        except ssl.SSLError:
            self._break_off()
            return
        self._flush()

    def say_goodbye(self) -> None:
        """Send the alert that closes the TLS session."""
        with contextlib.suppress(ssl.SSLError, OSError):
            self._ssl.unwrap()  # does not wait for the client's alert
        self._flush()

    def _break_off(self) -> None:
        self._ended = True
        self._flush()
        assert self._near is not None  # noqa: S101  set before anything is read or written
        self._near.closing = True
        self._transport.abort()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._transport.write(self._outgoing.read())


class TlsTransport(asyncio.Transport):
    """The transport of the inner protocol: it takes plain bytes and sends them encrypted.

    Args:
        tls: the protocol that encrypts.
        under: the transport for the encrypted data.

    Attributes:
        closing: whether writes are ignored, because the transport is closing or closed.
    """

    def __init__(self, tls: TlsProtocol, under: Any) -> None:
        super().__init__()
        self._tls = tls
        self._under = under
        self._paused = False
        self.closing = False

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        state = self._tls.ssl_object
        if name == "ssl_object":
            return state
        if name == "sslcontext":
            return state.context
        if name == "peercert":
            return state.getpeercert() or default
        if name == "cipher":
            return state.cipher()
        return self._under.get_extra_info(name, default)

    # Reading

    @override
    def is_reading(self) -> bool:
        return not self._paused and not self.closing

    @override
    def pause_reading(self) -> None:
        if not self._paused and not self.closing:
            self._paused = True
            self._under.pause_reading()

    @override
    def resume_reading(self) -> None:
        if self._paused and not self.closing:
            self._paused = False
            self._under.resume_reading()
            # Read what has arrived soon, but not within this call.
            asyncio.get_running_loop().call_soon(self._tls.read)

    # Writing

    @override
    def write(self, data: "bytes | bytearray | memoryview") -> None:
        if not self.closing and data:
            self._tls.write(data)

    @override
    def writelines(self, list_of_data: "Iterable[bytes | bytearray | memoryview]") -> None:
        self.write(b"".join(list_of_data))

    @override
    def can_write_eof(self) -> bool:
        return False

    @override
    def get_write_buffer_size(self) -> int:
        return int(self._under.get_write_buffer_size())

    @override
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._under.set_write_buffer_limits(high, low)

    # The end

    @override
    def is_closing(self) -> bool:
        return self.closing or bool(self._under.is_closing())

    @override
    def close(self) -> None:
        if not self.closing:
            self.closing = True
            self._tls.say_goodbye()
            self._under.close()

    @override
    def abort(self) -> None:
        self.closing = True
        self._under.abort()
