"""What stands on the package itself."""

import subprocess
import sys
from importlib import metadata

import pytest

import aiointercept


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
