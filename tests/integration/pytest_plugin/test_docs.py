import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

Run = Callable[..., pytest.RunResult]

PAGE: Final = Path(__file__).parents[3] / "docs" / "pytest.md"


def blocks(language: str) -> list[str]:
    """Return the code blocks of the page in ``language``."""
    found: list[str] = re.findall(
        rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return found


def neutral(line: str) -> str:
    """Return a line without what differs: times, where the file lies, the terminal's width."""
    for differing in (r"[\d.,]+(?= ms)", r"\S+(?=\.py:\d)", "-{3,}"):
        line = re.sub(differing, "…", line)
    return line


def test_the_page_says_what_happens(run: Run) -> None:
    """Its examples pass, but for the last, which fails with the report that is shown there."""
    usage, fixture, _, failing = blocks("python")
    (shown,) = blocks("text")
    result = run(f"{usage}\n\n{fixture}\n\n{failing}")
    result.assert_outcomes(passed=2, failed=1)
    lines = [neutral(line) for line in result.outlines]
    end = lines.index(next(line for line in lines if "short test summary" in line))
    expected = [neutral(line) for line in shown.splitlines()]
    assert lines[end - len(expected) : end] == expected


def test_the_page_names_every_option(run: Run) -> None:
    """What ``--help`` and ``--markers`` list is on the page."""
    listed = run("", "--help").stdout.str() + run("", "--markers").stdout.str()
    names = set(re.findall(r"\baiointercept_\w+", listed))
    assert names == {
        "aiointercept_transport",
        "aiointercept_cassette_dir",
        "aiointercept_mock",
        "aiointercept_mock_external_urls",
        "aiointercept_record",
        "aiointercept_strict",
    }
    assert all(name in PAGE.read_text("utf-8") for name in names)
