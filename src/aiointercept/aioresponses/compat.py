"""The names of ``aioresponses.compat``. Assigning to them or patching them has no effect.

``merge_params`` and ``normalize_url`` live in :mod:`aiointercept.compat`.
"""

import asyncio
import functools
import re
from re import Pattern
from typing import Any, Final

import aiohttp
from aiohttp.client_proto import ResponseHandler
from typing_extensions import override
from yarl import URL

from aiointercept.compat import merge_params, normalize_url

__all__ = (
    "AIOHTTP_VERSION",
    "URL",
    "Pattern",
    "merge_params",
    "normalize_url",
    "stream_reader_factory",
)

_LIMIT: Final = 1 << 16


@functools.total_ordering
class _Version:
    """A version that compares with versions of ``packaging``, without requiring ``packaging``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.release = _release(text)

    @override
    def __eq__(self, other: object) -> bool:
        return self.release == _release(str(other))

    def __lt__(self, other: Any) -> bool:
        return self.release < _release(str(other))

    @override
    def __hash__(self) -> int:
        return hash(self.release)

    @override
    def __str__(self) -> str:
        return self._text

    @override
    def __repr__(self) -> str:
        return f"<Version({self._text!r})>"


def _release(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.findall(r"\d+", text)[:3]]
    return (*numbers, 0, 0, 0)[:3]


AIOHTTP_VERSION: Final = _Version(aiohttp.__version__)
"""The version of aiohttp; compares with versions of ``packaging`` and with text.

.. versionadded:: 1.1
"""


def stream_reader_factory(loop: asyncio.AbstractEventLoop | None = None) -> aiohttp.StreamReader:
    """Return a stream reader for a body. Nothing here uses it.

    .. versionadded:: 1.1

    Args:
        loop: the loop of the reader; the running one by default.

    Raises:
        RuntimeError: if no loop is given and none is running.
    """
    loop = asyncio.get_running_loop() if loop is None else loop
    return aiohttp.StreamReader(ResponseHandler(loop), limit=_LIMIT, loop=loop)
