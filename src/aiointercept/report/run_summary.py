"""The section about mocks at the end of a pytest run, if there is anything to report.

pytest loads this module in every run, so it imports as little as possible. The results of other
processes are attributes of test reports, which pytest-xdist transfers.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

HINTS: Final = "aiointercept: hints"
"""The title of a report section: calls that a mock answered but production would refuse."""
RECORDED_CASSETTES: Final = "aiointercept_recorded"
"""The attribute of a report with the absolute paths of the cassettes that were written."""

_OURS: Final = "AiointerceptWarning"
_MOST: Final = 10


def render_summary(
    warnings: Mapping[str, int], hints: Mapping[str, Sequence[str]], recorded: Iterable[str]
) -> list[str]:
    """Return the lines of the section; an empty list if there is nothing to report.

    Args:
        warnings: how often each kind of warning was issued.
        hints: descriptions of what production would refuse, each with the tests it occurred in.
        recorded: the cassettes that were written.
    """
    lines: list[str] = []
    if warnings:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(warnings.items()))
        lines.append(f"warnings: {kinds}")
    if hints:
        lines.append("production would refuse what a mock has answered:")
        lines += _listed(f"{_first_of(tests)}: {text}" for text, tests in hints.items())
    files = sorted(set(recorded))
    if files:
        lines.append(f"{_counted(len(files), 'cassette')} recorded:")
        lines += _listed(files)
    return lines


def stays(file: str, root: Path) -> bool:
    """Return whether to report a file; files in temporary folders are soon deleted.

    Args:
        file: the absolute path of the file.
        root: the root of the project, which may be in a temporary folder itself.
    """
    path = Path(os.path.realpath(file))
    temporary = os.path.realpath(tempfile.gettempdir())
    return path.is_relative_to(os.path.realpath(root)) or not path.is_relative_to(temporary)


def _shown(file: str, root: Path) -> str:
    path = Path(file)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else file


def _first_of(tests: Sequence[str]) -> str:
    more = len(set(tests)) - 1
    return f"{tests[0]} and {_counted(more, 'more test')}" if more else tests[0]


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _listed(texts: Iterable[str]) -> Iterator[str]:
    found = list(texts)
    yield from (f"  {text}" for text in found[:_MOST])
    if len(found) > _MOST:
        yield f"  ... and {len(found) - _MOST:,} more"


class RunSummary:
    """The pytest hooks that print the section."""

    def __init__(self) -> None:
        self._warnings: Counter[str] = Counter()

    def pytest_warning_recorded(self, warning_message: Any) -> None:
        """Count warnings of aiointercept."""
        category: type[Warning] = warning_message.category
        if any(kind.__name__ == _OURS for kind in category.__mro__):
            self._warnings[category.__name__] += 1

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the section if there is anything to report."""
        stats: Mapping[str, list[Any]] = terminalreporter.stats
        reports = [
            one for found in stats.values() for one in found if isinstance(one, pytest.TestReport)
        ]
        hints: dict[str, list[str]] = {}
        for one in reports:
            for title, text in one.sections:
                if title == HINTS:
                    hints.setdefault(text, []).append(one.nodeid)
        root: Path = terminalreporter.config.rootpath
        recorded = [
            _shown(file, root)
            for one in reports
            for file in getattr(one, RECORDED_CASSETTES, ())
            if stays(file, root)
        ]
        lines = render_summary(self._warnings, hints, recorded)
        if lines:
            terminalreporter.section("aiointercept")
            for line in lines:
                terminalreporter.write_line(line)
