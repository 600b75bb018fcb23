"""aiohttp's silent retry, a redirect to the same URL, and a retrying middleware, told apart."""

from typing import Any

import aiohttp
import pytest

from aiointercept import CallbackResult, Fault, aiointercept

URL = "https://h.test/"


async def _close(url: Any, *, request: Any, **_: Any) -> CallbackResult:
    request.transport.close()
    return CallbackResult()


async def _abort(url: Any, *, request: Any, **_: Any) -> CallbackResult:
    request.transport.abort()
    return CallbackResult()


BREAKING: list[Any] = [
    pytest.param({"fault": Fault.EMPTY_RESPONSE}, aiohttp.ServerDisconnectedError, id="empty"),
    pytest.param({"fault": Fault.CONNECTION_RESET}, aiohttp.ClientOSError, id="reset"),
    pytest.param(
        {"raises": aiohttp.ServerDisconnectedError("gone")},
        aiohttp.ServerDisconnectedError,
        id="raises-disconnected",
    ),
    pytest.param(
        {"raises": aiohttp.ClientOSError(104, "reset")}, aiohttp.ClientOSError, id="raises-os-error"
    ),
    pytest.param({"callback": _close}, aiohttp.ServerDisconnectedError, id="callback-closes"),
    pytest.param({"callback": _abort}, aiohttp.ServerDisconnectedError, id="callback-aborts"),
]


@pytest.mark.parametrize(("options", "error"), BREAKING)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_a_silent_retry_is_the_same_call(
    options: dict[str, Any], error: type[Exception], method: str
) -> None:
    """An idempotent request is sent twice, is one call, and uses up one response."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        broken = m.add(URL, method, **options)
        spare = m.add(URL, method, headers={"X-Spare": "1"})
        with pytest.raises(error):
            await session.request(method, URL)
        assert m.call_count == 1
        assert m.calls[0].attempts == 2
        assert m.calls[0].route is broken
        assert broken.call_count == 1
        assert not spare.called

        async with session.request(method, URL) as response:
            assert response.headers["X-Spare"] == "1"
        assert [call.attempts for call in m.calls] == [2, 1]


@pytest.mark.parametrize(("options", "error"), BREAKING)
async def test_a_silent_retry_is_not_unmatched_when_the_queue_is_used_up(
    options: dict[str, Any], error: type[Exception]
) -> None:
    """With no other response registered the client sees the failure, not an explanation."""
    async with (
        aiointercept(mock_external_urls=True, strict=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL, **options)
        with pytest.raises(error):
            await session.get(URL)
        assert [(call.attempts, call.matched) for call in m.calls] == [(2, True)]


@pytest.mark.parametrize(("options", "error"), BREAKING)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_what_is_not_idempotent_is_sent_once(
    options: dict[str, Any], error: type[Exception], method: str
) -> None:
    """Aiohttp repeats no POST, and none is made up."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.add(URL, method, **options)
        with pytest.raises(error):
            await session.request(method, URL, data=b"x")
        assert [call.attempts for call in m.calls] == [1]


@pytest.mark.parametrize(("options", "error"), BREAKING)
async def test_a_failure_for_ever_is_one_call_each_time(
    options: dict[str, Any], error: type[Exception]
) -> None:
    """Calls that follow each other are not taken for repetitions."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL, repeat=True, **options)
        for _ in range(3):
            with pytest.raises(error):
                await session.get(URL)
        assert [call.attempts for call in m.calls] == [2, 2, 2]


async def test_a_failure_on_a_warm_connection_is_one_call() -> None:
    """So it is where the connection served a call before."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL, body="first")
        m.get(URL, fault=Fault.EMPTY_RESPONSE)
        m.get(URL, body="third")
        async with session.get(URL) as response:
            assert await response.text() == "first"
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await session.get(URL)
        async with session.get(URL) as response:
            assert await response.text() == "third"
        assert [call.attempts for call in m.calls] == [1, 2, 1]


async def test_a_callback_that_answers_the_repetition() -> None:
    """A server that loses the first attempt and answers the second: one call, one success."""
    attempts: list[int] = []

    def flaky(url: Any, *, request: Any, **_: Any) -> CallbackResult:
        attempts.append(len(attempts))
        if len(attempts) == 1:
            request.transport.close()
        return CallbackResult(body="at last")

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL, callback=flaky)
        async with session.get(URL) as response:
            assert await response.text() == "at last"
        assert attempts == [0, 1]
        assert [call.attempts for call in m.calls] == [2]
        assert m.calls[0].response is not None
        assert m.calls[0].response.status == 200


