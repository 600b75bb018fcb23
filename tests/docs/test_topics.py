"""The tables in the guides on failures and matchers are true and complete."""

import errno
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from aiointercept import Fault, aiointercept, matchers

DOCS: Final = Path(__file__).parents[2] / "docs"
ROW: Final = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \| (yes|no) \|$", re.MULTILINE)


def test_table_of_matchers() -> None:
    """The table names all built-in matchers, each with its parameters."""
    rows = re.findall(r"^\| `(\w+)\(", (DOCS / "matchers.md").read_text("utf-8"), re.MULTILINE)
    built_in = {name for name in matchers.__all__ if name.islower()}
    assert set(rows) == built_in
    assert len(rows) == len(built_in)


def rows() -> list[tuple[str, ...]]:
    """Return the rows of the table of faults."""
    return ROW.findall((DOCS / "faults.md").read_text("utf-8"))


def test_table_is_complete() -> None:
    """Each fault has a row, in the order in which the code has them, with the code's words."""
    assert [(name, words) for name, words, *_ in rows()] == [
        (fault.name, fault.value) for fault in Fault
    ]


async def body() -> AsyncIterator[bytes]:
    """Yield a body, as an upload would."""
    yield b"a body"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
async def test_row(row: tuple[str, ...]) -> None:
    """The client gets the exception that the row tells, and the server mode does as it says."""
    name, _, for_get, for_post, intercepted_only = row
    fault = Fault[name]
    # Only what hangs meets a short limit, so that a slow machine makes no other call fail.
    limits = {
        Fault.CONNECT_TIMEOUT: aiohttp.ClientTimeout(sock_connect=0.01),
        Fault.HANG: aiohttp.ClientTimeout(sock_read=0.01),
    }.get(fault, aiohttp.ClientTimeout())
    async with (
        aiointercept(mock_external_urls=True, tls=fault.in_handshake) as m,
        aiohttp.ClientSession(timeout=limits) as session,
    ):
        for method, told in (("GET", for_get), ("POST", for_post)):
            m.add("https://api.test/", method, fault=fault)
            kind, _, number = told.replace("`", "").partition(", ")
            with pytest.raises(getattr(aiohttp, kind)) as caught:
                async with session.request(
                    method, "https://api.test/", data=body() if method == "POST" else None
                ) as response:
                    await response.read()
            assert type(caught.value).__name__ == kind
            if number:
                assert caught.value.errno == getattr(errno, number)
        if intercepted_only == "yes":
            with pytest.raises(ValueError, match=name):
                m.get(f"{m.server_url}/", fault=fault)
        else:
            m.get(f"{m.server_url}/", fault=fault)
