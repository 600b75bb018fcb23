"""What a run says at its end."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from aiointercept.report.run_summary import (
    HINTS,
    RECORDED_CASSETTES,
    RunSummary,
    render_summary,
    stays,
)


class Terminal:
    """A terminal that notes what is written, and knows how tests ended."""

    def __init__(self, **stats):
        self.stats = stats
        self.config = SimpleNamespace(rootpath=Path.cwd())
        self.written = []

    def section(self, title):
        """Note a heading."""
        self.written.append(f"= {title} =")

    def write_line(self, line):
        """Note a line."""
        self.written.append(line)


def report(**attributes):
    """Return the report of a test."""
    found = pytest.TestReport(
        "test_it.py::test",
        ("test_it.py", 1, "test"),
        {},
        "passed",
        None,
        "teardown",
        attributes.pop("sections", ()),
    )
    vars(found).update(attributes)
    return found


def warned(category):
    """Return what pytest tells of a warning."""
    return SimpleNamespace(category=category)


def test_nothing_to_say():
    """No line, so no section."""
    assert render_summary({}, {}, []) == []
    terminal = Terminal(passed=[report()], warnings=["something else"])
    RunSummary().pytest_terminal_summary(terminal)
    assert terminal.written == []


def test_warnings_by_kind_and_count():
    """Kinds in the order of their names."""
    assert render_summary({"B": 1200, "A": 1}, {}, []) == ["warnings: 1 A, 1,200 B"]
    assert render_summary({"A": 1}, {}, []) == ["warnings: 1 A"]


def test_what_production_would_refuse():
    """Each text once, with the first of the tests in which it was told."""
    hints = {"no URL": ["test_a", "test_b", "test_b", "test_c"], "no header": ["test_a", "test_a"]}
    assert render_summary({}, hints, []) == [
        "production would refuse what a mock has answered:",
        "  test_a and 2 more tests: no URL",
        "  test_a: no header",
    ]


def test_cassettes_once_and_of_many_the_first():
    """A cassette that several tests added to is one."""
    assert render_summary({}, {}, ["b.har", "a.har", "b.har"]) == [
        "2 cassettes recorded:",
        "  a.har",
        "  b.har",
    ]
    many = render_summary({}, {}, [f"{number:03}.har" for number in range(1012)])
    assert many[-1] == "  ... and 1,002 more"
    assert len(many) == 12


def test_cassettes_in_temporary_folders():
    """They are the business of a test that records on purpose, unless the project is there too."""
    temporary, project = Path(tempfile.gettempdir()), Path.cwd()
    cassette = str(temporary / "pytest" / "users.har")
    assert not stays(cassette, project / "suite")
    assert stays(cassette, temporary / "pytest")
    assert stays(str(project / "cassettes" / "users.har"), project)
    assert stays(str(temporary.parent / "elsewhere" / "users.har"), project)
    terminal = Terminal(passed=[report(**{RECORDED_CASSETTES: [cassette]})])
    RunSummary().pytest_terminal_summary(terminal)
    assert terminal.written == []


def test_only_warnings_of_ours_are_counted():
    """By the name of the class or one it derives from: the package need not be imported."""
    ours = type("AiointerceptWarning", (UserWarning,), {})
    special = type("SpecialWarning", (ours,), {})
    summary = RunSummary()
    for category in (ours, special, special, UserWarning, DeprecationWarning):
        summary.pytest_warning_recorded(warned(category))
    terminal = Terminal()
    summary.pytest_terminal_summary(terminal)
    assert terminal.written == [
        "= aiointercept =",
        "warnings: 1 AiointerceptWarning, 2 SpecialWarning",
    ]


def test_what_reports_carry_is_found_whatever_the_outcome():
    """Reports come from other processes too."""
    terminal = Terminal(
        **{
            "": [report(**{RECORDED_CASSETTES: [str(Path.cwd() / "a.har"), "/elsewhere/b.har"]})],
            "failed": [report(sections=[(HINTS, "odd header"), ("Captured log", "odd header")])],
        }
    )
    RunSummary().pytest_terminal_summary(terminal)
    assert terminal.written == [
        "= aiointercept =",
        "production would refuse what a mock has answered:",
        "  test_it.py::test: odd header",
        "2 cassettes recorded:",
        "  /elsewhere/b.har",
        "  a.har",
    ]
