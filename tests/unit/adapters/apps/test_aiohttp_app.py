"""Applications of aiohttp's: their errors are told once, their contexts run."""

import asyncio
import logging

from aiohttp import web

from aiointercept.adapters.apps import aiohttp_app
from aiointercept.adapters.apps.aiohttp_app import AiohttpRunner


def logger(told):
    """Return a logger as aiohttp's server gets it."""
    one = logging.Logger("test")  # noqa: LOG001  it is to be known nowhere else
    one.addHandler(aiohttp_app._Errors(told.append))  # noqa: SLF001  the unit under test
    return one


def test_logged_errors_are_told_once():
    """An error that follows from one that was told is not told again."""
    told = []
    one = logger(told)
    first, second = KeyError("first"), ConnectionError("sent already")
    second.__context__ = first
    one.exception("Error handling request", exc_info=first)
    one.exception("Unhandled exception", exc_info=second)
    assert [str(error) for error in told] == ["'first'"]


def test_what_is_logged_without_an_error():
    """It is told as it is written; what is no error is not."""
    told = []
    one = logger(told)
    one.debug("nothing")
    one.error("Missing return statement on request handler")
    assert [str(error) for error in told] == ["Missing return statement on request handler"]


def application(events):
    """Return an application that notes its life."""

    async def life(app):
        events.append("up")
        try:
            yield
        finally:
            events.append("down")

    app = web.Application()
    app.cleanup_ctx.append(life)
    return app


async def test_life():
    """Contexts are entered and left."""
    events = []
    runner = AiohttpRunner(application(events), [].append)
    await runner.start()
    assert isinstance(runner.protocol(), asyncio.Protocol)
    await runner.stop()
    assert events == ["up", "down"]


def test_stopped_on_another_loop():
    """What does not depend on the loop that is closed is cleaned up."""
    events = []
    runner = AiohttpRunner(application(events), [].append)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(runner.start())
    loop.close()
    asyncio.run(runner.stop())
    assert events == ["up", "down"]
