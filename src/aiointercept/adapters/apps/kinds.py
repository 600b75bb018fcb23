"""Which kind of application an object is: aiohttp's, ASGI 3 or WSGI. Nothing is started here."""

import enum
import functools
import inspect
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web


class AppKind(enum.Enum):
    """A way to call an application."""

    AIOHTTP = "aiohttp.web.Application"
    ASGI = "ASGI 3"
    WSGI = "WSGI"


_TAKEN: Final = (
    "an aiohttp.web.Application, an ASGI 3 application such as FastAPI() or Starlette(), or a WSGI "
    "application such as Flask()"
)


def kind_of(app: Any) -> AppKind:
    """Return which kind of application ``app`` is.

    Raises:
        TypeError: if ``app`` is not an application, saying what it is instead.
    """
    if isinstance(app, web.Application):
        return AppKind.AIOHTTP
    if isinstance(app, type):
        name = app.__name__
        msg = f"app must be {_TAKEN}, not the class {name}: pass an instance, {name}()"
        raise TypeError(msg)
    if not callable(app):
        msg = f"app must be {_TAKEN}, not {app!r}{_instead_of(app)}"
        raise TypeError(msg)
    kind = _kind_of_callable(app)
    if kind is None:
        msg = (
            f"app must be {_TAKEN}, not {app!r}: an ASGI 3 application is called with (scope, "
            f"receive, send), a WSGI application with (environ, start_response){_hint(app)}"
        )
        raise TypeError(msg)
    return kind


def _kind_of_callable(app: Callable[..., Any]) -> AppKind | None:
    try:
        signature = inspect.signature(app)
    except (TypeError, ValueError):
        return None
    asynchronous = _is_async(app)
    takes_two, takes_three = _takes(signature, 2), _takes(signature, 3)
    if takes_three and (asynchronous or not takes_two or _first(signature) == "scope"):
        return AppKind.ASGI
    if takes_two and not asynchronous and not (takes_three and _first(signature) != "environ"):
        return AppKind.WSGI
    return None


def _is_async(app: Any) -> bool:
    while isinstance(app, functools.partial):
        app = app.func
    app = inspect.unwrap(app)
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(
        getattr(app, "__call__", None)  # noqa: B004  it is callable; this looks at how
    )


def _takes(signature: inspect.Signature, number: int) -> bool:
    try:
        signature.bind(*range(number))
    except TypeError:
        return False
    return True


def _first(signature: inspect.Signature) -> str:
    return next(iter(signature.parameters), "")


def _instead_of(app: Any) -> str:
    if isinstance(app, str):
        return ": import the application and pass the object, not its name"
    if isinstance(app, web.AppRunner):
        return ": pass the application itself, runner.app"
    if isinstance(app, web.RouteTableDef):
        return ": create an application, and add the routes with app.add_routes(routes)"
    if inspect.iscoroutine(app):
        app.close()
        return ": await it first"
    return ""


def _hint(app: Callable[..., Any]) -> str:
    try:
        signature = inspect.signature(app)
    except (TypeError, ValueError):
        return ""
    if _takes(signature, 0):
        return ". If this is a function that returns the application, call it"
    if _takes(signature, 1) and _first(signature) == "scope":
        return (
            ". This looks like ASGI 2: wrap it in asgiref.compatibility.guarantee_single_callable()"
        )
    return ""
