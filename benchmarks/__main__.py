"""Runs all scenarios and prints the tables of docs/performance.md, in Markdown.

python -m benchmarks            # some minutes
python -m benchmarks --small    # some seconds: all is done once, the figures mean nothing
python -m benchmarks --against 1.0.0    # this revision beside another one
"""

import argparse
import asyncio
from functools import partial
from statistics import median
from typing import Final

from attrs import frozen

from benchmarks import (
    against,
    encrypted,
    importing,
    large_cassettes,
    mounting,
    passing,
    replaying,
    suites,
)
from benchmarks.contestants import DROP_IN, FLOOR, OURS, Contestant, peers
from benchmarks.exchanges import EXCHANGES, Exchange
from benchmarks.growth import GROWTHS, Growth, memory_per_call
from benchmarks.measuring import race, ratio
from benchmarks.report import Figure, Row, Table, Target, surroundings
from benchmarks.scans import SCANS


@frozen
class Size:
    """How much is done.

    Args:
        rounds: how often each contestant plays each scenario.
        few_rounds: the same, for scenarios whose laps are long.
        shrink: what numbers of operations and of routes are divided by.
        calls: how many are logged to see what one of them needs.
        transfer: MiB that go through passthrough.
    """

    rounds: int
    few_rounds: int
    shrink: int
    calls: int
    transfer: int

    def of(self, count: int) -> int:
        """Return ``count`` at this size."""
        return max(2, count // self.shrink)


_FULL: Final = Size(rounds=21, few_rounds=7, shrink=1, calls=2000, transfer=200)
_SMALL: Final = Size(rounds=1, few_rounds=1, shrink=100, calls=5, transfer=1)


async def _exchange(scenario: Exchange, contestants: list[Contestant], size: Size) -> Row:
    operations = size.of(scenario.operations)
    laps = {one.name: partial(scenario.play, one, operations) for one in contestants}
    seconds = await race(laps, size.rounds)
    floor = seconds[FLOOR.name]
    target = None if scenario.target is None else Target(scenario.target)
    intercepting = target if scenario.intercepting is None else Target(scenario.intercepting)
    figures = {
        one.name: Figure(
            ratio(seconds[one.name], floor),
            None if not one.is_ours else intercepting if one.intercepts else target,
        )
        for one in contestants
    }
    figures[FLOOR.name] = Figure(median(floor) * 1e6, unit=" µs")
    told = target if scenario.intercepting is None else f"{target} / {scenario.intercepting:g}"
    return Row(scenario.title, figures, told)


async def _growth(scenario: Growth, contestants: list[Contestant], size: Size) -> Row:
    target = Target(scenario.target)
    figures: dict[str, Figure] = {}
    for one in contestants:
        laps = {
            "few": partial(scenario.play, one, size.of(scenario.few), size.of(100)),
            "many": partial(scenario.play, one, size.of(scenario.many), size.of(100)),
        }
        seconds = await race(laps, size.few_rounds)
        figures[one.name] = Figure(
            ratio(seconds["many"], seconds["few"]), target if one.is_ours else None
        )
    return Row(scenario.title, figures, target)


async def _memory(contestants: list[Contestant], size: Size) -> Row:
    target = Target(3)
    figures: dict[str, Figure] = {}
    for one in contestants:
        kibibytes = await memory_per_call(one, size.calls) / 1024
        figures[one.name] = Figure(kibibytes, target if one.is_ours else None, " KiB")
    return Row("memory per logged call, body of 100 bytes", figures, target, " KiB")


async def _imports(size: Size) -> list[Row]:
    statements = (importing.AIOHTTP, importing.PACKAGE, importing.AIOHTTP_SERVER, importing.MOCK)
    laps = {statement: partial(importing.seconds, statement) for statement in statements}
    seconds = await race(laps, size.few_rounds)
    baseline = seconds[importing.AIOHTTP]
    targets = {importing.PACKAGE: Target(1.15), importing.MOCK: Target(1.3)}
    rows: list[Row] = []
    for statement in statements[1:]:
        target = targets.get(statement)
        figure = Figure(ratio(seconds[statement], baseline), target)
        title = f"`{statement}`, in times of `{importing.AIOHTTP}`"
        rows.append(Row(title, {"figure": figure}, target))
    plugin = await race({"": partial(importing.seconds, importing.PLUGIN)}, size.few_rounds)
    target = Target(5)
    figure = Figure(median(plugin[""]) * 1e3, target, " ms")
    rows.append(Row("the pytest plugin in a run without a mock", {"figure": figure}, target, " ms"))
    return rows


async def _passthrough(size: Size) -> list[Row]:
    ways = passing.WAYS
    laps = {way: partial(passing.seconds, way, size.transfer) for way in ways}
    seconds = await race(laps, size.few_rounds)
    target = Target(0.5, more_is_better=True)
    rows: list[Row] = []
    for way in ways:
        if way == passing.DIRECT:
            throughput = Figure(size.transfer / median(seconds[way]), unit=" MiB/s")
            rows.append(Row(f"{size.transfer} MiB down, {way}", {"figure": throughput}))
            continue
        share = Figure(ratio(seconds[passing.DIRECT], seconds[way]), target)
        title = f"{size.transfer} MiB down, {way}, in throughputs of {passing.DIRECT}"
        rows.append(Row(title, {"figure": share}, target))
    for transfer in (size.transfer // 10 or 1, size.transfer):
        peak = Figure(await passing.peak_memory(passing.CARRIED, transfer), unit=" MiB")
        rows.append(Row(f"peak memory of {transfer} MiB, {passing.CARRIED}", {"figure": peak}))
    return rows


async def _mounted(size: Size) -> list[Row]:
    target = Target(2)
    rows: list[Row] = []
    for method in mounting.METHODS:
        laps = {way: partial(mounting.seconds, way, method, size.of(500)) for way in mounting.WAYS}
        seconds = await race(laps, size.few_rounds)
        figure = Figure(ratio(seconds[mounting.MOUNTED], seconds[mounting.BARE]), target)
        title = f"{method} of an aiohttp application, mounted, in times of a bare server"
        rows.append(Row(title, {"figure": figure}, target))
    return rows


async def _encrypted(size: Size) -> list[Row]:
    rows: list[Row] = []
    for what, lap in (
        ("GET", encrypted.kept_alive),
        ("GET on a new connection", encrypted.new_connection),
    ):
        laps = {way: partial(lap, way, size.of(300)) for way in encrypted.WAYS}
        seconds = await race(laps, size.few_rounds)
        for way, baseline in encrypted.ROWS.items():
            figure = Figure(ratio(seconds[way], seconds[baseline]))
            rows.append(Row(f"{what}, {way}, in times of {baseline}", {"figure": figure}))
    return rows


async def _cassettes(size: Size) -> list[Row]:
    target = Target(1)
    rows: list[Row] = []
    for pattern in replaying.URLS:
        laps = {
            way: partial(replaying.seconds, way, pattern, size.of(500)) for way in replaying.ANSWERS
        }
        seconds = await race(laps, size.few_rounds)
        figure = Figure(ratio(seconds[replaying.REPLAYED], seconds[replaying.ROUTED]), target)
        title = f"GET of 500 URLs such as `{pattern}`, replayed, in times of routes"
        rows.append(Row(title, {"figure": figure}, target))
    laps = {
        way: partial(replaying.recording_seconds, way, size.of(300)) for way in replaying.RECORDINGS
    }
    seconds = await race(laps, size.few_rounds)
    figure = Figure(ratio(seconds[replaying.RECORDED], seconds[replaying.CARRIED]), target)
    title = "POST to a real server, recorded, in times of passed through by the mock"
    return [*rows, Row(title, {"figure": figure}, target)]


async def _large_cassettes(size: Size) -> list[Row]:
    few, many = large_cassettes.FEW, size.of(large_cassettes.MANY)
    seconds = await race({"load": partial(large_cassettes.loading, many)}, size.few_rounds)
    target = Target(1)
    figure = Figure(median(seconds["load"]), target, " s")
    rows = [Row(f"cassette of {many:,} entries, loading", {"figure": figure}, target, " s")]
    laps = {
        "few": partial(large_cassettes.matching, few, size.of(300)),
        "many": partial(large_cassettes.matching, many, size.of(300)),
    }
    seconds = await race(laps, size.few_rounds)
    target = Target(1.1)
    figure = Figure(ratio(seconds["many"], seconds["few"]), target)
    title = f"GET replayed from {many:,} entries, in times of one from {few}"
    return [*rows, Row(title, {"figure": figure}, target)]


async def _scans(size: Size) -> list[Row]:
    rows: list[Row] = []
    for scan in SCANS:
        seconds = await race({"": partial(scan.play, size.of(scan.size))}, min(3, size.few_rounds))
        target = None if scan.limit is None else Target(scan.limit)
        figure = Figure(median(seconds[""]) * 1e3, target, " ms")
        rows.append(Row(scan.title, {"figure": figure}, target, " ms"))
    return rows


async def _suites(size: Size) -> list[Row]:
    tests = size.of(1000)
    laps = {one.title: partial(suites.seconds, one, tests) for one in suites.suites(peers())}
    seconds = await race(laps, min(3, size.few_rounds))
    return [
        Row(
            f"a test of a suite of {tests:,}: {title}",
            {"figure": Figure(median(took) * 1e3, unit=" ms")},
        )
        for title, took in seconds.items()
    ]


async def _tables(size: Size) -> list[Table]:
    contestants: list[Contestant] = [FLOOR, *OURS, DROP_IN, *peers()]
    mocks = contestants[1:]
    floor = Table("Time, in times of the floor", [one.name for one in contestants])
    growth = Table("As work grows", [one.name for one in mocks])
    others = Table("Besides", ["figure"])
    for exchange in EXCHANGES:
        floor.rows.append(await _exchange(exchange, contestants, size))
    for scenario in GROWTHS:
        growth.rows.append(await _growth(scenario, mocks, size))
    growth.rows.append(await _memory(mocks, size))
    others.rows.extend(await _imports(size))
    others.rows.extend(await _passthrough(size))
    others.rows.extend(await _mounted(size))
    others.rows.extend(await _encrypted(size))
    others.rows.extend(await _cassettes(size))
    others.rows.extend(await _large_cassettes(size))
    others.rows.extend(await _scans(size))
    others.rows.extend(await _suites(size))
    return [floor, growth, others]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--small", action="store_true", help="do all once, to see that it works")
    parser.add_argument("--against", metavar="REV", help="compare with another revision, no more")
    given = parser.parse_args()
    size = _SMALL if given.small else _FULL
    if given.against is not None:
        print(asyncio.run(against.compare(given.against, size.rounds, size.shrink)))
        print(surroundings((), size.rounds))
        return
    for table in asyncio.run(_tables(size)):
        print(table)
    print(surroundings(peers(), size.rounds))


if __name__ == "__main__":
    main()
