"""One connection to the forward proxy: ``CONNECT``, then TLS or plain HTTP for the named host.

This module opens no connections. Callers supply the protocols that serve requests, and the function
that connects to a real server.
"""

import asyncio
import logging
import re
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from attrs import evolve
from typing_extensions import override

from aiointercept.adapters.event_loops import call_on_loop
from aiointercept.adapters.local_server.delegating import Delegating
from aiointercept.adapters.local_server.tls_protocol import TlsProtocol
from aiointercept.adapters.local_server.tunnel import HttpOnly, TunnelEnd
from aiointercept.core.http.messages import Origin

ServeConnection: TypeAlias = Callable[[Origin | None], asyncio.Protocol]
"""Makes the protocol for requests to an origin; ``None`` for requests that name their origin."""

Dial: TypeAlias = Callable[[Callable[[], asyncio.Protocol]], Awaitable[object]]
"""Connects a protocol to a real server."""

_logger: Final = logging.getLogger("aiointercept")

_CONNECT: Final = b"CONNECT "
_LONGEST_HEAD: Final = 1 << 16
_HANDSHAKE: Final = 0x16  # the first byte of a TLS connection (RFC 8446, section 5.1)
_AUTHORITY: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._~!$&'()*+,;=%-]+):([0-9]{1,5})")
_HIGHEST_PORT: Final = 65535
_SPACES: Final = 2  # in a request line
_SHOWN: Final = 40  # bytes of non-HTTP data in a message
_ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"


