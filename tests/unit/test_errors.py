"""Errors that users meet are public, under the name that a traceback shows."""

import importlib
import inspect
import pickle
import pkgutil

import aiohttp
import pytest

import aiointercept
from aiointercept import errors

# Carry something from one place of ours to another; no user can catch or read them.
INTERNAL = {"Carrier", "FramingError", "FurtherErrors", "HandedOverError"}


def raised_here() -> set[type[BaseException]]:
    """Return every exception class that the package makes."""
    found: set[type[BaseException]] = set()
    for module in pkgutil.walk_packages(aiointercept.__path__, "aiointercept."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            ours = kind.__module__.partition(".")[0] == "aiointercept"
            if ours and issubclass(kind, BaseException) and not kind.__name__.startswith("_"):
                found.add(kind)
    return found


def test_every_error_is_public() -> None:
    """Its module is ``aiointercept.errors``, and it can be imported from there."""
    public = {kind for kind in raised_here() if kind.__name__ not in INTERNAL}
    assert {(kind.__module__, kind.__name__) for kind in public} == {
        ("aiointercept.errors", name) for name in errors.__all__
    }
    assert public == {getattr(errors, name) for name in errors.__all__}


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("AiointerceptWarning", UserWarning),
        ("NoRouteError", aiohttp.ServerDisconnectedError),
        ("NotStartedError", RuntimeError),
        ("UnmetExpectationsError", AssertionError),
        ("UnsupportedAiohttpError", RuntimeError),
    ],
)
def test_errors_are_what_users_catch(name: str, base: type[BaseException]) -> None:
    """Code that catches the class that Python or aiohttp has catches ours."""
    assert issubclass(getattr(errors, name), base)


def test_errors_travel_between_processes() -> None:
    """As pytest-xdist and ``multiprocessing`` send them."""
    for name in errors.__all__:
        error = getattr(errors, name)("why")
        again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own
        assert (type(again), str(again)) == (type(error), str(error))
