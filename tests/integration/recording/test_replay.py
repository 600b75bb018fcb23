"""``m.replay``: recorded exchanges as ordinary routes."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests

from aiointercept import Redaction, aiointercept, matchers
from aiointercept.core.errors import CassetteError, NotStartedError

BASE = "https://api.test"
FIRST = '{"n": 1, "t": "REDACTED"}'
SECOND = '{"n": 2, "t": "REDACTED"}'


def entry(path: str, text: str, method: str = "GET", **more: Any) -> dict[str, Any]:
    """Return an entry of a HAR file."""
    request = {"method": method, "url": f"{BASE}{path}", **more.pop("request", {})}
    content = {"mimeType": "text/plain", "text": text}
    response = {"status": 200, "content": content, **more}
    return {"request": request, "response": response}


def har(file: Path, *entries: dict[str, Any]) -> Path:
    """Write a HAR file."""
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    return file


async def text(client: aiohttp.ClientSession, path: str, **options: Any) -> str:
    """Return the text at a path."""
    async with client.request(options.pop("method", "GET"), f"{BASE}{path}", **options) as found:
        return await found.text()


@pytest.fixture
def traffic(tmp_path: Path) -> Path:
    """Give a file with three answers, two of them to the same request."""
    return har(tmp_path / "a.har", entry("/a", "1"), entry("/a", "2"), entry("/b?x=1&y=2", "3"))


async def test_queue(traffic: Path) -> None:
    """Answers come in their order, whatever the order of the query, and each once."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as client:
        handles = m.replay(traffic)
        assert [await text(client, "/a"), await text(client, "/b?y=2&x=1")] == ["1", "3"]
        assert [handle.call_count for handle in handles] == [1, 0, 1]
        assert await text(client, "/a") == "2"
        with pytest.raises(aiohttp.ClientConnectionError, match=r"a\.har \(entry 2\)"):
            await text(client, "/a")
        handles[0].assert_called_once()
        m.assert_called_with(f"{BASE}/a")
        assert [call.route for call in m.calls[:3]] == [handles[0], handles[2], handles[1]]


async def test_repeat(traffic: Path) -> None:
    """The last answer to a request comes for ever, or each as often as is said."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as client:
        m.replay(traffic, repeat=True)
        assert [await text(client, "/a") for _ in range(4)] == ["1", "2", "2", "2"]
        m.clear()
        m.replay(traffic, repeat=2)
        assert [await text(client, "/a") for _ in range(4)] == ["1", "1", "2", "2"]
        m.clear()
        with pytest.raises(aiohttp.ClientConnectionError):
            await text(client, "/a")


async def test_unplayed_entries_are_unused_routes(traffic: Path) -> None:
    """A strict mock tells which exchanges were not asked for."""
    with pytest.raises(AssertionError, match=r"a\.har \(entry 3\)"):
        async with aiointercept(mock_external_urls=True, strict=True) as m:
            m.replay(traffic)
            async with aiohttp.ClientSession() as client:
                await text(client, "/a")
                await text(client, "/a")


async def test_explicit_routes_first(traffic: Path) -> None:
    """Exact routes, patterns and matchers of the test come before what was recorded."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as client:
        m.replay(traffic)
        m.route(matchers.path("/a"), body="mine")
        assert [await text(client, "/a") for _ in range(3)] == ["mine", "1", "2"]


def test_base_url(tmp_path: Path) -> None:
    """An origin is moved to the server, redirects to it included."""
    there = {"status": 302, "headers": [{"name": "Location", "value": f"{BASE}/end?q=1"}]}
    file = har(tmp_path / "a.har", entry("/start", "", **there), entry("/end?q=1", "moved"))
    with aiointercept() as m:
        m.replay(file, base_url=m.server_url)
        assert requests.get(f"{m.server_url}/start").text == "moved"
        m.replay(file, base_url=f"{m.server_url}/v2/")
        assert requests.get(f"{m.server_url}/v2/start").text == "moved"
        m.replay(file)
    with pytest.raises(NotStartedError):
        m.replay(file)


async def test_match_on(tmp_path: Path) -> None:
    """Requests are compared by the parts that are named."""
    file = har(
        tmp_path / "a.har",
        entry("/a?v=1", "one", "POST", request={"postData": {"text": FIRST}}),
        entry("/a?v=1", "two", "POST", request={"postData": {"text": SECOND}}),
    )
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as client:
        m.replay(file, match_on=("method", "path", "json"), repeat=True)
        for number, answer in ((2, "two"), (1, "one")):
            sent = {"t": ["any"], "n": number}
            assert await text(client, "/a?v=3", method="POST", json=sent) == answer
        with pytest.raises(aiohttp.ClientConnectionError, match=r"\$\.n: expected . got 3|\$\.n"):
            await text(client, "/a?v=3", method="POST", json={"t": 1, "n": 3})
        m.clear()
        m.replay(file, match_on=("path", lambda recorded, request: b"2" in recorded.body))
        assert await text(client, "/a", method="PUT") == "two"
        m.clear()
        m.replay(file, match_on=("path", matchers.headers({"X": "y"})))
        assert await text(client, "/a", headers={"X": "y"}) == "one"


