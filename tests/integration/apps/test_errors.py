"""Errors of applications reach the test, and bad input is refused where it is given."""

import asyncio
import contextlib
import re
import sys

import aiohttp
import flask
import pytest
from aiohttp import web
from starlette.applications import Starlette

from aiointercept import aiointercept

BASE = "https://graph.example.com/v2"


async def get(url, **options):
    """Return what a GET gives."""
    async with aiohttp.ClientSession() as session:
        async with session.get(url, **options) as response:
            return response.status, await response.text()


async def test_error_in_a_handler_is_raised_at_the_end(service):
    """Error in a handler is raised at the end."""
    with pytest.raises(Exception, match="in the service") as caught:
        async with aiointercept(mock_external_urls=True) as m:
            m.mount(BASE, service.app)
            assert (await get(f"{BASE}/boom"))[0] == 500
            assert (await get(f"{BASE}/about/x"))[0] == 200
            assert m.calls[0].response.status == 500
    assert type(caught.value).__name__ == "TeapotError"
    assert any(entry.name == "boom" for entry in caught.traceback)


async def test_error_after_the_response_began():
    """Error after the response began."""

    async def breaks(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        raise KeyError("in the middle")

    app = web.Application()
    app.router.add_get("/", breaks)
    with pytest.raises(KeyError, match="in the middle") as caught:
        async with aiointercept(mock_external_urls=True) as m:
            m.mount("http://h.test", app)
            async with aiohttp.ClientSession() as session:
                async with session.get("http://h.test/") as response:
                    with pytest.raises(aiohttp.ClientPayloadError):
                        await response.read()
            assert m.calls[0].response.status == 200
            assert m.calls[0].response.body is None
    assert not hasattr(caught.value, "__notes__")


async def test_flask_error_handlers_are_no_errors():
    """Flask error handlers are no errors."""
    app = flask.Flask("fake")

    @app.errorhandler(LookupError)
    def handled(error):
        return "handled", 418

    @app.get("/")
    def look():
        raise LookupError

    async with aiointercept(mock_external_urls=True) as m:
        m.mount("http://h.test", app)
        assert await get("http://h.test/") == (418, "handled")


async def test_aiohttp_application_that_does_not_start():
    """Aiohttp application that does not start."""

    async def fails(app):
        raise LookupError("no database")

    app = web.Application()
    app.on_startup.append(fails)
    with pytest.raises(LookupError, match="no database") as caught:
        async with aiointercept(mock_external_urls=True) as m:
            m.mount("http://h.test", app)
            for _ in range(2):
                status, text = await get("http://h.test/")
                assert status == 500
                assert "LookupError" in text
    assert not hasattr(caught.value, "__notes__")


async def test_asgi_lifespan_that_raises():
    """ASGI lifespan that raises."""

    @contextlib.asynccontextmanager
    async def life(app):
        raise LookupError("no database")
        yield

    with pytest.raises(LookupError, match="no database"):
        async with aiointercept(mock_external_urls=True) as m:
            m.mount("http://h.test", Starlette(lifespan=life))
            assert (await get("http://h.test/"))[0] == 500


async def test_asgi_lifespan_that_only_says_so():
    """ASGI lifespan that only says so."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(RuntimeError, match="failed to start: no database"):
        async with aiointercept(mock_external_urls=True) as m:
            m.mount("http://h.test", app)
            assert (await get("http://h.test/"))[0] == 500


async def test_asgi_application_without_lifespan():
    """ASGI application without lifespan."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with aiointercept(mock_external_urls=True) as m:
        m.mount("http://h.test", app)
        assert (await get("http://h.test/"))[0] == 204


async def test_clean_up_that_fails(async_service):
    """Clean up that fails."""
    app = async_service.app
    if isinstance(app, web.Application):

        async def fails(app):
            raise LookupError("clean-up")

        app.on_cleanup.append(fails)
    else:

        @contextlib.asynccontextmanager
        async def life(app):
            yield
            raise LookupError("clean-up")

        app = Starlette(lifespan=life)
    with pytest.raises(LookupError, match="clean-up"):
        async with aiointercept(mock_external_urls=True) as m:
            m.mount(BASE, app)
            await get(f"{BASE}/about/x")


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (3, "not 3"),
        ("module:app", "pass the object, not its name"),
        (web.Application, "not the class Application: pass an instance, Application()"),
        (lambda: None, "call it"),
        (flask.Blueprint("b", "b"), "must be an aiohttp.web.Application"),
        (web.RouteTableDef(), "add_routes"),
    ],
)
async def test_no_application(app, message):
    """No application."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError) as caught:
            m.mount(BASE, app)
        assert message in str(caught.value)
        assert str(caught.value).startswith("app must be")


@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        ("https://h.test/x?a=1", ValueError, "has a query"),
        ("https://h.test/x#a", ValueError, "has a fragment"),
        ("ftp://h.test", ValueError, "scheme must be http"),
        ("h.test", ValueError, "has no host"),
        (3, TypeError, "url must be"),
        (re.compile("https://h.test"), TypeError, "takes a prefix"),
    ],
)
async def test_wrong_urls(url, kind, message):
    """Wrong urls."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(kind) as caught:
            m.mount(url, web.Application())
        assert message in str(caught.value)


@pytest.mark.parametrize("module", ["uvicorn", "a2wsgi"])
async def test_missing_extra(monkeypatch, module):
    """Missing extra."""
    monkeypatch.setitem(sys.modules, module, None)
    app = Starlette() if module == "uvicorn" else flask.Flask("fake")
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(ImportError) as caught:
            m.mount(BASE, app)
        assert "pip install 'aiointercept[asgi]'" in str(caught.value)
        m.mount(BASE, web.Application())  # needs no extra


def test_mount_before_the_start():
    """Mount before the start."""
    with pytest.raises(RuntimeError, match="^Server not started"):
        aiointercept().mount("/", web.Application())


async def test_client_that_leaves_is_no_error():
    """Client that leaves is no error."""
    waiting = asyncio.Event()

    async def slow(request):
        response = web.StreamResponse()
        await response.prepare(request)
        waiting.set()
        try:
            while True:
                await response.write(b"x" * 1000)
                await asyncio.sleep(0)
        finally:
            waiting.clear()

    app = web.Application()
    app.router.add_get("/", slow)
    async with aiointercept(mock_external_urls=True) as m:
        m.mount("http://h.test", app)
        async with aiohttp.ClientSession() as session:
            response = await session.get("http://h.test/")
            response.close()
        while waiting.is_set():
            await asyncio.sleep(0)


async def test_handler_is_cancelled_when_its_client_leaves():
    """Handler is cancelled when its client leaves."""
    events = []
    waiting = asyncio.Event()

    async def slow(request):
        waiting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            events.append("cancelled")
            raise

    app = web.Application()
    app.router.add_get("/", slow)
    async with aiointercept(mock_external_urls=True) as m:
        m.mount("http://h.test", app)
        async with aiohttp.ClientSession() as session:
            call = asyncio.create_task(session.get("http://h.test/"))
            await waiting.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            while not events:
                await asyncio.sleep(0)
    assert events == ["cancelled"]
