import asyncio
import contextlib
import gc
import socket
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests

from aiointercept import CallbackResult, aiointercept


async def fetch(url: str, method: str = "GET", **options: Any) -> tuple[int, str]:
    """Ask with a session of its own."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, **options) as response,
    ):
        return response.status, await response.text()


class Where:
    """A callback that notes where it runs."""

    def __init__(self) -> None:
        self.loops = []
        self.threads = []

    def sync(self, url: Any, **kwargs: Any):
        """Answer at once."""
        self.threads.append(threading.current_thread())
        return CallbackResult(body="seen")

    async def awaiting(self, url: Any, **kwargs: Any):
        """Answer after a turn of the loop."""
        self.loops.append(asyncio.get_running_loop())
        await asyncio.sleep(0)
        return self.sync(url, **kwargs)


async def test_an_async_callback_runs_on_the_loop_that_entered_the_block():
    """It may await what belongs to the test's own loop."""
    gate = asyncio.Event()

    async def callback(url: Any, **kwargs: Any):
        await gate.wait()
        return CallbackResult(body="through the gate")

    async with aiointercept() as m:
        m.get("/", callback=callback)
        pending = asyncio.create_task(fetch(m.server_url))
        while not m.call_count:
            await asyncio.sleep(0)
        assert not pending.done()
        gate.set()
        assert await pending == (200, "through the gate")


async def test_a_client_of_another_thread_gets_the_callback_of_the_entering_loop():
    """Who asks makes no difference in server mode."""
    where = Where()
    async with aiointercept() as m:
        m.get("/", callback=where.awaiting)
        assert await asyncio.to_thread(lambda: requests.get(m.server_url).text) == "seen"
    assert where.loops == [asyncio.get_running_loop()]
    assert where.threads == [threading.current_thread()]


async def test_a_callback_for_a_blocked_loop_runs_on_the_helper():
    """While the loop that entered is blocked, the callback runs elsewhere: there is an answer."""
    where = Where()
    async with aiointercept() as m:
        m.get("/", callback=where.awaiting)
        assert requests.get(m.server_url).text == "seen"
    assert where.loops != [asyncio.get_running_loop()]
    assert where.threads != [threading.current_thread()]


async def test_a_connection_taken_over_still_has_its_callbacks_at_home():
    """Once the loop is free again, callbacks run there, over the helper's connection too."""
    where = Where()
    async with aiointercept() as m:
        m.get("/", callback=where.awaiting, repeat=True)
        with requests.Session() as session:
            assert session.get(m.server_url).text == "seen"
            assert (await asyncio.to_thread(session.get, m.server_url)).text == "seen"
            assert session.get(m.server_url).text == "seen"
    home = asyncio.get_running_loop()
    assert [loop is home for loop in where.loops] == [False, True, False]
    assert m.call_count == 3


def test_a_loop_that_ends_right_after_the_block_is_left_clean():
    """What was offered to the blocked loop, and done elsewhere, leaves nothing there."""
    where = Where()

    async def body():
        with aiointercept() as m:
            m.get("/", callback=where.awaiting)
            assert requests.get(m.server_url).text == "seen"

    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda loop, context: complaints.append(context))
    complaints = []
    loop.run_until_complete(body())
    assert asyncio.all_tasks(loop) == set()
    loop.close()
    gc.collect()
    assert complaints == []
    assert where.loops != [loop]


def test_a_block_that_ends_before_its_callback_began_abandons_it():
    """The request came just before the end: the callback runs neither here nor there."""
    loop = asyncio.new_event_loop()
    where = Where()

    async def body():
        with aiointercept() as m:
            m.get("/", callback=where.awaiting)
            connection = socket.create_connection((m.server_host, m.server_port))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            while not m.call_count:
                time.sleep(0.001)  # noqa: ASYNC251  the loop is to be blocked
        with contextlib.suppress(ConnectionError):
            assert connection.recv(10) == b""
        connection.close()
        await asyncio.sleep(0)

    loop.run_until_complete(body())
    assert asyncio.all_tasks(loop) == set()
    loop.close()
    gc.collect()
    assert where.loops == []


