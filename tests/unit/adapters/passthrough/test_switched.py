from typing import Any

from aiointercept.adapters.passthrough.switched import Switched


class Transport:
    """Notes what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        """Note what is written."""
        self.written.append(data)

    def is_closing(self) -> bool:
        """Say whether it was closed."""
        return self.closed

    def close(self) -> None:
        """Note that it is closed."""
        self.closed = True


class Protocol:
    """Has a parser set, as aiohttp's own."""

    def __init__(self) -> None:
        self.transport: Any = Transport()
        self.parser: Any = None

    def set_parser(self, parser: Any, _payload: Any) -> None:
        """Note the parser."""
        self.parser = parser


class Response:
    """What aiohttp's client gives for a handshake."""

    def __init__(self, protocol: Any) -> None:
        self.connection = None if protocol is None else type("C", (), {"protocol": protocol})
        self.closed = False

    def close(self) -> None:
        """Note that it is closed."""
        self.closed = True


class Session:
    """Is closed."""

    closed = False

    async def close(self) -> None:
        """Note that it is closed."""
        self.closed = True


async def test_both_ways() -> None:
    """Bytes go out as they are, come in as they are, and both ends are closed."""
    protocol, session = Protocol(), Session()
    response = Response(protocol)
    switched = Switched(session, response)  # type: ignore[arg-type]  # fakes
    switched.write(b"out")
    assert protocol.parser.feed_data(b"in") == (False, b"")
    protocol.parser.feed_eof()
    assert [chunk async for chunk in switched] == [b"in"]
    await switched.aclose()
    switched.write(b"too late")
    assert protocol.transport.written == [b"out"]
    assert protocol.transport.closed
    assert session.closed
    assert response.closed


async def test_server_has_gone() -> None:
    """There is nothing to read, and what is written goes nowhere."""
    switched = Switched(Session(), Response(None))  # type: ignore[arg-type]  # fakes
    switched.write(b"x")
    assert [chunk async for chunk in switched] == []
    switched.close()
