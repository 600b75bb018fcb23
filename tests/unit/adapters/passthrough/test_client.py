from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp.connector import BaseConnector
from yarl import URL

from aiointercept.adapters.passthrough.client import ClientUpstream, FixedUpstream, upstream_of
from aiointercept.core.http.messages import Request


class DeadConnector(BaseConnector):
    """Cannot connect, and notes what it was to connect for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Any] = []

    async def _create_connection(self, req: Any, traces: Any, timeout: Any) -> Any:
        self.asked.append((req.method, str(req.url), dict(req.headers)))
        raise aiohttp.ServerDisconnectedError("lost")


def test_one_upstream_for_all_clients():
    """Whatever the client's own way would be."""
    upstream, client = object(), object()
    factory = FixedUpstream(upstream)  # type: ignore[arg-type]  # never asked
    assert factory(None) is upstream
    assert factory(client) is upstream  # type: ignore[arg-type]  # as above


def test_the_settings_of_the_client():
    """They come from its request."""
    request: Any = SimpleNamespace(ssl=False, server_hostname="name.test")
    proxy = URL("http://proxy.test")
    upstream = upstream_of("connector", request, proxy, b"body")
    assert (upstream.ssl, upstream.server_hostname) == (False, "name.test")
    assert (upstream.connector, upstream.proxy, upstream.body) == ("connector", proxy, b"body")


async def test_a_connection_that_is_lost():
    """The error is the client's to handle: nothing is sent twice, and the connector closes."""
    connector = DeadConnector()
    headers = {"X-One": "1", "Connection": "close", "Expect": "100-continue"}
    request = Request("GET", "http://api.test/", headers)
    with pytest.raises(aiohttp.ServerDisconnectedError, match="lost"):
        await ClientUpstream(connector).send(request)
    ((method, url, sent),) = connector.asked
    assert (method, url, sent["X-One"]) == ("GET", "http://api.test/", "1")
    assert not {"Expect", "User-Agent", "Accept"} & set(sent)
    assert connector.closed
