"""What the comparison says of other libraries, and of this one: each row is run."""

import asyncio
import inspect
import json
import re
from collections.abc import AsyncIterator, Callable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
import vcr
from aiohttp import web

from aiointercept import Fault, aiointercept, matchers

PAGE: Final = (Path(__file__).parents[2] / "docs" / "comparison.md").read_text("utf-8")
NG: Final = "aioresponses-ng"
CHECKS: Final[dict[str, Callable[..., Any]]] = {}
OTHER: Final = "https://h.test/"
OWN_REQUEST: Final = aiohttp.ClientSession._request  # noqa: SLF001  what others replace


def table() -> dict[str, list[str]]:
    """Return the first table: the cells of each row by its first one."""
    text = PAGE.partition("## Libraries for other clients")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0]: row[1:] for row in rows[1:]}


def row(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Note which row a test is for."""

    def note(test: Callable[..., Any]) -> Callable[..., Any]:
        CHECKS[name] = test
        return test

    return note


def others() -> Any:
    """Return aioresponses, in whatever edition is there."""
    return pytest.importorskip("aioresponses").aioresponses


def replaced() -> bool:
    """Return whether the method is another one now."""
    return aiohttp.ClientSession._request is not OWN_REQUEST  # noqa: SLF001  as above


def works() -> bool:
    """Return whether the edition of aioresponses that is there works with this aiohttp."""
    return aiohttp.__version__ < "3.14" or NG in packages_distributions().get("aioresponses", ())


@pytest.fixture
async def real() -> AsyncIterator[str]:
    """Give the URL of a real server."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/ws":
            ws = web.WebSocketResponse()
            await ws.prepare(request)
            await ws.send_str("hi")
            await ws.close()
            return ws
        if request.path == "/stream":
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"one")
            await asyncio.sleep(0.02)
            await response.write(b"two")
            return response
        return web.json_response({"name": "Ada"})

    runner = web.ServerRunner(web.Server(answer), handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def body(url: str, **options: Any) -> bytes:
    """Return the body of a response."""
    async with aiohttp.ClientSession() as session, session.get(url, **options) as response:
        return await response.read()


def test_every_row_is_checked() -> None:
    """And each has four cells."""
    assert list(table()) == list(CHECKS)
    assert {len(cells) for cells in table().values()} == {3}


@row("what it replaces")
async def test_what_it_replaces(tmp_path: Path) -> None:
    """The method that both others replace is left alone here."""
    with aiointercept(mock_external_urls=True):
        assert not replaced()
    with vcr.use_cassette(str(tmp_path / "a.yaml")):
        assert replaced()
    with others()():
        assert replaced()


@row("trace hooks and client middlewares")
async def test_hooks(tmp_path: Path, real: str) -> None:
    """They run where aiohttp does its work."""
    heard: list[str] = []

    async def hook(*_: Any) -> None:
        heard.append("trace")

    async def middleware(request: Any, handler: Any) -> Any:
        heard.append("middleware")
        return await handler(request)

    async def ask(url: str) -> list[str]:
        heard.clear()
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(hook)
        async with aiohttp.ClientSession(trace_configs=[trace], middlewares=[middleware]) as one:
            await one.get(url)
        return heard

    async with aiointercept(mock_external_urls=True) as m:
        m.get(OTHER)
        assert await ask(OTHER) == ["trace", "middleware"]
    for expected in (["trace", "middleware"], []):
        with vcr.use_cassette(str(tmp_path / "a.yaml")):
            assert await ask(real) == expected
    with others()() as m:
        m.get(OTHER)
        if works():
            assert await ask(OTHER) == []


@row("a response that streams")
async def test_streams(tmp_path: Path, real: str) -> None:
    """The first chunk is there before the second is sent."""
    go_on = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"one"
        await go_on.wait()
        yield b"two"

    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(OTHER, body=chunks)
        async with session.get(OTHER) as response:
            assert await response.content.readany() == b"one"
            go_on.set()
    with vcr.use_cassette(str(tmp_path / "a.yaml")):
        async with aiohttp.ClientSession() as session, session.get(f"{real}/stream") as response:
            assert await response.content.readany() == b"onetwo"
    with others()() as m, pytest.raises(TypeError):
        m.get(OTHER, body=chunks())
        await body(OTHER)


@row("WebSockets")
async def test_web_sockets(tmp_path: Path, real: str) -> None:
    """Only here there is a connection for them."""

    async def hear(url: str) -> Any:
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
            return (await ws.receive()).data

    async def handler(ws: web.WebSocketResponse, _request: Any) -> None:
        await ws.send_str("hi")

    async with aiointercept(mock_external_urls=True) as m:
        m.ws("wss://h.test/", handler)
        assert await hear("wss://h.test/") == "hi"
    for _ in range(2):
        async with aiointercept(cassette=tmp_path / "a.har", record="once"):
            assert await hear(f"{real}/ws") == "hi"
    with vcr.use_cassette(str(tmp_path / "a.yaml")):
        await hear(f"{real}/ws")
    with vcr.use_cassette(str(tmp_path / "a.yaml")), pytest.raises(aiohttp.ClientError):
        await hear(f"{real}/ws")
    if works():
        with others()() as m, pytest.raises(aiohttp.ClientError):
            m.get("ws://h.test/", status=101)
            await hear("ws://h.test/")


@row("failures of the network")
async def test_failures(tmp_path: Path, unused_tcp_port: int) -> None:
    """Here they are those of a connection, and recorded ones are performed again."""
    gone = f"http://127.0.0.1:{unused_tcp_port}/"
    async with aiointercept(mock_external_urls=True) as m:
        m.get(OTHER, fault=Fault.CONNECTION_RESET)
        with pytest.raises(aiohttp.ClientOSError):
            await body(OTHER)
    with vcr.use_cassette(str(tmp_path / "a.yaml")) as cassette:
        with pytest.raises(aiohttp.ClientConnectorError):
            await body(gone)
    assert not len(cassette)
    error = aiohttp.ClientConnectionError("exactly this one")
    with others()() as m, pytest.raises(aiohttp.ClientConnectionError) as caught:
        m.get(OTHER, exception=error)
        await body(OTHER)
    assert caught.value is error


@row("matches bodies and headers")
async def test_matching() -> None:
    """The names of options say so."""
    assert "match" in inspect.signature(aiointercept.get).parameters
    assert {"headers", "json_body", "body"} <= set(matchers.__all__)
    assert {"body", "headers"} <= set(vcr.VCR().matchers)
    options = set(inspect.signature(others().add).parameters)
    assert not {one for one in options if one.startswith("match")}


@row("a request that nothing matches")
async def test_unmatched(tmp_path: Path, real: str) -> None:
    """What the message names."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(f"{OTHER}?page=1")
        with pytest.raises(aiohttp.ClientError, match=r"page=1.*differs in query\['page'\]"):
            await body(f"{OTHER}?page=2")
    file = str(tmp_path / "a.yaml")
    with vcr.use_cassette(file):
        await body(f"{real}/?page=1")
    with vcr.use_cassette(file, record_mode="none"), pytest.raises(Exception, match="page") as told:
        await body(f"{real}/?page=2")
    assert re.search(r"page=1", str(told.value))
    assert re.search(r"query.*\n?.*'2'.*'1'", str(told.value))
    with others()(), pytest.raises(aiohttp.ClientConnectionError) as caught:
        await body(OTHER)
    assert str(caught.value) == f"Connection refused: GET {OTHER}"


@row("a response that was not used")
async def test_unused(tmp_path: Path, real: str) -> None:
    """Who notices."""
    with pytest.raises(AssertionError, match="never used"):
        async with aiointercept(mock_external_urls=True, strict=True) as m:
            m.get(OTHER)
    with vcr.use_cassette(str(tmp_path / "a.yaml")):
        await body(real)
    with vcr.use_cassette(str(tmp_path / "a.yaml")) as cassette:
        pass
    assert not cassette.all_played
    with others()() as m:
        m.get(OTHER)


@row("recordings")
async def test_recordings(tmp_path: Path, real: str) -> None:
    """By their suffixes, or by an option."""
    for name in ("a.har", "a.yaml"):
        async with aiointercept(cassette=tmp_path / name, record="once"):
            await body(real)
        assert (tmp_path / name).stat().st_size
    assert json.loads((tmp_path / "a.har").read_text("utf-8"))["log"]["version"] == "1.2"
    for serializer in ("yaml", "json"):
        with vcr.use_cassette(str(tmp_path / f"b.{serializer}"), serializer=serializer):
            await body(real)
        assert (tmp_path / f"b.{serializer}").stat().st_size
    assert not {"record", "cassette"} & set(inspect.signature(others()).parameters)


@row("credentials in recordings")
async def test_credentials(tmp_path: Path, real: str) -> None:
    """Masked by default, or not."""
    headers = {"Authorization": "Bearer sesame"}
    async with aiointercept(cassette=tmp_path / "a.yaml", record="once"):
        await body(real, headers=headers)
    assert "sesame" not in (tmp_path / "a.yaml").read_text("utf-8")
    with vcr.use_cassette(str(tmp_path / "b.yaml")):
        await body(real, headers=headers)
    assert "sesame" in (tmp_path / "b.yaml").read_text("utf-8")


@row("aiohttp 3.14")
async def test_aiohttp(tmp_path: Path, real: str) -> None:
    """What works with the aiohttp that is there."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(OTHER, body=b"fine")
        assert await body(OTHER) == b"fine"
    for _ in range(2):
        with vcr.use_cassette(str(tmp_path / "a.yaml")):
            assert json.loads(await body(real)) == {"name": "Ada"}
    with others()() as m:
        m.get(OTHER, body=b"fine")
        if works():
            assert await body(OTHER) == b"fine"
        else:
            with pytest.raises(TypeError, match="stream_writer"):
                await body(OTHER)
