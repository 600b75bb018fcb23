"""Decorated functions and classes: the mock is gone from the type where it comes first."""

from typing_extensions import assert_type

from aiointercept import aiointercept


@aiointercept(mock_external_urls=True)
async def first(m: aiointercept, name: str) -> int:
    return len(name) + m.call_count


@aiointercept()
def sync(m: aiointercept) -> str:
    return m.server_url


@aiointercept()
class TestAll:
    async def test_one(self, m: aiointercept) -> None:
        assert_type(m, aiointercept)


class TestOne:
    @aiointercept()
    async def test_one(self, m: aiointercept) -> int:
        return m.call_count


async def use() -> None:
    assert_type(await first("x"), int)
    assert_type(sync(), str)
    assert_type(TestAll(), TestAll)
    sync(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await first()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
