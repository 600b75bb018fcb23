"""What is patched in aiohttp is checked, and put back exactly."""

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import connector, resolver

from aiointercept import aiointercept
from aiointercept.core.errors import UnsupportedAiohttpError

CLASSES = [
    kind
    for module in (aiohttp, connector, resolver)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if kind.__module__.startswith("aiohttp")
]


def _dictionaries() -> dict[type, list[tuple[str, Any]]]:
    return {kind: list(vars(kind).items()) for kind in CLASSES}


@contextmanager
def _unchanged() -> Iterator[None]:
    before = _dictionaries()
    yield
    after = _dictionaries()
    for kind, attributes in before.items():
        assert after[kind] == attributes, f"{kind} is not what it was"


async def test_the_classes_are_afterwards_what_they_were() -> None:
    """Same attributes, same objects, same order."""
    with _unchanged():
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get("https://h.test/")
            async with session.get("https://h.test/"):
                pass
    with _unchanged(), aiointercept(mock_external_urls=True):
        pass


async def test_they_are_so_after_an_error_too() -> None:
    """An exception that leaves the block undoes as much."""
    with _unchanged(), pytest.raises(KeyError):
        async with aiointercept(mock_external_urls=True):
            raise KeyError


async def test_few_names_are_patched() -> None:
    """While it lasts, a handful of attributes of one class differ."""
    before = _dictionaries()
    async with aiointercept(mock_external_urls=True):
        during = _dictionaries()
    changed = [
        f"{kind.__name__}.{name}"
        for kind, attributes in before.items()
        for name, value in attributes
        if dict(during[kind]).get(name) is not value
    ]
    assert sorted(set(changed)) == ["BaseConnector.close", "BaseConnector.connect"]


async def test_server_mode_patches_nothing() -> None:
    """Not even with sessions of its own."""
    with _unchanged():
        before = _dictionaries()
        async with aiointercept() as m, m.session() as session:
            m.get("https://h.test/")
            async with session.get("https://h.test/"):
                pass
            assert _dictionaries() == before


