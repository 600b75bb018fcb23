"""What stands on the package itself."""

import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import Any, get_origin, get_type_hints

import pytest
from typing_extensions import Unpack, is_typeddict

import aiointercept
from aiointercept import matchers, testing
from aiointercept.aioresponses import aioresponses


def test_version() -> None:
    """The version is that of the installed distribution (if not: install it again)."""
    assert aiointercept.__version__ == metadata.version("aiointercept")


def test_public_names() -> None:
    """``dir`` shows the public names and no others, before and after they are used."""
    code = (
        "import aiointercept as a; print(dir(a)); [getattr(a, n) for n in a.__all__]; print(dir(a))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(sorted(aiointercept.__all__))] * 2


@pytest.mark.parametrize("module", ["aioresponses", "compat", "errors", "matchers", "testing"])
def test_public_names_of_modules(module: str) -> None:
    """As what completes names shows them: nothing that a module has for itself."""
    home = importlib.import_module(f"aiointercept.{module}")
    # pytest adds names of its own, such as @py_builtins.
    shown = [name for name in dir(home) if not name.startswith(("_", "@"))]
    assert shown == sorted(home.__all__)


@pytest.mark.parametrize("name", aiointercept.__all__)
def test_each_name_is_there(name: str) -> None:
    """And is what it is called."""
    value = getattr(aiointercept, name)
    assert value.__name__.rpartition(".")[2] == name


def test_unknown_name() -> None:
    """Is an error as of any module."""
    with pytest.raises(AttributeError, match="'aiointercept' has no attribute 'aiointercpt'"):
        _ = aiointercept.aiointercpt


def test_metadata() -> None:
    """The distribution tells what it is, and names no page that does not exist."""
    told = metadata.metadata("aiointercept")
    assert told["Description-Content-Type"] == "text/markdown"
    assert told["License-Expression"] == "MIT"
    assert set(told.get_all("Provides-Extra")) == {"all", "asgi", "tls", "yaml"}
    assert told.get_all("Project-URL") is None


def public_functions() -> Iterator[Any]:
    """Yield what users call: constructors, methods, and the functions of ``matchers``."""
    for name in aiointercept.__all__:
        yield getattr(aiointercept, name)
    yield from (aioresponses, testing.InMemoryTransport, testing.SocketlessTransport)
    for kind in (
        aiointercept.aiointercept,
        aiointercept.MockResponse,
        aiointercept.Redaction,
        aioresponses,
        testing.InMemoryTransport,
    ):
        for name, value in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_"):
                yield value
    for name in matchers.__all__:
        value = getattr(matchers, name)
        if inspect.isfunction(value):
            yield value


def test_signatures_name_all_that_is_taken() -> None:
    """There is no ``**options: Any``: type checkers find each misspelt keyword."""
    found = 0
    for function in public_functions():
        if not callable(function) or not hasattr(function, "__name__"):
            continue
        for one in inspect.signature(function).parameters.values():
            if one.kind is inspect.Parameter.VAR_KEYWORD:
                hints = get_type_hints(inspect.unwrap(function), include_extras=True)
                assert get_origin(hints[one.name]) is Unpack, function
                assert is_typeddict(hints[one.name].__args__[0]), function
                found += 1
    assert found >= 16
