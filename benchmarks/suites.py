"""Scenarios of whole suites: pytest runs a thousand tiny tests, each with a mock and a request."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from benchmarks.contestants import Peer

_HEAD: Final = """
import asyncio
import aiohttp
import pytest
{imports}

async def get(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert await response.read() == b"{{}}"

URL = "http://api.test/users"
many = pytest.mark.parametrize("number", range({tests}))
"""


_OPTIONS: Final = ("-q", "-p", "no:cacheprovider")
_OUR_PLUGIN: Final = ("-p", "aiointercept.pytest_plugin")


@frozen
class Suite:
    """One way to give each test a mock.

    Args:
        title: names it in the table.
        imports: of the test module.
        test: the test, which is repeated.
        is_ours: whether pytest has our plugin.
    """

    title: str
    imports: str
    test: str
    is_ours: bool = True


_WITH_AIORESPONSES: Final = """
@many
def test(number):
    with aioresponses() as m:
        m.get(URL, body='{}')
        asyncio.run(get(URL))
"""
_OURS: Final = "from aiointercept import aiointercept"
NO_MOCK: Final = Suite(
    "no mock and no request",
    "",
    "@many\ndef test(number): asyncio.run(asyncio.sleep(0))",
)
SUITES: Final = (
    NO_MOCK,
    Suite(
        "the fixture `aiointercept_mock`",
        "",
        "@many\ndef test(number, aiointercept_mock):\n"
        "    aiointercept_mock.get('/users', body='{}')\n"
        "    asyncio.run(get(f'{aiointercept_mock.server_url}/users'))",
    ),
    Suite(
        "the fixture `aiointercept_mock`, intercepting",
        "",
        "@many\n@pytest.mark.aiointercept(mock_external_urls=True)\n"
        "def test(number, aiointercept_mock):\n"
        "    aiointercept_mock.get(URL, body='{}')\n    asyncio.run(get(URL))",
    ),
    Suite(
        "the fixture `aiointercept_server`",
        "",
        "@many\ndef test(number, aiointercept_server):\n"
        "    aiointercept_server.get('/users', body='{}')\n"
        "    asyncio.run(get(f'{aiointercept_server.server_url}/users'))",
    ),
    Suite(
        "the decorator, intercepting",
        _OURS,
        "@many\n@aiointercept(mock_external_urls=True)\ndef test(number, m):\n"
        "    m.get(URL, body='{}')\n    asyncio.run(get(URL))",
    ),
    Suite(
        "the drop-in as a context manager",
        "from aiointercept.aioresponses import aioresponses",
        _WITH_AIORESPONSES,
    ),
)


def suites(peers: Sequence[Peer]) -> list[Suite]:
    """Return all suites: ours, and that of the peer, if one is installed."""
    theirs = [
        Suite(
            f"{peer.name} as a context manager",
            "from aioresponses import aioresponses",
            _WITH_AIORESPONSES,
            is_ours=False,
        )
        for peer in peers
    ]
    return [*SUITES, *theirs]


async def seconds(suite: Suite, tests: int) -> float:
    """Return how much processor time pytest takes for each of that many tests, its start included.

    Raises:
        RuntimeError: if a test fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "test_suite.py")
        text = f"{_HEAD.format(imports=suite.imports, tests=tests)}\n{suite.test}\n"
        await asyncio.to_thread(file.write_text, text, encoding="utf-8")
        plugin = _OUR_PLUGIN if suite.is_ours else ()
        before = os.times()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pytest", *_OPTIONS, *plugin, str(file)),
            cwd=folder,
            # Other plugins that are installed are not looked for.
            env={**os.environ, "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        after = os.times()
    if process.returncode:
        raise RuntimeError(output.decode())
    used = after.children_user + after.children_system
    return (used - before.children_user - before.children_system) / tests
