"""Suites that forbid sockets with pytest-socket."""

from typing import Any

TEST = """
    import aiohttp
    import pytest
    from aiointercept import aiointercept

    pytestmark = pytest.mark.filterwarnings("ignore:A test tried to use socket.socket")

    async def test_server_mode():
        with pytest.raises(RuntimeError, match="SocketlessTransport.*_transport = sock"):
            async with aiointercept():
                pass

    async def test_intercepted():
        async with aiointercept(mock_external_urls=True) as m:
            m.get("https://api.test/")
            async with aiohttp.ClientSession() as session:
                with pytest.raises(RuntimeError, match="SocketlessTransport"):
                    await session.get("https://api.test/")
"""
FIXTURE = """
    import aiohttp

    async def test_fixture(aiointercept_mock):
        aiointercept_mock.get("https://api.test/", body="found")
        async with aiohttp.ClientSession() as session:
            async with session.get("https://api.test/") as response:
                assert await response.text() == "found"
"""


ASYNCIO = "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
OPTIONS = ("--disable-socket", "--allow-unix-socket")
PLUGINS = ("pytest_asyncio.plugin", "pytest_socket")


def test_the_error_says_what_to_do(run: Any) -> None:
    """It names the transport and the ini option."""
    result = run(TEST, *OPTIONS, ini=ASYNCIO, plugins=PLUGINS, subprocess=True)
    result.assert_outcomes(passed=2)


def test_the_ini_option_makes_the_fixture_do_without(run: Any) -> None:
    """And nothing else changes."""
    ini = f"{ASYNCIO}aiointercept_transport = socketless\naiointercept_mock_external_urls = true"
    result = run(FIXTURE, *OPTIONS, ini=ini, plugins=PLUGINS, subprocess=True)
    result.assert_outcomes(passed=1)


def test_a_transport_that_does_not_exist_is_refused(run: Any) -> None:
    """With those that do."""
    result = run("def test_it(aiointercept_mock): pass", ini="aiointercept_transport = pigeon")
    result.stdout.fnmatch_lines(["*must be 'loopback' or 'socketless', not 'pigeon'*"])