class ProxyProtocol(Delegating):
    """Serves one connection from a client that uses this as its proxy.

    Args:
        serve: makes the protocols that answer requests; also an attribute.
        context_for: returns the server's TLS context for the origin that the client asks for.
        tunnel: returns, for an origin, the function that connects to the real server there;
            ``None`` if the origin is mocked.
        open_connections: the open connections; this one is in the set while it is open.
        on_handshake_failure: is called if a client's TLS handshake fails.
    """

    def __init__(
        self,
        serve: ServeConnection,
        context_for: Callable[[Origin], ssl.SSLContext],
        tunnel: Callable[[Origin], Dial | None],
        open_connections: set[Any],
        on_handshake_failure: "Callable[[Origin, BaseException], object] | None" = None,
    ) -> None:
        self.serve = serve
        self._context_for = context_for
        self._tunnel = tunnel
        self._open_connections = open_connections
        self._on_handshake_failure = on_handshake_failure or warn_of_failed_handshake
        self._read = b""
        self._transport: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._target: Origin | None = None
        self._receive: Callable[[bytes], object] = self._receive_head
        self._dialling: asyncio.Task[None] | None = None
        self._aborted = False

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._open_connections.add(self)
        if self.inner is not None:
            self.inner.connection_made(transport)

    @override
    def data_received(self, data: bytes) -> None:
        if self.inner is not None:
            self.inner.data_received(data)
        else:
            self._read += data
            self._receive(self._read)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._open_connections.discard(self)
        if self._dialling is not None:
            self._dialling.cancel()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Abort the connection in any state; may be called from any thread."""
        self._aborted = True
        if self._loop is not None:
            call_on_loop(self._loop, self._transport.abort)

    def moved(self, serve: ServeConnection) -> "ProxyProtocol":
        """Return the protocol that replaces this one on another loop, between two requests.

        Call this only once there is an inner protocol; before that, use a new ``ProxyProtocol``.
        """
        other = ProxyProtocol(
            serve,
            self._context_for,
            self._tunnel,
            self._open_connections,
            self._on_handshake_failure,
        )
        other._target = self._target
        make = partial(serve, self._target)
        if isinstance(self.inner, TlsProtocol):
            checked = self.inner.inner
            other.inner = self.inner.moved(
                partial(checked.moved, make) if isinstance(checked, HttpOnly) else make
            )
        else:
            other.inner = make()
        return other

    # Before there is an inner protocol

    def _receive_head(self, read: bytes) -> None:
        if read[:1] == bytes([_HANDSHAKE]):
            self._refuse(
                "the client spoke TLS to the proxy itself. Its URL begins with http://, also for "
                "https:// requests"
            )
        elif not read.startswith(_CONNECT[: len(read)]):
            self._connect_inner(self.serve(None), read)
        elif b"\r\n\r\n" in read:
            head, _, rest = read.partition(b"\r\n\r\n")
            self._read = rest
            self._connect(head.partition(b"\r\n")[0])
        elif len(read) > _LONGEST_HEAD:
            self._answer(431, "the head of this CONNECT is too long")

    def _connect(self, request_line: bytes) -> None:
        text = request_line.decode("ascii", "replace")
        match = _AUTHORITY.fullmatch(text.split(" ")[1]) if text.count(" ") == _SPACES else None
        if match is None or not 0 < int(match[2]) <= _HIGHEST_PORT:
            self._answer(400, f"{text!r} does not name a host and a port, as CONNECT host:443 does")
            return
        self._target = Origin("https", match[1].strip("[]"), int(match[2]))
        dial = self._tunnel(self._target)
        if dial is None:
            self._transport.write(_ESTABLISHED)
            self._receive = self._receive_tunnelled
            if self._read:
                self._receive(self._read)
            return
        self._receive = _wait
        self._transport.pause_reading()
        self._dialling = asyncio.get_running_loop().create_task(self._pass_on(dial))

    async def _pass_on(self, dial: Dial) -> None:
        far = TunnelEnd()
        try:
            await dial(lambda: far)
        except (OSError, asyncio.TimeoutError) as error:
            self._answer(502, f"{self._target} could not be reached: {error}")
            return
        finally:
            self._dialling = None
        if self._transport.is_closing():
            far.transport.abort()
            return
        near = TunnelEnd()
        near.peer, far.peer = far, near
        self._transport.write(_ESTABLISHED)
        self._connect_inner(near, self._read)
        self._transport.resume_reading()

    def _receive_tunnelled(self, read: bytes) -> None:
        target = self._target
        assert target is not None  # noqa: S101  there is a tunnel since CONNECT named it
        if read[0] != _HANDSHAKE:
            self._target = evolve(target, scheme="http")
            self._connect_inner(self._checked(self._target), read)
            return
        try:
            context = self._context_for(target)
        except (ImportError, ValueError) as error:
            self._refuse(f"CONNECT {_authority(target)}: the mock has no certificate: {error}")
            return
        tls = TlsProtocol(partial(self._checked, target), context, self._handshake_failed)
        self._connect_inner(tls, read)

    def _checked(self, origin: Origin) -> HttpOnly:
        return HttpOnly(partial(self.serve, origin), self._refuse_other)

    def _connect_inner(self, inner: asyncio.Protocol, read: bytes) -> None:
        self._read = b""
        self.inner = inner
        inner.connection_made(self._transport)
        if read:
            inner.data_received(read)

    # What cannot be served

    def _answer(self, status: int, text: str) -> None:
        self._receive = _wait
        body = f"aiointercept: {text}\n".encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        self._transport.close()

    def _refuse(self, explanation: str) -> None:
        self._receive = _wait
        _logger.warning("%s; the connection was closed", explanation)
        self._transport.close()

    def _refuse_other(self, read: bytes) -> None:
        assert self._target is not None  # noqa: S101  there is a tunnel since CONNECT named it
        _logger.warning(
            "CONNECT %s: the data is neither TLS nor HTTP/1.1, it begins with %r; the connection "
            "was closed",
            _authority(self._target),
            read[:_SHOWN],
        )

    def _handshake_failed(self, error: BaseException) -> None:
        assert self._target is not None  # noqa: S101  there is a tunnel since CONNECT named it
        if not self._aborted:
            self._on_handshake_failure(self._target, error)


def _wait(_: bytes) -> None:
    """Do nothing: the data stays buffered for the inner protocol, or is ignored."""


def _authority(origin: Origin) -> str:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return f"{host}:{origin.port}"


def warn_of_failed_handshake(origin: Origin, error: BaseException) -> None:
    """Log why a client's TLS handshake failed, and what to do about it."""
    _logger.warning(
        "CONNECT %s: the TLS handshake failed: %s. If the client does not trust the mock's "
        "authority, give it m.ca_file, or the variables of m.proxy_environment()",
        _authority(origin),
        error,
    )
