"""Bodies from files, whole or in part; a thread other than the loop's opens and reads them."""

import os
import re
from collections.abc import AsyncIterator
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from aiointercept.adapters.event_loops import run_blocking
from aiointercept.adapters.handling.performing import Performance
from aiointercept.adapters.handling.stream import send_stream
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import FileReply, Stream

_CHUNK: Final = 1 << 18
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)", re.IGNORECASE)


class _OpenFile(NamedTuple):
    """A file opened for reading.

    Attributes:
        file: the file.
        size: its current size in bytes.
        headers: its validators, as a file server sends them.
    """

    file: BinaryIO
    size: int
    headers: dict[str, str]


async def send_file(performance: Performance, reply: FileReply) -> web.StreamResponse:
    """Send a file, or the part of it that the request asks for."""
    try:
        opened = await run_blocking(partial(_open, reply.path), _close)
    except OSError as error:
        performance.exchange.dispatcher.defer_error(error)
        return performance.send_error(error)
    headers = CIMultiDict(reply.headers)
    for name, value in opened.headers.items():
        headers.setdefault(name, value)
    try:
        part = _part(performance.request, reply.status, opened.size, headers)
        if part is None:
            headers["Content-Range"] = f"bytes */{opened.size}"
            return performance.send(Response(416, None, headers, b""))
        status = reply.status
        if len(part) != opened.size or "Content-Range" in headers:
            status = 206
        stream = Stream(
            lambda: _chunks(opened.file, part), status, reply.reason, headers, len(part)
        )
        return await send_stream(performance, stream)
    finally:
        await run_blocking(opened.file.close)


def file_stream(reply: FileReply) -> Stream:
    """Return the whole file as a stream without a known length."""
    return Stream(lambda: _whole(reply.path), reply.status, reply.reason, reply.headers)


def _open(path: Path) -> _OpenFile:
    file = path.open("rb")
    found = os.fstat(file.fileno())
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{found.st_mtime_ns:x}-{found.st_size:x}"',
        "Last-Modified": formatdate(found.st_mtime, usegmt=True),
    }
    return _OpenFile(file, found.st_size, headers)


def _close(opened: _OpenFile) -> None:
    opened.file.close()


def _part(
    request: web.BaseRequest, status: int, size: int, headers: CIMultiDict[str]
) -> range | None:
    """Return the byte positions to send (RFC 9110, section 14); ``None`` if there are none.

    Invalid ranges and multiple ranges are ignored. If a part is sent, this adds ``Content-Range``
    to ``headers``.
    """
    whole = range(size)
    wanted = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if wanted is None or status != 200 or request.method != "GET":  # noqa: PLR2004
        return whole
    if not _is_current(request.headers, headers):
        return whole
    first, last = wanted.groups()
    if not first and not last:
        return whole
    if first and last and int(first) > int(last):
        return whole
    part = whole[int(first) : int(last) + 1 if last else size] if first else whole[-int(last) :]
    if not part or (not first and int(last) == 0):
        return None
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return part


def _is_current(asked: "CIMultiDictProxy[str]", headers: CIMultiDict[str]) -> bool:
    """Whether ``If-Range``, if present, matches the current file."""
    validator = asked.get("If-Range")
    return validator is None or validator in (headers.get("ETag"), headers.get("Last-Modified"))


async def _chunks(file: BinaryIO, part: range) -> AsyncIterator[bytes]:
    await run_blocking(partial(file.seek, part.start))
    left = len(part)
    while left and (chunk := await run_blocking(partial(file.read, min(_CHUNK, left)))):
        left -= len(chunk)
        yield chunk


async def _whole(path: Path) -> AsyncIterator[bytes]:
    opened = await run_blocking(partial(_open, path), _close)
    try:
        async for chunk in _chunks(opened.file, range(opened.size)):
            yield chunk
    finally:
        await run_blocking(opened.file.close)
