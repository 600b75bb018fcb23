"""The drop-in does what aioresponses 0.7.9 does, scenario by scenario.

Where aioresponses runs, it is asked; elsewhere what it did is on record. The differences are those
of ``DIFFERENCES``; ``docs/decisions`` gives their reasons.
"""

import json
from importlib import metadata
from typing import Any, Final

import aiohttp
import pytest
from aioresponses_scenarios import SCENARIOS
from aioresponses_trials import Library
from record_aioresponses import RECORD

RECORDED: Final[dict[str, Any]] = json.loads(RECORD.read_text(encoding="utf-8"))
OURS: Final = Library.load("aiointercept.aioresponses")

_CONTENT_TYPE: Final = ["Content-Type", "application/json"]
_CHANGED: Final = [_CONTENT_TYPE, ["X", "changed"]]
_AGAIN: Final = [_CONTENT_TYPE, ["X", "again"]]
# By scenario: where the observations differ, what is there, and what is ours.
DIFFERENCES: Final[dict[str, list[tuple[str, Any, Any]]]] = {
    "assertion 38: assert_called_with": [
        ("[4]", {"raises": "KeyError"}, "other arguments"),
    ],
    # The latest registration of a ``dict`` of headers shows later changes.
    "changed after registration: dict, plain": [
        ("[0].headers", [_CONTENT_TYPE, ["X", "first"]], [*_CHANGED, ["Y", "new"]]),
        ("[1].headers", [_CONTENT_TYPE, ["X", "first"]], [*_AGAIN, ["Y", "new"]]),
    ],
    "changed after registration: dict, callback": [
        ("[0].headers", [_CONTENT_TYPE, ["X", "first"]], [*_CHANGED, ["Y", "new"]]),
        ("[1].headers", [_CONTENT_TYPE, ["X", "first"]], [*_AGAIN, ["Y", "new"]]),
    ],
    "redirect to //other.test/y": [
        ("[0][0]", "//other.test/y", "http://other.test/y"),
    ],
    "redirect to http://other.test/x#frag": [
        ("[0][0]", "http://other.test/x#frag", "http://other.test/x"),
    ],
    "url: str http://e.test/a asked as str http://u:p@e.test/a": [
        (
            "[0].text",
            "Connection refused: GET http://u:p@e.test/a",
            "Connection refused: GET http://REDACTED@e.test/a",
        ),
    ],
    "redirect without location": [
        ("[0].history", [], [[302, "http://example.test/a/b?p=1"]]),
    ],
}


def differences(there: Any, ours: Any, place: str = "") -> list[tuple[str, Any, Any]]:
    """Return where two observations differ, with both values."""
    if isinstance(there, list) and isinstance(ours, list) and len(there) == len(ours):
        pairs = enumerate(zip(there, ours, strict=True))
        return [
            found
            for number, (one, other) in pairs
            for found in differences(one, other, f"{place}[{number}]")
        ]
    if isinstance(there, dict) and isinstance(ours, dict) and there.keys() == ours.keys():
        return [
            found
            for name in there
            for found in differences(there[name], ours[name], f"{place}.{name}")
        ]
    return [] if there == ours else [(place, there, ours)]


def observed(name: str, library: Library) -> Any:
    """Return what a scenario shows, as it is after being written and read."""
    return json.loads(json.dumps(SCENARIOS[name](library)))


@pytest.mark.parametrize("name", SCENARIOS)
def test_drop_in_does_as_aioresponses_did(name: str) -> None:
    """What the drop-in shows is what is on record of aioresponses, but for what is listed."""
    found = differences(RECORDED[name], observed(name, OURS))
    assert found == DIFFERENCES.get(name, [])


def _runs_aioresponses() -> bool:
    try:
        version = metadata.version("aioresponses")
    except metadata.PackageNotFoundError:
        return False
    return version == "0.7.9" and aiohttp.__version__.startswith("3.13.")


@pytest.mark.skipif(not _runs_aioresponses(), reason="needs aioresponses 0.7.9 and aiohttp 3.13")
@pytest.mark.parametrize("name", SCENARIOS)
def test_record_tells_what_aioresponses_does(name: str) -> None:
    """The record is true: aioresponses itself shows the same."""
    assert differences(RECORDED[name], observed(name, Library.load("aioresponses"))) == []


def test_record_is_complete() -> None:
    """Each scenario is on record, nothing else is, and they are as many as were promised."""
    assert RECORDED.keys() == SCENARIOS.keys()
    assert RECORDED.keys() >= DIFFERENCES.keys()
    assert len(SCENARIOS) >= 150
