"""Files are whole or not there, small in their differences, and refused if they are broken."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aiointercept import aiointercept
from aiointercept.adapters import files
from aiointercept.core.errors import CassetteError

VALID = {
    "request": {"method": "GET", "url": "https://a.test/"},
    "response": {"status": 200, "content": {"text": "x"}},
}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "", "this is not JSON"),
        ("[]", "", "this is not a HAR file"),
        ('{"interactions": []}', "log", "has no log"),
        ('{"log": []}', "log", "must be an object"),
        ('{"log": {"version": "2.0"}}', "log.version", "HAR '2.0' is not known"),
        ('{"log": {"version": "1.2"}}', "log.entries", "missing"),
        ('{"log": {"entries": {}}}', "log.entries", "must be a list"),
        ('{"log": {"entries": [1]}}', "log.entries[0]", "must be an object"),
    ],
)
def test_broken_files(tmp_path: Path, text: str, place: str, words: str) -> None:
    """Each says what is wrong, in which file, and where."""
    file = tmp_path / "a.har"
    file.write_text(text, "utf-8")
    with pytest.raises(CassetteError, match="a.har") as caught:
        files.load(file)
    assert words in str(caught.value)
    assert (caught.value.field or "") == place
    assert caught.value.file == str(file)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"request": None}, "request"),
        ({"request": {"method": "GET"}}, "request.url"),
        ({"request": {"method": 1, "url": "https://a.test/"}}, "request.method"),
        ({"request": {"method": "GET", "url": "/path"}}, "request.url"),
        ({"request": {"method": "GET", "url": "https:///x"}}, "request.url"),
        ({"response": {"status": "200"}}, "response.status"),
        ({"response": {"status": 20}}, "response.status"),
        ({"response": {"status": 200, "headers": [{"value": "x"}]}}, "response.headers[0].name"),
        ({"response": {"status": 200, "headers": "x"}}, "response.headers"),
        (
            {"response": {"status": 200, "content": {"text": "#", "encoding": "base64"}}},
            "response.content.text",
        ),
        ({"_webSocketMessages": [{"type": "shout"}]}, "_webSocketMessages[0].type"),
        ({"_aiointercept": {"fault": "TYPO"}}, "_aiointercept.fault"),
    ],
)
def test_broken_entries(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    """The number of the entry, and the field in it."""
    file = tmp_path / "a.har"
    data = {"log": {"entries": [VALID, VALID | change]}}
    file.write_text(json.dumps(data), "utf-8")
    with pytest.raises(CassetteError, match=r"a\.har, entry 2, ") as caught:
        files.load(file)
    assert (caught.value.entry, caught.value.field) == (2, field)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "this is not YAML"),
        ("- a", "must be a mapping"),
        ("a: 1", "has no interactions"),
        ("interactions: []\nversion: 2", "version 2 is not known"),
        ("interactions: [{request: {}}]", "entry 1, request.method"),
        ("interactions:\n- request: !!python/object:os.system {}", "contains a Python object"),
        ("interactions: [{request: {method: GET, uri: x}}]", "entry 1, re"),
    ],
)
def test_broken_yaml(tmp_path: Path, text: str, words: str) -> None:
    """The same for VCR.py's format."""
    file = tmp_path / "a.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(CassetteError, match=r"a\.yaml") as caught:
        files.load(file)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "gone.bin"])
async def test_bodies_in_files(tmp_path: Path, name: str) -> None:
    """A body is in a file beside the cassette, and nowhere else."""
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "cassettes"
    folder.mkdir()
    response = {"status": 200, "content": {"_file": name}}
    data = {"log": {"entries": [VALID | {"response": response}]}}
    (folder / "a.har").write_text(json.dumps(data), "utf-8")
    with pytest.raises(CassetteError, match=r"a\.har, entry 1: .*file"):
        await aiointercept(cassette=folder / "a.har").start()


def test_not_text(tmp_path: Path) -> None:
    """A file in another encoding; one with a mark at its beginning is fine."""
    file = tmp_path / "a.har"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CassetteError, match="not UTF-8 text"):
        files.load(file)
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps({"log": {"entries": [VALID]}}).encode())
    assert len(files.load(file).entries) == 1


async def test_readable_differences(server: Any, client: aiohttp.ClientSession, file: Path) -> None:
    """Adding an exchange adds lines, at one place; line breaks are those of every system."""
    async with aiointercept(cassette=file, record="once"):
        await client.get(server.url("/a"))
    before = file.read_bytes()
    async with aiointercept(cassette=file, record="new"):
        await client.get(server.url("/a"))
        await client.get(server.url("/b"))
    after = file.read_bytes()
    assert b"\r" not in after
    assert after.endswith(b"\n")
    old, new = before.splitlines(), after.splitlines()
    rest = iter(new)
    # All old lines but the bracket's comma are there, in their order.
    assert all(any(line.rstrip(b",") == other.rstrip(b",") for other in rest) for line in old)


async def test_failing_to_write(
    server: Any, client: aiohttp.ClientSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a file cannot be written, the block says so, the old one stays, and nothing else does."""
    file = tmp_path / "a.har"
    async with aiointercept(cassette=file, record="once"):
        await client.get(server.url("/a"))
    before = file.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        async with aiointercept(cassette=file, record="all"):
            await client.get(server.url("/b"))
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.har"]
    with pytest.raises(ZeroDivisionError) as caught:
        async with aiointercept(cassette=file, record="all"):
            await client.get(server.url("/b"))
            raise ZeroDivisionError
    if sys.version_info >= (3, 11):
        assert "No space left" in str(caught.value.__notes__)


@pytest.mark.skipif(sys.platform == "win32", reason="processes end in another way there")
def test_killed_while_saving(tmp_path: Path) -> None:
    """A process that is killed while it writes leaves the old file."""
    file = tmp_path / "a.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": [VALID]}}), "utf-8")
    before = file.read_bytes()
    program = f"""
import os, signal
from pathlib import Path
from aiointercept.adapters import files
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
file = Path({str(file)!r})
entry = Entry(Request("GET", "https://b.test/"), Response(200))
files.save(file, files.load(file), [entry], None, version="1")
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == before


async def test_orphans(server: Any, client: aiohttp.ClientSession, tmp_path: Path) -> None:
    """Bodies that no cassette in the folder has any more are removed; others stay."""
    (tmp_path / "notes.bin").write_bytes(b"mine")
    one, other = tmp_path / "one.har", tmp_path / "other.har"
    bodies = [b"a" * 100_000, b"b" * 100_000]
    for file in (one, other):
        async with aiointercept(cassette=file, record="once"):
            for body in bodies if file == one else bodies[:1]:
                await (await client.post(server.url("/echo"), data=body)).read()
    assert len(list(tmp_path.iterdir())) == 5
    async with aiointercept(cassette=one, record="all"):
        await (await client.post(server.url("/echo"), data=b"c" * 100_000)).read()
    contents = {path.read_bytes()[:1] for path in tmp_path.glob("*.bin")}
    assert contents == {b"m", b"a", b"c"}


async def test_nothing_is_left(
    server: Any, client: aiohttp.ClientSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the block there are no threads and no temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    before = threading.active_count()
    async with aiointercept(cassette=tmp_path / "a.har", record="once"):
        data = b"x" * 1_000_000
        for _ in range(3):
            response = await client.post(server.url("/echo"), data=[data, data][0] + b"y" * 40_000)
            await response.read()
    assert threading.active_count() == before
    assert list(temporary.iterdir()) == []
