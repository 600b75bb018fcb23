"""Where and when an application runs, with a runner that only notes what is asked of it."""

import asyncio
import threading

import pytest

from aiointercept.adapters.apps import hosted_app
from aiointercept.adapters.apps.hosted_app import HostedApp
from aiointercept.adapters.local_server.helper_thread import helper_thread
from aiointercept.core.errors import AppUnavailableError
from aiointercept.core.http.messages import Origin

ORIGIN = Origin("https", "h.test", 443)


class Runner:
    """Notes where it is started and stopped."""

    def __init__(self, error=None):
        self.events = []
        self.loops = []
        self.error = error

    async def start(self):
        """Note it."""
        self.loops.append(asyncio.get_running_loop())
        self.events.append("start")
        if self.error is not None:
            raise self.error

    def protocol(self):
        """Return a protocol that does nothing."""
        return asyncio.Protocol()

    async def stop(self):
        """Note it."""
        self.events.append("stop")


def hosted(runner, home, told=None):
    """Return an application that ``runner`` runs."""
    defer = (told if told is not None else []).append
    return HostedApp(runner, "the app", home, lambda: helper_thread().loop, defer)


async def test_on_the_loop_that_entered():
    """It starts once, with its first connection, and stops when told."""
    runner = Runner()
    app = hosted(runner, asyncio.get_running_loop())
    assert runner.events == []
    channels = await asyncio.gather(*[app.connect(ORIGIN, {}) for _ in range(3)])
    assert runner.events == ["start"]
    app.stop()
    app.stop()
    await app.wait_stopped()
    assert runner.events == ["start", "stop"]
    assert runner.loops == [asyncio.get_running_loop()]
    assert all(channel.closed for channel in channels)
    with pytest.raises(AppUnavailableError, match="the app cannot answer: the block"):
        await app.connect(ORIGIN, {})


async def test_without_a_loop():
    """It runs on the helper's, and is waited for without blocking or with."""
    for wait in (HostedApp.wait_stopped, _join):
        runner = Runner()
        app = hosted(runner, None)
        await app.connect(ORIGIN, {})
        app.stop()
        await wait(app)
        assert runner.loops == [helper_thread().loop]
        assert runner.events == ["start", "stop"]


async def _join(app):
    app.join()


def test_a_loop_that_does_not_turn():
    """The helper's takes its place for the start; later there is an explanation."""
    home = asyncio.new_event_loop()
    runner = Runner()
    app = hosted(runner, home)
    asyncio.run(app.connect(ORIGIN, {}))
    assert runner.loops == [helper_thread().loop]
    app.stop()
    app.join()
    home.close()


async def test_a_loop_that_turns_no_more(monkeypatch):
    """An application that has started elsewhere cannot move: the request says so."""
    monkeypatch.setattr(hosted_app, "_STUCK", 0.01)
    app = hosted(Runner(), asyncio.get_running_loop())
    await app.connect(ORIGIN, {})
    caught = []

    def ask():
        try:
            asyncio.run(app.connect(ORIGIN, {}))
        except AppUnavailableError as error:
            caught.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()  # blocks this loop, as a blocking client does
    assert "do not call a blocking HTTP client in its thread" in caught[0]
    app.stop()
    await app.wait_stopped()


async def test_a_start_that_fails():
    """Everybody gets the error, it is told once, and what was begun is cleaned up."""
    error = LookupError("no database")
    told = []
    runner = Runner(error)
    app = hosted(runner, asyncio.get_running_loop(), told)
    for _ in range(2):
        with pytest.raises(LookupError):
            await app.connect(ORIGIN, {})
    app.stop()
    await app.wait_stopped()
    assert told == [error]
    assert runner.events == ["start", "stop"]


async def test_stopped_before_the_start():
    """Nothing is started any more."""
    runner = Runner()
    app = hosted(runner, None)
    app.stop()
    await app.wait_stopped()
    with pytest.raises(AppUnavailableError):
        await app.connect(ORIGIN, {})
    assert runner.events == []


def test_a_loop_that_is_closed_properly():
    """What is left is cleaned up before that; a connection later says why there is none."""
    runner = Runner()
    holder = []

    async def use():
        holder.append(hosted(runner, asyncio.get_running_loop()))
        await holder[0].connect(ORIGIN, {})

    asyncio.run(use())
    assert runner.events == ["start", "stop"]
    with pytest.raises(AppUnavailableError, match="which is now closed"):
        asyncio.run(holder[0].connect(ORIGIN, {}))
    holder[0].stop()
    holder[0].join()
