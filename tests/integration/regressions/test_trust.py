"""Faults that an attack on the whole found, one test for each, named for what must hold.

The campaign (``python -m tests.campaign``) looks for their kinds.
"""

import asyncio
import contextlib
import gc
import gzip
import json
import os
import re
import socket
import threading
import urllib.request
import weakref
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests
from yarl import URL

from aiointercept import CallbackResult, aiointercept, matchers

URL_TEXT = "http://h.test/"


async def fetch(session: aiohttp.ClientSession, url: str = URL_TEXT) -> str:
    """Ask once."""
    async with session.get(url) as response:
        return await response.text()


async def test_a_call_cancelled_while_it_connects_leaves_the_next_one_fine():
    """Its sockets close with their transports, so that nobody gets a number that is in use."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL_TEXT, body="x", repeat=True)
        for turns in range(12):
            async with aiohttp.ClientSession() as session:
                task = asyncio.create_task(fetch(session))
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                assert await asyncio.gather(*(fetch(session) for _ in range(5))) == ["x"] * 5


def _send(m: aiointercept, data: bytes) -> bytes:
    with socket.create_connection((m.server_host, m.server_port), timeout=60) as peer:
        peer.sendall(data)
        answer = b""
        while chunk := peer.recv(65536):
            answer += chunk
    return answer


async def test_a_header_that_is_no_utf8_leaves_the_log_readable(tmp_path: Path):
    """What came in can be looked at, byte for byte, and written into files."""
    head = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: \xff\xfe\r\n\r\n"
    async with aiointercept() as m:
        m.get("/", body="x")
        await asyncio.to_thread(_send, m, head)
        request = m.last_request
        assert request is not None
        assert (b"X", b"\xff\xfe") in request.raw_headers
        assert m.calls[0].request.headers["X"].encode("utf-8", "surrogateescape") == b"\xff\xfe"
        repr(m.calls)
        with pytest.raises(AssertionError, match="was not called"):
            m.assert_any_call("http://other.test/", headers={"X": "1"})
        for name in ("a.har", "a.yaml", "a.html"):
            m.save(tmp_path / name)
        har = json.loads((tmp_path / "a.har").read_text(encoding="utf-8"))
        assert {"name": "X", "value": "\udcff\udcfe"} in har["log"]["entries"][0]["request"][
            "headers"
        ]


@pytest.mark.parametrize("timeout", [aiohttp.ClientTimeout(), aiohttp.ClientTimeout(total=None)])
async def test_a_retry_does_not_leave_whatever_its_timeouts_are(
    network_attempts: list[Any], timeout: aiohttp.ClientTimeout
):
    """The task is known, not the timer."""
    reached = asyncio.Event()
    errors: list[str] = []

    async def callback(url: Any, **_: Any) -> CallbackResult:
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def persistent() -> None:
        for _ in range(3):
            try:
                await fetch(session)
            except aiohttp.ClientConnectionError as error:
                errors.append(str(error))

    async with aiohttp.ClientSession(timeout=timeout) as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.get(URL_TEXT, callback=callback, repeat=True)
            task = asyncio.create_task(persistent())
            await reached.wait()
        await task
    assert [("block ended" in error) for error in errors] == [True] * 3
    assert network_attempts == []


@pytest.mark.parametrize("by_hook", [True, False])
async def test_a_call_that_a_hook_or_middleware_still_has_does_not_leave(
    network_attempts: list[Any], *, by_hook: bool
):
    """It began in the block."""
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def wait(*_: Any) -> None:
        reached.set()
        await go_on.wait()

    async def middleware(request: Any, handler: Any) -> Any:
        await wait()
        return await handler(request)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(wait)
    options: dict[str, Any] = (
        {"trace_configs": [config]} if by_hook else {"middlewares": [middleware]}
    )
    async with aiohttp.ClientSession(**options) as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.get(URL_TEXT, repeat=True)
            task = asyncio.create_task(fetch(session))
            await reached.wait()
        go_on.set()
        with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
            await task
    assert network_attempts == []


@pytest.mark.parametrize("new_session", [True, False])
async def test_a_retry_in_a_task_that_wait_for_makes_does_not_leave(
    network_attempts: list[Any], *, new_session: bool
):
    """Nor by a new session: who waits for the task that made the call is known as well."""
    reached, go_on = asyncio.Event(), asyncio.Event()
    errors: list[str] = []

    async def limited(request: Any, handler: Any) -> Any:
        return await asyncio.wait_for(handler(request), 60)

    async def wait(request: Any, handler: Any) -> Any:
        reached.set()
        await go_on.wait()
        return await handler(request)

    def make() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(middlewares=[limited, wait])

    async def call() -> None:
        async with make() if new_session else contextlib.nullcontext(session) as mine:
            await fetch(mine)

    async def persistent() -> None:
        for _ in range(3):
            try:
                await asyncio.wait_for(call(), 60)
            except aiohttp.ClientConnectionError as error:
                errors.append(str(error))

    async with make() as session:
        async with aiointercept(mock_external_urls=True) as m:
            m.get(URL_TEXT, repeat=True)
            task = asyncio.create_task(persistent())
            await reached.wait()
        go_on.set()
        await task
    assert [("block ended" in error) for error in errors] == [True] * 3
    assert network_attempts == []


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_an_exit_in_a_callback_leaves_the_helper_alive(error: type[BaseException]):
    """The client gets a 500, the test the exception, and the next test its answers."""

    def callback(url: Any, **_: Any) -> CallbackResult:
        raise error

    with pytest.raises(error), aiointercept() as m:
        m.get("/", callback=callback)
        assert requests.get(m.server_url, timeout=60).status_code == 500
    with aiointercept() as m:
        m.get("/", body="x")
        assert requests.get(m.server_url, timeout=60).text == "x"


BODIES = [
    ("application/json", b"[" * 100_000 + b"]" * 100_000),
    ("application/json; charset=undefined", b"{}"),
    ("text/plain; charset=idna", b"\xff"),
    ("text/plain; charset=punycode", b"\xff-"),
    ("application/x-www-form-urlencoded; charset=undefined", b"a=%ff"),
    ("application/x-www-form-urlencoded; charset=unicode_escape", b"a=\\x"),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x"),
]


@pytest.mark.parametrize(("content_type", "body"), BODIES)
async def test_bodies_that_cannot_be_read_do_not_match_and_are_no_error(
    content_type: str, body: bytes
):
    """Neither of a matcher nor of a callback; readers raise a ``ValueError``."""
    seen: list[Any] = []

    def callback(url: URL, **kwargs: Any) -> CallbackResult:
        seen.append(kwargs["data"])
        return CallbackResult(body="none of them")

    async with aiointercept() as m, aiohttp.ClientSession() as session:
        for matcher in (
            matchers.json_body({"a": 1}),
            matchers.form({"a": "1"}),
            matchers.multipart({"a": "1"}),
            matchers.body("text"),
        ):
            m.post("/", match=matcher, body="matched")
        m.post("/", callback=callback, repeat=True)
        async with session.post(
            m.server_url, data=body, headers={"Content-Type": content_type}
        ) as response:
            assert await response.text() == "none of them"
        assert seen == [body]
        request = m.last_request
        assert request is not None
        for read in (request.text, request.json):
            try:
                await read()
            except ValueError:
                continue


@pytest.mark.parametrize("depth", [150, 250, 500, 900, 3_000])
async def test_deep_json_can_be_told_of(depth: int):
    """Also where Python reads it, but nothing that goes down into it by itself gets to its end."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.post(URL_TEXT, match=matchers.json_body({"a": 1}), optional=True)
        for body in (
            b"[" * depth + b"]" * depth,
            b'{"a":' * depth + b"1" + b"}" * depth,
            b'{"a":' + b"[" * depth + b"]" * depth + b"}",
        ):
            with pytest.raises(aiohttp.ClientConnectionError, match="No route matches"):
                await session.post(URL_TEXT, data=body)
            with pytest.raises(AssertionError):
                m.assert_called_with(URL_TEXT, "POST", json={"a": [[]]})
            assert repr(m.calls)


