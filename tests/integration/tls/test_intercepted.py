"""Intercepted clients that really speak TLS with the mock: each as it would in production."""

import asyncio
import io
import ssl
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests
import trustme

from aiointercept import CallbackResult, Fault, Tls, aiointercept
from aiointercept.testing import InMemoryTransport

URL = "https://api.test/users"


async def get(session: aiohttp.ClientSession, url: str, **options: Any) -> bytes:
    """Read an answer."""
    async with session.get(url, **options) as response:
        assert str(response.url) == url
        return await response.read()


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://api.test:8443/users",
        "https://192.0.2.1/users",
        "https://[2001:db8::1]/users",
        "https://my_service/users",
        "https://xn--mller-kva.test/users",
        "https://a.very.long." + "x" * 60 + ".test/users",
    ],
)
async def test_any_host(url: str):
    """A session made before works without a change, and really speaks TLS."""
    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True, tls=True) as m:
            seen: list[Any] = []

            def look(_url: Any, *, request: Any, **_: Any) -> CallbackResult:
                seen.append(request.transport.get_extra_info("cipher"))
                return CallbackResult(body=b"found")

            m.get(url, callback=look, repeat=2)
            assert await get(session, url) == b"found"
            assert await get(session, url) == b"found"
            assert None not in seen
            assert [str(call.request.url) for call in m.calls] == [url, url]


async def test_origins_are_told_apart():
    """Plain HTTP stays plain, on the same host."""
    async with aiointercept(mock_external_urls=True, tls=True) as m:
        m.get("http://api.test/", body=b"plain")
        m.get("https://api.test/", body=b"secret")
        m.get("https://api.test:8443/", body=b"another")
        async with aiohttp.ClientSession() as session:
            assert await get(session, "https://api.test/") == b"secret"
            assert await get(session, "http://api.test/") == b"plain"
            assert await get(session, "https://api.test:8443/") == b"another"


async def test_connections_are_kept_and_bodies_large():
    """One handshake for many requests, and 5 MB both ways."""
    body = bytes(range(256)) * 20_000
    async with aiointercept(mock_external_urls=True, tls=True) as m:
        peers: set[Any] = set()

        def echo(_url: Any, *, data: Any, request: Any, **_: Any) -> Any:
            peers.add(request.transport.get_extra_info("peername"))
            return CallbackResult(body=data)

        m.post(URL, callback=echo, repeat=True)
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                async with session.post(URL, data=io.BytesIO(body)) as response:
                    assert await response.read() == body
        assert len(peers) == 1


async def test_streams_and_web_sockets():
    """What is long lives over TLS, too."""

    async def chunks():
        for number in range(5):
            yield b"%d" % number
            await asyncio.sleep(0)

    async def echo(ws: Any, request: Any) -> None:
        async for message in ws:
            await ws.send_str(message.data.upper())

    async with aiointercept(mock_external_urls=True, tls=True) as m:
        m.get(URL, body=chunks)
        m.ws("wss://api.test/chat", echo)
        async with aiohttp.ClientSession() as session:
            assert await get(session, URL) == b"01234"
            async with session.ws_connect("wss://api.test/chat") as ws:
                await ws.send_str("hello")
                assert await ws.receive_str() == "HELLO"


async def test_m_session():
    """It leads to the mock in server mode, too."""
    async with aiointercept(tls=True) as m:
        m.get(URL, body=b"found")
        async with m.session() as session:
            assert await get(session, URL) == b"found"


async def test_nested_mocks_have_an_authority_each():
    """The default context trusts the one that answers."""
    async with (
        aiointercept(mock_external_urls=True, tls=True) as outer,
        aiointercept(mock_external_urls=True, tls=True) as inner,
        aiohttp.ClientSession() as session,
    ):
        outer.get("https://outer.test/", body=b"outer")
        inner.get("https://inner.test/", body=b"inner")
        assert await get(session, "https://outer.test/") == b"outer"
        assert await get(session, "https://inner.test/") == b"inner"


async def test_mocks_with_and_without():
    """TLS is spoken with the one that wants it."""
    async with (
        aiointercept(mock_external_urls=True, tls=True) as outer,
        aiointercept(mock_external_urls=True) as inner,
        aiohttp.ClientSession() as session,
    ):
        untrusting = ssl.create_default_context()
        outer.get("https://outer.test/", body=b"outer")
        inner.get("https://inner.test/", body=b"inner")
        assert await get(session, "https://inner.test/", ssl=untrusting) == b"inner"
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await get(session, "https://outer.test/", ssl=untrusting)


