from typing import Any

import pytest

from aiointercept import aiointercept
from aiointercept.adapters.local_server.tls import Tls
from aiointercept.api import other_clients
from aiointercept.api.other_clients import authority_for, local_server
from aiointercept.errors import NotStartedError


@pytest.mark.parametrize("tls", ["yes", 1, None])
def test_what_tls_takes(tls: Any):
    """The message shows the value."""
    with pytest.raises(TypeError, match="tls must be True, False or Tls") as failed:
        authority_for(tls)
    assert repr(tls) in str(failed.value)


def test_each_mock_has_an_authority_of_its_own():
    """Without certificates until somebody asks for one."""
    assert authority_for(False) is not authority_for(False)
    assert authority_for(Tls()) is not authority_for(True)


def test_a_proxy_needs_the_real_server(memory: Any):
    """In memory there is nothing to connect to; the message names the transport."""
    with pytest.raises(TypeError, match="InMemoryTransport"):
        _ = memory.mock.proxy_url
    with pytest.raises(TypeError, match="m.proxy_url needs the real server"):
        memory.mock.proxy_environment()


@pytest.mark.parametrize("ask", ["ssl_context", "proxy_environment"])
def test_outside_of_the_block(ask: str):
    """There is nothing that clients could trust or reach."""
    with pytest.raises(NotStartedError):
        getattr(aiointercept(), ask)()


def test_the_real_server_of_a_mock(monkeypatch: pytest.MonkeyPatch):
    """Its proxy asks the mock itself before others, and only once."""
    servers: list[Any] = []
    monkeypatch.setattr(
        other_clients, "LoopbackServer", lambda *_, **options: servers.append(options)
    )
    mine: Any = object()
    other: Any = object()
    monkeypatch.setattr(other_clients, "active_dispatchers", lambda: [other, mine])
    local_server(authority_for(False), mine, secure=True)
    assert servers[0]["secure"] is True
    assert servers[0]["gateway"].active_mocks() == [mine, other]
