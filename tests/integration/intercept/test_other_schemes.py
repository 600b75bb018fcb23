"""URLs that are not of HTTP are left to the connector that allows them."""

from typing import TYPE_CHECKING

import aiohttp
import pytest

from aiointercept import aiointercept

if TYPE_CHECKING:
    from aiohttp.tracing import Trace


class OtherConnector(aiohttp.BaseConnector):
    """A connector that allows other schemes, as clients of Docker have it."""

    allowed_protocol_schema_set = frozenset({"unix", "tcp", "", "http", "https"})

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: "list[Trace]", timeout: aiohttp.ClientTimeout
    ) -> aiohttp.client_proto.ResponseHandler:
        msg = f"connecting to {req.url.scheme}"
        raise aiohttp.ClientConnectionError(msg)


@pytest.mark.parametrize("scheme", ["unix", "tcp"])
async def test_the_connector_connects(scheme: str) -> None:
    """Nothing of ours is raised, and nothing is in the log."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(connector=OtherConnector()) as session,
    ):
        with pytest.raises(aiohttp.ClientConnectionError, match=f"connecting to {scheme}"):
            await session.get(f"{scheme}://localhost/v1/info")
        assert m.call_count == 0
