"""Figures to Markdown. A figure that misses its target stands in bold."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Final

import aiohttp
from attrs import Factory, frozen

from benchmarks.contestants import Contestant, installed_version

_SCENARIO: Final = "scenario"
_TARGET: Final = "target"


@frozen
class Target:
    """What a figure should not exceed; or should not fall below, where more is better."""

    limit: float
    more_is_better: bool = False

    def missed_by(self, value: float) -> bool:
        """Whether ``value``, as far as its two decimals show, does not reach it."""
        shown = round(value, 2)
        return shown < self.limit if self.more_is_better else shown > self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.more_is_better else '<='} {self.limit:g}"


@frozen
class Figure:
    """A result; ``target`` is that of the mock, so other contestants have none."""

    value: float
    target: Target | None = None
    unit: str = ""

    def __str__(self) -> str:
        digits = 2 if self.value < 100 else 0  # noqa: PLR2004  three digits tell enough
        text = f"{self.value:.{digits}f}{self.unit}"
        missed = self.target is not None and self.target.missed_by(self.value)
        return f"**{text}**" if missed else text


@frozen
class Row:
    """One scenario: a figure, or none, for each column."""

    title: str
    figures: Mapping[str, Figure]
    target: Target | str | None = None
    unit: str = ""

    def cells(self, columns: Iterable[str]) -> list[str]:
        """Return what stands in the row, for these columns."""
        figures = [str(self.figures.get(column, "")) for column in columns]
        target = "" if self.target is None else f"{self.target}{self.unit}"
        return [self.title, *figures, target]


@frozen
class Table:
    """Scenarios that share their columns."""

    heading: str
    columns: Sequence[str]
    rows: list[Row] = Factory(list)

    def __str__(self) -> str:
        lines = [
            [_SCENARIO, *self.columns, _TARGET],
            ["---", *("---:" for _ in (*self.columns, _TARGET))],
            *(row.cells(self.columns) for row in self.rows),
        ]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        return f"**{self.heading}**\n\n{table}\n"


def surroundings(contestants: Iterable[Contestant], rounds: int) -> str:
    """Return where, when and with what the figures were made."""
    peers = [
        f"{contestant.name} {version}"
        for contestant in contestants
        if (version := installed_version(contestant.name)) is not None
    ]
    parts = [
        f"{platform.python_implementation()} {platform.python_version()}",
        f"aiohttp {aiohttp.__version__}",
        *peers,
        f"{platform.system()} on {platform.machine()} with {os.cpu_count()} cores",
        f"{rounds} rounds",
        f"{datetime.now(timezone.utc):%Y-%m-%d}",
    ]
    return f"{', '.join(parts)}.\n"
