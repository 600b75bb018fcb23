"""Tracebacks of pytest: they show the test, and not what is inside of the mock."""

from typing import Any

import pytest

SOURCE = """
    import aiohttp
    import asyncio
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
    ],
)
def test_frames_of_the_package_are_hidden(run: Any, test: str) -> None:
    """The last line of a traceback is the user's, or aiohttp's."""
    result = run(SOURCE, "-k", f"{test} and not {test}_of", subprocess=True)
    result.assert_outcomes(failed=1)
    text = result.stdout.str().partition("aiointercept.errors")[0]
    assert "src/aiointercept" not in text.partition("short test summary")[0]
    assert "aiointercept/adapters/" not in text
    assert "aiointercept/api/" not in text
    assert "aiointercept/core/" not in text
    assert "aiointercept/aioresponses/" not in text
