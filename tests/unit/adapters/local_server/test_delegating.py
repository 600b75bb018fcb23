import asyncio

from aiointercept.adapters.local_server.delegating import Delegating


class Inner(asyncio.Protocol):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def eof_received(self) -> bool:
        """Keep the connection half open."""
        self.told.append("end")
        return True

    def pause_writing(self) -> None:
        """Note it."""
        self.told.append("pause")

    def resume_writing(self) -> None:
        """Note it."""
        self.told.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it."""
        self.told.append(exc)


def tell_all(protocol: Delegating, error: Exception) -> bool | None:
    """Call what a transport calls; return what the end of the client's data is answered with."""
    protocol.pause_writing()
    protocol.resume_writing()
    half_open = protocol.eof_received()
    protocol.connection_lost(error)
    return half_open


def test_the_inner_protocol_is_told_everything():
    """In order, and its answer is given back."""
    protocol, error = Delegating(), ConnectionResetError("gone")
    protocol.inner = inner = Inner()
    assert tell_all(protocol, error) is True
    assert inner.told == ["pause", "resume", "end", error]


def test_without_an_inner_protocol_nothing_happens():
    """The connection ends with the client's data."""
    assert tell_all(Delegating(), ConnectionResetError("gone")) is None
