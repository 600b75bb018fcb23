"""This revision beside another one, lap by lap: what a change costs, or saves.

Both run the scenarios as they are here, with the same interpreter and the same other packages, each
in a process of its own. A revision that lacks something that a scenario needs shows no figure.
"""

import asyncio
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from attrs import frozen

from benchmarks.contestants import FLOOR, OURS
from benchmarks.exchanges import EXCHANGES, Exchange
from benchmarks.measuring import race, ratio
from benchmarks.report import Figure, Row, Table, Target

_ROOT: Final = Path(__file__).parent.parent
_HERE: Final = "here"
_THERE: Final = "there"
# What counts as no worse, as figures of one revision differ that much from run to run.
_NO_WORSE: Final = Target(1.03)


class LapError(RuntimeError):
    """A revision cannot play a scenario."""


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Yield a folder with the files of ``revision``.

    Raises:
        subprocess.CalledProcessError: if there is no such revision.
    """
    with tempfile.TemporaryDirectory() as folder:
        git = ["git", "-C", str(_ROOT)]
        archive = subprocess.run(  # noqa: S603  the revision is the caller's
            [*git, "archive", "--format=tar", revision, "src"], check=True, capture_output=True
        )
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder)  # noqa: S202  the files of this repository
        yield Path(folder)


@frozen(eq=False)
class Worker:
    """A process that plays laps with one revision."""

    process: asyncio.subprocess.Process

    async def seconds(self, title: str, contestant: str, operations: int) -> float:
        """Return seconds per operation.

        Raises:
            LapError: if the revision cannot do it.
        """
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None  # noqa: S101  as it was started
        assert stdout is not None  # noqa: S101  as it was started
        stdin.write(json.dumps([title, contestant, operations]).encode() + b"\n")
        await stdin.drain()
        seconds: float | None = json.loads(await stdout.readline() or "null")
        if seconds is None:
            raise LapError(title)
        return seconds


@asynccontextmanager
async def working(source: Path) -> AsyncIterator[Worker]:
    """Yield a worker with the package in ``source``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{source}{os.pathsep}{_ROOT}"},
        cwd=_ROOT,
    )
    try:
        yield Worker(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def compare(
    revision: str, rounds: int, shrink: int, scenarios: Sequence[Exchange] = EXCHANGES
) -> Table:
    """Return how long this revision takes, in times of ``revision``.

    Args:
        revision: any name that git knows.
        rounds: how often each lap is run.
        shrink: what numbers of operations are divided by.
        scenarios: what is played.
    """
    names = [one.name for one in (FLOOR, *OURS)]
    table = Table(f"This revision, in times of {revision}", names)
    with checked_out(revision) as folder:
        async with working(_ROOT / "src") as here, working(folder / "src") as there:
            for scenario in scenarios:
                operations = max(2, scenario.operations // shrink)
                figures: dict[str, Figure] = {}
                for name in names:
                    lap = scenario.title, name, operations
                    laps = {
                        _HERE: partial(here.seconds, *lap),
                        _THERE: partial(there.seconds, *lap),
                    }
                    try:
                        seconds = await race(laps, rounds)
                    except LapError:
                        continue
                    target = None if name == FLOOR.name else _NO_WORSE
                    figures[name] = Figure(ratio(seconds[_HERE], seconds[_THERE]), target)
                table.rows.append(Row(scenario.title, figures, _NO_WORSE))
    return table
