"""Plays laps for :mod:`benchmarks.against`, in a process that has another revision of the package.

It reads one lap a line from standard input, and answers with seconds per operation; with ``null``
if the revision cannot play it.
"""

import asyncio
import json
import sys

from benchmarks.contestants import FLOOR, OURS
from benchmarks.exchanges import EXCHANGES

_CONTESTANTS = {one.name: one for one in (FLOOR, *OURS)}
_EXCHANGES = {one.title: one for one in EXCHANGES}


def main() -> None:
    """Play what is asked for, until there is nothing more."""
    loop = asyncio.new_event_loop()
    for line in sys.stdin:
        title, name, operations = json.loads(line)
        lap = _EXCHANGES[title].play(_CONTESTANTS[name], operations)
        try:
            seconds = loop.run_until_complete(lap)
        except Exception as error:  # noqa: BLE001  whatever an earlier revision lacks
            print(f"{title}, {name}: {error!r}", file=sys.stderr)
            seconds = None
        print(json.dumps(seconds), flush=True)
    loop.close()


if __name__ == "__main__":
    main()
