"""What production would refuse: the drop-in answers, and says what aiohttp would have raised."""

import logging
import warnings
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aiointercept.aioresponses import aioresponses


def auth() -> aiohttp.BasicAuth:
    """Make one without a word of deprecation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return aiohttp.BasicAuth("a", "b")


REFUSED: dict[str, Callable[[], dict[str, Any]]] = {
    "json": lambda: {"json": {"a": object()}},
    "json beside data": lambda: {"json": {}, "data": b"x"},
    "line break": lambda: {"headers": {"A": "b\n"}},
    "line break in a name": lambda: {"headers": {"A\r": "b"}},
    "header None": lambda: {"headers": {"A": None}},
    "header number": lambda: {"headers": {"A": 1}},
    "data object": lambda: {"data": object()},
    "data generator": lambda: {"data": (chunk for chunk in [b"x"])},
    "data list": lambda: {"data": ["a"]},
    "compress": lambda: {
        "data": b"x",
        "compress": "gzip",
        "headers": {"Content-Encoding": "gzip"},
    },
    "chunked": lambda: {
        "data": b"x",
        "chunked": True,
        "headers": {"Transfer-Encoding": "chunked"},
    },
    "chunked and length": lambda: {
        "data": b"x",
        "chunked": True,
        "headers": {"Content-Length": "1"},
    },
    "auth": lambda: {"auth": auth(), "headers": {"Authorization": "x"}},
    "cookies": lambda: {"cookies": 3},
    "ssl": lambda: {"ssl": "no"},
}
SENT: dict[str, Callable[[], dict[str, Any]]] = {
    "nothing": dict,
    "json": lambda: {"json": [1, None, "ä"]},
    "data dict": lambda: {"data": {"a": "1", "b": "2"}},
    "data pairs": lambda: {"data": [("a", "1")]},
    "data text": lambda: {"data": "ä"},
    "form": lambda: {"data": aiohttp.FormData({"a": "b"})},
    "headers": lambda: {"headers": {"A": "b\tc", "B": "ä"}},
    "cookies": lambda: {"cookies": {"a": "b"}},
}


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """A real server that takes anything."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def outcome(url: str, kwargs: dict[str, Any]) -> str | None:
    """Return which error a call raises; ``None`` if it is answered."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        async with aiohttp.ClientSession() as session:
            try:
                async with session.post(url, **kwargs):
                    return None
            except Exception as error:  # noqa: BLE001 - which one is what is asked
                return type(error).__name__


@pytest.mark.parametrize("name", REFUSED)
async def test_hint_tells_what_aiohttp_really_raises(
    server: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The real one raises it, and the drop-in answers."""
    raised = await outcome(server, REFUSED[name]())
    assert raised is not None
    with aioresponses() as m, caplog.at_level(logging.WARNING, logger="aiointercept"):
        m.post(server, repeat=True)
        assert await outcome(server, REFUSED[name]()) is None
    [text] = caplog.messages
    assert f"which aiohttp would not send in production: {raised}: " in text


@pytest.mark.parametrize("name", SENT)
async def test_no_hint_where_aiohttp_sends(
    server: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The real one and the drop-in answer alike."""
    assert await outcome(server, SENT[name]()) is None
    with aioresponses() as m, caplog.at_level(logging.WARNING, logger="aiointercept"):
        m.post(server)
        assert await outcome(server, SENT[name]()) is None
    assert caplog.messages == []


SUITE = """
    import aiohttp
    import pytest
    from aiointercept.aioresponses import aioresponses

    URL = "https://api.test/items"

    async def ask(**kwargs):
        with aioresponses() as m:
            m.post(URL + "?token=secret", repeat=True)
            async with aiohttp.ClientSession() as session:
                await session.post(URL, params={"token": "secret"}, **kwargs)
                await session.post(URL + "?token=secret", **kwargs)

    @pytest.mark.parametrize("number", [1, 2])
    async def test_refused(number):
        for _ in range(2):
            await ask(json=object())
            await ask(headers={"A": None})

    async def test_sent():
        await ask(json=[1])
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_report_tells_each_hint_once(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """Also by way of the workers of pytest-xdist; nothing fails."""
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(test_it=SUITE)
    result = pytester.runpytest_subprocess("-W", "error", *workers)
    result.assert_outcomes(passed=3)
    output = result.stdout.str()
    for what in ("object is not JSON serializable", "Cannot serialize non-str key None"):
        lines = [line for line in result.outlines if what in line]
        assert len(lines) == 1
        assert lines[0].startswith("  test_it.py::test_refused[1] and 1 more test: ")
    assert "test_sent: " not in output
    assert "secret" not in output
