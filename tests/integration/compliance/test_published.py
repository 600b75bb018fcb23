"""What suites do that were written for the published 1.0.0 of this API."""

import asyncio
import textwrap
from typing import Any

import aiohttp
import pytest

from aiointercept import CallbackResult, aiointercept

HEADER = """
import asyncio
import aiohttp
import pytest
import pytest_asyncio
from aiointercept import aiointercept
"""
OVERRIDES = {
    "sync, of the session, intercepting": """
        @pytest.fixture(scope="session")
        def aiointercept_server():
            with aiointercept(mock_external_urls=True) as server:
                yield server
    """,
    "sync, of the module": """
        @pytest.fixture(scope="module")
        def aiointercept_server():
            with aiointercept(mock_external_urls=True) as server:
                yield server
    """,
    "async, of the session": """
        @pytest_asyncio.fixture(scope="session", loop_scope="session")
        async def aiointercept_server():
            async with aiointercept(mock_external_urls=True) as server:
                yield server
    """,
    "async, of the function": """
        @pytest_asyncio.fixture
        async def aiointercept_server():
            server = aiointercept(mock_external_urls=True)
            await server.start()
            yield server
            await server.stop()
    """,
    "by the one that is there": """
        @pytest.fixture(scope="session")
        def aiointercept_server(aiointercept_server):
            return aiointercept_server
    """,
}
TESTS = """
    async def ask(url):
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.text()

    async def test_it_is_the_very_mock(aiointercept_mock, aiointercept_server):
        assert aiointercept_mock is aiointercept_server
        url = f"{aiointercept_mock.server_url}/x"
        aiointercept_mock.get(url, body="one", repeat=True)
        assert await ask(url) == "one"

    async def test_it_is_cleared(aiointercept_mock):
        assert aiointercept_mock.calls == []
        url = f"{aiointercept_mock.server_url}/x"
        aiointercept_mock.get(url, body="two")
        assert await ask(url) == "two"

    def test_sync(aiointercept_mock):
        assert aiointercept_mock.calls == []
        aiointercept_mock.get("/x", body="three")
        assert asyncio.run(ask(f"{aiointercept_mock.server_url}/x")) == "three"
"""
INTERCEPTED = """
    async def test_external(aiointercept_mock):
        aiointercept_mock.get("https://api.test/", body="mock")
        assert await ask("https://api.test/") == "mock"
"""


@pytest.mark.parametrize("kind", OVERRIDES)
def test_an_overridden_server_is_the_mock_of_each_test(
    pytester: pytest.Pytester, kind: str
) -> None:
    """Whatever its scope; it is cleared, and it intercepts if it was made so."""
    tests = textwrap.dedent(TESTS)
    if "there" not in kind:
        tests += textwrap.dedent(INTERCEPTED)
    pytester.makeconftest(HEADER + textwrap.dedent(OVERRIDES[kind]))
    pytester.makepyfile(test_inside=HEADER + tests)
    pytester.makeini(
        "[pytest]\nfilterwarnings = error\nasyncio_mode = auto\n"
        "asyncio_default_fixture_loop_scope = function\n"
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=3 if "there" in kind else 4)


@pytest.mark.parametrize("replaced", ["aiointercept.core.is_ip_address", None])
def test_is_ip_address_may_be_replaced(monkeypatch: Any, replaced: str | None) -> None:
    """It changes nothing: literal addresses are mocked anyway."""

    def never(host: str) -> bool:
        raise AssertionError(host)

    if replaced is not None:
        monkeypatch.setattr(replaced, never)

    async def use() -> list[int]:
        statuses = []
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            for host in ("192.0.2.1", "[2001:db8::1]", "192.0.2.1:8080"):
                m.get(f"http://{host}/", status=418)
                async with session.get(f"http://{host}/") as response:
                    statuses.append(response.status)
        return statuses

    assert asyncio.run(use()) == [418] * 3


def no_answer(url: Any, **kwargs: Any) -> None:
    """Return ``None``: what is registered beside it."""


def own_answer(url: Any, **kwargs: Any) -> CallbackResult:
    """Answer instead of what is registered beside it."""
    return CallbackResult(status=202, body="callback")


UNUSED: dict[str, Any] = dict.fromkeys(
    ["body", "json", "payload", "headers", "content_type", "callback", "reason", "exception"]
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (500, "")),
        ({"body": "x"}, (500, "x")),
        ({"payload": {"a": 1}, "body": "x"}, (500, '{"a": 1}')),
        ({"callback": no_answer, "body": "x"}, (500, "x")),
        ({"callback": own_answer, "body": "x"}, (202, "callback")),
        ({"exception": False, "callback": own_answer}, (202, "callback")),
        ({"exception": True, "callback": own_answer, "body": "x"}, None),
        ({"exception": aiohttp.ClientError("no"), "body": "x"}, None),
        ({"exception": TimeoutError, "callback": no_answer, "json": []}, None),
    ],
)
async def test_a_shared_helper_passes_everything(given: dict[str, Any], expected: Any) -> None:
    """Most of it is ``None``, or not used."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.post("https://api.test/", status=500, **{**UNUSED, **given})
        if expected is None:
            with pytest.raises(aiohttp.ServerDisconnectedError) as caught:
                await session.post("https://api.test/")
            assert str(caught.value) == "Server disconnected"
            return
        async with session.post("https://api.test/") as response:
            assert (response.status, await response.text()) == expected
