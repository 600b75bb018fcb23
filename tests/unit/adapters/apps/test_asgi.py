"""The lifespan of ASGI applications, without a server."""

import asyncio
import sys

import pytest

from aiointercept.adapters.apps.asgi import AsgiRunner, Lifespan, require_extra


def application(*answers, events=None, error=None):
    """Return an application that gives these answers to the events of its lifespan."""

    async def app(scope, receive, send):
        assert scope["type"] == "lifespan"
        scope["state"]["seen"] = True
        for answer in answers:
            message = await receive()
            if events is not None:
                events.append(message["type"])
            await send({"type": f"{message['type']}.{answer}", "message": "reason"})
        if error is not None:
            raise error

    return app


async def test_start_and_stop():
    """Both events are sent, and the state is there for requests."""
    events = []
    lifespan = Lifespan(application("complete", "complete", events=events))
    await lifespan.start()
    assert lifespan.state == {"seen": True}
    await lifespan.stop()
    assert events == ["lifespan.startup", "lifespan.shutdown"]


async def test_failures_are_told():
    """With the reason, or the exception that follows it."""
    with pytest.raises(RuntimeError, match="failed to start: reason"):
        await Lifespan(application("failed")).start()
    with pytest.raises(KeyError, match="cause"):
        await Lifespan(application("failed", error=KeyError("cause"))).start()
    lifespan = Lifespan(application("complete", "failed"))
    await lifespan.start()
    with pytest.raises(RuntimeError, match="failed to clean up: reason"):
        await lifespan.stop()


async def test_an_application_without_lifespan():
    """It may raise, or return: then there is nothing to start or stop."""
    for app in (application(error=KeyError()), application()):
        lifespan = Lifespan(app)
        await lifespan.start()
        await lifespan.stop()


def test_a_loop_that_ends_first():
    """The application still gets its shutdown, and stopping later is harmless."""
    events = []
    lifespan = Lifespan(application("complete", "complete", events=events))
    asyncio.run(lifespan.start())
    assert events == ["lifespan.startup", "lifespan.shutdown"]
    asyncio.run(lifespan.stop())


def test_missing_extra(monkeypatch):
    """The message says what to type."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ImportError, match="need uvicorn, which is not installed: pip install"):
        require_extra("uvicorn", kind="ASGI")


async def test_errors_of_the_application_are_deferred():
    """They are told, and raised for the server to answer."""
    told = []

    async def app(scope, receive, send):
        raise KeyError("in the app")

    runner = AsgiRunner(app, told.append)
    server_calls = runner.protocol().app
    with pytest.raises(KeyError):
        await server_calls({"type": "http"}, None, None)
    assert [type(error) for error in told] == [KeyError]