@pytest.mark.parametrize(
    ("recorded", "asked"),
    [
        ("/a?token=REDACTED&b=1", "/a?b=1&token=xyz"),
        ("/a?mine=REDACTED", "/a?mine=anything%20at%20all"),
        ("/users/REDACTED/posts", "/users/17/posts"),
        ("/a?x=preREDACTEDpost", "/a?x=pre-and-post"),
        ("/REDACTED?REDACTED=1&a=REDACTED", "/x?REDACTED=1&a=2"),
    ],
)
async def test_masks_match_any_value(tmp_path: Path, recorded: str, asked: str) -> None:
    """What was masked when it was recorded takes any value, and replays as it is."""
    file = har(tmp_path / "a.har", entry(recorded, "token=REDACTED"))
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as client:
        m.replay(file)
        assert await text(client, asked) == "token=REDACTED"


async def test_redaction_applies_to_both_sides(tmp_path: Path) -> None:
    """A secret that somebody's file has, and the one that is sent now, are the same to compare."""
    file = har(tmp_path / "a.har", entry("/a?token=old&x=1", "1"), entry("/p/old", "2"))
    redact = Redaction(replace=["old", "new"])
    async with aiointercept(mock_external_urls=True, redact=redact) as m:
        async with aiohttp.ClientSession() as client:
            m.replay(file)
            assert await text(client, "/a?token=another&x=1") == "1"
            assert await text(client, "/p/new") == "2"


async def test_save(tmp_path: Path) -> None:
    """What a mock was asked is a file that replays, masked, with the route that answered."""
    file = tmp_path / "sub" / "traffic.har"
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as client:
        m.get(f"{BASE}/a", body="first", headers={"Set-Cookie": "s=s3cr3t"}, name="the first")
        m.post(f"{BASE}/a", json={"password": "s3cr3t"})
        await text(client, "/a?", headers={"Authorization": "s3cr3t"})
        await text(client, "/a", method="POST", json={"api_key": "s3cr3t"})
        with pytest.raises(aiohttp.ClientConnectionError):
            await text(client, "/unmatched")
        m.save(file)
    data = json.loads(file.read_text("utf-8"))
    assert "s3cr3t" not in file.read_text("utf-8")
    first, second, third = data["log"]["entries"]
    assert first["_aiointercept"]["route"].endswith("(the first)")
    assert "test_replay.py:" in first["_aiointercept"]["declared_at"]
    assert third["_aiointercept"]["outcome"] == "unmatched"
    assert second["response"]["content"]["text"] == '{"password": "REDACTED"}'
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as client:
        m.replay(file)
        assert await text(client, "/a") == "first"
        assert await text(client, "/a", method="POST") == '{"password": "REDACTED"}'


async def test_bad_input(tmp_path: Path, traffic: Path) -> None:
    """Each mistake is an error that says what to do."""
    for options, error, words in (
        ({"cassette": "x.json"}, ValueError, "must end with .har"),
        ({"cassette": 3}, TypeError, "cassette must be a path"),
        ({"cassette": "x.har", "record": "sometimes"}, ValueError, "'none', 'once', 'new', 'all'"),
        ({"cassette": "x.har", "record": 1}, TypeError, "record must be"),
        ({"record": "once"}, ValueError, "record needs a cassette"),
        ({"match_on": ["method"]}, ValueError, "match_on needs a cassette"),
        ({"cassette": "x.har", "match_on": ["methods"]}, ValueError, "'methods' is not one of"),
        ({"cassette": "x.har", "match_on": []}, ValueError, "match_on is empty"),
        ({"cassette": "x.har", "match_on": 3}, TypeError, "match_on must be a list"),
        ({"cassette": "x.har", "match_on": [3]}, TypeError, "match_on: 3 is not"),
        ({"cassette": "x.har", "redact": "no"}, TypeError, "redact must be a Redaction"),
    ):
        with pytest.raises(error, match=words.replace(".", r"\.")):
            aiointercept(**options)  # type: ignore[arg-type]  # that is the point
    folder = tmp_path / "folder.har"
    folder.mkdir()
    with pytest.raises(CassetteError, match="this is a folder"):
        await aiointercept(cassette=folder).start()
    async with aiointercept() as m:
        with pytest.raises(CassetteError, match="no such file"):
            m.replay(tmp_path / "missing.har")
        with pytest.raises(ValueError, match="base_url must be a URL"):
            m.replay(traffic, base_url="/path")
        with pytest.raises(TypeError, match="base_url must be a str"):
            m.replay(traffic, base_url=3)  # type: ignore[arg-type]  # that is the point
        with pytest.raises(TypeError, match="repeat must be"):
            m.replay(traffic, repeat=1.5)  # type: ignore[arg-type]  # that is the point
        with pytest.raises(ValueError, match="path: 'x.txt' must end with"):
            m.save("x.txt")


async def test_broken_start_can_be_repeated(tmp_path: Path) -> None:
    """A mock whose cassette was missing starts once it is there."""
    m = aiointercept(cassette=tmp_path / "a.har")
    for _ in range(2):
        with pytest.raises(CassetteError):
            await m.start()
    har(tmp_path / "a.har", entry("/a", "1"))
    async with m, aiohttp.ClientSession() as client:
        assert await text(client, "/a") == "1"


def test_in_sync_code(tmp_path: Path) -> None:
    """A plain ``with``, with a loop or without one, and a decorator."""
    file = har(tmp_path / "a.har", entry("/a", "1"))

    async def ask() -> str:
        async with aiohttp.ClientSession() as client:
            return await text(client, "/a")

    async def inside() -> str:
        with aiointercept(cassette=file):
            return await ask()

    with aiointercept(cassette=file):
        assert asyncio.run(ask()) == "1"
    assert asyncio.run(inside()) == "1"

    @aiointercept(cassette=file)
    async def decorated(m: aiointercept) -> str:
        return await ask()

    assert asyncio.run(decorated()) == "1"
    assert asyncio.run(decorated()) == "1"
