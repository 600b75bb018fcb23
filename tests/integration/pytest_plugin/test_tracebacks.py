"""Tracebacks of pytest: they show the test, and not what is inside of the mock."""

from typing import Any

import pytest

SOURCE = """
    import aiohttp
    import asyncio
    import pytest
    from aiointercept import aiointercept
    from aiointercept.aioresponses import aioresponses

    U = "https://api.test/users"

    async def unmatched():
        async with aiointercept(mock_external_urls=True) as m:
            m.get(U + "/7")
            async with aiohttp.ClientSession() as session:
                await session.get(U)

    def test_unmatched():
        asyncio.run(unmatched())

    def test_assertion(aiointercept_mock):
        aiointercept_mock.assert_called_with("/", json={"a": 1})

    def test_assertion_of_a_handle(aiointercept_mock):
        aiointercept_mock.get("/").assert_called_once()

    def test_waiting(aiointercept_mock):
        aiointercept_mock.wait_for_calls_sync(timeout=0)

    def test_strict():
        with aiointercept(strict=True) as m:
            m.get("/")

    async def unmatched_by_the_other():
        with aioresponses() as m:
            m.get(U + "/7")
            async with aiohttp.ClientSession() as session:
                await session.get(U)

    def test_drop_in():
        asyncio.run(unmatched_by_the_other())

    def test_comparing():
        with aioresponses() as m:
            m.assert_called_once_with(U)

    @pytest.mark.aiointercept(mock_external_url=True)
    def test_marker(aiointercept_mock):
        pass

    @pytest.mark.aiointercept(cassette="missing.har")
    def test_cassette(aiointercept_mock):
        pass

    def test_keyword(aiointercept_mock):
        aiointercept_mock.assert_called_once_with("/", body=b"")

    def test_swapped(aiointercept_mock):
        aiointercept_mock.assert_called_once_with("GET", "/")

    async def wrong_result():
        async with aiointercept() as m, aiohttp.ClientSession() as session:
            m.get("/", callback=lambda url, **_: {})
            await session.get(m.server_url)

    def test_wrong_result():
        asyncio.run(wrong_result())
"""


@pytest.mark.parametrize(
    "test",
    [
        "test_unmatched",
        "test_assertion",
        "test_assertion_of_a_handle",
        "test_waiting",
        "test_strict",
        "test_drop_in",
        "test_comparing",
        "test_marker",
        "test_cassette",
        "test_keyword",
        "test_swapped",
        "test_wrong_result",
    ],
)
def test_frames_of_the_package_are_hidden(run: Any, test: str) -> None:
    """The last line of a traceback is the user's, or aiohttp's."""
    result = run(SOURCE, "-k", f"{test} and not {test}_of", subprocess=True)
    outcomes = result.parseoutcomes()
    assert outcomes.get("failed", 0) + outcomes.get("errors", 0) == 1
    text = result.stdout.str().partition("aiointercept.errors")[0]
    assert "src/aiointercept" not in text.partition("short test summary")[0]
    assert "aiointercept/adapters/" not in text
    assert "aiointercept/api/" not in text
    assert "aiointercept/core/" not in text
    assert "aiointercept/aioresponses/" not in text
    assert "contextlib" not in text
