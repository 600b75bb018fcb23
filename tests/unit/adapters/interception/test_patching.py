from collections.abc import Awaitable, Sequence
from typing import Any

import pytest
from aiohttp.connector import BaseConnector

from aiointercept.adapters.interception import patching
from aiointercept.adapters.interception.mocked_connector import OwnConnector
from aiointercept.adapters.interception.patching import Closings, Patches, check_aiohttp
from aiointercept.errors import UnsupportedAiohttpError


class FakeHooks:
    """Answers in place of the network."""

    active = True

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.refused: list[Any] = []

    def refuse(self, req: Any) -> None:
        if req in self.refused:
            raise ConnectionError

    async def connect(self, call: Any) -> Any:
        return "connection", call.req

    def forget(self, connector: BaseConnector) -> Sequence[Awaitable[None]]:
        return [self.close()]

    async def close(self) -> None:
        self.closed.append("ours")


async def test_connectors_ask_the_hooks():
    """Every connector does, and the last mock restores what was there."""
    before = BaseConnector.connect, BaseConnector.close
    patches, hooks = Patches(), FakeHooks()
    request: Any = "request"
    timeout: Any = None
    patches.apply(hooks)
    patches.apply(hooks)
    try:
        connector = BaseConnector()
        connection: Any = await connector.connect(request, [], timeout)
        assert connection == ("connection", "request")
        patches.undo()
        assert BaseConnector.connect is not before[0]
        await connector.close()
        assert hooks.closed == ["ours"]
        assert connector.closed
    finally:
        patches.undo()
    assert (BaseConnector.connect, BaseConnector.close) == before


async def test_a_connector_of_ours_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    """It would ask the mock for its way to the mock. Without a mock all are left alone."""

    async def real(self: Any, req: Any, traces: Any, timeout: Any) -> Any:
        return "real"

    monkeypatch.setattr(BaseConnector, "connect", real)
    patches, hooks = Patches(), FakeHooks()
    given: Any = ("request", [], None)
    patches.apply(hooks)
    try:
        async with OwnConnector() as own, BaseConnector() as other:
            connection: Any = await own.connect(*given)
            assert connection == "real"
            hooks.active = False
            connection = await other.connect(*given)
            assert connection == "real"
            # What began in a block that has ended goes nowhere.
            hooks.refused.append("request")
            with pytest.raises(ConnectionError):
                await other.connect(*given)
    finally:
        patches.undo()


def test_somebody_elses_patch_on_top_stays(monkeypatch: pytest.MonkeyPatch):
    """To undo ours would undo it as well."""
    before = BaseConnector.connect, BaseConnector.close
    monkeypatch.setattr(BaseConnector, "connect", before[0])
    patches, theirs = Patches(), lambda: None
    patches.apply(FakeHooks())
    monkeypatch.setattr(BaseConnector, "connect", theirs)
    patches.undo()
    assert (BaseConnector.connect, BaseConnector.close) == (theirs, before[1])


def test_patching_that_fails_undoes_what_it_did(monkeypatch: pytest.MonkeyPatch):
    """So does the next time, when all is as it should be."""
    before = BaseConnector.connect, BaseConnector.close
    patches = Patches()
    with monkeypatch.context() as patch:
        patch.setattr(patching, "_patched_close", None)
        with pytest.raises(TypeError):
            patches.apply(FakeHooks())
    assert (BaseConnector.connect, BaseConnector.close) == before
    patches.apply(FakeHooks())
    assert BaseConnector.connect is not before[0]
    patches.undo()
    assert (BaseConnector.connect, BaseConnector.close) == before


@pytest.mark.parametrize(
    ("connect", "problem"),
    [(None, "is not there"), (lambda self, other: None, r"takes \['self', 'other'\]")],
)
def test_an_aiohttp_that_is_not_known(connect: Any, problem: str, monkeypatch: pytest.MonkeyPatch):
    """The message names what is missing; nothing is patched."""
    monkeypatch.setattr(BaseConnector, "connect", connect)
    with pytest.raises(UnsupportedAiohttpError, match=f"BaseConnector.connect {problem}"):
        check_aiohttp()


async def test_all_that_is_to_be_closed():
    """One after the other."""
    closed: list[int] = []

    async def close(number: int) -> None:
        closed.append(number)

    await Closings([close(1), close(2)])
    assert closed == [1, 2]


async def test_a_closing_that_fails():
    """The others are ended without a warning."""

    async def fail() -> None:
        raise OSError("broken")

    async def close() -> None: ...

    with pytest.raises(OSError, match="broken"):
        await Closings([fail(), close()])
