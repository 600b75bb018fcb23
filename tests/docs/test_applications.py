"""The guide on applications: its tests pass, and its example runs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web

from aiointercept import aiointercept

ROOT: Final = Path(__file__).parents[2]
BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "code", BLOCK.findall((ROOT / "docs" / "applications.md").read_text("utf-8"))
)
async def test_example_of_the_guide(code: str) -> None:
    """The test in an example passes."""
    names: dict[str, Any] = {
        "aiohttp": aiohttp,
        "aiointercept": aiointercept,
        "pytest": pytest,
        "web": web,
    }
    exec(code, names)  # noqa: S102  the examples are our own
    name = re.search(r"^async def (test_\w+)", code, re.MULTILINE)
    assert name is not None
    await names[name[1]]()


def test_fastapi_example() -> None:
    """It runs, and tells what its client did."""
    script = ROOT / "examples" / "fake_fastapi.py"
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "the fake validates: 422\ntaken: 4\n" in done.stdout
    assert done.stdout.endswith("POST /api/items/tea/take -> 409\n")
