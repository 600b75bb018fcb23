"""The page on the architecture names modules and names that exist."""

import importlib
import re
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PROSE: Final = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
# `Name` (`package.module`), the way the page introduces a name.
NAMED: Final = re.compile(r"`([A-Za-z_]\w*(?:\.\w+)?)`\s+\(`((?:core|adapters|api)\.[\w.]+)`\)")
MODULE: Final = re.compile(r"`((?:core|adapters|api|aioresponses)(?:\.\w+)+)`")
FILE: Final = re.compile(r"`((?:core|adapters|api)/[\w/]*(?:\.py)?)`")
ROOM: Final = re.compile(r"^\s*│?.*?[│ ] {1,2}(\w+)/ ", re.MULTILINE)


def found(pattern: "re.Pattern[str]") -> list[Any]:
    """Return what the pattern finds on the page, each once, in order."""
    return list(dict.fromkeys(pattern.findall(PROSE)))


@pytest.mark.parametrize(("name", "module"), found(NAMED))
def test_a_name_exists(name: str, module: str) -> None:
    """In the module that the page gives."""
    value: Any = importlib.import_module(f"aiointercept.{module}")
    for part in name.split("."):
        value = getattr(value, part)


@pytest.mark.parametrize("module", found(MODULE))
def test_a_module_exists(module: str) -> None:
    """As a module or a package."""
    importlib.import_module(f"aiointercept.{module}")


@pytest.mark.parametrize("file", found(FILE))
def test_a_file_exists(file: str) -> None:
    """As a file or a folder."""
    assert (ROOT / "src" / "aiointercept" / file).exists()


def test_the_page_names_enough() -> None:
    """The tests above would prove nothing about a page that names nothing."""
    assert len(found(NAMED)) > 15
    assert len(found(FILE)) > 5


def test_every_room_is_in_the_picture() -> None:
    """And no other one."""
    picture = PAGE.partition("```text")[2].partition("```")[0]
    drawn = set(re.findall(r"(\w+)/", picture)) - {"core", "adapters", "api", "aioresponses"}
    source = ROOT / "src" / "aiointercept"
    rooms = {
        folder.name
        for layer in ("core", "adapters")
        for folder in (source / layer).iterdir()
        if (folder / "__init__.py").exists()
    }
    assert drawn == rooms
