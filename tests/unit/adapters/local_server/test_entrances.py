import asyncio
from typing import Any

from aiointercept.adapters.local_server.entrances import (
    PlainEntrance,
    ProxyEntrance,
    TlsEntrance,
)


class FakeHandler:
    """Makes protocols, and counts their steps."""

    def __call__(self) -> asyncio.Protocol:
        return asyncio.Protocol()

    def steps_of(self, protocol: Any) -> Any:
        return lambda: 2


class Connection:
    """Notes whether it was broken off."""

    aborted = False

    def abort(self) -> None:
        self.aborted = True


def test_their_urls():
    """Certificates are for a name, so HTTPS has one; the proxy itself speaks plain HTTP."""
    nothing: Any = None
    assert PlainEntrance().url(80) == "http://127.0.0.1:80"
    assert TlsEntrance(nothing).url(443) == "https://localhost:443"
    assert ProxyEntrance(nothing, nothing, nothing).url(3128) == "http://127.0.0.1:3128"


def test_plain_http():
    """The protocol is the server's own, also on another loop."""
    handler: Any = FakeHandler()
    protocol, steps = PlainEntrance().protocol(handler)
    assert type(protocol) is asyncio.Protocol
    assert steps() == 2
    assert PlainEntrance().moved(protocol, handler) is not protocol


def test_the_end():
    """Connections that no request came from are broken off."""
    nothing: Any = None
    for entrance in (TlsEntrance(nothing), ProxyEntrance(nothing, nothing, nothing)):
        connections: Any = [Connection(), Connection()]
        vars_of: Any = entrance
        vars_of._open.update(connections)  # noqa: SLF001  what the handshakes fill
        entrance.abort()
        assert all(one.aborted for one in connections)
