"""Clients of aiohttp over a fake dialer: no socket, no server."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp.connector import BaseConnector
from yarl import URL

from aiointercept.adapters.interception.interceptor import (
    ConnectorInterceptor,
    active_dispatchers,
)
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.policy import HostRule
from aiointercept.core.routing.replies import FaultReply

API = "http://api.test/"


def upstream_of(*args: Any) -> Any:
    """Return what would reach the real server, told by what it was made from."""
    return args


def bound(mock: Any) -> ConnectorInterceptor:
    """Return an interceptor that leads to ``mock``."""
    interceptor = ConnectorInterceptor(upstream_of)
    interceptor.bind(mock.dispatcher, mock.dialer)
    return interceptor


class RealConnector(BaseConnector):
    """Says that it would have connected."""

    async def _create_connection(self, req: Any, traces: Any, timeout: Any) -> Any:
        raise ConnectionRefusedError


async def get(session: aiohttp.ClientSession, url: str = API, **options: Any) -> str:
    """Return the text at ``url``."""
    async with session.get(url, **options) as response:
        return await response.text()


@pytest.fixture
def mock(new_mock: Callable[..., Any]) -> Any:
    """A mock without routes."""
    return new_mock()


async def test_a_connector_of_its_own(mock: Any):
    """Its requests go to the mock, over one connection while that is kept alive."""
    mock.add(limit=None)
    interceptor = bound(mock)
    async with aiohttp.ClientSession(connector=interceptor.connector(limit=3)) as session:
        assert session.connector.limit == 3
        assert [await get(session) for _ in range(2)] == ["ok", "ok"]
        (connection,) = mock.dialer.connections
        assert str(connection.origin) == "http://api.test"
        assert connection.active_mocks == [mock.dispatcher]
    interceptor.uninstall()


async def test_the_clients_own_way_travels_along(mock: Any):
    """What forwards a request gets the client's connector, proxy and body."""
    mock.add()
    interceptor = bound(mock)
    proxy = URL("http://proxy.test")
    async with aiohttp.ClientSession(connector=interceptor.connector()) as session:
        await get(session, proxy=proxy)
        (connection,) = mock.dialer.connections
        _, request, given, body = connection.upstream(b"body")
        assert (request.url, given, body) == (URL(API), proxy, b"body")
    interceptor.uninstall()


async def test_installed(mock: Any):
    """All clients are led here as long as it is installed, and none of them after that."""
    mock.add(limit=None)
    interceptor = bound(mock)
    real_connect = BaseConnector.connect
    interceptor.install()
    try:
        assert active_dispatchers() == [mock.dispatcher]
        async with aiohttp.ClientSession(connector=RealConnector()) as session:
            assert await get(session) == "ok"
    finally:
        interceptor.uninstall()
    assert BaseConnector.connect is real_connect
    assert active_dispatchers() == []
    async with aiohttp.ClientSession(connector=RealConnector()) as session:
        with pytest.raises(aiohttp.ClientOSError):
            await get(session)
    assert len(mock.dialer.connections) == 1


async def test_the_innermost_of_two(new_mock: Callable[..., Any]):
    """The outer one gets what the inner one has no route for."""
    inner, outer = new_mock(), new_mock()
    inner.add("http://inner.test/")
    outer.add("http://outer.test/")
    interceptors = [bound(outer), bound(inner)]
    for one in interceptors:
        one.install()
    try:
        async with aiohttp.ClientSession(connector=RealConnector()) as session:
            assert await get(session, "http://inner.test/") == "ok"
            assert await get(session, "http://outer.test/") == "ok"
    finally:
        for one in reversed(interceptors):
            one.uninstall()
    assert [one.origin.host for one in inner.dialer.connections] == ["inner.test"]
    assert [one.origin.host for one in outer.dialer.connections] == ["outer.test"]


async def test_no_route(mock: Any):
    """The call raises at once, and its silent repetition by aiohttp is not a second call."""
    interceptor = bound(mock)
    async with aiohttp.ClientSession(connector=interceptor.connector()) as session:
        with pytest.raises(aiohttp.ClientConnectionError, match="No route matches GET"):
            await get(session)
    (call,) = mock.dispatcher.log
    assert not call.matched
    assert call.duration is not None
    assert mock.dialer.connections == []
    interceptor.uninstall()