@pytest.mark.parametrize("name", ["connect", "close", "_create_connection"])
async def test_a_patch_point_that_is_missing_is_an_error(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It names aiohttp's version, what is missing, and what to do."""
    monkeypatch.delattr(aiohttp.BaseConnector, name)
    with pytest.raises(UnsupportedAiohttpError) as caught:
        await aiointercept(mock_external_urls=True).start()
    message = str(caught.value)
    assert aiohttp.__version__ in message
    assert f"BaseConnector.{name}" in message
    assert "is not there" in message
    assert "server mode" in message


async def test_a_patch_point_that_has_changed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other parameters than expected may mean other things."""

    async def connect(self: Any, request: Any, *, trace: Any) -> None:
        """Connect in another way."""

    monkeypatch.setattr(aiohttp.BaseConnector, "connect", connect)
    with pytest.raises(UnsupportedAiohttpError, match=r"takes \['self', 'request', 'trace'\]"):
        await aiointercept(mock_external_urls=True).start()


async def test_a_start_that_fails_undoes_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is patched, and server mode works."""
    with _unchanged():
        with monkeypatch.context() as patch:
            patch.delattr(aiohttp.BaseConnector, "_create_connection")
            patched = _dictionaries()
            mock = aiointercept(mock_external_urls=True)
            with pytest.raises(UnsupportedAiohttpError):
                await mock.start()
            assert _dictionaries() == patched
            with pytest.raises(RuntimeError, match=r"^Server not started"):
                mock.get("https://h.test/")
        async with aiointercept() as m, aiohttp.ClientSession() as session:
            m.get("/", body="served")
            async with session.get(f"{m.server_url}/") as response:
                assert await response.text() == "served"


async def test_somebody_elses_patch_is_respected() -> None:
    """Who wrapped ``connect`` before us sees our calls through his wrapper, and finds it again."""
    seen: list[str] = []
    original = aiohttp.BaseConnector.connect

    async def wrapper(self: Any, req: Any, traces: Any, timeout: Any) -> Any:
        seen.append(str(req.url))
        return await original(self, req, traces, timeout)

    aiohttp.BaseConnector.connect = wrapper  # type: ignore[method-assign]  # as a user's would be
    try:
        with _unchanged():
            async with (
                aiointercept(mock_external_urls=True) as m,
                aiohttp.ClientSession() as session,
            ):
                m.get("https://h.test/", body="mock")
                async with session.get("https://h.test/") as response:
                    assert await response.text() == "mock"
        assert aiohttp.BaseConnector.connect is wrapper
    finally:
        aiohttp.BaseConnector.connect = original  # type: ignore[method-assign]  # see above


@pytest.mark.parametrize(
    ("entry", "message"),
    [("", "''"), ("a b", "'a b'"), (3, "3"), ("https://", "'https://'"), ("ftp://h/", "ftp")],
)
def test_a_passthrough_entry_that_is_no_host_is_refused(entry: Any, message: str) -> None:
    """By name, when the mock is made."""
    with pytest.raises(ValueError, match="passthrough") as caught:
        aiointercept(mock_external_urls=True, passthrough=[entry])
    assert message in str(caught.value)


@pytest.mark.parametrize("url", ["https://", "ftp://h.test/", "http:///x", "mailto:a@h.test"])
async def test_a_url_without_host_or_with_a_strange_scheme_is_refused(url: str) -> None:
    """At registration."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(ValueError, match=r"host|scheme|URL"):
            m.get(url)


@pytest.mark.parametrize("form", ["async", "sync"])
def test_nothing_is_left_in_development_mode(form: str) -> None:
    """No warning, task, socket or thread but the idle helper, whatever was in flight."""
    script = f"""
import asyncio, gc, threading, warnings
import aiohttp
from aiointercept import Fault, aiointercept

async def call(session, url):
    try:
        async with session.get(url) as response:
            await response.read()
    except aiohttp.ClientConnectionError:
        pass

async def forever(url, **_):
    await asyncio.get_running_loop().create_future()

async def use(m, session):
    m.get("https://h.test/a", body="a", repeat=True)
    m.get("https://h.test/b", callback=forever, repeat=True)
    m.get("https://h.test/c", fault=Fault.CONNECT_TIMEOUT, repeat=True)
    m.get("https://h.test/d", fault=Fault.HANG, repeat=True)
    m.get("https://h.test/e", delay=60, repeat=True)
    await call(session, "https://h.test/a")
    found = [asyncio.create_task(call(session, f"https://h.test/{{c}}")) for c in "abcdee"]
    for _ in range(30):
        await asyncio.sleep(0)
    return found

async def main():
    # A busy machine is slow, which is not what is tested.
    asyncio.get_running_loop().slow_callback_duration = 60
    async with aiohttp.ClientSession() as session:
        if {form!r} == "async":
            async with aiointercept(mock_external_urls=True) as m:
                tasks = await use(m, session)
        else:
            with aiointercept(mock_external_urls=True) as m:
                tasks = await use(m, session)
        await asyncio.gather(*tasks)
        for _ in range(5):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {{asyncio.current_task()}}, asyncio.all_tasks()
    gc.collect()

for _ in range(3):
    asyncio.run(main())
gc.collect()
names = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
assert set(names) <= {{"aiointercept-helper"}}, names
print("clean")
"""
    done = subprocess.run(  # our own interpreter and our own text
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("clean\n", "")


async def test_a_block_without_a_request_makes_no_socket_and_no_thread() -> None:
    """Entering costs nothing that was not asked for."""
    made: list[str] = []
    active = True

    def note(event: str, arguments: Any) -> None:
        if active and event in {"socket.__new__", "_thread.start_new_thread"}:
            made.append(event)

    sys.addaudithook(note)
    async with aiointercept(mock_external_urls=True) as m:
        m.get("https://h.test/")
    await asyncio.sleep(0)
    active = False
    assert made == []
