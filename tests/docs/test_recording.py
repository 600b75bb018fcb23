"""The guide on recording: its tests pass, twice each, and its tables are true."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web

from aiointercept import aiointercept
from aiointercept.core.recording.match_on import clean_match_on
from aiointercept.core.recording.modes import RecordMode

PAGE: Final = (Path(__file__).parents[2] / "docs" / "recording.md").read_text("utf-8")
CODE: Final = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def names(api_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Give all that the examples of the page define, with a server of ours in place of theirs."""
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    for code in CODE:
        exec(code.replace("https://api.example.com", api_url), found)  # noqa: S102  our own
    return found


@pytest.fixture
async def api_url() -> AsyncIterator[str]:
    """Give the URL of a real server."""

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"name": "Ada"})

    runner = web.ServerRunner(web.Server(answer), handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_examples(names: dict[str, Any], tmp_path: Path) -> None:
    """They record first, and replay then; their file replays in a server, too."""
    for _ in range(2):
        await names["test_user"]()
    assert (tmp_path / "cassettes" / "users.har").is_file()
    await names["test_one_response_of_my_own"]()
    for _ in range(2):
        async with aiointercept(cassette=tmp_path / "marker.har", record="once"):
            await names["test_user_by_marker"]()
    names["test_in_server_mode"]()


async def test_redaction(names: dict[str, Any], api_url: str, tmp_path: Path) -> None:
    """What the example is to hide is hidden."""
    file = tmp_path / "a.har"
    options: dict[str, Any] = {"cassette": file, "redact": names["my_redaction"]()}
    async with aiohttp.ClientSession() as client:
        async with aiointercept(**options, record="once"):
            headers = {"X-Customer": "s3cr3t", "X-Env": "prod-7f3a"}
            url = f"{api_url}/users/17?key=s3cr3t"
            await client.post(url, headers=headers, json={"iban": "s3cr3t", "user_id": "s3cr3t"})
        text = file.read_text("utf-8")
        assert not re.search("s3cr3t|prod-7f3a|users/17", text)
        async with aiointercept(**options):
            await client.post(f"{api_url}/users/18?key=other")


def test_tables() -> None:
    """All modes, and all names of parts."""
    modes = re.findall(r'^\| `"(\w+)"` \|', PAGE, re.MULTILINE)
    assert modes == [mode.value for mode in RecordMode]
    sentence = PAGE.partition("names the parts of a request that are compared:")[2].partition(
        ", matchers"
    )[0]
    parts = re.findall(r"`(\w+)`", sentence)
    assert clean_match_on(parts)
    with pytest.raises(ValueError) as caught:  # noqa: PT011  Python's own message
        clean_match_on(["x"])
    assert set(parts) == set(re.findall(r"\w+", str(caught.value).partition("one of ")[2]))