class TestContextsOfTheUser:
    """They are used as they are."""

    async def test_a_forgotten_authority(self):
        """The client refuses the mock as it would refuse the server; nothing is logged."""
        async with aiointercept(mock_external_urls=True, tls=True) as m:
            handle = m.get(URL, optional=True)
            for options in ({"ssl": ssl.create_default_context()}, {}):
                connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
                async with aiohttp.ClientSession(connector=connector) as session:
                    with pytest.raises(
                        aiohttp.ClientConnectorCertificateError, match="unable to get local issuer"
                    ) as caught:
                        await session.get(URL, **options)
                assert (caught.value.host, caught.value.port) == ("api.test", 443)
            assert (m.call_count, handle.call_count) == (0, 0)

    async def test_one_that_trusts_the_mock(self):
        """Made by the mock, or from its file."""
        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get(URL, repeat=True, body=b"found")
            by_file = ssl.create_default_context(cafile=m.ca_file)
            for context in (m.ssl_context(), by_file, False):
                assert await get(session, URL, ssl=context) == b"found"

    async def test_server_hostname(self):
        """It has to agree with the certificate, which is for the host of the URL."""
        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get(URL, repeat=True, body=b"found")
            m.get("https://192.0.2.1/", body=b"by address")
            # aiohttp 3.13 would use a connection again that was made for another name.
            with pytest.raises(aiohttp.ClientConnectorCertificateError, match="Hostname mismatch"):
                await session.get(URL, server_hostname="other.test")
            assert await get(session, URL, server_hostname="api.test") == b"found"
            assert (
                await get(session, "https://192.0.2.1/", server_hostname="api.test")
                == b"by address"
            )

    async def test_fingerprints(self):
        """The pin is compared with the certificate that is shown."""
        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get(URL, repeat=True, body=b"found")
            wrong = aiohttp.Fingerprint(b"0" * 32)
            with pytest.raises(aiohttp.ServerFingerprintMismatch) as caught:
                await session.get(URL, ssl=wrong)
            right = aiohttp.Fingerprint(caught.value.got)
            assert await get(session, URL, ssl=right) == b"found"
            connector = aiohttp.TCPConnector(ssl=wrong)
            async with aiohttp.ClientSession(connector=connector) as pinned:
                with pytest.raises(aiohttp.ServerFingerprintMismatch):
                    await pinned.get(URL)

    async def test_a_protocol_version_that_the_mock_does_not_speak(self):
        """The handshake fails as with any server, and aiohttp tells it as usual."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("AES128-SHA256")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get(URL, optional=True)
            with pytest.raises(aiohttp.ClientConnectorSSLError):
                await session.get(URL, ssl=context)

    async def test_client_certificates(self):
        """The server asks for one, and the handler sees whose it is."""
        authority = trustme.CA()
        names: list[Any] = []

        def note(_url: Any, *, request: Any, **_: Any) -> CallbackResult:
            certificate = request.transport.get_extra_info("peercert")
            names.append(dict(part[0] for part in certificate["subject"])["commonName"])
            return CallbackResult()

        tls = Tls(client_ca=authority.cert_pem.bytes())
        async with (
            aiointercept(mock_external_urls=True, tls=tls) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get(URL, callback=note, repeat=True)
            context = m.ssl_context()
            authority.issue_cert("x@example.com", common_name="Ada").configure_cert(context)
            await get(session, URL, ssl=context)
            assert names == ["Ada"]
            with pytest.raises(aiohttp.ClientError):
                await session.get(URL)
            stranger = m.ssl_context()
            trustme.CA().issue_cert("x@example.com").configure_cert(stranger)
            with pytest.raises(aiohttp.ClientError):
                await session.get(URL, ssl=stranger)
            assert m.call_count == 1

    async def test_a_unix_connector_speaks_none(self, tmp_path: Any):
        """As in production."""
        async with aiointercept(mock_external_urls=True, tls=True) as m:
            m.get(URL, body=b"found")
            connector = aiohttp.UnixConnector(path=str(tmp_path / "socket"))
            async with aiohttp.ClientSession(connector=connector) as session:
                assert await get(session, URL) == b"found"


class TestCertificateFaults:
    """They are performed in the handshake."""

    @pytest.mark.parametrize(
        ("fault", "message"),
        [
            (Fault.CERTIFICATE_EXPIRED, "certificate has expired"),
            (Fault.CERTIFICATE_WRONG_HOST, "Hostname mismatch"),
            (Fault.CERTIFICATE_UNTRUSTED, "unable to get local issuer certificate"),
        ],
    )
    async def test_the_reason(self, fault: Fault, message: str):
        """It is OpenSSL's own; the call is logged once, and the next one is fine."""
        async with (
            aiointercept(mock_external_urls=True, tls=True, strict=True) as m,
            aiohttp.ClientSession() as session,
        ):
            before = m.get(URL, body=b"before")
            failing = m.get(URL, fault=fault)
            after = m.get(URL, body=b"after")
            assert await get(session, URL) == b"before"
            with pytest.raises(aiohttp.ClientConnectorCertificateError, match=message) as caught:
                await session.get(URL)
            assert isinstance(caught.value.certificate_error, ssl.SSLCertVerificationError)
            assert await get(session, URL) == b"after"
            assert [call.route for call in m.calls] == [before, failing, after]
            assert [call.fault for call in m.calls] == [None, fault, None]
            assert m.calls[1].response is None
            assert m.calls[1].duration is not None

    @pytest.mark.parametrize("fault", [fault for fault in Fault if fault.in_handshake])
    async def test_a_client_that_does_not_mind(self, fault: Fault):
        """It gets the response of the route, over a connection that no other call uses."""
        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get(URL, fault=fault, status=201, json={"a": 1})
            m.get(URL, body=b"after", repeat=True)
            async with session.get(URL, ssl=False) as response:
                assert response.status == 201
                assert await response.json() == {"a": 1}
                assert "Connection" not in response.request_info.headers
            assert m.calls[0].fault is fault
            shown = m.calls[0].request
            assert "Connection" not in shown.headers
            assert await get(session, URL, ssl=False) == b"after"
            assert m.call_count == 2

    async def test_with_a_stream(self):
        """Of any kind."""

        async def chunks():
            yield b"one"
            yield b"two"

        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get(URL, fault=Fault.CERTIFICATE_EXPIRED, body=chunks)
            assert await get(session, URL, ssl=False) == b"onetwo"

    async def test_they_need_tls(self):
        """Without it there is no handshake; the message says what to do."""
        async with aiointercept(mock_external_urls=True) as m:
            for fault in (fault for fault in Fault if fault.in_handshake):
                with pytest.raises(ValueError, match=rf"fault={fault} .*aiointercept\(tls=True\)"):
                    m.get(URL, fault=fault)
            m.get(URL, fault=Fault.CERTIFICATE_ERROR)
        async with aiointercept(mock_external_urls=True, tls=True) as m:
            with pytest.raises(ValueError, match="there is none at http://api.test/"):
                m.get("http://api.test/", fault=Fault.CERTIFICATE_EXPIRED)
            with pytest.raises(ValueError, match="CERTIFICATE_EXPIRED"):
                m.get("/path", fault=Fault.CERTIFICATE_EXPIRED)

    async def test_certificate_error_stays_what_it_is(self):
        """It needs no TLS, and happens with it, too."""
        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get(URL, fault=Fault.CERTIFICATE_ERROR)
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.get(URL)


