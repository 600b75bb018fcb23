import os
from typing import Any

import pytest
from aiohttp.connector import BaseConnector

from aiointercept.adapters.interception.connector_table import Substitutes
from aiointercept.core.routing.faults import Fault


@pytest.fixture
async def real() -> Any:
    """A client's connector."""
    connector = BaseConnector(limit=3)
    yield connector
    await connector.close()


async def test_one_for_each_connector(new_mock: Any, real: BaseConnector):
    """It has the limits of the one whose place it takes."""
    substitutes, dialer = Substitutes(), new_mock().dialer
    assert substitutes.get(real) is None
    mocked = substitutes.add(real, dialer)
    assert substitutes.get(real) is mocked
    assert mocked.limit == 3
    assert list(substitutes.take()) == [mocked]
    assert substitutes.get(real) is None
    await mocked.close()


async def test_closed_with_the_connector(new_mock: Any, real: BaseConnector):
    """Once; then another one may take its place."""
    substitutes = Substitutes()
    mocked = substitutes.add(real, new_mock().dialer)
    (closing,) = substitutes.close(real)
    await closing
    assert mocked.closed
    assert substitutes.close(real) == []
    assert substitutes.take() == []


async def test_for_one_call(new_mock: Any, real: BaseConnector):
    """Other calls go over the usual one."""
    substitutes = Substitutes()
    once = substitutes.add_for_one_call(real, new_mock().dialer, Fault.CERTIFICATE_EXPIRED)
    assert substitutes.get(real) is None
    assert list(substitutes.for_one_call()) == [once]
    assert substitutes.take() == []
    await once.close()


async def test_in_a_forked_process(
    new_mock: Any, real: BaseConnector, monkeypatch: pytest.MonkeyPatch
):
    """Those of the parent are none of its business."""
    substitutes = Substitutes()
    mocked = substitutes.add(real, new_mock().dialer)
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: -1)
        assert substitutes.take() == []
    await mocked.close()