@pytest.mark.parametrize("timeout", [None, 300])
async def test_a_redirect_to_the_same_url_is_another_call(timeout: float | None) -> None:
    """It takes the next response, and counts."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session,
    ):
        first = m.get(URL, status=302, headers={"Location": URL, "Set-Cookie": "seen=1"})
        second = m.get(URL, body="in")
        async with session.get(URL) as response:
            assert await response.text() == "in"
        assert (first.call_count, second.call_count) == (1, 1)
        assert [call.attempts for call in m.calls] == [1, 1]


async def test_a_redirect_to_the_same_url_whose_second_answer_breaks() -> None:
    """Two calls, the second of which was sent twice."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL, status=307, headers={"Location": URL})
        m.get(URL, fault=Fault.EMPTY_RESPONSE)
        m.get(URL, body="spare")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await session.get(URL)
        assert [call.attempts for call in m.calls] == [1, 2]


@pytest.mark.parametrize(("options", "error"), BREAKING)
async def test_a_retrying_middleware_makes_another_call(
    options: dict[str, Any], error: type[Exception]
) -> None:
    """It sends the request again itself, and gets the next response."""

    async def retry(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        try:
            return await handler(request)
        except error:
            return await handler(request)

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(middlewares=(retry,)) as session,
    ):
        broken = m.get(URL, **options)
        fine = m.get(URL, body="fine")
        async with session.get(URL) as response:
            assert await response.text() == "fine"
        assert (broken.call_count, fine.call_count) == (1, 1)
        assert [call.attempts for call in m.calls] == [1, 1]


async def test_calls_at_once_are_not_taken_for_repetitions() -> None:
    """Gathered calls to one URL have the responses to themselves, failures among them."""
    import asyncio  # noqa: PLC0415  # the only test here that needs it

    async def ask(session: aiohttp.ClientSession) -> str:
        try:
            async with session.get(URL) as response:
                return await response.text()
        except aiohttp.ServerDisconnectedError:
            return "broken"

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(URL, fault=Fault.EMPTY_RESPONSE, repeat=5)
        m.get(URL, body="fine", repeat=5)
        found = await asyncio.gather(*(ask(session) for _ in range(10)))
        assert sorted(found) == ["broken"] * 5 + ["fine"] * 5
        assert sorted(call.attempts for call in m.calls) == [1] * 5 + [2] * 5


async def test_a_client_that_never_repeats() -> None:
    """Where the session's own retry is off, a failure is sent once."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        session._retry_connection = False  # noqa: SLF001  # as aiohttp's test client sets it
        m.get(URL, fault=Fault.EMPTY_RESPONSE)
        m.get(URL, body="second")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await session.get(URL)
        async with session.get(URL) as response:
            assert await response.text() == "second"
        assert [call.attempts for call in m.calls] == [1, 1]


async def test_in_server_mode_a_retry_is_a_call() -> None:
    """Nothing tells it from one there."""
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        m.get("/", fault=Fault.EMPTY_RESPONSE)
        m.get("/", body="second")
        async with session.get(f"{m.server_url}/") as response:
            assert await response.text() == "second"
        assert [call.attempts for call in m.calls] == [1, 1]


async def test_a_passed_on_call_that_aiohttp_repeats_is_one_call(remote: Any) -> None:
    """With ``passthrough_unmatched`` the real server may break a connection, too."""
    handler = remote.handler

    async def flaky(request: Any) -> Any:
        if len(remote.requests) == 1:
            request.transport.close()
        return await handler(request)

    remote.handler = flaky
    async with (
        aiointercept(mock_external_urls=True, passthrough_unmatched=True) as m,
        remote.session() as session,
    ):
        async with session.get(remote.url()) as response:
            assert await response.text() == "real"
        assert len(remote.requests) == 2
        assert [call.attempts for call in m.calls] == [2]
        assert m.calls[0].response is not None
        assert m.calls[0].response.status == 200


async def test_a_passed_on_redirect_to_the_same_url_is_another_call(remote: Any) -> None:
    """A real redirect to the same place is no repetition."""
    handler = remote.handler

    async def once_elsewhere(request: Any) -> Any:
        if len(remote.requests) == 1:
            return aiohttp.web.Response(status=302, headers={"Location": remote.url()})
        return await handler(request)

    remote.handler = once_elsewhere
    async with (
        aiointercept(mock_external_urls=True, passthrough_unmatched=True) as m,
        remote.session() as session,
    ):
        async with session.get(remote.url()) as response:
            assert await response.text() == "real"
        statuses = [call.response.status for call in m.calls if call.response is not None]
        assert statuses == [302, 200]
        assert [call.attempts for call in m.calls] == [1, 1]
