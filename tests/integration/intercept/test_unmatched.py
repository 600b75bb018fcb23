"""What no route takes fails with an explanation, whether its body had to be read or not."""

import inspect
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from aiointercept import aiointercept, matchers
from aiointercept.errors import NoRouteError


def _line() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


async def _failure(session: aiohttp.ClientSession, method: str, url: str, **options: Any) -> str:
    with pytest.raises(aiohttp.ClientConnectionError) as caught:
        await session.request(method, url, **options)
    assert type(caught.value) is NoRouteError
    assert isinstance(caught.value, aiohttp.ServerDisconnectedError)
    return str(caught.value)


async def test_the_message_names_the_request_and_the_nearest_routes() -> None:
    """With file and line of their registration, and the part that differs."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://api.test/users/1")
        users = _line() - 1
        m.post("https://api.test/users")
        m.get("https://other.test/")

        message = await _failure(session, "GET", "https://api.test/users/2")

        assert "GET https://api.test/users/2" in message
        assert f"test_unmatched.py:{users}" in message
        assert message.index("users/1") < message.index("other.test")
        assert "differs in path" in message


@pytest.mark.parametrize(
    ("method", "url", "part"),
    [
        ("POST", "https://api.test:8443/users?a=1", "method"),
        ("GET", "http://api.test:8443/users?a=1", "scheme"),
        ("GET", "https://api.test:9443/users?a=1", "port"),
        ("GET", "https://apis.test:8443/users?a=1", "host"),
        ("GET", "https://api.test:8443/user?a=1", "path"),
        ("GET", "https://api.test:8443/users?a=2", "query"),
    ],
)
async def test_the_message_names_the_part_that_differs(method: str, url: str, part: str) -> None:
    """One part differs, one part is named."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://api.test:8443/users?a=1")
        message = await _failure(session, method, url)
        assert f"differs in {part}" in message


async def test_without_routes_the_message_says_so() -> None:
    """There is no nearest one."""
    async with aiointercept(mock_external_urls=True), aiohttp.ClientSession() as session:
        assert "no route is registered" in await _failure(session, "GET", "https://api.test/")


async def test_a_used_up_queue_is_named_as_such() -> None:
    """With how often it answered, and what would have made it answer again."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://api.test/", repeat=2)
        line = _line() - 1
        for _ in range(2):
            async with session.get("https://api.test/"):
                pass
        message = await _failure(session, "GET", "https://api.test/")
        assert "was already used 2 times" in message
        assert f"test_unmatched.py:{line}" in message
        assert "repeat=True" in message


async def test_it_is_in_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    """As a call that was not matched, without an answer; the logger warns once."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://api.test/")
        with caplog.at_level(logging.DEBUG, "aiointercept"):
            await _failure(session, "GET", "https://api.test/x?b=1", headers={"X-A": "b"})
        (call,) = m.calls
        assert not call.matched
        assert call.route is None
        assert call.response is None
        assert call.duration is not None
        assert call.request.headers["X-A"] == "b"
        assert call.request.query["b"] == "1"
        assert str(call.request.url) == "https://api.test/x?b=1"
        assert m.call_count == 1
        (record,) = caplog.records
        assert record.levelname == "WARNING"
        assert record.getMessage().startswith("No route matches GET https://api.test/x?b=1")


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_what_was_found_unmatched_by_its_body_is_explained_too(method: str) -> None:
    """The body had to be read; the client learns what differs in it all the same."""

    async def streamed() -> AsyncIterator[bytes]:
        yield b'{"name": '
        yield b'"Grace"}'

    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        route = m.add(
            "https://api.test/", method, match=matchers.json_body({"name": "Ada"}), repeat=True
        )
        for options in ({"json": {"name": "Grace"}}, {"data": streamed()}):
            message = await _failure(session, method, "https://api.test/", **options)
            assert f"{method} https://api.test/" in message
            assert "Ada" in message
            assert "Grace" in message
            assert "test_unmatched.py" in message
        assert not route.called
        assert [call.matched for call in m.calls] == [False, False]
        assert m.last_request is not None
        assert m.last_request.captured_body == b'{"name": "Grace"}'

        async with session.request(method, "https://api.test/", json={"name": "Ada"}) as response:
            assert response.status == 200


async def test_a_body_decides_between_routes() -> None:
    """Each of two bodies finds its own route, over one kept-alive connection."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        for name in ("Ada", "Grace"):
            m.post(
                "https://api.test/",
                match=matchers.json_body({"name": name}, partial=True),
                body=name,
                repeat=True,
            )
        for name in ("Grace", "Ada", "Grace"):
            async with session.post("https://api.test/", json={"name": name, "x": 1}) as response:
                assert await response.text() == name


async def test_an_unmatched_request_does_not_poison_its_connection() -> None:
    """The next request of the session is answered."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session,
    ):
        m.post("https://api.test/", match=matchers.body(b"right"), body="ok", repeat=True)
        for data in (b"right", b"wrong", b"right", b"wrong", b"right"):
            if data == b"wrong":
                await _failure(session, "POST", "https://api.test/", data=data)
            else:
                async with session.post("https://api.test/", data=data) as response:
                    assert await response.text() == "ok"


async def test_an_unmatched_request_raises_through_middlewares() -> None:
    """A middleware sees the very error; twice, as aiohttp repeats a GET that was disconnected."""
    seen: list[BaseException] = []

    async def watch(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        try:
            return await handler(request)
        except aiohttp.ClientError as error:
            seen.append(error)
            raise

    async with (
        aiointercept(mock_external_urls=True),
        aiohttp.ClientSession(middlewares=(watch,)) as session,
    ):
        with pytest.raises(aiohttp.ClientConnectionError) as caught:
            await session.get("https://api.test/")
    assert seen == [caught.value, caught.value]


async def test_a_matcher_that_raises_is_a_500_and_raised_at_the_end() -> None:
    """An error of the test's own code does not vanish."""

    def broken(request: Any) -> bool:
        raise KeyError("oops")

    m = aiointercept(mock_external_urls=True)
    await m.start()
    m.get("https://api.test/", match=broken)
    async with aiohttp.ClientSession() as session, session.get("https://api.test/") as response:
        assert response.status == 500
    with pytest.raises(KeyError, match="oops"):
        await m.stop()
    assert m.call_count == 1


async def test_a_long_url_is_clipped_in_the_message() -> None:
    """However long it is, the message stays readable."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get("https://api.test/" + "a" * 5000)
        message = await _failure(session, "GET", "https://api.test/" + "b" * 5000)
        assert len(message) < 3000


async def test_hints_name_what_was_meant():
    """A path alone in intercept mode, and a placeholder in plain text."""
    async with aiointercept(mock_external_urls=True) as m:
        m.get("/users")
        m.get("https://api.test/users/{id}")
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectionError, match="path of m.server_url"):
                await session.get("https://api.test/users")
            with pytest.raises(aiohttp.ClientConnectionError, match="url_template"):
                await session.get("https://api.test/users/7")


async def test_the_nearest_routes_of_all_mocks_are_named():
    """Though it is the innermost that has to answer."""
    async with aiointercept(mock_external_urls=True) as outer:
        outer.get("https://api.test/users")
        async with aiointercept(mock_external_urls=True) as m:
            m.get("https://other.test/zzz")
            async with aiohttp.ClientSession() as session:
                with pytest.raises(aiohttp.ClientConnectionError, match="of an outer mock"):
                    await session.get("https://api.test/user")
                with pytest.raises(aiohttp.ClientConnectionError, match="of an outer mock"):
                    await session.post("https://api.test/user", data=b"x")
            assert m.call_count == 2
