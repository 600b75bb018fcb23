"""Files of browsers and tools replay, with the oddities of each."""

import shutil
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from aiointercept import aiointercept
from aiointercept.core.recording.redacting.redaction import Redaction

SHAPES: Final = Path(__file__).parent / "shapes"


async def test_chrome() -> None:
    """HTTP/2's headers, joined cookies, an encoding that cannot be done again, base64, failures."""
    async with (
        aiointercept(cassette=SHAPES / "chrome.har", strict=True),
        aiohttp.ClientSession() as client,
    ):
        async with client.get("https://api.test/users?page=2") as response:
            assert await response.json() == {"name": "Zoë", "n": 1}
            assert "Content-Encoding" not in response.headers
            assert response.headers.getall("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]
        async with client.get("https://api.test/dot.gif") as response:
            assert await response.read() == b"GIF89a"
            assert response.content_type == "image/gif"
        with pytest.raises(aiohttp.ClientConnectorDNSError):
            await client.get("https://gone.test/")
        async with client.ws_connect("wss://api.test/socket") as ws:
            assert await ws.receive_str() == "hello"
            await ws.send_bytes(b"\x00\x01")
            assert await ws.receive_str() == "bye"
            assert (await ws.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_firefox() -> None:
    """A redirect by its URL alone, another charset, an encoding that is done again."""
    match_on = ("method", "url", "body")
    async with (
        aiointercept(cassette=SHAPES / "firefox.har", match_on=match_on, strict=True),
        aiohttp.ClientSession() as client,
    ):
        form = {"user": "ada", "say": "a b"}
        async with client.post("https://api.test/login", data=form) as response:
            assert str(response.url) == "https://api.test/home"
            assert response.headers["Content-Encoding"] == "gzip"
            assert await response.text() == "<p>é</p>"
            assert await response.read() == "<p>é</p>".encode("latin-1")
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.get("https://blocked.test/")


async def test_playwright() -> None:
    """Bodies in files beside the file, sizes that are not known, statuses below 0."""
    async with (
        aiointercept(cassette=SHAPES / "playwright.har", strict=True),
        aiohttp.ClientSession() as client,
    ):
        async with client.get("https://api.test/file") as response:
            assert await response.read() == b"x" * 100
        async with client.get("https://api.test/missing-body") as response:
            assert await response.read() == b""
        with pytest.raises(aiohttp.ClientOSError):
            await client.get("https://aborted.test/")


async def test_mitmproxy() -> None:
    """A length that contradicts the body."""
    match_on = ("method", "url", "json")
    async with (
        aiointercept(cassette=SHAPES / "mitmproxy.har", match_on=match_on, strict=True),
        aiohttp.ClientSession() as client,
    ):
        async with client.post("http://api.test:8080/items", json={"a": 1}) as response:
            assert response.status == 201
            assert await response.json() == {"id": 7}


async def test_postman() -> None:
    """Methods in lower case, headers of one connection."""
    async with (
        aiointercept(cassette=SHAPES / "postman.har", strict=True),
        aiohttp.ClientSession() as client,
    ):
        async with client.put("https://api.test/things/1", data={"a": "1"}) as response:
            assert await response.text() == "thing"


@pytest.mark.parametrize("redact", [False, Redaction(fields=["user"])], ids=["plain", "masked"])
@pytest.mark.parametrize("name", sorted(path.name for path in SHAPES.glob("*.har")))
async def test_new_entries_leave_the_others_as_they_are(
    server: Any, client: aiohttp.ClientSession, tmp_path: Path, name: str, redact: Any
) -> None:
    """What a tool wrote stays, field by field, secrets too, when something is added."""
    shutil.copytree(SHAPES, tmp_path, dirs_exist_ok=True)
    file = tmp_path / name
    before = file.read_text("utf-8")
    async with aiointercept(cassette=file, record="new", redact=redact):
        await client.get(server.url("/more?user=eve&token=t0ken"))
    after = file.read_text("utf-8")
    end = before.rindex("    ]")
    assert after.startswith(before[:end].rstrip())
    assert "/more" in after[end:]
    assert ("t0ken" in after) == (redact is False)
