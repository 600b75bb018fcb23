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


def test_the_order_of_headers_does_not_count() -> None:
    """VCR.py's files have them in alphabetical order; that of equal names counts."""

    def with_headers(*headers: tuple[str, str]) -> Entry:
        old = entry("/a")
        return evolve(old, request=evolve(old.request, headers=CIMultiDict(headers)))

    old = with_headers(("b", "1"), ("A", "2"), ("B", "3"))
    assert kept([with_headers(("A", "2"), ("b", "1"), ("B", "3"))], [old]) == [old]
    assert kept([with_headers(("A", "2"), ("b", "3"), ("B", "1"))], [old]) != [old]


def test_everything_else_does() -> None:
    """Another body, path, or order."""
    old = [entry("/a"), entry("/b")]
    new = [entry("/b"), entry("/a", b"other")]
    assert kept(new, old) == [old[1], new[1]]
