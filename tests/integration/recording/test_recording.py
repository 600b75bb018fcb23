"""What a client sees while recording, and afterwards, is what it sees without us."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aiointercept import Fault, Redaction, aiointercept
from aiointercept.core.errors import CassetteError

REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/hello", {}),
    ("POST", "/json", {"json": {"a": ["é", 1]}}),
    ("POST", "/form", {"data": {"name": "value", "other": "é"}}),
    ("POST", "/bytes", {"data": bytes(range(256))}),
    ("PUT", "/compressed-by-hand", {"data": b"x" * 100, "compress": "gzip"}),
    ("GET", "/compressed", {}),
    ("GET", "/strange", {"auto_decompress": False}),
    ("GET", "/repeated", {}),
    ("GET", "/redirect", {}),
    ("GET", "/redirect", {"allow_redirects": False}),
    ("HEAD", "/compressed", {}),
    ("GET", "/nothing", {}),
    ("GET", "/unchanged", {}),
    ("GET", "/events", {}),
    ("GET", "/cut", {}),
    ("GET", "/gone", {}),
    ("POST", "/gone", {"data": b"x"}),
    ("GET", "/garbage", {}),
    ("OPTIONS", "/hello?a=1&a=2&b=%2F", {}),
]


@pytest.mark.parametrize(("method", "path", "options"), REQUESTS)
async def test_fidelity(  # noqa: PLR0913, PLR0917  fixtures, and all that a case has
    server: Any,
    client: aiohttp.ClientSession,
    look: Any,
    file: Path,
    method: str,
    path: str,
    options: dict[str, Any],
) -> None:
    """Recording and replaying change nothing that a caller sees."""
    options = dict(options)
    if not options.pop("auto_decompress", True):
        client = server.session(auto_decompress=False)
    async with client:
        url = server.url(path)
        plain = await look(client, method, url, **options)
        async with aiointercept(cassette=file, record="once", redact=False):
            recorded = await look(client, method, url, **options)
        asked = len(server.requests)
        async with aiointercept(cassette=file, redact=False, strict=True) as m:
            replayed = await look(client, method, url, **options)
    assert recorded == plain
    assert replayed == plain
    assert len(server.requests) == asked
    assert m.call_count == (2 if plain[-1] and len(plain) > 1 else 1)


async def test_multipart(server: Any, client: aiohttp.ClientSession, file: Path) -> None:
    """A form with files is recorded as it was sent, and matches although its boundary differs."""

    def form() -> aiohttp.FormData:
        data = aiohttp.FormData()
        data.add_field("name", "value")
        data.add_field("file", b"\x00\xff", filename="x.bin", content_type="image/png")
        return data

    async with aiointercept(cassette=file, record="once"):
        async with client.post(server.url("/echo"), data=form()) as response:
            first = await response.read()
    async with aiointercept(cassette=file, match_on=("method", "url", "body")):
        async with client.post(server.url("/echo"), data=form()) as response:
            assert await response.read() == first


@pytest.mark.parametrize("size", [70_000, 20_000_000])
async def test_large_bodies(
    server: Any, client: aiohttp.ClientSession, tmp_path: Path, size: int
) -> None:
    """Large bodies pass in chunks, both ways, and are in files named by their hash."""
    file = tmp_path / "test.har"

    async def chunks() -> Any:
        for start in range(0, size, 100_000):
            yield b"%8d" % start + b"x" * (min(100_000, size - start) - 8)

    async with aiointercept(cassette=file, record="once"):
        async with client.post(server.url("/echo"), data=chunks()) as response:
            sent = await response.read()
    entry = json.loads(file.read_text("utf-8"))["log"]["entries"][0]
    name = entry["response"]["content"]["_file"]
    assert entry["request"]["postData"]["_file"] == name
    assert (tmp_path / name).read_bytes() == sent
    assert len(sent) == size
    assert {path.name for path in tmp_path.iterdir()} == {"test.har", name}
    async with aiointercept(cassette=file):
        async with client.post(server.url("/echo"), data=b"x") as response:
            assert await response.read() == sent


@pytest.mark.parametrize("compress", [0, 15])
async def test_websocket(
    server: Any, client: aiohttp.ClientSession, file: Path, compress: int
) -> None:
    """The messages of a WebSocket pass, are recorded, and come again in their order."""

    async def conversation() -> list[Any]:
        async with client.ws_connect(
            server.url("/chat"), protocols=["chat"], compress=compress
        ) as ws:
            found: list[Any] = [ws.protocol, await ws.receive_str()]
            await ws.send_str("é")
            found.append(await ws.receive_str())
            await ws.send_bytes(b"\x00\x01\x02")
            found.append(await ws.receive_bytes())
            await ws.send_str("quit")
            last = await ws.receive()
            return [*found, last.type, ws.close_code]

    plain = await conversation()
    async with aiointercept(cassette=file, record="once"):
        recorded = await conversation()
    asked = len(server.requests)
    async with aiointercept(cassette=file, strict=True) as m:
        replayed = await conversation()
    assert plain == recorded == replayed
    assert len(server.requests) == asked
    assert [message.data for message in m.calls[0].messages][:3] == ["welcome", "é", "é" * 40]


async def test_websocket_closed_by_the_client(
    server: Any, client: aiohttp.ClientSession, file: Path
) -> None:
    """A WebSocket that the client closes is recorded with what was said before."""
    for record in ("once", "none"):
        async with aiointercept(cassette=file, record=record, strict=True):
            async with client.ws_connect(server.url("/chat")) as ws:
                assert await ws.receive_str() == "welcome"


async def test_refused_websocket(server: Any, client: aiohttp.ClientSession, file: Path) -> None:
    """A handshake that the server refuses is refused again."""
    for record in ("once", "none"):
        async with aiointercept(cassette=file, record=record):
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await client.ws_connect(server.url("/refused_chat"))
            assert caught.value.status == 403


async def test_network_failures(
    server: Any, file: Path, network_attempts: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    """What keeps a server from being reached is recorded with a warning, and fails again."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    class NoNames(type(server.resolver)):  # type: ignore[misc]  # a fixture's class
        async def resolve(self, host: str, *args: Any, **options: Any) -> Any:
            if host == "unknown.test":
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return await super().resolve(host, *args, **options)

    faults: list[Any] = []
    warnings: list[str] = []
    for record in ("once", "none"):
        connector = aiohttp.TCPConnector(resolver=NoNames())
        timeout = aiohttp.ClientTimeout(sock_read=0.2)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            async with aiointercept(cassette=file, record=record) as m:
                with pytest.raises(aiohttp.ClientConnectorDNSError):
                    await session.get("http://unknown.test/")
                with pytest.raises(aiohttp.ClientConnectorError):
                    await session.get(f"http://refused.test:{port}/")
        faults.append([call.fault for call in m.calls])
        warnings += [record.getMessage() for record in caplog.records]
        caplog.clear()
    assert faults[1] == [Fault.DNS_FAILURE, Fault.CONNECTION_REFUSED]
    [warning] = warnings
    assert "has recorded 2 requests without a response" in warning


