import errno
from typing import Any

import pytest

from aiointercept.adapters.local_server import socket_pair as module
from aiointercept.adapters.local_server.socket_pair import HOST, listen, socket_pair


class FakeNetwork:
    """Makes fake sockets; strangers may come before the own client."""

    def __init__(self, strangers: int = 0, code: int = errno.EINPROGRESS) -> None:
        self.strangers = strangers
        self.code = code
        self.sockets: list[Any] = []

    def socket(self, *_: object) -> Any:
        one = FakeSocket(self, f"port {len(self.sockets)}")
        self.sockets.append(one)
        return one


class FakeSocket:
    """Stands for a socket."""

    def __init__(self, network: FakeNetwork, name: str) -> None:
        self.network, self.name = network, name
        self.closed = False
        self.bound: Any = None
        self.clients: list[str] = []

    def bind(self, address: Any) -> None:
        if address[0] != "127.0.0.1":
            raise AssertionError(address)
        self.bound = address
        self.network.listening = self  # type: ignore[attr-defined]  # the latest one

    def getsockname(self) -> str:
        return self.name

    def connect_ex(self, _address: str) -> int:
        listener: Any = self.network.listening  # type: ignore[attr-defined]  # see bind
        listener.clients = [*["stranger"] * self.network.strangers, self.name]
        return self.network.code

    def accept(self) -> tuple[Any, str]:
        if not self.clients:
            raise BlockingIOError
        return self.network.socket(), self.clients.pop(0)

    def close(self) -> None:
        self.closed = True

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


def network(monkeypatch: pytest.MonkeyPatch, **options: Any) -> FakeNetwork:
    """Put a fake network in place of the real one."""
    fake = FakeNetwork(**options)
    monkeypatch.setattr(module.socket, "socket", fake.socket)
    return fake


def test_a_socket_that_listens(monkeypatch: pytest.MonkeyPatch):
    """On loopback, at a port that the system chooses."""
    network(monkeypatch)
    listener: Any = listen(5)
    assert listener.bound == (HOST, 0)
    assert not listener.closed


def test_only_the_two_ends_stay_open(monkeypatch: pytest.MonkeyPatch):
    """Strangers that came first are turned away."""
    fake = network(monkeypatch, strangers=2)
    ends = socket_pair()
    assert [one for one in fake.sockets if not one.closed] == list(ends)


def test_no_connection(monkeypatch: pytest.MonkeyPatch):
    """What the system says is raised, and nothing stays open."""
    fake = network(monkeypatch, code=errno.EMFILE)
    with pytest.raises(OSError, match="EMFILE"):
        socket_pair()
    assert all(one.closed for one in fake.sockets)


def test_a_connection_that_never_comes(monkeypatch: pytest.MonkeyPatch):
    """After some tries that is an error."""
    fake = network(monkeypatch)
    monkeypatch.setattr(FakeSocket, "connect_ex", lambda *_: 0)
    with pytest.raises(ConnectionAbortedError, match="could not connect two sockets over loopback"):
        socket_pair()
    assert all(one.closed for one in fake.sockets)
