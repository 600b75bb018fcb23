"""What a review found: repetitions, bodies and streams that went astray."""

import asyncio
import io
from collections import Counter
from unittest.mock import AsyncMock

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver

from aiointercept import CallbackResult, aiointercept, matchers
from aiointercept.testing import InMemoryUpstream

URL = "https://api.test/x"


class Failing:
    """An upstream that loses its first connection."""

    def __init__(self):
        self.sent = 0
        self._answers = InMemoryUpstream({URL: b"real"})

    async def send(self, request):
        """Fail once."""
        self.sent += 1
        if self.sent == 1:
            raise aiohttp.ServerDisconnectedError
        return await self._answers.send(request)


async def test_a_repetition_is_answered_by_the_mock_that_took_the_call():
    """Be it an outer one with an upstream of its own: nothing else is asked."""
    upstream = Failing()
    async with (
        aiointercept(True, passthrough_unmatched=True, upstream=upstream) as outer,
        aiointercept(True) as inner,
        aiohttp.ClientSession() as session,
    ):
        inner.put(URL, match=matchers.body(b"other"))
        async with session.put(URL, data=io.BytesIO(b"this")) as response:
            assert await response.read() == b"real"
        assert upstream.sent == 2
        assert [call.attempts for call in outer.calls] == [2]
        assert inner.calls == []


async def test_an_error_in_a_repeated_answer_is_held_by_its_own_mock():
    """The inner block ends without it, the outer one raises it."""

    def cut(_url, *, request, **_):
        request.transport.close()
        if len(outer.calls) == 1 and outer.calls[0].attempts == 2:
            raise KeyError("outer")
        return CallbackResult()

    with pytest.raises(KeyError, match="outer"):
        async with aiointercept(True) as outer, aiohttp.ClientSession() as session:
            outer.put(URL, callback=cut)
            async with aiointercept(True) as inner:
                inner.put(URL, match=matchers.body(b"other"))
                with pytest.raises(aiohttp.ClientConnectionError):
                    await session.put(URL, data=io.BytesIO(b"this"))


async def test_a_large_body_reaches_an_upstream_whole():
    """Also where an outer mock would let it pass as it comes in."""
    upstream = InMemoryUpstream({URL: b"real"})
    body = b"x" * (9 << 20)
    async with (
        aiointercept(True, passthrough_unmatched=True),
        aiointercept(True, passthrough_unmatched=True, upstream=upstream) as m,
        aiohttp.ClientSession() as session,
    ):
        m.post(URL, match=matchers.body(b"other"))
        async with session.post(URL, data=io.BytesIO(body)) as response:
            assert await response.read() == b"real"
        assert [len(request.body) for request in upstream.requests] == [len(body)]


@pytest.mark.parametrize("status", [204, 304])
async def test_a_stream_where_no_body_may_be(status):
    """The client gets none, as for bytes."""

    async def chunks():
        yield b"chunk"

    async with aiointercept(True) as m, aiohttp.ClientSession() as session:
        m.get(URL, status=status, body=chunks)
        m.get(URL, body="next")
        async with session.get(URL) as response:
            assert (response.status, await response.read()) == (status, b"")
        async with session.get(URL) as response:
            assert await response.read() == b"next"


async def test_an_upstream_whose_client_has_left_is_closed():
    """Its body's clean-up has run when the block ends."""
    events: Counter[str] = Counter()
    left = asyncio.Event()

    class Endless(InMemoryUpstream):
        async def send(self, request):
            answer = await super().send(request)

            async def body():
                try:
                    while True:
                        yield b"x" * 65536
                finally:
                    events["closed"] += 1
                    left.set()

            return type(answer)(answer.status, answer.reason, answer.headers, body())

    async with (
        aiointercept(True, passthrough_unmatched=True, upstream=Endless({URL: b""})),
        aiohttp.ClientSession() as session,
    ):
        async with session.get(URL) as response:
            await response.content.readany()
            response.close()
        await asyncio.wait_for(left.wait(), 5)
    assert events["closed"] == 1


def test_passthrough_given_once():
    """A generator of hosts serves every instance that a decorated function makes."""
    mock = aiointercept(True, passthrough=(host for host in ["left.test"]))

    async def goes_its_own_way():
        resolver = mock_resolver()
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver)
        ) as session:
            with pytest.raises(aiohttp.ClientConnectorDNSError):
                await session.get("http://left.test/")
        assert resolver.resolve.await_count == 1

    @mock
    def outer(_first):
        @mock
        def inner(_second):
            asyncio.run(goes_its_own_way())

        inner()

    outer()


def mock_resolver():
    """Return a resolver that knows no name."""
    resolver = AsyncMock(spec=AbstractResolver)
    resolver.resolve.side_effect = OSError("no such name")
    return resolver
