"""The two ends of one TCP connection over loopback. Nothing is left listening, nothing blocks.

The listening socket lives for the few system calls that make one connection. So strangers have
nothing to fill or to join, and processes that were forked share nothing.
"""

import errno
import socket
import sys
from typing import Final

HOST: Final = "127.0.0.1"

_BACKLOG: Final = 16  # for strangers, if there are any: our own connection needs one place
_TRIES: Final = 5
_PATIENCE: Final = 0.05  # seconds, for systems whose handshake over loopback takes a moment
_CONNECTING: Final = frozenset(
    {0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)}
)


def listen(backlog: int) -> socket.socket:
    """Return a socket that listens on loopback, without blocking; connections can queue up."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
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
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
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
    server.settimeout(0)
    return client, server


def _accept(listener: socket.socket, client: socket.socket) -> socket.socket | None:
    """Return the other end of ``client``; whoever else has connected is turned away."""
    while True:
        try:
            server, address = listener.accept()
        except (BlockingIOError, TimeoutError, socket.timeout):  # noqa: UP041  they differ in Python 3.10
            return None
        if address == client.getsockname():
            return server
        server.close()