async def test_a_callback_that_began_at_home_ends_at_home():
    """A loop that gets blocked while a callback waits goes on with it afterwards; it runs once."""
    began = []
    gate = asyncio.Event()

    async def callback(url: Any, **kwargs: Any):
        began.append(url)
        await gate.wait()
        return CallbackResult(body="seen")

    async with aiointercept() as m:
        m.get("/", callback=callback)
        with requests.Session() as session:
            m.get("/warm")
            session.get(m.server_url + "/warm")
            pending = asyncio.create_task(asyncio.to_thread(session.get, m.server_url))
            while not began:
                await asyncio.sleep(0.001)
            m.get("/other", body="other")
            assert requests.get(m.server_url + "/other").text == "other"
            gate.set()
            assert (await pending).text == "seen"
    assert len(began) == 1


def test_an_async_callback_runs_on_the_helper_where_no_loop_entered():
    """A sync block outside of a loop has the helper's, whoever asks."""
    where = Where()
    with aiointercept() as m:
        m.get("/", callback=where.awaiting, repeat=True)
        assert requests.get(m.server_url).text == "seen"
        assert asyncio.run(fetch(m.server_url)) == (200, "seen")
    assert where.loops[0] is where.loops[1]
    assert {thread.name for thread in where.threads} == {"aiointercept-helper"}


async def test_a_sync_callback_needs_no_loop():
    """A plain function is called wherever the request is served."""
    where = Where()
    async with aiointercept() as m:
        m.get("/", callback=where.sync, repeat=True)
        assert await fetch(m.server_url) == (200, "seen")
        assert requests.get(m.server_url).text == "seen"
    assert where.threads[0] is threading.current_thread()
    assert where.threads[1] is not threading.current_thread()


async def test_callbacks_of_two_mocks_on_one_helper_do_not_wait_for_each_other():
    """One that hangs keeps no other from answering."""

    async def hanging(url: Any, **kwargs: Any):
        await asyncio.Event().wait()

    def ask():
        with aiointercept() as m:
            m.get("/hangs", callback=hanging)
            m.get("/answers", body="seen")
            with pytest.raises(requests.Timeout):
                requests.get(m.server_url + "/hangs", timeout=0.1)
            return requests.get(m.server_url + "/answers").text

    assert await asyncio.gather(*(asyncio.to_thread(ask) for _ in range(2))) == ["seen"] * 2


async def test_what_a_callback_is_given():
    """URL, headers, query, parsed JSON, raw body, and the request for those who ask for it."""
    given = {}

    def callback(url: Any, *, request: Any, **kwargs: Any):
        given.update(kwargs, url=url, request=request)
        return CallbackResult()

    async with aiointercept() as m:
        m.post("/x?a=1&b=3&a=2", callback=callback)
        url = m.server_url + "/x?b=3&a=2&a=1#part"
        await fetch(url, "POST", json={"k": "v"}, headers={"X-One": "1"})
        assert str(given["url"]) == m.server_url + "/x?a=1&a=2&b=3"
        assert given["headers"]["x-one"] == "1"
        assert given["query"] == {"b": ["3"], "a": ["2", "1"]}
        assert given["json"] == {"k": "v"}
        assert given["data"] == b'{"k": "v"}'
        assert given["request"] is m.last_request
        assert set(given) == {"url", "headers", "query", "json", "data", "request"}


