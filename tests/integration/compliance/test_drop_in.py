"""What the drop-in does where aioresponses does nothing useful, or where SPEC asks for more."""

import asyncio
import io
import re
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from aiointercept import aiointercept, matchers
from aiointercept.aioresponses import CallbackResult, RequestCall, aioresponses
from aiointercept.aioresponses.compat import merge_params, normalize_url
from aiointercept.core.errors import UnsupportedAiohttpError

API = "https://api.test/items"


async def fetch(url: str = API, **options: Any) -> str:
    """Ask with a session of its own."""
    async with aiohttp.ClientSession() as session, session.get(url, **options) as response:
        return await response.text()


# The response is aiohttp's own


async def test_response_tells_what_a_real_one_tells() -> None:
    """Method, URL and history are those of the exchange, in the client's own spelling."""
    with aioresponses() as m:
        m.post(f"{API}?a=1&b=2", status=307, headers={"Location": "/there"})
        m.post("https://api.test/there", body="end", status=202)
        async with aiohttp.ClientSession(headers={"S": "session"}) as session:
            params = {"b": "2", "a": "1"}
            response = await session.post(API, params=params, data=b"x", headers={"X": "y"})
    assert (response.method, response.status, response.reason) == ("POST", 202, "Accepted")
    assert str(response.url) == str(response.real_url) == "https://api.test/there"
    [first] = response.history
    assert str(first.url) == f"{API}?b=2&a=1"
    assert response.request_info.method == "POST"
    assert response.request_info.url == response.url
    assert response.request_info.headers == {"X": "y", "S": "session"}
    assert response.version == aiohttp.HttpVersion11


@pytest.mark.parametrize("method", ["GET", "get", "Get", "PURGE"])
async def test_method_is_told_as_the_client_wrote_it(method: str) -> None:
    """And as ``get`` after a redirect."""
    with aioresponses() as m:
        m.add(API, method, status=302, headers={"Location": "/there"})
        m.get("https://api.test/there")
        async with aiohttp.ClientSession() as session:
            response = await session.request(method, API)
    [first] = response.history
    assert [first.method, response.method] == [method, "get"]


async def test_cookies_of_an_answer_fill_the_jar() -> None:
    """The session's own, on each hop."""
    with aioresponses() as m:
        m.get(API, status=302, headers={"Location": "/there", "Set-Cookie": "a=b"})
        m.get("https://api.test/there", headers={"Set-Cookie": "c=d"})
        async with aiohttp.ClientSession() as session:
            await session.get(API)
            assert {cookie.key: cookie.value for cookie in session.cookie_jar} == {
                "a": "b",
                "c": "d",
            }


async def test_what_was_passed_is_not_used_up() -> None:
    """Nothing is serialised but to be looked at: forms and files are as they were."""
    form, file = aiohttp.FormData({"a": "b"}), io.BytesIO(b"file")
    with aioresponses() as m:
        m.post(API, repeat=True)
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                await session.post(API, data=form)
                await session.post(API, data=file)
                await session.post(API, data={"field": file})
    assert file.read() == b"file"
    assert form() is not None


async def test_redirects_without_end_are_given_up() -> None:
    """By aiohttp's own limit."""
    with aioresponses() as m:
        m.get(API, status=302, headers={"Location": API}, repeat=True)
        with pytest.raises(aiohttp.TooManyRedirects):
            await fetch(max_redirects=3)


async def test_redirect_is_taken_by_a_route_for_its_true_method() -> None:
    """307 repeats the method; a route for GET, as aioresponses wants it, comes first."""
    with aioresponses() as m:
        m.post(API, status=307, headers={"Location": "/there"}, repeat=True)
        m.post("https://api.test/there", body="by POST")
        m.get("https://api.test/there", body="by GET")
        async with aiohttp.ClientSession() as session:
            for expected in ("by GET", "by POST"):
                response = await session.post(API, data=b"x")
                assert await response.text() == expected


async def test_websocket_is_refused_as_by_a_plain_server() -> None:
    """An answer that is no upgrade."""
    with aioresponses() as m:
        m.get("ws://api.test/ws")
        m.get("http://api.test/ws")
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError, match="Invalid response status"):
                await session.ws_connect("http://api.test/ws")


async def test_nothing_is_left_running_by_a_call() -> None:
    """No task, and no timer that would still go off."""
    loop = asyncio.get_running_loop()
    with aioresponses() as m:
        m.get(API, body="x", repeat=True)
        timeout = aiohttp.ClientTimeout(total=60, sock_read=60, connect=60, sock_connect=60)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            response = await session.get(API)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            timers: Any = getattr(loop, "_scheduled", [])
            assert [timer for timer in timers if not timer.cancelled()] == []
            assert response.connection is None
            assert await response.text() == "x"


