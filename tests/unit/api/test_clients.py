from types import SimpleNamespace
from typing import Any

import pytest

from aiointercept import aiointercept
from aiointercept.api.clients import dialer_of
from aiointercept.core.http.messages import Origin
from aiointercept.errors import NotStartedError
from aiointercept.testing import InMemoryTransport


class Stranger:
    """An interceptor of the user's own."""

    def bind(self, dispatcher: Any, transport: Any) -> None: ...

    def install(self) -> None: ...

    def uninstall(self) -> None: ...


async def test_outside_of_the_block():
    """There is nothing to lead a client to."""
    m = aiointercept()
    for make in (m.connector, m.session):
        with pytest.raises(NotStartedError, match="Server not started"):
            make()


async def test_an_interceptor_of_the_users_own():
    """It makes no connectors."""
    with aiointercept(transport=InMemoryTransport(), interceptor=Stranger()) as m:
        with pytest.raises(TypeError, match=r"aiointercept's own interceptor.*Stranger"):
            m.session()


async def test_a_session_belongs_to_the_loop():
    """It is made with the options of aiohttp's."""
    with aiointercept(transport=InMemoryTransport()) as m:
        session = m.session(headers={"X-A": "1"})
        assert session.headers["X-A"] == "1"
        await session.close()


async def test_a_transport_without_connections():
    """The error says what the transport lacks."""
    transport: Any = InMemoryTransport()
    dialer = dialer_of(transport)
    connection: Any = SimpleNamespace(origin=Origin("https", "h.test", 443))
    with pytest.raises(
        TypeError, match=r"InMemoryTransport has no connections, so https://h\.test"
    ):
        await dialer.dial(object, connection)


def test_a_transport_with_connections():
    """It is its own dialer."""

    class Both:
        async def dial(self, factory: Any, connection: Any) -> Any:
            """Connect."""

    transport: Any = Both()
    assert dialer_of(transport) is transport