class TestOtherFaults:
    """They are performed through TLS."""

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (Fault.CONNECTION_RESET, aiohttp.ClientOSError),
            (Fault.EMPTY_RESPONSE, aiohttp.ServerDisconnectedError),
            (Fault.TRUNCATED_BODY, aiohttp.ClientPayloadError),
            (Fault.MALFORMED_RESPONSE, aiohttp.ClientResponseError),
            (Fault.HANG, aiohttp.SocketTimeoutError),
        ],
    )
    async def test_on_the_wire(self, fault: Fault, kind: type[Exception]):
        """With the same exceptions as without."""
        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=0.2)) as session,
        ):
            m.post(URL, fault=fault, body=b"a body" if fault is Fault.TRUNCATED_BODY else b"")
            with pytest.raises(kind):
                async with session.post(URL) as response:
                    await response.read()

    async def test_unmatched_and_raises(self):
        """These reach the client's call as without TLS."""
        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get(URL, raises=LookupError("mine"))
            with pytest.raises(LookupError, match="mine"):
                await session.get(URL)
            with pytest.raises(aiohttp.ClientConnectionError, match="No route matches"):
                await session.get("https://other.test/")


class TestAtServerUrl:
    """Server mode with TLS."""

    async def test_any_client(self):
        """One that trusts the mock gets its answer; one that does not does not."""
        async with aiointercept(tls=True) as m:
            assert m.server_url == f"https://localhost:{m.server_port}"
            assert m.server_host == "localhost"
            m.get("/users", body=b"found", repeat=True)
            url = f"{m.server_url}/users"
            async with aiohttp.ClientSession() as session:
                assert await get(session, url, ssl=m.ssl_context()) == b"found"
                with pytest.raises(aiohttp.ClientConnectorCertificateError):
                    await session.get(url)
            assert requests.get(url, verify=m.ca_file).content == b"found"
            with pytest.raises(requests.exceptions.SSLError):
                requests.get(url)
            assert str(m.last_request.url) == url

    @pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
    async def test_by_name_and_by_address(self, name: str):
        """Both are its own."""
        async with aiointercept(tls=True) as m, aiohttp.ClientSession() as session:
            m.get("/", body=b"found")
            url = f"https://{name}:{m.server_port}/"
            assert await get(session, url, ssl=m.ssl_context()) == b"found"
            assert str(m.last_request.url) == f"{m.server_url}/"

    def test_without_a_loop(self):
        """The helper thread speaks TLS as well."""
        with aiointercept(tls=True) as m:
            m.get("/", body=b"found")
            assert requests.get(m.server_url, verify=m.ca_file).content == b"found"

    async def test_a_connection_changes_hands(self):
        """A blocking client that keeps its connection is served whichever thread it is used in."""
        async with aiointercept(tls=True) as m:
            m.get("/", body=b"found", repeat=True)
            with requests.Session() as session:
                session.verify, session.trust_env = m.ca_file, False
                for _ in range(3):
                    answer = await asyncio.to_thread(session.get, m.server_url)
                    assert answer.content == b"found"
                    assert session.get(m.server_url).content == b"found"
        assert len(m.calls) == 6

    async def test_intercepted_at_server_url(self):
        """The default context of an intercepted client trusts it."""
        async with (
            aiointercept(mock_external_urls=True, tls=True) as m,
            aiohttp.ClientSession() as session,
        ):
            m.get("/users", body=b"found")
            assert await get(session, f"{m.server_url}/users") == b"found"

    async def test_plain_http_there(self):
        """It is no HTTP for a server that speaks TLS; the mock lives on."""
        async with aiointercept(tls=True) as m:
            m.get("/", body=b"found")
            plain = f"http://127.0.0.1:{m.server_port}/"
            with pytest.raises(requests.ConnectionError):
                await asyncio.to_thread(requests.get, plain)
            assert requests.get(m.server_url, verify=m.ca_file).content == b"found"


