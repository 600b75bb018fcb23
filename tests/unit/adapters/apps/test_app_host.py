"""All applications of a mock: their ends, and the errors that come too late."""

import asyncio
import logging

from aiohttp import web

from aiointercept.adapters.apps.app_host import AppHost
from aiointercept.adapters.local_server.helper_thread import helper_thread
from aiointercept.core.http.messages import Origin

ORIGIN = Origin("https", "h.test", 443)


def failing():
    """Return an application whose clean-up fails."""

    async def fail(app):
        raise KeyError("clean-up")

    app = web.Application()
    app.on_cleanup.append(fail)
    return app


async def test_errors_are_deferred(caplog):
    """They are told to the mock while its block lasts."""
    told = []
    host = AppHost(lambda: helper_thread().loop, told.append)
    host.start()
    await host.host(failing(), "it").app.connect(ORIGIN, {})
    host.stop()
    await host.wait_closed()
    assert [type(error) for error in told] == [KeyError]
    assert not caplog.records


async def test_late_errors_are_logged(caplog):
    """What the running loop has yet to do comes after the end, and nothing can be raised then."""
    told = []
    host = AppHost(lambda: helper_thread().loop, told.append)
    host.start()
    await host.host(failing(), "it").app.connect(ORIGIN, {})
    host.stop()
    host.join()
    while not caplog.records:
        await asyncio.sleep(0)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "after the end of the block: KeyError('clean-up')" in record.getMessage()
    assert told == []


async def test_retired_in_the_middle():
    """Others can be hosted after that."""
    host = AppHost(lambda: helper_thread().loop, [].append)
    host.start()
    first = host.host(web.Application(), "first")
    await first.app.connect(ORIGIN, {})
    host.retire()
    second = host.host(web.Application(), "second")
    assert not (await second.app.connect(ORIGIN, {})).closed
    host.stop()
    await host.wait_closed()