# Entering and leaving


async def test_async_with() -> None:
    """The drop-in may be entered so, too."""
    async with aioresponses() as m:
        m.get(API, body="x")
        assert await fetch() == "x"


def test_class_is_decorated() -> None:
    """Each of its tests gets a mock."""

    @aioresponses()
    class Suite:
        async def test_it(self, mocked: aioresponses) -> str:
            mocked.get(API, body="x")
            return await fetch()

        def helper(self) -> str:
            return "left alone"

    suite: Any = Suite()
    assert asyncio.run(suite.test_it()) == "x"
    assert suite.helper() == "left alone"


async def test_decorated_coroutine_runs_twice_at_once() -> None:
    """Each run has a mock of its own."""

    @aioresponses()
    async def run(body: str, mocked: aioresponses) -> str:
        mocked.get(API, body=body)
        await asyncio.sleep(0)
        return await fetch()

    async def start(body: str) -> str:
        running: Any = run
        return str(await running(body))

    assert await asyncio.gather(start("a"), start("b")) == ["a", "b"]


def test_wrong_use_is_explained() -> None:
    """What aioresponses meets with an obscure error, or not at all."""
    m = aioresponses()
    m.stop()
    with pytest.raises(RuntimeError, match="not started: use it inside"):
        m.get(API)
    with m, pytest.raises(RuntimeError, match="already started"):
        m.start()
    with pytest.raises(TypeError, match="passthru"):
        aioresponses(passthru=[])  # type: ignore[call-arg]  # the case to test


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"status": "200"}, TypeError, "status must be an int"),
        ({"status": True}, TypeError, "status must be an int"),
        ({"status": 20}, ValueError, "three digits, not 20"),
        ({"status": 100}, ValueError, "is informational"),
        ({"body": {"a": 1}}, TypeError, "body must be str or bytes.*payload="),
        ({"payload": object()}, TypeError, "payload cannot be serialised"),
        ({"headers": 3}, TypeError, "headers must be"),
        ({"headers": {"a": "b\r\nc: d"}}, ValueError, "line break"),
        ({"repeat": None}, TypeError, "repeat must be"),
        ({"repeat": 1.5}, TypeError, "repeat must be"),
        ({"exception": "text"}, TypeError, "exception must be an exception"),
        ({"reason": 3}, TypeError, "reason must be"),
        ({"content_type": 3}, TypeError, "content_type must be"),
        ({"bogus": 1}, TypeError, "bogus"),
    ],
)
def test_wrong_values_are_refused_at_registration(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Naming the argument, where aioresponses fails in the client's call."""
    with aioresponses() as m:
        with pytest.raises(error, match=message):
            m.get(API, **options)
        for url in (3, None, re.compile(b"bytes")):
            with pytest.raises(TypeError, match="url must be a str"):
                m.get(url)  # type: ignore[arg-type]  # the case to test


async def test_callback_that_returns_something_else() -> None:
    """The caller is told which callback, and what it should have returned."""

    def callback(url: URL, **_: object) -> Any:
        return "text"

    with aioresponses() as m:
        m.get(API, callback=callback)
        with pytest.raises(TypeError, match=r"callback .*must return a CallbackResult.*'text'"):
            await fetch()


# What was asked


async def test_clear_forgets_routes_alone() -> None:
    """What was asked stays in ``requests``, until that is cleared."""
    with aioresponses() as m:
        m.get(API, repeat=True)
        await fetch()
        m.clear()
        m.assert_called_once()
        m.requests.clear()
        m.assert_not_called()
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch()


async def test_log_entry_is_a_named_tuple() -> None:
    """Equal to one made by hand."""
    with aioresponses() as m:
        m.get(API)
        await fetch()
        assert m.requests == {("GET", URL(API)): [RequestCall((), {"allow_redirects": True})]}
        [[call]] = m.requests.values()
        args, kwargs = call
        assert (args, kwargs) == (call.args, call.kwargs)


async def test_unmatched_call_is_explained_by_a_note() -> None:
    """The message is aioresponses'; the nearest route stands in a note."""
    with aioresponses() as m:
        m.get(f"{API}?page=1")
        with pytest.raises(aiohttp.ClientConnectionError) as raised:
            await fetch(f"{API}?page=2")
    assert str(raised.value) == f"Connection refused: GET {API}?page=2"
    notes: list[str] = raised.value.__notes__  # type: ignore[attr-defined]  # Python 3.10 lacks it
    assert "query['page']" in "\n".join(notes)


async def test_failed_assertions_are_bounded() -> None:
    """However large the arguments, the message can be read."""
    with aioresponses() as m:
        m.post(re.compile(".*"), repeat=True)
        async with aiohttp.ClientSession() as session:
            for number in range(100):
                await session.post(f"{API}/{number}", json={"a": ["x" * 1000] * 1000})
        url = f"{API}/99"
        checks: list[Callable[[], None]] = [
            lambda: m.assert_called_with(url, "POST", json={"a": ["y" * 1000] * 1000}),
            lambda: m.assert_called_with(API, "POST", json={"a": ["y" * 1000] * 1000}),
            m.assert_not_called,
            m.assert_called_once,
        ]
        for check in checks:
            with pytest.raises(AssertionError) as raised:
                check()
            assert len(str(raised.value)) < 5_000


def test_names_of_the_modules_of_aioresponses() -> None:
    """A suite that imports from them finds what it knows."""
    core: Any = __import__("aiointercept.aioresponses.core", fromlist=["core"])
    assert (core.aioresponses, core.CallbackResult) == (aioresponses, CallbackResult)
    assert normalize_url("http://a.test/?b=1&a=2") == merge_params("http://a.test/?a=2", {"b": 1})


# Several mocks


async def test_innermost_that_has_a_route_answers() -> None:
    """And only that one hears of the call; what none has the innermost hears of."""
    with aioresponses() as outer, aioresponses() as inner:
        outer.get(API, body="outer", repeat=True)
        outer.get(f"{API}/outer", body="outer only")
        inner.get(API, body="inner")
        assert [await fetch(), await fetch()] == ["inner", "outer"]
        assert await fetch(f"{API}/outer") == "outer only"
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(f"{API}/none")
        assert [str(url) for _, url in inner.requests] == [API, f"{API}/none"]
        assert [str(url) for _, url in outer.requests] == [API, f"{API}/outer"]


async def test_mocks_that_overlap() -> None:
    """The first may end before the second."""
    first, second = aioresponses(), aioresponses()
    first.start()
    second.start()
    second.get(API, body="second", repeat=True)
    first.stop()
    assert await fetch() == "second"
    second.stop()
    assert "_request" in vars(aiohttp.ClientSession)


def test_mocks_in_several_threads() -> None:
    """Each thread has its own."""
    bodies = [str(number) for number in range(4)]
    got: dict[str, str] = {}
    barrier = threading.Barrier(len(bodies))

    def run(body: str) -> None:
        with aioresponses() as m:
            m.get(API, body=body)
            barrier.wait()
            got[body] = asyncio.run(fetch())
            barrier.wait()

    threads = [threading.Thread(target=run, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {body: body for body in bodies}


async def test_native_mock_inside() -> None:
    """It comes first; what it has no route for is the drop-in's."""
    with aioresponses() as outer:
        outer.get(API, body="drop-in")
        outer.get(f"{API}/error", exception=KeyError("very"))
        outer.get(f"{API}/callback", callback=lambda url, **kw: CallbackResult(body=str(kw["h"])))
        async with aiointercept(mock_external_urls=True) as inner:
            inner.get(API, body="native")
            assert [await fetch(), await fetch()] == ["native", "drop-in"]
            with pytest.raises(KeyError, match="very"):
                await fetch(f"{API}/error")
            with pytest.raises(aiohttp.ClientConnectionError, match="No route matches"):
                await fetch(f"{API}/none")
        assert inner.call_count == 2


async def test_native_mock_outside() -> None:
    """What the drop-in has no route for is the native mock's."""
    async with aiointercept(mock_external_urls=True) as outer:
        outer.get(API, body="native", repeat=True)
        with aioresponses() as inner:
            inner.get(API, body="drop-in")
            assert [await fetch(), await fetch()] == ["drop-in", "native"]
            with pytest.raises(aiohttp.ClientConnectionError, match="Connection refused: GET"):
                await fetch(f"{API}/none")
        assert outer.call_count == 1
        assert await fetch() == "native"


async def test_session_of_a_native_mock() -> None:
    """It reaches that mock, whatever a drop-in has a route for."""
    async with aiointercept() as native:
        native.get(API, body="native")
        with aioresponses() as m:
            m.get(API, body="drop-in")
            async with native.session() as session, session.get(API) as response:
                assert await response.text() == "native"
            assert m.requests == {}
            assert await fetch() == "drop-in"


async def test_redirect_leads_to_a_native_mock() -> None:
    """With the method, the body and the headers that the next server would get."""
    async with aiointercept(mock_external_urls=True) as native:
        native.post("https://other.test/there", body="native")
        with aioresponses() as m:
            m.post(API, status=307, headers={"Location": "https://other.test/there"})
            async with aiohttp.ClientSession() as session:
                headers = {"Authorization": "secret", "X": "y"}
                response = await session.post(API, json={"a": 1}, headers=headers)
                assert await response.text() == "native"
                assert [hop.status for hop in response.history] == [307]
    assert await native.last_request.json() == {"a": 1}
    assert native.last_request.headers["X"] == "y"
    assert "Authorization" not in native.last_request.headers


async def test_native_mock_is_asked_with_the_body() -> None:
    """A native route whose matcher refuses the body leaves the call to the drop-in."""
    with aioresponses() as outer:
        outer.post(API, body="drop-in", repeat=True)
        async with aiointercept(mock_external_urls=True) as inner:
            inner.post(API, body="native", match=matchers.json_body({"a": 1}))
            async with aiohttp.ClientSession() as session:
                for json, expected in (({"a": 2}, "drop-in"), ({"a": 1}, "native")):
                    response = await session.post(API, json=json)
                    assert await response.text() == expected


# While it lasts


async def test_client_gives_up_waiting_for_a_callback() -> None:
    """Its own limit holds, and the callback is cancelled."""
    cancelled = asyncio.Event()

    async def callback(url: URL, **_: object) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with aioresponses() as m:
        m.get(API, callback=callback)
        with pytest.raises(asyncio.TimeoutError):
            await fetch(timeout=aiohttp.ClientTimeout(total=0.01))
        assert cancelled.is_set()


async def test_call_that_is_cancelled() -> None:
    """The callback is cancelled with it, and the next call works."""
    started = asyncio.Event()

    async def callback(url: URL, **_: object) -> Any:
        started.set()
        await asyncio.Event().wait()

    with aioresponses() as m:
        m.get(API, callback=callback)
        m.get(f"{API}/next", body="x")
        call = asyncio.create_task(fetch())
        await started.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await fetch(f"{API}/next") == "x"


async def test_callback_may_ask_itself() -> None:
    """Of a mocked URL, in the middle of a call."""

    async def callback(url: URL, **_: object) -> Any:
        return CallbackResult(body=f"seen: {await fetch(f'{API}/inner')}")

    with aioresponses() as m:
        m.get(API, callback=callback)
        m.get(f"{API}/inner", body="inner")
        assert await fetch() == "seen: inner"
        assert len(m.requests) == 2


async def real_server(handler: Callable[[web.Request], Awaitable[web.Response]]) -> web.AppRunner:
    """Start a server for all paths."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


async def test_hooks_and_middlewares_run_for_what_is_passed_through() -> None:
    """By prefix or because nothing matches; a mocked call in between is not heard of."""
    heard: list[str] = []

    async def hear(_session: Any, _context: Any, params: Any) -> None:
        heard.append(params.url.path)

    async def middleware(request: Any, handler: Any) -> Any:
        heard.append("middleware")
        return await handler(request)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="real")

    config = aiohttp.TraceConfig()
    config.on_request_start.append(hear)
    runner = await real_server(answer)
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        with aioresponses(passthrough=f"{base}/a", passthrough_unmatched=True) as m:
            m.get(f"{base}/a/mocked", body="never")
            m.get(f"{base}/b/mocked", body="mocked")
            async with aiohttp.ClientSession(
                trace_configs=[config], middlewares=[middleware]
            ) as session:
                texts = []
                for path in ("/a/mocked", "/b/mocked", "/b/mocked"):
                    async with session.get(base + path) as response:
                        texts.append(await response.text())
    finally:
        await runner.cleanup()
    assert texts == ["real", "mocked", "real"]
    assert heard == ["/a/mocked", "middleware", "/b/mocked", "middleware"]
    assert [url.path for _, url in m.requests] == ["/b/mocked"]


async def test_redirect_leads_to_the_real_server() -> None:
    """A hop that no route takes goes where it leads, if unmatched calls pass through."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=f"real {request.path}")

    runner = await real_server(answer)
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        with aioresponses(passthrough_unmatched=True) as m:
            m.get(API, status=302, headers={"Location": f"{base}/there"})
            assert await fetch() == "real /there"
    finally:
        await runner.cleanup()


def test_aiohttp_that_is_not_as_we_know_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start fails at once, naming the version and what to do; nothing stays patched."""

    async def other(self: object, method: str) -> None:
        """Take other arguments."""

    monkeypatch.setattr(aiohttp.ClientSession, "_request", other)
    with pytest.raises(
        UnsupportedAiohttpError, match=rf"{re.escape(aiohttp.__version__)}.*_request"
    ):
        aioresponses().start()
    assert vars(aiohttp.ClientSession)["_request"] is other
