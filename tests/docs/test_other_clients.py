"""The guides on certificates and on other clients: their tests pass, and their examples run."""

import asyncio
import inspect
import os
import re
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx
import pytest
import requests
import trustme

from aiointercept import CallbackResult, Fault, Tls, aiointercept

ROOT: Final = Path(__file__).parents[2]
BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES: Final = {
    "CallbackResult": CallbackResult,
    "Fault": Fault,
    "Tls": Tls,
    "aiohttp": aiohttp,
    "aiointercept": aiointercept,
    "asyncio": asyncio,
    "httpx": httpx,
    "os": os,
    "pytest": pytest,
    "requests": requests,
    "ssl": ssl,
    "sys": sys,
    "trustme": trustme,
}
FAULT: Final = re.compile(r"^\| `(CERTIFICATE_\w+)` \| .+? \| `(.+?)` \|$", re.MULTILINE)


def examples() -> list[Any]:
    """Return each block of code, with the name of its test."""
    found: list[Any] = []
    for page in ("certificates.md", "other-clients.md"):
        for code in BLOCK.findall((ROOT / "docs" / page).read_text("utf-8")):
            name = re.search(r"^(?:async )?def (test_\w+)", code, re.MULTILINE)
            assert name is not None, f"{page} has an example without a test:\n{code}"
            found.append(pytest.param(code, name[1], id=f"{page} {name[1]}"))
    return found


@pytest.mark.parametrize(("code", "name"), examples())
async def test_example_of_a_guide(code: str, name: str) -> None:
    """The test in an example passes."""
    names: dict[str, Any] = dict(NAMES)
    exec(code, names)  # noqa: S102  the examples are our own
    result = names[name]()
    if inspect.isawaitable(result):
        await result


async def test_table_of_certificate_faults() -> None:
    """It has all of them, and tells OpenSSL's own words."""
    rows = FAULT.findall((ROOT / "docs" / "certificates.md").read_text("utf-8"))
    assert [name for name, _ in rows] == [fault.name for fault in Fault if fault.in_handshake]
    async with (
        aiointercept(mock_external_urls=True, tls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        for name, words in rows:
            m.get("https://api.test/", fault=Fault[name])
            with pytest.raises(aiohttp.ClientConnectorCertificateError, match=words):
                await session.get("https://api.test/")


@pytest.mark.parametrize(
    ("script", "end"),
    [
        ("command_line_tool.py", "the tool was tested without the network\n"),
        ("requests_and_httpx.py", "GET https://api.shop.test/prices?name=tea\n"),
    ],
)
def test_example(script: str, end: str) -> None:
    """It runs, without a warning."""
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.endswith(end)
