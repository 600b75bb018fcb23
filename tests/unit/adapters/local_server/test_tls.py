"""The authority of a mock: certificates, contexts and files. No connection is made."""

import gc
import socket
import ssl
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import trustme

from aiointercept import Fault, Tls
from aiointercept.adapters.local_server.tls import Authority, can_make_certificates

Handshake = tuple[ssl.SSLObject, ssl.SSLObject]


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str | None) -> Handshake:
    """Let two ends speak TLS in memory until the handshake is complete; return both."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(to_client, to_server, server_hostname=name)
    far = server.wrap_bio(to_server, to_client, server_side=True)
    waiting = [near, far]
    for _ in range(10):
        for end in tuple(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)
        if not waiting:
            return near, far
    pytest.fail("the handshake does not end")


@pytest.fixture
def authority() -> Any:
    """Give an authority, and clean up after it."""
    one = Authority()
    yield one
    one.close()


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("api.test", "api.test"),
        ("API.test.", "api.test"),
        ("*.api.test", "eu.api.test"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1%eth0", "2001:db8::1"),
        ("müller.test", "xn--mller-kva.test"),
        ("xn--mller-kva.test", "xn--mller-kva.test"),
        ("localhost", "localhost"),
        ("my_service", "my_service"),
        ("my_service.test", "my_service.test"),
        ("ab--cd.test", "ab--cd.test"),
        ("-x.test", "-x.test"),
        ("a" * 60 + ".test", "a" * 60 + ".test"),
    ],
)
def test_any_host_gets_a_certificate(authority: Authority, host: str, asked: str):
    """A client that trusts the authority takes it for the host that it asked for."""
    for trusting in (authority.default_context(), authority.client_context()):
        near, _ = shake_hands(authority.server_context(host), trusting, asked)
        assert near.getpeercert()


def test_a_certificate_is_for_its_host_alone(authority: Authority):
    """Another name is not covered."""
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(authority.server_context("api.test"), authority.default_context(), "other.test")


def test_several_hosts_in_one(authority: Authority):
    """What is asked for by address may be asked for by name, too."""
    context = authority.server_context("192.0.2.1", "api.test")
    shake_hands(context, authority.default_context(), "192.0.2.1")
    shake_hands(context, authority.default_context(), "api.test")


def test_certificates_are_made_once(authority: Authority):
    """For each host, and each fault."""
    context = authority.server_context("api.test")
    assert authority.server_context("API.TEST.") is context
    assert authority.server_context("other.test") is not context
    expired = authority.server_context("api.test", fault=Fault.CERTIFICATE_EXPIRED)
    assert expired is not context
    assert authority.server_context("api.test", fault=Fault.CERTIFICATE_EXPIRED) is expired


def test_there_is_an_end_to_what_is_kept(authority: Authority):
    """Those not asked for in a long time are forgotten."""
    first = authority.server_context("first.test")
    second = authority.server_context("second.test")
    for number in range(511):
        authority.server_context(f"h{number}.test")
        authority.server_context("first.test")
    assert authority.server_context("first.test") is first
    assert authority.server_context("second.test") is not second


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault.CERTIFICATE_EXPIRED, "certificate has expired"),
        (Fault.CERTIFICATE_WRONG_HOST, "Hostname mismatch"),
        (Fault.CERTIFICATE_UNTRUSTED, "unable to get local issuer certificate"),
    ],
)
@pytest.mark.parametrize("host", ["api.test", "my_service"])
def test_what_is_wrong_with_a_certificate(
    authority: Authority, host: str, fault: Fault, message: str
):
    """A client refuses it for that reason; one that does not check takes it."""
    context = authority.server_context(host, fault=fault)
    with pytest.raises(ssl.SSLCertVerificationError, match=message):
        shake_hands(context, authority.default_context(), host)
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    shake_hands(context, unchecked, host)


def test_another_authority_is_not_trusted(authority: Authority):
    """Each mock has its own; so does each block."""
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        shake_hands(Authority().server_context("api.test"), authority.default_context(), "api.test")
    before = authority.pem
    authority.close()
    assert authority.pem != before


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "foo.localhost", "api.test"])
def test_a_local_server_shows_what_is_asked_for(authority: Authority, name: str):
    """For its own names, and for any other that leads there."""
    shake_hands(authority.local_context(), authority.default_context(), name)


def test_a_local_server_without_a_name_to_go_by(authority: Authority):
    """It shows the certificate of localhost, also where the name is impossible."""
    client = authority.default_context()
    client = ssl.create_default_context(cadata=authority.pem)
    client.check_hostname = False
    near, _ = shake_hands(authority.local_context(), client, None)
    names = [value for _, value in near.getpeercert()["subjectAltName"]]
    assert "localhost" in names


def test_clients_are_offered_http_1(authority: Authority):
    """A client that could speak HTTP/2 learns that it cannot here."""
    client = authority.client_context()
    client.set_alpn_protocols(["h2", "http/1.1"])
    near, _ = shake_hands(authority.server_context("api.test"), client, "api.test")
    assert near.selected_alpn_protocol() == "http/1.1"


def test_each_client_context_is_a_new_one(authority: Authority):
    """Users may change theirs; the one that stands in for aiohttp's default is shared."""
    assert authority.client_context() is not authority.client_context()
    assert authority.default_context() is authority.default_context()