async def test_passed_through(new_mock: Callable[..., Any]):
    """The client's own connector connects; how it ended is in the log."""
    mock = new_mock(forward_unmatched=True)
    interceptor = bound(mock)
    interceptor.install()
    try:
        async with aiohttp.ClientSession(connector=RealConnector()) as session:
            with pytest.raises(aiohttp.ClientOSError):
                await get(session)
    finally:
        interceptor.uninstall()
    (call,) = mock.dispatcher.log
    assert call.response is None
    assert call.duration is not None


async def test_left_alone(new_mock: Callable[..., Any]):
    """What is passed through by name is not even logged."""
    mock = new_mock(untouched=(HostRule.parse("api.test"),))
    interceptor = bound(mock)
    interceptor.install()
    try:
        async with aiohttp.ClientSession(connector=RealConnector()) as session:
            with pytest.raises(aiohttp.ClientOSError):
                await get(session)
    finally:
        interceptor.uninstall()
    assert len(mock.dispatcher.log) == 0


async def test_a_fault_before_the_connection(mock: Any):
    """It is logged with the call; its delay runs on the core's clock."""
    mock.add(reply=FaultReply(Fault.CONNECTION_REFUSED), delay=5.0)
    interceptor = bound(mock)
    async with aiohttp.ClientSession(connector=interceptor.connector()) as session:
        task = asyncio.ensure_future(get(session))
        while not mock.clock.slept:
            await asyncio.sleep(0)
        assert not task.done()
        mock.clock.goes_on.set()
        with pytest.raises(aiohttp.ClientConnectorError, match="api.test"):
            await task
    (call,) = mock.dispatcher.log
    assert (mock.clock.slept, call.fault) == ([5.0], Fault.CONNECTION_REFUSED)
    assert mock.dialer.connections == []
    interceptor.uninstall()


async def test_the_block_ends_while_a_fault_waits(mock: Any):
    """The call fails, and says why."""
    mock.add(reply=FaultReply(Fault.CONNECT_TIMEOUT))
    interceptor = bound(mock)
    async with aiohttp.ClientSession(connector=interceptor.connector()) as session:
        timeout = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None)
        task = asyncio.ensure_future(get(session, timeout=timeout))
        while not len(mock.dispatcher.log):
            await asyncio.sleep(0)
        interceptor.uninstall()
        with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
            await task


async def test_the_block_ends_while_a_call_waits_for_its_answer(mock: Any):
    """The call fails, and its connection is closed."""
    mock.add()
    mock.dialer.answers = [None]
    interceptor = bound(mock)
    async with aiohttp.ClientSession(connector=interceptor.connector()) as session:
        task = asyncio.ensure_future(get(session))
        while not mock.dialer.connections:
            await asyncio.sleep(0)
        interceptor.uninstall()
        with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
            await task
        with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
            await get(session)


async def test_a_connection_that_breaks(mock: Any):
    """The repetition by aiohttp goes to the mock again, as the same call."""
    mock.add(limit=None)
    answer = mock.dialer.answers[0]
    mock.dialer.answers = [b"", answer]
    interceptor = bound(mock)
    async with aiohttp.ClientSession(connector=interceptor.connector()) as session:
        assert await get(session) == "ok"
        first, second = mock.dialer.connections
        assert first is not second
    interceptor.uninstall()


async def test_a_dialer_that_fails(mock: Any):
    """Its error is the client's, as that of a server that does not listen."""
    mock.add()
    mock.dialer.error = ConnectionRefusedError("no more")
    interceptor = bound(mock)
    async with aiohttp.ClientSession(connector=interceptor.connector()) as session:
        with pytest.raises(aiohttp.ClientOSError, match="no more"):
            await get(session)
    interceptor.uninstall()


async def test_connections_close_with_the_clients_connector(mock: Any):
    """Those that were made in its place."""
    mock.add()
    interceptor = bound(mock)
    connector = interceptor.connector()
    session = aiohttp.ClientSession(connector=connector)
    await get(session)
    await session.close()
    assert connector.closed
    assert interceptor.forget(connector) == []
    interceptor.uninstall()


async def test_uninstalled_by_another_thread(mock: Any):
    """Connections end on the loop that they belong to."""
    mock.add()
    interceptor = bound(mock)
    interceptor.install()
    async with aiohttp.ClientSession(connector=RealConnector()) as session:
        assert await get(session) == "ok"
        thread = threading.Thread(target=interceptor.uninstall)
        thread.start()
        await asyncio.get_running_loop().run_in_executor(None, thread.join)
        with pytest.raises(aiohttp.ClientOSError):
            await get(session)
