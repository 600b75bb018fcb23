"""Requests whose bytes are not what they stand for: compressed bodies, odd queries, odd cookies."""

import gzip
import zlib
from typing import Any

import aiohttp
import pytest
from yarl import URL

from aiointercept import aiointercept, matchers
from aiointercept.errors import NoRouteError

API = "https://api.test/items"


def members(data: bytes) -> bytes:
    """Compress in two members, as a file that was appended to."""
    return gzip.compress(data[:4]) + gzip.compress(data[4:])


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("gzip", members), ("deflate", zlib.compress)],
)
@pytest.mark.parametrize("passthrough_unmatched", [False, True])
async def test_a_body_that_the_client_compressed_is_compared_decoded(
    encoding: str, compress: Any, *, passthrough_unmatched: bool
) -> None:
    """Before it is sent too: it must not leave for the real server."""
    body = b'{"name": "x"}'
    async with aiointercept(
        mock_external_urls=True, passthrough_unmatched=passthrough_unmatched
    ) as m:
        m.post(API, match=matchers.json_body({"name": "x"}), body="found")
        async with aiohttp.ClientSession() as session:
            headers = {"Content-Encoding": encoding}
            async with session.post(API, data=compress(body), headers=headers) as response:
                assert await response.text() == "found"
        assert m.last_request.captured_body == body
        m.assert_called_with(API, "POST", json={"name": "x"})


@pytest.mark.parametrize("compress", ["gzip", "deflate"])
async def test_a_body_that_aiohttp_compresses_is_compared_as_given(compress: str) -> None:
    """It is not compressed yet when it is first looked at."""
    async with aiointercept(mock_external_urls=True) as m:
        m.post(API, match=matchers.body(b"x" * 100), body="found")
        async with aiohttp.ClientSession() as session:
            async with session.post(API, data=b"x" * 100, compress=compress) as response:
                assert await response.text() == "found"
        assert m.last_request.captured_body == b"x" * 100


async def test_bytes_of_a_query_that_are_not_utf_8_are_compared_as_bytes() -> None:
    """They are two URLs, and the log has two keys."""
    one, two = (URL(f"{API}?q=%{byte}", encoded=True) for byte in ("FF", "FE"))
    async with aiointercept(mock_external_urls=True) as m:
        m.get(one, body="one", repeat=True)
        m.get(two, body="two")
        async with aiohttp.ClientSession() as session:
            for url, text in ((one, "one"), (two, "two")):
                async with session.get(url) as response:
                    assert await response.text() == text
            # The case of an escape is a matter of spelling.
            async with session.get(URL(f"{API}?q=%ff", encoded=True)) as response:
                assert await response.text() == "one"
            with pytest.raises(NoRouteError, match=r"query\['q'\].*%FE.*%FD"):
                await session.get(URL(f"{API}?q=%FD", encoded=True))
        assert [len(found) for found in m.requests.values()] == [2, 1, 1]
        assert m.ordered_requests[0][1].kwargs["query"] == {"q": ["%FF"]}


async def test_an_odd_cookie_does_not_hide_the_others() -> None:
    """As with a server of aiohttp."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get(API, match=matchers.cookies({"a": "1", "b": "2"}), body="found")
        async with aiohttp.ClientSession() as session:
            headers = {"Cookie": "a=1; odd one; b=2"}
            async with session.get(API, headers=headers) as response:
                assert await response.text() == "found"


async def test_a_matcher_that_needs_no_body_decides_before_it_is_sent() -> None:
    """A body that is streamed need not be read for it."""

    class Tenant:
        needs_body = False

        def match(self, request: matchers.Request) -> matchers.MatchResult:
            assert request.body is None
            found = request.headers.get("X-Tenant")
            return matchers.MatchResult(
                () if found == "a" else [matchers.Mismatch("tenant", "a", found)]
            )

    async def chunks() -> Any:
        pytest.fail("the body was read")
        yield b""

    async with aiointercept(mock_external_urls=True) as m:
        m.post(API, match=Tenant())
        async with aiohttp.ClientSession() as session:
            with pytest.raises(NoRouteError, match="tenant: expected 'a', got 'b'"):
                await session.post(API, data=chunks(), headers={"X-Tenant": "b"})