class TestOptions:
    """``tls=`` and what comes with it."""

    def test_wrong_types(self):
        """They are told at once."""
        wrong: Any = "yes"
        with pytest.raises(TypeError, match="tls must be True, False or Tls"):
            aiointercept(tls=wrong)

    def test_beside_transport(self):
        """Who brings a transport brings its TLS."""
        with pytest.raises(ValueError, match=r"tls=True and transport=.* contradict"):
            aiointercept(tls=True, transport=InMemoryTransport())

    @pytest.mark.parametrize("tls", [True, Tls()])
    def test_the_missing_extra(self, tls: Any, monkeypatch: pytest.MonkeyPatch):
        """The constructor tells the command that installs it."""
        monkeypatch.setitem(sys.modules, "trustme", None)
        with pytest.raises(ImportError, match=r"pip install 'aiointercept\[tls\]'"):
            aiointercept(tls=tls)

    async def test_without_tls_the_authority_is_there_on_demand(self):
        """As for the proxy."""
        async with aiointercept() as m:
            assert m.server_url.startswith("http://")
            assert isinstance(m.ssl_context(), ssl.SSLContext)
            assert "BEGIN CERTIFICATE" in await asyncio.to_thread(Path(m.ca_file).read_text)

    async def test_outside_of_the_block(self):
        """There is no authority then."""
        m = aiointercept(tls=True)
        for ask in (lambda: m.ca_file, m.ssl_context):
            with pytest.raises(RuntimeError, match="Server not started"):
                ask()
        async with m:
            first = m.ca_file
        with pytest.raises(RuntimeError, match="Server not started"):
            _ = m.ca_file
        async with m:
            assert m.ca_file != first

    async def test_as_a_decorator(self):
        """Each call has a block, so each has an authority."""
        files: list[str] = []

        @aiointercept(mock_external_urls=True, tls=True)
        async def call(m: aiointercept) -> None:
            m.get(URL, body=b"found")
            files.append(m.ca_file)
            async with aiohttp.ClientSession() as session:
                assert await get(session, URL) == b"found"

        await asyncio.gather(call(), call())
        assert len(set(files)) == 2
