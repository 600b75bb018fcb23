"""``pytest --aiointercept-report``: collects in each process, and writes one file at the end.

This module is only imported in runs with that option. Each process of pytest-xdist appends one line
per test to its own file in a common folder, so that the traffic does not stay in memory. The main
process reads all these files.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest

from aiointercept.core.reporting.wording import count
from aiointercept.report.collecting import Collector, ReportedRun, assemble, dump_line
from aiointercept.report.page import render_page

OPTION: Final = "--aiointercept-report"
_FOLDER: Final = "aiointercept_report"
_SUFFIXES: Final = (".html", ".har")


class TrafficReport:
    """The pytest hooks that write a report.

    Args:
        config: the configuration of the run.
        path: the path of the file to write, as the user gave it.
        server: returns the run of the session's server, if there is one; its routes end with each
            test.

    Raises:
        pytest.UsageError: if ``path`` does not end with ``.html`` or ``.har``, or is a folder.
    """

    def __init__(
        self, config: pytest.Config, path: str, server: Callable[[], ReportedRun | None]
    ) -> None:
        self._path = config.invocation_params.dir / path
        suffix = self._path.suffix.lower()
        self._is_page = suffix == ".html"
        if suffix not in _SUFFIXES or self._path.is_dir():
            msg = f"{OPTION} must name a file that ends with .html or .har, not {path!r}"
            raise pytest.UsageError(msg)
        self._shown = path
        self._server = server
        self._outcomes: dict[str, str] = {}
        self._began: dict[str, float] = {}
        self._count: int | None = None
        self.collector = Collector(config.rootpath)
        given: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._is_worker = given is not None
        folder = tempfile.mkdtemp(prefix="aiointercept-") if given is None else given.get(_FOLDER)
        self._folder = None if folder is None else Path(folder)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist which folder to write to."""
        node.workerinput[_FOLDER] = str(self._folder)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Record when a test began, before its fixtures may freeze the time."""
        self._began[nodeid] = time.time()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record the outcome of a test."""
        outcome = "error" if report.failed and report.when != "call" else report.outcome
        if report.when == "setup" or outcome != "passed":
            self._outcomes[report.nodeid] = outcome

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Write the calls of a test, after its fixtures have ended."""
        self._write(nodeid, self._outcomes.pop(nodeid, ""))

    def _write(self, test: str, outcome: str = "") -> None:
        server = self._server()
        ending = () if server is None else (server,)
        began = self._began.pop(test, None)
        found = self.collector.end_test(test, outcome, ending, began=began)
        if found is None or self._folder is None:
            return
        with (self._folder / f"{os.getpid()}.jsonl").open("a", encoding="ascii") as lines:
            lines.write(dump_line(found))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write the report, after all workers have written their results."""
        self._write("")
        if self._is_worker:
            return
        har = assemble(self._tests(), version("aiointercept"))
        self._count = len(har["log"]["entries"])
        self._path.parent.mkdir(parents=True, exist_ok=True)
        text = render_page(har) if self._is_page else json.dumps(har, indent=1)
        self._path.write_text(text, encoding="utf-8")

    def _tests(self) -> Iterator[dict[str, Any]]:
        assert self._folder is not None  # noqa: S101  only a worker may have no folder, and it returns earlier
        for file in sorted(self._folder.iterdir()):
            with file.open(encoding="ascii") as lines:
                yield from map(json.loads, lines)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the path of the report."""
        if self._count is not None:
            number = count(self._count, "exchange", "exchanges")
            terminalreporter.write_sep("-", f"aiointercept report of {number}: {self._shown}")

    def pytest_unconfigure(self) -> None:
        """Remove the files that the processes wrote."""
        if not self._is_worker and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