async def test_silent_server(server: Any, client: aiohttp.ClientSession, file: Path) -> None:
    """A server that does not answer in time does not do so again."""

    async def hang(_request: Any) -> Any:
        await asyncio.Event().wait()

    server.handler = hang
    timeout = aiohttp.ClientTimeout(sock_read=0.1)
    for record in ("once", "none"):
        async with aiointercept(cassette=file, record=record, strict=True):
            with pytest.raises(aiohttp.SocketTimeoutError):
                await client.post(server.url("/"), data=b"x", timeout=timeout)


async def test_untrusted_certificate(secure_remote: Any, file: Path) -> None:
    """The client's own TLS settings hold while recording, and their failure is recorded."""
    for record in ("once", "none"):
        async with secure_remote.session() as session:
            async with aiointercept(cassette=file, record=record):
                with pytest.raises(aiohttp.ClientConnectorCertificateError):
                    await session.get(secure_remote.url("/"))


async def test_tls(secure_remote: Any, file: Path) -> None:
    """A client that trusts the real server's authority records from it."""
    for record in ("once", "none"):
        async with secure_remote.session() as session:
            async with aiointercept(cassette=file, record=record, strict=True):
                async with session.get(secure_remote.url("/x"), ssl=secure_remote.ssl) as response:
                    assert await response.text() == "real"
    assert len(secure_remote.requests) == 1


