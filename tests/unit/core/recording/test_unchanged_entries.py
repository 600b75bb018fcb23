from attrs import evolve
from multidict import CIMultiDict
from yarl import URL

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, RecordedMessage
from aiointercept.core.recording.unchanged_entries import kept


def entry(path: str, body: bytes = b"x", date: str = "now", **more: float) -> Entry:
    """Return an entry."""
    headers = CIMultiDict({"Date": date, "Age": date, "X": "y"})
    request = Request("GET", URL(f"https://a.test{path}"))
    message = RecordedMessage(True, "a", more.get("started", 0.0))
    return Entry(request, Response(200, None, headers, body), None, (message,), **more)


def test_times_do_not_count() -> None:
    """What differs in dates and durations alone is the old entry; each of them once."""
    old = [evolve(entry("/a"), source={"old": 1}), evolve(entry("/a"), source={"old": 2})]
    new = [entry("/a", date="later", started=3.0, duration=1.0) for _ in range(3)]
    assert kept(new, old) == [old[0], old[1], new[2]]


def test_everything_else_does() -> None:
    """Another body, path, or order."""
    old = [entry("/a"), entry("/b")]
    new = [entry("/b"), entry("/a", b"other")]
    assert kept(new, old) == [old[1], new[1]]
