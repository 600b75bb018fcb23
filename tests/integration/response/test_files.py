"""``body=pathlib.Path``: its size, its parts, and a loop that it does not block."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from blockbuster import BlockBuster

from aiointercept import CallbackResult, aiointercept

URL = "https://files.test/a.txt"
CONTENT = bytes(range(100))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of 100 bytes."""
    path = tmp_path / "a.txt"
    path.write_bytes(CONTENT)
    return path


async def got(headers: Any = None, method: str = "GET") -> tuple[int, bytes, Any]:
    """Return status, body and headers of the answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, URL, headers=headers) as response,
    ):
        return response.status, await response.read(), response.headers


async def test_the_size_is_that_of_the_moment(file: Path) -> None:
    """A file that has grown since its registration is sent whole."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body=file)
        file.write_bytes(b"more" * 1000)
        status, body, headers = await got()
    assert (status, body) == (200, b"more" * 1000)
    assert headers["Content-Length"] == "4000"
    assert headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=90-", slice(90, 100)),
        ("bytes=-5", slice(95, 100)),
        ("bytes=50-1000", slice(50, 100)),
        ("bytes=-1000", slice(0, 100)),
        ("Bytes=1-1", slice(1, 2)),
    ],
)
async def test_a_part(file: Path, asked: str, part: slice) -> None:
    """With the positions and the size (RFC 9110, section 14)."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body=file)
        status, body, headers = await got({"Range": asked})
    assert (status, body) == (206, CONTENT[part])
    assert headers["Content-Range"] == f"bytes {part.start}-{part.stop - 1}/100"


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=200-300", "bytes=-0"])
async def test_a_part_that_is_not_there(file: Path, asked: str) -> None:
    """Is told with the size that there is."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body=file)
        status, body, headers = await got({"Range": asked})
        assert m.calls[0].response.status == 416
    assert (status, body, headers["Content-Range"]) == (416, b"", "bytes */100")


@pytest.mark.parametrize(
    "asked", ["bytes=9-1", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4", "bytes=-"]
)
async def test_a_range_that_is_not_understood_is_ignored(file: Path, asked: str) -> None:
    """The whole file comes."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body=file)
        assert (await got({"Range": asked}))[:2] == (200, CONTENT)


async def test_a_download_is_resumed_only_if_the_file_is_the_same(file: Path) -> None:
    """``If-Range`` names the file by its entity tag or its date."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(URL, body=file, repeat=True)
        _, _, headers = await got()
        for validator in (headers["ETag"], headers["Last-Modified"]):
            status, body, _ = await got({"Range": "bytes=50-", "If-Range": validator})
            assert (status, body) == (206, CONTENT[50:])
        file.write_bytes(b"other")
        status, body, _ = await got({"Range": "bytes=2-", "If-Range": headers["ETag"]})
        assert (status, body) == (200, b"other")


async def test_only_a_get_with_status_200_has_parts(file: Path) -> None:
    """Nothing else can be resumed."""
    async with aiointercept(mock_external_urls=True) as m:
        m.post(URL, body=file)
        m.get(URL, body=file, status=404)
        m.head(URL, body=file)
        assert (await got({"Range": "bytes=0-1"}, "POST"))[:2] == (200, CONTENT)
        assert (await got({"Range": "bytes=0-1"}))[:2] == (404, CONTENT)
        status, body, headers = await got(method="HEAD")
        assert (status, body, headers["Content-Length"]) == (200, b"", "100")


@pytest.fixture
def blockbuster() -> Iterator[BlockBuster]:
    """Raise where something blocks the loop."""
    buster = BlockBuster()
    buster.activate()
    yield buster
    buster.deactivate()


@pytest.mark.parametrize("intercepts", [False, True])
async def test_nothing_blocks_the_loop(
    file: Path, intercepts: Any, blockbuster: BlockBuster
) -> None:
    """Neither registering, connecting, accepting nor reading a file."""
    async with aiointercept(mock_external_urls=intercepts) as m:
        base = "https://files.test" if intercepts else m.server_url
        m.get(f"{base}/file", body=file, repeat=True)
        m.get(f"{base}/callback", callback=lambda url, **_: CallbackResult(body=file))
        async with aiohttp.ClientSession() as session:
            for path in ("/file", "/file", "/callback"):
                async with session.get(base + path) as response:
                    assert await response.read() == CONTENT