async def test_modes(server: Any, client: aiohttp.ClientSession, file: Path) -> None:
    """Each mode asks the real server for what it should, and no more."""

    async def ask(*paths: str) -> int:
        before = len(server.requests)
        for path in paths:
            async with client.get(server.url(path)) as response:
                assert response.status == 200
        return len(server.requests) - before

    with pytest.raises(CassetteError, match="record='once'"):
        await aiointercept(cassette=file).start()
    assert not file.exists()
    async with aiointercept(cassette=file, record="once"):
        assert await ask("/a", "/b") == 2
    text = file.read_bytes()
    async with aiointercept(cassette=file, record="once"):
        assert await ask("/b", "/a") == 0
        with pytest.raises(aiohttp.ClientConnectionError, match="No route matches"):
            await client.get(server.url("/c"))
        with pytest.raises(aiohttp.ClientConnectionError, match=r"record='new'"):
            await client.get(server.url("/a"))
    async with aiointercept(cassette=file, record="new"):
        assert await ask("/b", "/a") == 0
    assert file.read_bytes() == text
    async with aiointercept(cassette=file, record="new"):
        assert await ask("/a", "/c", "/a", "/b") == 2
    async with aiointercept(cassette=file) as m:
        assert await ask("/a", "/a", "/b", "/c") == 0
        assert m.call_count == 4
    async with aiointercept(cassette=file, record="all"):
        assert await ask("/b") == 1
    async with aiointercept(cassette=file, strict=True):
        assert await ask("/b") == 0


async def test_nothing_changed(server: Any, client: aiohttp.ClientSession, file: Path) -> None:
    """Recording the same anew leaves the file as it was, times and dates included."""
    written: set[bytes] = set()
    dates: list[str] = []

    async def dated(_request: web.BaseRequest) -> web.Response:
        return web.Response(body=b"hello", headers={"Date": dates[-1]})

    server.handler = dated
    for day, record in enumerate(("once", "all", "all")):
        dates.append(f"Wed, {day + 1:02} Jul 2026 12:00:00 GMT")
        async with aiointercept(cassette=file, record=record):
            for path in ("/a", "/b", "/a"):
                await client.get(server.url(path))
        written.add(file.read_bytes())
    assert len(written) == 1


async def test_order_of_asking(server: Any, client: aiohttp.ClientSession, file: Path) -> None:
    """Concurrent calls are recorded in the order in which they were asked for."""
    release = asyncio.Event()

    async def slow(request: Any) -> Any:
        if request.path == "/first":
            await release.wait()
        return web.Response(text=request.path)

    server.handler = slow
    async with aiointercept(cassette=file, record="once") as m:
        first = asyncio.ensure_future(client.get(server.url("/first")))
        while not server.requests:
            await asyncio.sleep(0)
        await client.get(server.url("/second"))
        release.set()
        await first
        m.save(file.with_name("saved.har"))
    saved = json.loads(file.with_name("saved.har").read_text("utf-8"))
    urls = [entry["request"]["url"] for entry in saved["log"]["entries"]]
    assert [url.rpartition("/")[2] for url in urls] == ["first", "second"]


async def test_explicit_routes_come_first(
    server: Any, client: aiohttp.ClientSession, file: Path
) -> None:
    """A route of the test answers before the cassette, and what it answers is not recorded."""
    async with aiointercept(cassette=file, record="once") as m:
        m.get(server.url("/a"), body="mine", repeat=True)
        for path, text in (("/a", "mine"), ("/b", "hello"), ("/a", "mine")):
            async with client.get(server.url(path)) as response:
                assert await response.text() == text
    async with aiointercept(cassette=file) as m:
        (handle,) = m._run.routes  # noqa: SLF001  what the cassette holds
        assert "/b" in str(handle)
        m.get(server.url("/b"), body="mine", repeat=True)
        async with client.get(server.url("/b")) as response:
            assert await response.text() == "mine"


