import ssl
from typing import Any

import pytest

from aiointercept import Tls, aiointercept
from aiointercept.api.other_clients import authority_for
from aiointercept.testing import InMemoryTransport


@pytest.mark.parametrize("tls", [True, False, Tls()])
def test_what_tls_may_be(tls: Any):
    """A flag, or how."""
    authority = authority_for(tls)
    assert "BEGIN CERTIFICATE" in authority.pem
    authority.close()


@pytest.mark.parametrize("tls", ["yes", 1, None, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)])
def test_what_tls_may_not_be(tls: Any):
    """The message names what was given."""
    with pytest.raises(TypeError, match="tls must be True, False or Tls"):
        authority_for(tls)


@pytest.mark.parametrize("tls", [True, Tls()])
def test_beside_a_transport(tls: Any):
    """Both say how requests come in."""
    with pytest.raises(ValueError, match="tls=.* and transport=.* contradict each other"):
        aiointercept(tls=tls, transport=InMemoryTransport())


def test_outside_of_the_block():
    """There is nothing to lead anybody to."""
    m = aiointercept()
    for ask in (
        m.ssl_context,
        lambda: m.ca_file,
        lambda: m.proxy_url,
        m.proxy_environment,
        lambda: m.proxied().__enter__(),
    ):
        with pytest.raises(RuntimeError, match="Server not started"):
            ask()


def test_a_transport_without_a_proxy():
    """The message says which one is needed."""
    with aiointercept(transport=InMemoryTransport()) as m:
        with pytest.raises(TypeError, match="needs the real server on loopback"):
            m.proxy_environment()
        assert isinstance(m.ssl_context(), ssl.SSLContext)
