from yarl import URL

from aiointercept.core.http.messages import Request
from aiointercept.core.recording.entries import Entry
from aiointercept.core.recording.recorder import Recorder


def entry(path: str) -> Entry:
    """Return an entry."""
    return Entry(Request("GET", URL(f"https://a.test{path}")))


def test_order_of_beginning() -> None:
    """Whatever ends first."""
    recorder = Recorder()
    first, second, third = recorder.begin(), recorder.begin(), recorder.begin()
    two, one = entry("/2"), entry("/1")
    second.finish(two)
    assert recorder.is_waiting
    first.finish(one)
    first.finish(two)
    assert recorder.entries() == [one, two]
    third.finish(one)
    assert not recorder.is_waiting


def test_sealed() -> None:
    """What has no answer is forgotten; of one that comes in, what came counts."""
    recorder = Recorder()
    _, begun, ended = recorder.begin(), recorder.begin(), recorder.begin()
    part, whole = entry("/part"), entry("/whole")
    begun.so_far = lambda: part
    ended.finish(whole)
    recorder.seal()
    assert recorder.entries() == [part, whole]
    ended.begin_again()
    recorder.seal()
    assert recorder.entries() == [part, whole]


def test_repeated_silently() -> None:
    """Only how it ended the last time counts."""
    recorder = Recorder()
    slot = recorder.begin()
    slot.finish(entry("/first"))
    slot.begin_again()
    last = entry("/last")
    slot.finish(last)
    assert recorder.entries() == [last]