@pytest.mark.parametrize(
    ("options", "json", "data"),
    [
        ({}, None, None),
        ({"data": b"raw"}, None, b"raw"),
        ({"data": {"a": "1"}}, None, b"a=1"),
        ({"data": b"[1]", "headers": {"Content-Type": "text/plain"}}, [1], b"[1]"),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, None, b"{"),
    ],
)
async def test_json_and_data_of_other_bodies(options: Any, json: Any, data: Any):
    """`json` is `None` where the body is none; `data` is `None` where there is no body."""
    given = {}

    def callback(url: Any, *, headers: Any, query: Any, json: Any, data: Any, **kwargs: Any):
        given.update(json=json, data=data, rest=kwargs)
        return CallbackResult()

    async with aiointercept() as m:
        m.post("/", callback=callback)
        await fetch(m.server_url, "POST", **options)
    assert given == {"json": json, "data": data, "rest": {}}


async def test_callables_of_every_kind_can_be_callbacks():
    """Functions, bound methods, lambdas, partials and objects with `__call__`, sync or async."""

    class Plain:
        def __call__(self, url: Any, **kwargs: Any):
            return CallbackResult(body="object")

    class Awaiting:
        async def __call__(self, url: Any, **kwargs: Any):
            return CallbackResult(body="async object")

    async def function(word: Any, url: Any, **kwargs: Any):
        return CallbackResult(body=word)

    async with aiointercept() as m:
        for callback, expected in (
            (Plain(), "object"),
            (Awaiting(), "async object"),
            (partial(function, "partial"), "partial"),
            (lambda url, **kwargs: CallbackResult(body="lambda"), "lambda"),
            (lambda url, **kwargs: function("awaited", url), "awaited"),
            (Where().awaiting, "seen"),
        ):
            m.get("/", callback=callback)
            assert await fetch(m.server_url) == (200, expected)


async def chunks():
    """Yield a body in two parts."""
    yield b"one "
    yield b"two"


async def test_what_a_callback_may_answer(tmp_path: Path):
    """A `CallbackResult` takes status, reason, headers and every kind of body."""
    file = tmp_path / "body.txt"
    file.write_text("from the file")
    async with aiointercept() as m:
        for result, body, kind in (
            (CallbackResult(), "", "application/json"),
            (CallbackResult(body="text", content_type="text/plain"), "text", "text/plain"),
            (CallbackResult(body=b"raw"), "raw", "application/json"),
            (CallbackResult(payload={"a": 1}, body="ignored"), '{"a": 1}', "application/json"),
            (CallbackResult(body=file), "from the file", "text/plain"),
            (CallbackResult(body=chunks()), "one two", "application/json"),
            (CallbackResult(body=chunks), "one two", "application/json"),
            (
                CallbackResult(headers={"content-type": "text/html"}, content_type="text/css"),
                "",
                "text/html",
            ),
        ):
            m.get("/", callback=lambda url, result=result, **kwargs: result)
            async with aiohttp.ClientSession() as session, session.get(m.server_url) as response:
                assert await response.text() == body
                assert response.headers["Content-Type"] == kind
        result = CallbackResult(
            status=418, reason="Short and stout", headers=[("X-A", "1"), ("X-A", "2")]
        )
        m.get("/", callback=lambda url, **kwargs: result)
        async with aiohttp.ClientSession() as session, session.get(m.server_url) as response:
            assert (response.status, response.reason) == (418, "Short and stout")
            assert response.headers.getall("X-A") == ["1", "2"]


async def test_a_callback_makes_requests_of_its_own():
    """A callback may ask the mock itself, on the same loop."""

    async def callback(url: Any, **kwargs: Any):
        return CallbackResult(body=(await fetch(str(url.with_path("/inner"))))[1])

    async with aiointercept() as m:
        m.get("/outer", callback=callback)
        m.get("/inner", body="from inside")
        assert await fetch(m.server_url + "/outer") == (200, "from inside")
        m.assert_has_calls([("GET", "/outer"), ("GET", "/inner")])


async def test_a_callback_may_register_more():
    """What a callback registers is there for the next request."""
    async with aiointercept() as m:

        def callback(url: Any, **kwargs: Any):
            m.get("/", body="second")
            return CallbackResult(body="first")

        m.get("/", callback=callback)
        assert await fetch(m.server_url) == (200, "first")
        assert await fetch(m.server_url) == (200, "second")