def test_files(authority: Authority):
    """They are there until the end, with what they are to hold, and are made once."""
    ca, bundle = Path(authority.ca_file), Path(authority.bundle_file)
    assert ca.read_text("ascii") == authority.pem
    assert bundle.read_text("ascii").endswith(authority.pem)
    assert (authority.ca_file, authority.bundle_file) == (str(ca), str(bundle))
    client = ssl.create_default_context(cafile=bundle)
    shake_hands(authority.server_context("api.test"), client, "api.test")
    authority.close()
    assert not ca.exists()
    assert not bundle.exists()
    assert not ca.parent.exists()
    authority.close()


def test_files_go_with_the_authority():
    """Should the block never end, they do not stay for ever."""
    authority = Authority()
    folder = Path(authority.ca_file).parent
    assert folder.exists()
    del authority
    gc.collect()
    assert not folder.exists()


def test_threads_share_one(authority: Authority):
    """Whoever comes first makes it."""
    found: set[str] = set()
    barrier = threading.Barrier(8)

    def ask():
        barrier.wait()
        found.add(authority.pem)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1


def test_nothing_is_made_before_it_is_needed(monkeypatch: pytest.MonkeyPatch):
    """Not even the package is looked for."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    authority = Authority()
    assert not can_make_certificates()
    for ask in (
        lambda: authority.pem,
        lambda: authority.ca_file,
        lambda: authority.bundle_file,
        lambda: authority.server_context("api.test"),
        authority.local_context,
        authority.client_context,
        authority.default_context,
        authority.require,
    ):
        with pytest.raises(ImportError, match=r"pip install 'aiointercept\[tls\]'"):
            ask()


def test_client_certificates():
    """With the authority of clients, each must show a certificate of it; the server sees it."""
    clients = trustme.CA()
    authority = Authority(Tls(client_ca=clients.cert_pem.bytes()))
    client = authority.client_context()
    clients.issue_cert("me@example.com", common_name="me").configure_cert(client)
    _, far = shake_hands(authority.server_context("api.test"), client, "api.test")
    subject = dict(part[0] for part in far.getpeercert()["subject"])
    assert subject["commonName"] == "me"
    with pytest.raises(ssl.SSLError, match="(?i)peer did not return a certificate"):
        shake_hands(authority.server_context("api.test"), authority.client_context(), "api.test")


@pytest.mark.parametrize("kind", [str, bytes, bytearray, Path])
def test_what_client_ca_may_be(kind: Any, tmp_path: Path):
    """Text, bytes, or a file."""
    pem = trustme.CA().cert_pem.bytes()
    value: Any = pem.decode() if kind is str else kind(pem) if kind is not Path else tmp_path / "ca"
    if kind is Path:
        value.write_bytes(pem)
    assert Tls(client_ca=value).client_ca == pem.decode()


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (3, TypeError, r"client_ca=...\) takes .* not int"),
        ("ca.pem", ValueError, "pass the PEM text itself, or a pathlib.Path"),
        (b"", ValueError, "pass the PEM text itself"),
        (
            "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----",
            ValueError,
            "has no certificate that OpenSSL can read",
        ),
    ],
)
def test_what_client_ca_may_not_be(value: Any, error: type[Exception], message: str):
    """The message says what to pass instead."""
    with pytest.raises(error, match=message):
        Tls(client_ca=value)


def test_tls_is_a_value():
    """Two that say the same are equal, and none tells its authority."""
    assert Tls() == Tls(client_ca=None)
    assert "CERTIFICATE" not in repr(Tls(client_ca=trustme.CA().cert_pem.bytes()))


def test_no_socket_is_made(authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """All of this goes without the network."""
    monkeypatch.setattr(socket, "socket", None)
    authority.server_context("api.test")
    assert authority.ca_file
