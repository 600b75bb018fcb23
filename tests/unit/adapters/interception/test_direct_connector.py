import asyncio
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from aiointercept.adapters.interception.direct_connector import DirectConnector


class Answering(asyncio.Transport):
    """Brings an answer as soon as something is written, and then ends."""

    def __init__(self, protocol: ResponseHandler) -> None:
        super().__init__()
        self.protocol = protocol

    def write(self, data: Any) -> None:
        """Answer."""
        self.protocol.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")
        self.protocol.connection_lost(None)

    def is_closing(self) -> bool:
        """Whether it has ended."""
        return False

    def close(self) -> None:
        """Nothing is left to close."""


async def test_client_gets_the_transport_that_is_made_for_it() -> None:
    """Whatever it asks for: no name is resolved, and no socket made."""
    made: list[Answering] = []

    def make(protocol: ResponseHandler) -> Answering:
        made.append(Answering(protocol))
        return made[-1]

    async with aiohttp.ClientSession(connector=DirectConnector(make)) as session:
        for url in ("http://a.test/", "https://b.test:8443/"):
            async with session.get(url) as response:
                assert await response.text() == "body"
    assert len(made) == 2
