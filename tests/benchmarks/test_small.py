import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A scenario of each table.
SCENARIOS = (
    "life cycle: enter, register, session, GET, assert, leave",
    "GET beside 20,000 exact routes, against 100",
    "`import aiointercept`, in times of `import aiohttp`",
    "an assertion that none of 100,000 calls meets",
    "POST to a real server, recorded, in times of passed through by the mock",
    "a test of a suite of 10: the drop-in as a context manager",
)


@pytest.fixture(scope="module")
def output() -> str:
    """Return what the whole program prints at its small size."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "benchmarks", "--small"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_table_has_its_scenarios(output: str, scenario: str) -> None:
    """Every scenario runs to its end with the answers it expects, and stands in a table."""
    assert f"| {scenario} |" in output


def test_no_figure_is_missing(output: str) -> None:
    """Every contestant of a table has a figure in each of its rows; only targets may be absent."""
    rows = [line.strip("| ").split(" | ") for line in output.splitlines() if line.startswith("| ")]
    figures = [cell for row in rows for cell in row[1:-1]]
    assert rows
    assert all(figures)


def test_how_it_was_measured_is_told(output: str) -> None:
    """The last line names the interpreter and aiohttp, without which figures mean nothing."""
    import aiohttp  # noqa: PLC0415  only this test needs it

    assert f"aiohttp {aiohttp.__version__}" in output.strip().splitlines()[-1]
