"""The cassette of one test: where it is, and the fixture for a test that only has the marker."""

from pathlib import Path
from typing import Any

import pytest


def cassette_of(item: pytest.Item, folder: str) -> Path:
    """Return the path of a test's cassette, derived from the test's name.

    Args:
        item: the test.
        folder: of all cassettes, relative to the root of the project; ``""`` for one beside each
            test file.
    """
    # pytest loads this in every run: what few runs need is imported there.
    from aiointercept.core.recording.file_names import safe_name  # noqa: PLC0415

    __tracebackhide__ = True
    inside = item.nodeid.split("::")[1:]
    name = f"{safe_name('.'.join(inside) or item.name)}.har"
    if not folder:
        return item.path.parent / "cassettes" / item.path.stem / name
    root = item.config.rootpath
    module = item.path.with_suffix("")
    module = module.relative_to(root) if module.is_relative_to(root) else Path(module.name)
    return root / folder / module / name


def give_fixture(item: pytest.Item, marker: str, fixture: str, *, unless: str) -> None:
    """Make a test use a fixture, if its marker has a cassette.

    The test would reach the real server otherwise. The fixture comes before all others of function
    scope, which may make requests, too.

    Args:
        item: the test.
        marker: name of the marker, whose closest ``cassette=`` counts.
        fixture: name of the fixture.
        unless: name of another fixture, with which the test needs no cassette.
    """
    if not isinstance(item, pytest.Function) or {fixture, unless} & {*item.fixturenames}:
        return
    given = (mark.kwargs for mark in item.iter_markers(marker))
    if not next((one["cassette"] for one in given if "cassette" in one), None):
        return
    names = list(item.fixturenames)  # the list is that of all tests of this function
    found = (at for at, name in enumerate(names) if _scope(item, name) == "function")
    names.insert(next(found, len(names)), fixture)
    item.fixturenames = names


def _scope(item: pytest.Function, name: str) -> str:
    """Return the scope of a fixture; that of a parameter is the function."""
    # pytest has no public way to ask.
    known: dict[str, Any] = vars(item)["_fixtureinfo"].name2fixturedefs
    definitions = known.get(name)
    return definitions[-1].scope if definitions else "function"
