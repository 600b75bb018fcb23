"""Which kind of application an object is taken for."""

import functools

import flask
import pytest
from aiohttp import web
from fastapi import FastAPI
from starlette.applications import Starlette

from aiointercept.adapters.apps.kinds import AppKind, kind_of


async def asgi(scope, receive, send):
    """Do nothing."""


def wsgi(environ, start_response):
    """Do nothing."""


def plain_asgi(scope, receive, send):
    """Do nothing."""


class AsgiObject:
    """An ASGI application as a class that is called."""

    async def __call__(self, scope, receive, send):
        """Do nothing."""


class WsgiObject:
    """A WSGI application as a class that is called."""

    def __call__(self, environ, start_response):
        """Do nothing."""


async def with_setting(setting, scope, receive, send):
    """Do nothing."""


@functools.wraps(asgi)
async def wrapped(*args):
    """Do nothing."""


@pytest.mark.parametrize(
    ("app", "kind"),
    [
        (web.Application(), AppKind.AIOHTTP),
        (asgi, AppKind.ASGI),
        (plain_asgi, AppKind.ASGI),
        (AsgiObject(), AppKind.ASGI),
        (functools.partial(with_setting, 1), AppKind.ASGI),
        (wrapped, AppKind.ASGI),
        (FastAPI(), AppKind.ASGI),
        (Starlette(), AppKind.ASGI),
        (wsgi, AppKind.WSGI),
        (WsgiObject(), AppKind.WSGI),
        (flask.Flask("fake"), AppKind.WSGI),
        (lambda environ, start_response, extra=None: [], AppKind.WSGI),
    ],
)
def test_kinds(app, kind):
    """Each kind is told by how it is called."""
    assert kind_of(app) is kind


async def one_argument(request):
    """Do nothing."""


def asgi2(scope):
    """Do nothing."""


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (None, "not None"),
        ({}, "not {}"),
        (FastAPI, "pass an instance, FastAPI()"),
        (one_argument, "an ASGI 3 application is called with (scope, receive, send)"),
        (asgi2, "looks like ASGI 2"),
        (lambda *args: None, "is called with"),
        (web.AppRunner(web.Application()), "pass the application itself, runner.app"),
        (int, "the class int"),
        (max, "is called with"),
    ],
)
def test_no_application(app, message):
    """What is none is refused, and the message says what to do."""
    with pytest.raises(TypeError) as caught:
        kind_of(app)
    assert str(caught.value).startswith("app must be an aiohttp.web.Application, an ASGI 3")
    assert message in str(caught.value)


def test_coroutine():
    """A coroutine is to be awaited; it is closed, so that Python does not warn as well."""
    with pytest.raises(TypeError, match="await it first"):
        kind_of(one_argument(1))
