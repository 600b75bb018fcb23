"""The examples of the guides on certificates and on other clients run, and a table is true.

`test_pages.py` runs the guides themselves.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from aiointercept import Fault, aiointercept

ROOT: Final = Path(__file__).parents[2]
FAULT: Final = re.compile(r"^\| `(CERTIFICATE_\w+)` \| .+? \| `(.+?)` \|$", re.MULTILINE)


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
