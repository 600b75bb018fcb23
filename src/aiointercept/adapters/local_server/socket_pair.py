"""The two ends of one TCP connection over loopback. Nothing is left listening, nothing blocks.

The listening socket lives for the few system calls that make one connection. So strangers have
nothing to fill or to join, and processes that were forked share nothing.
"""

import errno
import socket
import sys
from typing import Any, Final, Generic, TypeVar

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

P = TypeVar("P", bound=Any)

HOST: Final = "127.0.0.1"

_FORBIDDEN: Final = (
    "sockets are forbidden here, and aiointercept needs one on loopback. aiohttp's clients can "
    "do without it: use aiointercept(mock_external_urls=True, transport="
    "aiointercept.testing.SocketlessTransport()), or, for the fixture, the ini option "
    "aiointercept_transport = socketless"
)

_BACKLOG: Final = 16  # for strangers, if there are any: our own connection needs one place
_TRIES: Final = 5
_PATIENCE: Final = 0.05  # seconds, for systems whose handshake over loopback takes a moment
_CONNECTING: Final = frozenset(
    {0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)}
)


def listen(backlog: int) -> socket.socket:
    """Return a socket that listens on loopback, without blocking; connections can queue up.

    Raises:
        RuntimeError: if a plugin of the test runner forbids sockets.
    """
    listener = _new_socket()
    try:
        if sys.platform != "win32":  # where it means that others may take the port
            # Ports of connections that ended a moment ago can be had again.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, 0))
        listener.listen(backlog)
        listener.settimeout(0)
    except BaseException:
        listener.close()
        raise
    return listener


def _new_socket() -> socket.socket:
    try:
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    except RuntimeError as error:  # pytest-socket's; the system's are OSErrors
        raise RuntimeError(_FORBIDDEN) from error


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a new connection, the client's first; neither blocks.

    Raises:
        OSError: if the system gives no sockets, or strangers keep taking the place.
    """
    for number in range(_TRIES):
        with listen(_BACKLOG) as listener:
            pair = _connect(listener, wait=number > 0)
        if pair is not None:
            return pair
    msg = "no connection over loopback could be made"
    raise ConnectionAbortedError(errno.ECONNABORTED, msg)


def _connect(listener: socket.socket, *, wait: bool) -> tuple[socket.socket, socket.socket] | None:
    client = _new_socket()
    try:
        client.settimeout(0)
        code = client.connect_ex(listener.getsockname())
        if code not in _CONNECTING:
            raise OSError(code, errno.errorcode.get(code, ""))  # noqa: TRY301  closed as for any other error
        if wait:
            listener.settimeout(_PATIENCE)
        server = _accept(listener, client)
    except BaseException:
        client.close()
        raise
    if server is None:
        client.close()
        return None
    return client, server


def _accept(listener: socket.socket, client: socket.socket) -> socket.socket | None:
    """Return the other end of ``client``; whoever else has connected is turned away."""
    while True:
        try:
            server, address = listener.accept()
        except (BlockingIOError, TimeoutError, socket.timeout):  # noqa: UP041  they differ in Python 3.10
            return None
        try:
            if address == client.getsockname():
                server.settimeout(0)
                return server
        except BaseException:
            server.close()
            raise
        server.close()


class OwnedSocket(Generic[P]):
    """A protocol factory that tells whether a transport has the socket.

    A loop asks for the protocol right before it makes the transport. From then on the transport
    closes the socket, whatever becomes of the caller: a socket closed under a live transport would
    break whoever gets its number. Before that nobody does, so :meth:`close` has to be called.

    Args:
        sock: goes to the transport.
        protocol: goes to the transport.
    """

    def __init__(self, sock: socket.socket, protocol: P) -> None:
        self._sock: socket.socket | None = sock
        self._protocol = protocol

    def __call__(self) -> P:
        """Return the protocol; the socket is the transport's now."""
        self._sock = None
        return self._protocol

    def close(self) -> None:
        """Close the socket if no transport has it."""
        if self._sock is not None:
            self._sock.close()
