"""VCR.py itself: what it recorded replays here, and what we recorded replays there."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zlib import compressobj

import aiohttp
import pytest
import requests
import vcr
import yaml

from aiointercept import Fault, aiointercept


def gzipped(body: bytes) -> bytes:
    """Return ``body`` as gzip."""
    packer = compressobj(wbits=31)
    return packer.compress(body) + packer.flush()


class Answers(BaseHTTPRequestHandler):
    """A server that knows nothing of asyncio."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body, extra = b'{"name": "Zo\xc3\xab"}', [("Content-Type", "application/json")]
        if self.path.startswith("/gzip"):
            body, extra = gzipped(body), [*extra, ("Content-Encoding", "gzip")]
        elif self.path.startswith("/binary"):
            body, extra = bytes(range(256)), [("Content-Type", "image/png")]
        elif self.path.startswith("/echo"):
            body, extra = sent, [("Content-Type", "text/plain")]
        self.send_response(200, "Fine")
        for name, value in [*extra, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815  names of the standard library

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Give the URL of a real server in a thread of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


PATHS = ("/text", "/gzip", "/binary")


async def asked(client: aiohttp.ClientSession, url: str) -> list[Any]:
    """Return what a client of aiohttp sees of all answers."""
    found: list[Any] = []
    for path in PATHS:
        async with client.get(url + path) as response:
            cookies = response.headers.getall("Set-Cookie")
            found.append((response.status, response.reason, await response.read(), cookies))
    for data in ({"a": "é b"}, b"\xff\x00", b"plain"):
        async with client.post(url + "/echo", data=data) as response:
            found.append(await response.read())
    async with client.post(url + "/echo", json={"a": ["é"]}) as response:
        found.append(await response.read())
    return found


async def test_recorded_there_with_aiohttp(url: str, tmp_path: Path) -> None:
    """What VCR.py's stub for aiohttp wrote, decompressed beside a Content-Encoding."""
    file = tmp_path / "vcr.yaml"
    async with aiohttp.ClientSession() as client:
        with vcr.use_cassette(str(file)):
            there = await asked(client, url)
        async with aiointercept(cassette=file, strict=True) as m:
            assert await asked(client, url) == there
        assert m.call_count == len(PATHS) + 4


def test_recorded_there_with_requests(url: str, tmp_path: Path) -> None:
    """What VCR.py's stub for urllib3 wrote, compressed as it came if it is told to leave it so."""
    file = tmp_path / "vcr.yaml"
    with vcr.use_cassette(str(file)):
        there = [requests.get(url + path).content for path in PATHS]
    with aiointercept() as m:
        m.replay(file, base_url=m.server_url)
        assert [requests.get(m.server_url + path).content for path in PATHS] == there


async def test_recorded_here_with_aiohttp(url: str, tmp_path: Path) -> None:
    """What we wrote replays in VCR.py for clients of aiohttp."""
    file = tmp_path / "ours.yaml"
    async with aiohttp.ClientSession() as client:
        async with aiointercept(cassette=file, record="once", redact=False):
            here = await asked(client, url)
        with vcr.use_cassette(str(file), record_mode="none") as cassette:
            assert await asked(client, url) == here
            assert cassette.all_played


def test_recorded_here_with_requests(url: str, tmp_path: Path) -> None:
    """What we wrote replays in VCR.py for clients of urllib3."""
    file = tmp_path / "ours.yaml"

    async def record() -> list[bytes]:
        async with (
            aiointercept(cassette=file, record="once"),
            aiohttp.ClientSession() as client,
        ):
            return [await (await client.get(url + path)).read() for path in PATHS]

    import asyncio  # noqa: PLC0415  for this alone

    here = asyncio.run(record())
    with vcr.use_cassette(str(file), record_mode="none"):
        assert [requests.get(url + path).content for path in PATHS] == here


async def test_added_to_what_was_recorded_there(url: str, tmp_path: Path) -> None:
    """Adding to a file of VCR.py leaves what it wrote as it is, and VCR.py reads the whole."""
    file = tmp_path / "vcr.yaml"
    async with aiohttp.ClientSession() as client:
        with vcr.use_cassette(str(file)):
            await (await client.get(url + "/text")).read()
        before = yaml.safe_load(file.read_text("utf-8"))["interactions"]
        async with aiointercept(cassette=file, record="new", redact=False):
            await (await client.get(url + "/text")).read()
            await (await client.get(url + "/binary")).read()
        after = yaml.safe_load(file.read_text("utf-8"))["interactions"]
        assert after[0] == before[0]
        assert len(after) == 2
        with vcr.use_cassette(str(file), record_mode="none"):
            await (await client.get(url + "/text")).read()
            await (await client.get(url + "/binary")).read()


@pytest.mark.parametrize("part", ["json", "body"])
async def test_objects_recorded_there(url: str, tmp_path: Path, part: str) -> None:
    """VCR.py writes ``json=`` and ``data=`` as the same mapping: each matches what was sent."""
    file = tmp_path / "vcr.yaml"
    sent: list[dict[str, Any]] = [
        {"json": {"z": 1, "name": "Bo", "password": "p", "tags": [{"a": None}]}},
        {"data": {"z": "1", "name": "Bo", "password": "p"}},
        {"json": [1, {"a": "é"}]},
        {"json": 5},
        {"json": "x"},
    ]
    async with aiohttp.ClientSession() as client:
        with vcr.use_cassette(str(file)):
            for options in sent:
                await client.post(url + "/echo", **options)
        async with aiointercept(cassette=file, match_on=["url", part], strict=part == "json") as m:
            for options in reversed(sent[:4]):
                assert (await client.post(url + "/echo", **options)).status == 200
            with pytest.raises(aiohttp.ClientConnectionError, match=r"\$\.name"):
                await client.post(url + "/echo", json={**sent[0]["json"], "name": "Al"})
            m.clear()


async def login(client: aiohttp.ClientSession, url: str) -> None:
    """Send secrets in every place where they are masked."""
    sent = {"name": "Bo", "password": "p4ss"}
    await (await client.post(url + "/echo?token=t0ken", json=sent)).read()


async def test_secrets_recorded_there_stay(url: str, tmp_path: Path) -> None:
    """Adding masks nothing of what VCR.py wrote, which replays there as before."""
    file = tmp_path / "vcr.yaml"
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer x"}) as client:
        with vcr.use_cassette(str(file)):
            await login(client, url)
        before = file.read_text("utf-8").removesuffix("version: 1\n")
        async with aiointercept(cassette=file, record="new"):
            await (await client.get(url + "/text?token=s3cret")).read()
        after = file.read_text("utf-8")
        assert after.startswith(before)
        assert "s3cret" not in after
        with vcr.use_cassette(str(file), record_mode="none", match_on=["uri", "method", "body"]):
            await login(client, url)


async def test_what_vcr_has_no_place_for(
    server: Any, client: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """Faults are in the file all the same, and VCR.py reads the rest."""
    file = tmp_path / "ours.yaml"
    async with aiointercept(cassette=file, record="once"):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await client.post(server.url("/gone"), data=b"x")
        await client.get(server.url("/hello"))
    async with aiointercept(cassette=file) as m:
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.post(server.url("/gone"), data=b"x")
    assert m.calls[0].fault in (Fault.EMPTY_RESPONSE, Fault.CONNECTION_RESET)
    with vcr.use_cassette(str(file), record_mode="none"):
        async with client.get(server.url("/hello")) as response:
            assert await response.text() == "hello"


def test_old_files(tmp_path: Path) -> None:
    """Bodies in base64, and headers without lists, as the first versions wrote them."""
    file = tmp_path / "old.yaml"
    interaction = {
        "request": {
            "method": "GET",
            "uri": "http://old.test/",
            "body": None,
            "headers": {"A": "b"},
        },
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"content-type": "text/plain"},
            "body": {"base64_string": "aGVsbG8="},
        },
    }
    file.write_text(json.dumps({"version": 1, "interactions": [interaction]}), "utf-8")
    with aiointercept() as m:
        m.replay(file, base_url=m.server_url)
        assert requests.get(m.server_url).text == "hello"