async def test_passthrough_is_not_recorded(
    server: Any, client: aiohttp.ClientSession, file: Path
) -> None:
    """Hosts that are passed through are neither recorded nor asked for in the cassette."""
    for record in ("once", "none"):
        async with aiointercept(cassette=file, record=record, passthrough=["own.test"]):
            await client.get(server.url("/x", host="own.test"))
            await client.get(server.url("/y"))
    assert [request.path for request in server.requests] == ["/x", "/y", "/x"]


async def test_saved_whatever_happens(
    server: Any, client: aiohttp.ClientSession, file: Path
) -> None:
    """An exception that leaves the block does not keep the cassette from being written."""
    with pytest.raises(ZeroDivisionError):
        async with aiointercept(cassette=file, record="once"):
            await client.get(server.url("/a"))
            raise ZeroDivisionError
    async with aiointercept(cassette=file, strict=True):
        await client.get(server.url("/a"))


async def test_nothing_asked(file: Path) -> None:
    """A block that asks nothing leaves an empty cassette, unless it failed."""
    with pytest.raises(ZeroDivisionError):
        async with aiointercept(cassette=file, record="once"):
            raise ZeroDivisionError
    assert not file.exists()
    async with aiointercept(cassette=file, record="once"):
        pass
    async with aiointercept(cassette=file, strict=True):
        pass


async def test_two_cassettes(server: Any, client: aiohttp.ClientSession, tmp_path: Path) -> None:
    """Nested mocks have a cassette each; the inner one is asked first."""
    inner, outer = tmp_path / "inner.har", tmp_path / "outer.har"
    for file, path in ((inner, "/inner"), (outer, "/outer")):
        async with aiointercept(cassette=file, record="once"):
            await client.get(server.url(path))
    asked = len(server.requests)
    async with aiointercept(cassette=outer, strict=True):
        async with aiointercept(cassette=inner, strict=True):
            await client.get(server.url("/outer"))
            await client.get(server.url("/inner"))
    async with aiointercept(cassette=outer, strict=True) as m:
        m.replay(inner)
        await client.get(server.url("/inner"))
        await client.get(server.url("/outer"))
    assert len(server.requests) == asked


async def test_live_exchanges_are_left_alone(
    server: Any, client: aiohttp.ClientSession, file: Path
) -> None:
    """Redaction changes the file, but neither what the server gets nor what the client gets."""
    url = server.url("/echo?token=s3cr3t-a")
    body = {"password": "s3cr3t-b", "fine": "yes", "mine": "s3cr3t-c"}
    headers = {"Authorization": "Bearer s3cr3t-d", "Cookie": "a=s3cr3t-e"}
    redact = Redaction(fields=["mine"])
    async with aiointercept(cassette=file, record="once", redact=redact):
        async with client.post(url, json=body, headers=headers) as response:
            assert await response.json(content_type=None) == body
    (request,) = server.requests[:1]
    assert request.headers["Authorization"] == "Bearer s3cr3t-d"
    assert request.query["token"] == "s3cr3t-a"
    assert "s3cr3t" not in file.read_text("utf-8")
    match_on = ("method", "url", "headers", "json")
    async with aiointercept(cassette=file, redact=redact, match_on=match_on):
        other = {**body, "password": "another", "mine": "another"}
        url = server.url("/echo?token=another")
        async with client.post(
            url, json=other, headers={"Authorization": "x", "Cookie": "a=y"}
        ) as response:
            assert await response.json(content_type=None) == {
                "password": "REDACTED",
                "fine": "yes",
                "mine": "REDACTED",
            }


async def test_messages_hide_secrets(
    server: Any, client: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """What a mock with a cassette says of requests has no secrets in it."""
    file = tmp_path / "test.har"
    async with aiointercept(cassette=file, record="once"):
        await client.get(server.url("/a?token=s3cr3t-a"))
    with pytest.raises(AssertionError) as strict:
        async with aiointercept(cassette=file, strict=True):
            with pytest.raises(aiohttp.ClientConnectionError) as caught:
                await client.get(server.url("/b?token=s3cr3t-b&page=2"))
    assert "test.har (entry 1)" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
    assert "s3cr3t" not in str(strict.value)
    assert "page" in str(strict.value)
