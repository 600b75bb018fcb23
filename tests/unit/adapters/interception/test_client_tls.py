import errno
import ssl
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import connector as aiohttp_connector
from yarl import URL

from aiointercept import Fault
from aiointercept.adapters.interception.client_tls import (
    ClientSideTls,
    check_fingerprint,
    handshake_error,
)
from aiointercept.core.errors import UnsupportedAiohttpError

TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OWN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
FINGERPRINT = aiohttp.Fingerprint(b"0" * 32)


def request(url: str = "https://api.test/", *, given: Any = True, name: str | None = None) -> Any:
    """Return as much of a client's request as is looked at."""
    parsed = URL(url)
    key = SimpleNamespace(host=parsed.host, port=parsed.port, ssl=given, is_ssl=True)
    return SimpleNamespace(
        url=parsed,
        ssl=given,
        server_hostname=name,
        connection_key=key,
        is_ssl=lambda: parsed.scheme in ("https", "wss"),
    )


@pytest.fixture
async def connector() -> Any:
    """Give a client's connector."""
    one = aiohttp.TCPConnector()
    yield one
    await one.close()


@pytest.fixture
def tls() -> ClientSideTls:
    """Give what is tested."""
    return ClientSideTls(lambda: TRUSTING)


async def test_the_default_context_is_replaced(tls: ClientSideTls, connector: Any):
    """By one that trusts the mock."""
    spoken = tls.of(connector, request(), None)
    assert spoken is not None
    assert (spoken.context, spoken.server_hostname, spoken.fault) == (TRUSTING, "api.test", None)


@pytest.mark.parametrize("url", ["http://api.test/", "ws://api.test/"])
async def test_without_tls(tls: ClientSideTls, connector: Any, url: str):
    """Where the URL says so."""
    assert tls.of(connector, request(url), None) is None


async def test_a_connector_that_knows_no_tls(tls: ClientSideTls):
    """Such as one for Unix sockets: it speaks none in production either."""
    assert tls.of(aiohttp.BaseConnector(), request(), None) is None


async def test_a_context_of_the_request(tls: ClientSideTls, connector: Any):
    """It is used as it is."""
    spoken = tls.of(connector, request(given=OWN), None)
    assert spoken is not None
    assert spoken.context is OWN


async def test_a_context_of_the_connector(tls: ClientSideTls):
    """Likewise."""
    async with aiohttp.TCPConnector(ssl=OWN) as connector:
        spoken = tls.of(connector, request(), None)
    assert spoken is not None
    assert spoken.context is OWN


@pytest.mark.parametrize("given", [False, FINGERPRINT])
async def test_a_client_that_does_not_check(tls: ClientSideTls, connector: Any, given: Any):
    """It gets aiohttp's own context for that."""
    spoken = tls.of(connector, request(given=given), None)
    assert spoken is not None
    assert spoken.context.verify_mode is ssl.CERT_NONE
    assert spoken.context is not TRUSTING


@pytest.mark.parametrize(
    ("url", "name", "expected"),
    [
        ("https://api.test./", None, "api.test"),
        ("https://api.test/", "other.test", "other.test"),
        ("https://[2001:db8::1]/", None, "2001:db8::1"),
    ],
)
async def test_the_name_in_the_certificate(
    tls: ClientSideTls, connector: Any, url: str, name: str | None, expected: str
):
    """As aiohttp's own connector asks for it."""
    spoken = tls.of(connector, request(url, name=name), Fault.CERTIFICATE_EXPIRED)
    assert spoken is not None
    assert (spoken.server_hostname, spoken.fault) == (expected, Fault.CERTIFICATE_EXPIRED)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (aiohttp.TCPConnector, "_get_ssl_context"),
        (aiohttp.TCPConnector, "_get_fingerprint"),
        (aiohttp_connector, "_SSL_CONTEXT_VERIFIED"),
    ],
)
def test_an_aiohttp_that_we_do_not_know(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch):
    """What is missing is named, and what to do."""
    monkeypatch.delattr(owner, name)
    with pytest.raises(UnsupportedAiohttpError, match=rf"{name} is not there.*leave tls= out"):
        ClientSideTls(lambda: TRUSTING)


class Transport:
    """Shows a certificate."""

    def __init__(self, certificate: bytes) -> None:
        self.certificate = certificate
        self.aborted = False

    def get_extra_info(self, name: str) -> Any:
        """Tell about the connection."""
        return {
            "sslcontext": True,
            "ssl_object": SimpleNamespace(getpeercert=lambda binary_form: self.certificate),
            "peername": ("127.0.0.1", 443),
        }.get(name)

    def abort(self) -> None:
        """Note it."""
        self.aborted = True


async def test_fingerprints(connector: Any):
    """Those that differ are told as aiohttp tells them, and the connection is not used."""
    transport = Transport(b"a certificate")
    check_fingerprint(connector, request(), transport)
    check_fingerprint(connector, request("http://api.test/", given=FINGERPRINT), transport)
    with pytest.raises(aiohttp.ServerFingerprintMismatch):
        check_fingerprint(connector, request(given=FINGERPRINT), transport)
    assert transport.aborted


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ssl.SSLCertVerificationError(1, "no"), aiohttp.ClientConnectorCertificateError),
        (ssl.SSLError(1, "no"), aiohttp.ClientConnectorSSLError),
        (OSError(errno.ECONNRESET, "no"), aiohttp.ClientConnectorError),
    ],
)
def test_errors(error: OSError, kind: type[Exception]):
    """Each becomes what aiohttp makes of it."""
    made: Any = handshake_error(error, request())
    assert type(made) is kind
    assert (made.host, made.port) == ("api.test", 443)
