import json
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from aiointercept.adapters import files
from aiointercept.core.errors import CassetteError
from aiointercept.core.http.encodings import encode
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, StoredBody
from aiointercept.core.recording.redacting.redaction import Redaction


def entry(body: bytes = b"x", content_type: str = "text/plain", **more: Any) -> Entry:
    """Return an entry whose body is as it was sent."""
    headers = {"Content-Type": content_type, **more.pop("headers", {})}
    request = Request("GET", URL("https://a.test/"), body=more.pop("sent", b""))
    return Entry(request, Response(200, None, headers, body), **more)


@pytest.fixture(params=["a.har", "a.yaml"])
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Give the path of a cassette, in each format."""
    return tmp_path / "folder" / request.param


def save(path: Path, *entries: Entry, old: Any = None, **options: Any) -> bool:
    """Save entries."""
    redaction = options.pop("redaction", Redaction())
    return files.save(path, old, entries, redaction, version="1", **options)


def test_saved_and_loaded(path: Path) -> None:
    """What is written is read again; nothing else is left in the folder."""
    assert save(path, entry(b"one"), entry(b"two"))
    loaded = files.load(path)
    assert [one.response_body for one in loaded.entries] == [b"one", b"two"]
    assert list(path.parent.iterdir()) == [path]
    assert not save(path, old=loaded)
    assert save(path, entry(b"three"), old=loaded)
    bodies = [one.response_body for one in files.load(path).entries]
    assert bodies == [b"one", b"two", b"three"]
    save(path, entry(b"two"), old=files.load(path), anew=True)
    assert [one.response_body for one in files.load(path).entries] == [b"two"]


def test_encoded_bodies(path: Path) -> None:
    """Are decoded where they can be, and otherwise stay as they were sent."""
    gzip = {"Content-Encoding": "gzip"}
    save(
        path,
        entry(encode(b"text", ["gzip"]), headers=gzip),
        entry(b"raw", headers={"Content-Encoding": "br"}),
        entry(b"not so", headers=gzip),
    )
    first, second, third = files.load(path).entries
    assert (first.response_body, first.encoded) == (b"text", False)
    assert (second.response_body, second.encoded) == (b"raw", True)
    assert (third.response_body, third.encoded) == (b"not so", True)


def test_large_bodies(tmp_path: Path) -> None:
    """Are in files named by their hash, in one if they are equal; small ones are not."""
    path = tmp_path / "a.har"
    large = b'{"token": "s3"}' + b" " * files.MOST_INLINE
    save(path, entry(large, "application/json"), entry(large, "application/json"), entry(b"x"))
    first, second, third = files.load(path).entries
    assert isinstance(first.response_file, StoredBody)
    assert first.response_file == second.response_file
    assert third.response_file is None
    name = first.response_file.name
    assert name.endswith(".json")
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([name, "a.har"])
    assert b"s3" not in (tmp_path / name).read_bytes()


def test_paths() -> None:
    """By their suffixes."""
    assert files.clean_path("a.HAR") == Path("a.HAR")
    assert files.clean_path(Path("b.yml")) == Path("b.yml")
    with pytest.raises(ValueError, match=r"cassette: 'a.json' must end with \.har.*To convert"):
        files.clean_path("a.json")
    with pytest.raises(TypeError, match="path must be a path such as"):
        files.clean_path(3, "path")


def test_without_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is named."""
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(ImportError, match=r"pip install 'aiointercept\[yaml\]'"):
        files.clean_path("a.yaml")
    assert files.clean_path("a.har")


def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system says is told."""

    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": []}}))
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(CassetteError, match=r"a\.har: it cannot be read: Permission denied"):
        files.load(tmp_path / "a.har")
