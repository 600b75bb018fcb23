"""Runs of pytest inside a test, as in a project that has installed the package."""

from collections.abc import Callable, Sequence

import pytest

import aiointercept

# What a run in this process imports first is forgotten after it, and must not come in two versions.
for _name in aiointercept.__all__:
    getattr(aiointercept, _name)

# How the tests inside talk HTTP, blocking and not.
CLIENT = '''
import urllib.error
import urllib.request

import aiohttp


def read(url):
    """Return status and text, as a blocking client gets them."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


async def fetch(url, method="GET", **options):
    """Return status and text, as aiohttp gets them."""
    async with aiohttp.ClientSession() as session:
        async with session.request(method, url, **options) as response:
            return response.status, await response.text()
'''

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a test file, where any warning is an error and ours is the only plugin.

    Arguments of the returned function: the source of the file, arguments for pytest, lines of an
    ini file (``ini``), other plugins (``plugins``), and whether an interpreter of its own is
    needed (``subprocess``).
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(client=CLIENT)

    def run(
        source: str,
        *arguments: str,
        ini: str = "",
        plugins: Sequence[str] = (),
        subprocess: bool = False,
    ) -> pytest.RunResult:
        pytester.makepyfile(test_inside=source)
        pytester.makeini(f"[pytest]\nfilterwarnings = error\n{ini}")
        start = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        loaded = [part for name in ("aiointercept", *plugins) for part in ("-p", name)]
        return start("--strict-markers", "--strict-config", *loaded, *arguments)

    return run