async def test_a_body_that_unpacks_to_too_much_stays_as_it_was_sent():
    """And the loop goes on meanwhile."""
    bomb = gzip.compress(bytes(80 << 20), 9)
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with aiointercept() as m, aiohttp.ClientSession() as session:
        m.post("/", body="x", repeat=True)
        turning = asyncio.create_task(turn())
        headers = {"Content-Encoding": "gzip"}
        async with session.post(m.server_url, data=bomb, headers=headers) as response:
            assert await response.text() == "x"
        turning.cancel()
        request = m.last_request
        assert request is not None
        assert request.captured_body == bomb
        assert turns > 50


async def test_a_stop_inside_the_block_is_harmless_there():
    """And does not take the place of the user's exception."""
    async with aiointercept() as m:
        await m.stop()
    with pytest.raises(KeyError, match="mine"):
        async with aiointercept(mock_external_urls=True) as m:
            await m.stop()
            raise KeyError("mine")
    async with m:
        m.get(URL_TEXT, body="again")
        async with aiohttp.ClientSession() as session:
            assert await fetch(session) == "again"


async def test_session_close_that_is_cancelled_does_not_warn():
    """Warnings are errors here."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL_TEXT, body="x", repeat=True)
        for turns in range(4):
            session = aiohttp.ClientSession()
            await fetch(session)
            task = asyncio.create_task(session.close())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await session.close()
        gc.collect()


async def test_a_connection_accepted_as_the_block_ends_is_closed():
    """In whichever turn that is."""
    for turns in range(4):
        async with aiointercept() as m:
            m.get("/", body="x", optional=True)
            peer = socket.create_connection((m.server_host, m.server_port))
            for _ in range(turns):
                await asyncio.sleep(0)
        with peer:
            peer.settimeout(60)
            try:
                assert peer.recv(1) == b""
            except ConnectionResetError:
                continue


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
async def test_a_forked_child_leaves_the_block_at_once_and_disturbs_nobody():
    """It waits for no loop of its parent, and closes none of its connections."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL_TEXT, body="x", repeat=True)
        assert m.server_url
        await fetch(session)
        pid = os.fork()
        if not pid:
            threading.Event.wait = lambda *_: os._exit(3)  # type: ignore[method-assign]  # whoever waits has lost
            m.__exit__(None, None, None)
            os._exit(0)
        _, status = await asyncio.to_thread(os.waitpid, pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert await asyncio.gather(*(fetch(session) for _ in range(5))) == ["x"] * 5


@pytest.mark.parametrize(
    "pattern",
    [r"http://a\.test/|http://h[\\]?\.test/", r"http://a[\\]|http://h", "http://a(?#[)|http://h"],
)
async def test_every_pattern_is_tried_however_it_is_written(pattern: str):
    """Sets that begin with an escaped character, and comments with brackets, before ``|``."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(re.compile(pattern), body="x")
        assert await fetch(session) == "x"


def test_loops_of_ended_blocks_are_let_go():
    """By a mock that is entered again and again."""
    mock = aiointercept(mock_external_urls=True)

    async def use() -> None:
        mock.get(URL_TEXT, body="x")
        async with aiohttp.ClientSession() as session:
            await fetch(session)

    def once() -> "weakref.ref[Any]":
        loop = asyncio.new_event_loop()
        with mock:
            loop.run_until_complete(use())
        loop.close()
        return weakref.ref(loop)

    loops = [once() for _ in range(3)]
    gc.collect()
    assert [one() for one in loops] == [None] * 3


async def test_messages_escape_control_characters_and_mask_secrets():
    """The recorded request alone has what was sent."""
    secret = "s3cr3t-v4lu3"
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(URL_TEXT, match=matchers.headers({"Authorization": "other"}), optional=True)
        url = f"http://user:{secret}@h.test/?token={secret}&text=a%E2%80%AEb"
        headers = {"X-Api-Key": secret, "Cookie": f"session={secret}"}
        with pytest.raises(aiohttp.ClientConnectionError) as caught:
            await session.get(url, headers=headers)
        messages = [str(caught.value), repr(m.calls), repr(m)]
        with pytest.raises(aiohttp.ClientConnectionError) as caught:
            await session.get(URL("http://h.test/%1B%5B31m%0A", encoded=True))
        messages += [str(caught.value), repr(m.last_request)]
        with pytest.raises(AssertionError) as failed:
            m.assert_any_call(
                "http://h.test/x", headers={"X-Api-Key": secret}, json={"password": secret}
            )
        messages.append(str(failed.value))
        for message in messages:
            assert secret not in message
            assert all(char.isprintable() or char == "\n" for char in message)
        assert "m.last_request" in messages[-1]
        assert m.calls[0].request.headers["X-Api-Key"] == secret


class NoReaders(asyncio.SelectorEventLoop):
    """A loop that cannot wait for sockets to become readable, as the default one of Windows."""

    add_reader = asyncio.AbstractEventLoop.add_reader
    remove_reader = asyncio.AbstractEventLoop.remove_reader
    add_writer = asyncio.AbstractEventLoop.add_writer
    remove_writer = asyncio.AbstractEventLoop.remove_writer


def test_server_mode_needs_no_readers():
    """The helper serves, and callbacks run on the loop of the block."""

    async def main() -> None:
        here = asyncio.get_running_loop()
        loops: list[Any] = []

        async def callback(url: URL, **_: Any) -> CallbackResult:
            loops.append(asyncio.get_running_loop())
            return CallbackResult(body="from a callback")

        async with aiointercept() as m:
            m.get("/", body="x", repeat=True)
            m.get("/callback", callback=callback)
            async with aiohttp.ClientSession() as session:
                assert await fetch(session, m.server_url) == "x"
                assert await fetch(session, f"{m.server_url}/callback") == "from a callback"
            assert loops == [here]
            # A client that blocks the loop is answered as well.
            with urllib.request.urlopen(m.server_url, timeout=60) as response:
                assert response.read() == b"x"
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL_TEXT, payload={"a": 1})
            assert json.loads(await fetch(session)) == {"a": 1}

    loop = NoReaders()
    try:
        loop.run_until_complete(asyncio.wait_for(main(), 60))
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()


async def test_a_request_without_a_host_is_looked_at_without_asking_a_resolver():
    """Aiohttp's own would ask for the name of this machine, which may leave it."""
    async with aiointercept() as m:
        m.get("/", body="x")
        await asyncio.to_thread(_send, m, b"GET / HTTP/1.0\r\n\r\n")
        request = m.last_request
        assert request is not None
        assert request.host == f"{m.server_host}:{m.server_port}"


async def test_a_type_that_cannot_be_read_is_no_error():
    """It is aiohttp's default, and there is no charset."""
    head = b"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n"
    async with aiointercept() as m:
        m.post("/", body="x")
        await asyncio.to_thread(
            _send, m, head + b"Content-Type:\xc2\x80 \xff/\xfe; charset=\xfd\r\n\r\n{}"
        )
        request = m.last_request
        assert request is not None
        for _ in range(2):
            assert isinstance(request.content_type, str)
            assert request.charset is None or isinstance(request.charset, str)
        assert await request.read() == b"{}"


async def test_a_form_that_cannot_be_read_is_a_value_error():
    """Whatever aiohttp stumbles over."""
    part = b"--x\r\n\x00Content-Disposition: form-data; name=a\r\n\r\nb\r\n--x--\r\n"
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        m.post("/", body="x")
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        async with session.post(m.server_url, data=part, headers=headers) as response:
            assert await response.text() == "x"
        request = m.last_request
        assert request is not None
        with pytest.raises(ValueError, match=r"."):
            await request.post()
