"""Recorded exchanges that are the same as before, so that a new recording changes little."""

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Any, Final

from attrs import evolve

from aiointercept.core.recording.entries import Entry
from aiointercept.core.recording.formats.har import NOTES, har_entry

_CHANGING: Final = frozenset({"age", "date"})


def kept(fresh: Iterable[Entry], before: Sequence[Entry]) -> list[Entry]:
    """Return ``fresh``, in which entries that equal one in ``before`` are replaced by that.

    Entries are equal if only times differ: start, duration, and the headers ``Date`` and ``Age``.
    """
    known: defaultdict[str, deque[Entry]] = defaultdict(deque)
    for entry in before:
        known[_content(entry)].append(entry)
    result: list[Entry] = []
    for entry in fresh:
        same = known.get(_content(entry))
        result.append(same.popleft() if same else entry)
    return result


def _content(entry: Entry) -> str:
    """Return everything in an entry except times, as a text to compare."""
    har: dict[str, Any] = har_entry(evolve(entry, source=None))
    for field in ("startedDateTime", "time", "timings"):
        del har[field]
    har[NOTES] = {**har.get(NOTES, {})}
    for message in har.get("_webSocketMessages", ()):
        message["time"] = 0
    for message in (har["request"], har["response"]):
        # VCR.py's files have them in alphabetical order.
        message["headers"] = sorted(message["headers"], key=_name)
    headers = har["response"]["headers"]
    har["response"]["headers"] = [one for one in headers if _name(one) not in _CHANGING]
    return json.dumps(har, sort_keys=True)


def _name(header: dict[str, str]) -> str:
    return header["name"].lower()
