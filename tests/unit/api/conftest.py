from collections.abc import Iterator
from typing import Any

import pytest
from attrs import frozen

from aiointercept import aiointercept
from aiointercept.testing import InMemoryInterceptor, InMemoryTransport


@frozen(eq=False)
class Memory:
    """A started mock to which a test hands its requests directly."""

    mock: Any
    transport: InMemoryTransport

    async def get(self, url: str, **options: Any) -> Any:
        """Return what is answered to a GET."""
        return await self.transport.send("GET", url, **options)


@pytest.fixture
def memory() -> Iterator[Memory]:
    """Return a mock in memory."""
    transport = InMemoryTransport()
    with aiointercept(transport=transport, interceptor=InMemoryInterceptor()) as mock:
        yield Memory(mock, transport)
