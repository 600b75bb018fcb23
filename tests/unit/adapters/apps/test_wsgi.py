"""WSGI applications: their threads end, and errors that they hand over are told."""

import pytest

from aiointercept.adapters.apps.wsgi import WsgiRunner


class Started(list):
    """A ``start_response`` that notes its calls."""

    def __call__(self, status, headers):
        """Note the call."""
        self.append(status)


def wrapped(app, told):
    """Return what the middleware calls in place of ``app``."""
    return WsgiRunner(app, told.append)._app.app  # noqa: SLF001  what it was given is not shown otherwise


def test_error_handed_to_start_response():
    """It is told, and the response goes on as the application wants it."""
    error = KeyError("handed")

    def app(environ, start_response):
        start_response("500 Error", [], (KeyError, error, None))
        return [b"sorry"]

    told, started = [], Started()
    environ = {}
    assert list(wrapped(app, told)(environ, started)) == [b"sorry"]
    assert told == [error]
    assert started == ["500 Error"]
    assert environ["wsgi.input_terminated"]


def test_error_handed_too_late():
    """Once the response has begun it is raised, as PEP 3333 wants it."""
    error = KeyError("late")

    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("500 Error", [], (KeyError, error, None))

    told, started = [], Started()
    with pytest.raises(KeyError, match="late"):
        wrapped(app, told)({}, started)
    assert started == ["200 OK"]


async def test_stop_without_a_request():
    """There is no thread to wait for."""
    runner = WsgiRunner(lambda environ, start_response: [], [].append)
    await runner.start()
    await runner.stop()
