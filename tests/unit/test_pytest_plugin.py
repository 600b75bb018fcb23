from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aiointercept.pytest_plugin import _describe, _options, _TestRun

ROOT = Path("/project")


def item_with(*markers: pytest.Mark, folder: str = "", **ini: Any) -> Any:
    """Return a test with these markers, the closest one first."""
    settings = {
        "aiointercept_mock_external_urls": False,
        "aiointercept_strict": False,
        "aiointercept_transport": "loopback",
        "aiointercept_cassette_dir": folder,
        **ini,
    }
    return SimpleNamespace(
        nodeid="tests/test_api.py::TestUsers::test_one[a/b]",
        name="test_one[a/b]",
        path=ROOT / "tests" / "test_api.py",
        config=SimpleNamespace(getini=settings.__getitem__, rootpath=ROOT),
        iter_markers=lambda name: iter(markers),
    )


def marker(*args: Any, **options: Any) -> pytest.Mark:
    """Return a marker with ``options``."""
    return getattr(pytest.mark.aiointercept(*args, **options), "mark")  # noqa: B009  a decorator for typing


def test_the_closest_marker_counts():
    """What it does not tell comes from the next one, then from the ini file."""
    item = item_with(
        marker(strict=True),
        marker(strict=False, base_url="http://api.test"),
        aiointercept_mock_external_urls=True,
    )
    assert _options(item) == {
        "strict": True,
        "base_url": "http://api.test",
        "mock_external_urls": True,
    }


def test_markers_take_keywords():
    """A value without a name is refused, as is a transport that does not exist."""
    with pytest.raises(TypeError, match="takes keywords only"):
        _options(item_with(marker(True)))
    with pytest.raises(pytest.UsageError, match="not 'tcp'"):
        _options(item_with(aiointercept_transport="tcp"))


def test_a_test_without_a_cassette():
    """A closer marker can switch it off, with what belongs to it."""
    item = item_with(marker(cassette=False), marker(cassette=True, record="once"))
    assert "cassette" not in _options(item)
    assert "record" not in _options(item)
    assert _options(item_with(marker(cassette=True)))["cassette"].suffix == ".har"


def test_a_hint_is_told_once():
    """The first text on a subject stays."""
    run = _TestRun()
    assert run.hear("proxy", "first")
    assert not run.hear("proxy", "second")
    assert run.hints == {"proxy": "first"}


def test_a_mock_that_cannot_be_described():
    """Its report must not be the next error."""

    class Broken:
        def report(self) -> str:
            raise ValueError("no repr")

    run: Any = Broken()
    assert _describe(run) == "the mock cannot be described: ValueError: no repr"
