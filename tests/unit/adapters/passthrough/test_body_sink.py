from pathlib import Path

from aiointercept.adapters.passthrough.body_sink import MOST_IN_MEMORY, BodySink, TemporaryFolder
from aiointercept.core.recording.entries import StoredBody


async def test_small_bodies_stay_in_memory() -> None:
    """There is no file, and no thread."""
    folder = TemporaryFolder()
    sink = BodySink(folder)
    for chunk in (b"a", b"", b"b"):
        await sink.write(chunk)
    assert sink.result() == b"ab"
    folder.remove()


async def test_large_bodies_are_in_files() -> None:
    """Whole once they are flushed, and gone with their folder."""
    folder = TemporaryFolder()
    one, other = BodySink(folder), BodySink(folder)
    for chunk in (b"a" * MOST_IN_MEMORY, b"b", b"c"):
        await one.write(chunk)
        await other.write(chunk[:1] * MOST_IN_MEMORY)
    found = one.result()
    assert isinstance(found, StoredBody)
    assert found.size == MOST_IN_MEMORY + 2
    folder.flush()
    assert Path(found.name).read_bytes()[-2:] == b"bc"
    await one.write(b"d")
    folder.close_files()
    assert Path(found.name).read_bytes()[-3:] == b"bcd"
    folder.remove()
    assert not Path(found.name).parent.exists()
    folder.remove()
