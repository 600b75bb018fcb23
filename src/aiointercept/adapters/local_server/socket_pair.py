"""The two ends of one TCP connection over loopback, without blocking.

The listening socket exists only for the few system calls that make one connection. So no other
process can connect to it or fill its queue, and forked processes share nothing.
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
    "sockets are forbidden here, and aiointercept needs one on loopback. aiohttp's clients work "
    "without sockets: use aiointercept(mock_external_urls=True, transport="
    "aiointercept.testing.SocketlessTransport()), or, for the fixture, the ini option "
    "aiointercept_transport = socketless"
)

_BACKLOG: Final = 16  # room for connections of other processes; our own needs one place
_TRIES: Final = 5
_PATIENCE: Final = 0.05  # seconds, for systems where connecting over loopback takes a moment
_CONNECTING: Final = frozenset(
    {0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)}
)


def listen(backlog: int) -> socket.socket:
    """Return a non-blocking socket that listens on loopback.

    Args:
        backlog: how many connections may wait to be accepted.

    Raises:
        RuntimeError: if a plugin of the test runner forbids sockets.
    """
    listener = _new_socket()
    try:
        if sys.platform != "win32":  # there it lets other processes take the port
            # Allow reusing the port of a connection that has just ended.
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
        OSError: if the system provides no sockets, or other processes keep connecting first.
    """
    for number in range(_TRIES):
        with listen(_BACKLOG) as listener:
            pair = _connect(listener, wait=number > 0)
        if pair is not None:
            return pair
    msg = "could not connect two sockets over loopback"
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
    """Return the other end of ``client``; close any other connection."""
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
    """A protocol factory that closes its socket unless a transport owns it.

    A loop calls the factory right before it creates the transport. From then on the transport
    closes the socket, even if the caller fails. Closing it elsewhere could break another socket
    that reuses the descriptor. Before that, nothing else closes it: call :meth:`close`.

    Args:
        sock: the socket that the transport will own.
        protocol: the protocol of the transport.
    """

    def __init__(self, sock: socket.socket, protocol: P) -> None:
        self._sock: socket.socket | None = sock
        self._protocol = protocol

    def __call__(self) -> P:
        """Return the protocol; from now on the transport owns the socket."""
        self._sock = None
        return self._protocol

    def close(self) -> None:
        """Close the socket if no transport owns it."""
        if self._sock is not None:
            self._sock.close()
