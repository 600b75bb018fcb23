from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aiointercept.adapters.handling.file import file_stream, send_file
from aiointercept.core.routing.replies import FileReply

Stages = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of ten bytes."""
    path = tmp_path / "file.txt"
    path.write_bytes(b"0123456789")
    return path


@pytest.mark.parametrize(
    ("wanted", "body", "content_range"),
    [
        (None, b"0123456789", None),
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=0-99", b"0123456789", "bytes 0-9/10"),
        ("bytes=4-2", b"0123456789", None),
        ("bytes=0-1,3-4", b"0123456789", None),
        ("lines=1-2", b"0123456789", None),
    ],
)
async def test_the_part_that_is_asked_for(
    stage: Stages, file: Path, wanted: str, body: bytes, content_range: str
):
    """What is not understood is ignored."""
    one = stage(headers={"Range": wanted} if wanted else {})
    response = await send_file(one.performance, FileReply(file))
    assert response.headers.get("Content-Range") == content_range
    assert response.status == (206 if content_range else 200)
    assert bytes(one.transport.written).partition(b"\r\n\r\n")[2] == body


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=-0"])
async def test_a_part_that_is_not_there(stage: Stages, file: Path, wanted: str):
    """The answer tells how long the file is."""
    one = stage(headers={"Range": wanted})
    await send_file(one.performance, FileReply(file))
    assert one.owner.told == [("answered", 416)]


async def test_a_part_of_another_version(stage: Stages, file: Path):
    """If-Range asks for the whole file, should it have changed."""
    one = stage(headers={"Range": "bytes=0-0", "If-Range": '"old"'})
    response = await send_file(one.performance, FileReply(file))
    again = stage(headers={"Range": "bytes=0-0", "If-Range": response.headers["ETag"]})
    assert response.status == 200
    assert (await send_file(again.performance, FileReply(file))).status == 206


async def test_a_file_that_is_not_there(stage: Stages, file: Path):
    """The test learns of it; the client gets a 500."""
    one = stage()
    await send_file(one.performance, FileReply(file.with_name("other")))
    assert one.owner.told == [("answered", 500)]
    assert isinstance(one.owner.errors[0], FileNotFoundError)


async def test_a_file_as_a_stream(file: Path):
    """It can be read more than once."""
    stream = file_stream(FileReply(file))
    for _ in range(2):
        assert b"".join([chunk async for chunk in stream.open()]) == b"0123456789"
