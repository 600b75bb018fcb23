"""Records what aioresponses 0.7.9 does, for where it does not run; compares times.

    python tests/integration/compliance/record_aioresponses.py            writes the record
    python tests/integration/compliance/record_aioresponses.py --times    prints times of both

It needs aioresponses 0.7.9 and aiohttp 3.13.
"""

import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from aioresponses_scenarios import SCENARIOS
from aioresponses_trials import Library

RECORD = Path(__file__).with_name("aioresponses_0_7_9.json")
ROUNDS = 5


def record() -> None:
    """Write what each scenario shows with aioresponses."""
    library = Library.load("aioresponses")
    shown = {name: run(library) for name, run in SCENARIOS.items()}
    # A line for each scenario, so that a later difference can be read.
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}: "
        f"{json.dumps(seen, ensure_ascii=False, sort_keys=True)}"
        for name, seen in shown.items()
    ]
    text = ",\n".join(lines)
    RECORD.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


def seconds(library: Library) -> float:
    """Return how long all scenarios take, the median of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for run in SCENARIOS.values():
            run(library)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def times() -> None:
    """Print how long all scenarios take with each library."""
    for name in ("aioresponses", "aiointercept.aioresponses"):
        taken = seconds(Library.load(name))
        sys.stdout.write(f"{name}: {len(SCENARIOS)} scenarios in {taken:.2f} s\n")


if __name__ == "__main__":
    if "--times" in sys.argv:
        times()
    else:
        record()
