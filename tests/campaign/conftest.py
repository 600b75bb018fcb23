"""How far the campaign goes, what it tried, and that nothing of it left the machine.

The short form runs in CI (``python -m tests.campaign``), the long one takes about half an hour
(``python -m tests.campaign --long``). Both are the same tests with other numbers.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

sys.path.insert(0, str(Path(__file__).parent))

LONG = os.environ.get("AIOINTERCEPT_CAMPAIGN") == "long"


@define
class Campaign:
    """How much is to be tried, and how much was.

    Attributes:
        long: whether this is the long form.
        tried: how often each kind of thing was tried.
    """

    long: bool
    tried: Counter[str] = field(factory=Counter)

    def times(self, short: int, long: int) -> int:
        """Return how often to try something."""
        return long if self.long else short

    def count(self, what: str, number: int = 1) -> None:
        """Note that something was tried."""
        self.tried[what] += number


_campaign = Campaign(LONG)


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """Return the one campaign of the run."""
    return _campaign


@pytest.fixture(autouse=True)
def attempts_counted(network_attempts: list[Any]) -> Iterator[None]:
    """Count the tests around which the guard stood, and what it refused in them."""
    yield
    _campaign.count("tests under the egress guard")
    _campaign.count("attempts to leave loopback", len(network_attempts))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write down what was tried."""
    if not _campaign.tried:
        return
    terminalreporter.section(f"the {'long' if LONG else 'short'} campaign tried")
    for what, number in sorted(_campaign.tried.items()):
        terminalreporter.write_line(f"{number:>10,}  {what}")
