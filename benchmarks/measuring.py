"""How figures come about: laps of several runners by turns, then medians of ratios.

Time is that of the processor, system calls and all threads included: what else runs on the machine
does not lengthen it. Nothing waits in these scenarios, since clients share the loop of what
answers, so on an idle machine a clock on the wall shows the same.
"""

import gc
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import median
from typing import TypeAlias

Operation: TypeAlias = Callable[[], Awaitable[object]]
# Runs once; returns seconds (or whatever else is compared) per operation.
Lap: TypeAlias = Callable[[], Awaitable[float]]


async def timed(operation: Operation, times: int, *, warm_up: int = 5) -> float:
    """Return seconds per ``operation``, after some that do not count.

    What an operation returns is kept until the next one has ended: a large body that is dropped at
    once makes the allocator give its pages back and fault them in again, which is not HTTP's cost.
    """
    kept: object = None
    for _ in range(min(warm_up, times)):
        kept = await operation()
    gc.collect()
    start = time.process_time()
    for _ in range(times):
        kept = await operation()
    elapsed = time.process_time() - start
    del kept
    return elapsed / times


async def race(laps: Mapping[str, Lap], rounds: int) -> dict[str, list[float]]:
    """Return what each lap gave in each round.

    All run once per round, so that what disturbs the machine for a while disturbs them all, and
    each time in another order, drawn in advance: what one leaves behind, free memory above all,
    must not always serve the same next one.
    """
    names = list(laps)
    order = random.Random(0)  # noqa: S311  the same orders each time, not secret ones
    results: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in order.sample(names, len(names)):
            results[name].append(await laps[name]())
    return results


def ratio(values: Sequence[float], baseline: Sequence[float]) -> float:
    """Return the median of the ratios that ``values`` has to ``baseline`` round by round."""
    return median(value / base for value, base in zip(values, baseline, strict=True))
