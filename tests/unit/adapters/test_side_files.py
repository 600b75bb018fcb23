from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from aiointercept.adapters import side_files
from aiointercept.core.errors import CassetteError
from aiointercept.core.http.encodings import encode
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, StoredBody
from aiointercept.core.recording.redacting.redaction import Redaction


def entry(body: bytes, content_type: str, headers: Any = None, **more: Any) -> Entry:
    """Return an entry whose body is as it was sent."""
    request = Request("GET", URL("https://a.test/"))
    response = Response(200, None, {"Content-Type": content_type, **(headers or {})}, body)
    return Entry(request, response, **more)


@pytest.mark.parametrize("content_type", ["application/octet-stream", "application/json"])
@pytest.mark.parametrize("encodings", [(), ("gzip",), ("br",)])
def test_bodies_in_temporary_files(tmp_path: Path, content_type: str, encodings: Any) -> None:
    """Come from where they were kept while recording, decoded if they can be."""
    body = b'{"password": "s3"}' + b" " * 100_000
    kept = b" " * 100_000
    temporary = tmp_path / "temporary"
    temporary.write_bytes(encode(body, encodings) if encodings == ("gzip",) else body)
    stored = StoredBody(str(temporary), 1)
    path = tmp_path / "a.har"
    headers = {"Content-Encoding": ", ".join(encodings)} if encodings else {}
    one = entry(b"", content_type, headers, response_file=stored, request_file=stored)
    one = side_files.stored(one, tmp_path, Redaction(), 1 << 16)
    (found,) = side_files.with_files_found(path, [one])
    assert found.encoded is (encodings == ("br",))
    assert found.response_file is not None
    written = side_files.resolve(found.response_file, path.parent).read_bytes()
    assert len(written) == found.response_file.size
    assert (b"s3" in written) is (content_type != "application/json")
    (read,) = side_files.with_bodies_read([found], path.parent)
    assert read.request_file is None
    assert read.request.body is not None
    assert read.request.body.endswith(kept) or encodings == ("gzip",)


def test_small_bodies_stay() -> None:
    """There is no file for what fits into the cassette."""
    one = entry(b"x", "text/plain")
    assert side_files.stored(one, Path("/nowhere"), None, 1).response_body == b"x"
    assert side_files.stored(Entry(one.request), Path("/nowhere"), None, 1).response is None


def test_written_whole(tmp_path: Path) -> None:
    """A file is there when all of it is, with the rights of any other file."""
    path = tmp_path / "a"
    seen: list[bool] = []

    def chunks() -> Any:
        yield b"a"
        seen.append(path.exists())
        yield b"b"

    side_files.write_whole(path, chunks())
    assert (path.read_bytes(), seen) == (b"ab", [False])
    other = tmp_path / "b"
    other.write_bytes(b"")
    assert path.stat().st_mode == other.stat().st_mode

    def broken() -> Any:
        yield b"a"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        side_files.write_whole(path, broken())
    assert path.read_bytes() == b"ab"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("name", ["../a", "/a", "x/../../a"])
def test_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    """No cassette reaches there."""
    with pytest.raises(ValueError, match="must be in a file beside the cassette"):
        side_files.resolve(StoredBody(name, 1), tmp_path)
    with pytest.raises(CassetteError, match=r"a\.har, entry 7: .*beside the cassette"):
        one = entry(b"", "a/b", response_file=StoredBody(name, 1), number=7)
        side_files.with_files_found(tmp_path / "a.har", [one])


def test_orphans(tmp_path: Path) -> None:
    """Only files of ours go, and only if no other cassette in the folder has them."""
    names = [f"{digit * 64}.bin" for digit in "ab"]
    for name in (*names, "mine.bin"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "other.har").write_text(names[1], "utf-8")
    entries = [
        entry(b"", "a/b", response_file=StoredBody(name, 1)) for name in (*names, "mine.bin")
    ]
    side_files.remove_orphans(tmp_path / "a.har", entries, "", (".har",))
    assert sorted(one.name for one in tmp_path.iterdir()) == [names[1], "mine.bin", "other.har"]
