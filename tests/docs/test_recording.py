"""The guide on recording: its tests pass, twice each, and its tables are true."""

import json
import re
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import attrs
import pytest
from aiohttp import web

from aiointercept import Redaction, aiointercept, matchers
from aiointercept.core.recording.match_on import clean_match_on
from aiointercept.core.recording.modes import RecordMode

PAGE: Final = (Path(__file__).parents[2] / "docs" / "recording.md").read_text("utf-8")
CODE: Final = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def names() -> dict[str, Any]:
    """Give all that the examples of the page define."""
    found: dict[str, Any] = {
        "Redaction": Redaction,
        "attrs": attrs,
        "json": json,
        "matchers": matchers,
        "re": re,
        "urllib": urllib,
    }
    for code in CODE:
        exec(code, found)  # noqa: S102  the examples are our own
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


async def test_examples(names: dict[str, Any], api_url: str, tmp_path: Path) -> None:
    """They record first, and replay then; their file replays in a server, too."""
    for name in ("test_user", "test_one_answer_of_my_own"):
        for _ in range(2):
            await names[name](api_url, tmp_path / f"{name}.har")
    for _ in range(2):
        async with aiointercept(cassette=tmp_path / "marker.har", record="once") as m:
            await names["test_user_by_marker"](m, api_url)
    names["test_in_a_server"](tmp_path / "test_user.har")


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
    sentence = PAGE.partition("says by what requests are compared:")[2].partition(", matchers")[0]
    parts = re.findall(r"`(\w+)`", sentence)
    assert clean_match_on(parts)
    with pytest.raises(ValueError) as caught:  # noqa: PT011  Python's own message
        clean_match_on(["x"])
    assert set(parts) == set(re.findall(r"\w+", str(caught.value).partition("one of ")[2]))
