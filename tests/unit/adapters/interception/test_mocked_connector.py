import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp.connector import BaseConnector
from multidict import CIMultiDict
from yarl import URL

from aiointercept.adapters.interception.block_end import BLOCK_ENDED
from aiointercept.adapters.interception.mocked_connector import (
    MockedConnector,
    MockedProtocol,
    ProtocolForOneRequest,
)
from aiointercept.core.routing.replies import RaiseReply


class Request:
    """A request that a client is about to send."""

    def __init__(self, proxy: URL | None = None) -> None:
        self.method, self.url = "GET", URL("http://api.test/items")
        self.headers: CIMultiDict[str] = CIMultiDict()
        self.proxy = proxy


class FakeDialer:
    """Connects to nothing."""

    async def dial(self, factory: Any, connection: Any) -> Any:
        return factory()


async def mocked(**options: Any) -> MockedConnector:
    """Return what takes the place of a connector with ``options``."""
    real = BaseConnector(**options)
    connector = MockedConnector(real, FakeDialer())
    await real.close()
    return connector


async def test_it_has_the_limits_of_the_client():
    """As its connector was made."""
    connector = await mocked(limit=3, limit_per_host=2, force_close=True)
    assert (connector.limit, connector.limit_per_host, connector.force_close) == (3, 2, True)
    assert connector.loop is asyncio.get_running_loop()
    await connector.close()


async def test_a_proxy_is_taken_and_given_back():
    """A middleware may send the same request again, to the real server."""
    connector, request = await mocked(), Request(URL("http://proxy.test"))
    given: Any = request
    assert connector.take_proxy(given) == URL("http://proxy.test")
    assert request.proxy is None
    connector.give_proxy_back(given)
    assert request.proxy == URL("http://proxy.test")
    await connector.close()


async def test_an_exception_in_place_of_an_answer():
    """The pending call raises just that one."""
    request: Any = Request()
    timeout: Any = aiohttp.ClientTimeout()
    protocol = MockedProtocol(asyncio.get_running_loop(), request, timeout)
    error = ValueError("mine")
    assert protocol.connection.fail(RaiseReply(error)) is None
    assert protocol.exception() is error
    assert protocol.connection.origin.host == "api.test"


async def test_a_connection_for_one_request():
    """It closes after it."""
    request: Any = Request()
    timeout: Any = None
    protocol = ProtocolForOneRequest(asyncio.get_running_loop(), request, timeout)
    assert protocol.should_close


async def test_the_end_of_the_block():
    """Calls that wait for a connection raise, and the connector is closed."""
    connector = await mocked()
    waiter = asyncio.get_running_loop().create_future()
    key: Any = "api.test"
    connector._waiters[key] = {waiter: None}  # type: ignore[assignment]  # noqa: SLF001  no public way
    connector.end()
    with pytest.raises(aiohttp.ClientConnectionError, match=BLOCK_ENDED[:30]):
        await waiter
    assert connector.closed
