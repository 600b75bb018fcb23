"""Client middlewares run as with a real server, around each sending of a request."""

import asyncio
from typing import Any

import aiohttp
import pytest

from aiointercept import aiointercept


async def _text(session: aiohttp.ClientSession, url: str, **options: Any) -> str:
    async with session.get(url, **options) as response:
        return await response.text()


async def test_a_middleware_may_add_headers() -> None:
    """The mock sees the request as the middlewares made it."""

    async def sign(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        request.headers["X-Signature"] = f"{request.method} {request.url}"
        return await handler(request)

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(middlewares=(sign,)) as session,
    ):
        m.get("https://h.test/", match=lambda r: "X-Signature" in r.headers, body="signed")
        assert await _text(session, "https://h.test/") == "signed"
        assert m.last_request is not None
        assert m.last_request.headers["X-Signature"] == "GET https://h.test/"


async def test_a_middleware_that_retries_makes_calls_of_its_own() -> None:
    """Each try takes a response and counts, unlike aiohttp's silent retry."""

    async def retry(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        response = await handler(request)
        while response.status == 503:
            response.release()
            response = await handler(request)
        return response

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(middlewares=(retry,)) as session,
    ):
        busy = m.get("https://h.test/", status=503, repeat=2)
        fine = m.get("https://h.test/", body="fine")
        assert await _text(session, "https://h.test/") == "fine"
        assert busy.call_count == 2
        assert fine.call_count == 1
        assert [call.attempts for call in m.calls] == [1, 1, 1]


async def test_a_middleware_that_retries_after_an_error_gets_the_next_response() -> None:
    """A failure that reached the middleware is used up."""

    async def retry(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        for _ in range(2):
            try:
                return await handler(request)
            except (aiohttp.ClientConnectionError, ValueError):
                pass
        return await handler(request)

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(middlewares=(retry,)) as session,
    ):
        m.get("https://h.test/", exception=True)
        m.get("https://h.test/", raises=ValueError("odd"))
        m.get("https://h.test/", body="fine")
        assert await _text(session, "https://h.test/") == "fine"
        assert m.call_count == 3


async def test_a_middleware_that_waits_with_a_limit() -> None:
    """``asyncio.wait_for`` moves the sending into a task of its own, which changes nothing."""

    async def limit(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        return await asyncio.wait_for(handler(request), 60)

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(middlewares=(limit,)) as session,
    ):
        m.get("http://h.test/", body="http", repeat=True)
        m.get("https://h.test/", body="https", repeat=True)
        for _ in range(2):
            assert await _text(session, "http://h.test/") == "http"
            assert await _text(session, "https://h.test/") == "https"
        error = RuntimeError("as given")
        m.get("https://h.test/error", raises=error)
        with pytest.raises(RuntimeError) as caught:
            await session.get("https://h.test/error")
        assert caught.value is error


async def test_a_middleware_that_gives_up_waiting() -> None:
    """Its limit ends a call that hangs; its next try is a new call."""
    arrived = asyncio.Event()

    async def hang(*_: Any, **__: Any) -> None:
        arrived.set()
        await asyncio.get_running_loop().create_future()

    async def impatient(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        trying = asyncio.ensure_future(handler(request))
        await arrived.wait()
        try:
            return await asyncio.wait_for(trying, 0.01)
        except asyncio.TimeoutError:
            return await handler(request)

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(middlewares=(impatient,)) as session,
    ):
        m.get("https://h.test/", callback=hang)
        m.get("https://h.test/", body="quick")
        assert await _text(session, "https://h.test/") == "quick"
        assert [call.attempts for call in m.calls] == [1, 1]


async def test_a_middleware_may_answer_with_another_request() -> None:
    """A middleware that fetches a token through the same session reaches the mock with it."""

    async def authorise(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        async with request.session.get("https://auth.test/", middlewares=()) as response:
            request.headers["Authorization"] = await response.text()
        return await handler(request)

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(middlewares=(authorise,)) as session,
    ):
        m.get("https://auth.test/", body="Bearer t")
        m.get("https://h.test/", body="in")
        assert await _text(session, "https://h.test/") == "in"
        assert m.last_request is not None
        assert m.last_request.headers["Authorization"] == "Bearer t"
