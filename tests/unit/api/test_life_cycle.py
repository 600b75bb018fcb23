"""The order of what happens at the two ends of a block, with parts that note what they are told."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from aiointercept.api.cassette import clean_cassette
from aiointercept.api.claiming import Claim
from aiointercept.api.life_cycle import LifeCycle
from aiointercept.core.errors import CassetteError


class Part:
    """Notes how it ends."""

    def __init__(self, name: str, history: list[str]) -> None:
        self.name = name
        self.history = history

    def join(self) -> None:
        self.history.append(f"{self.name} joined")

    async def wait_closed(self) -> None:
        self.history.append(f"{self.name} closed")

    def defer_error(self, error: BaseException) -> None:
        self.history.append(f"deferred {type(error).__name__}")


class Block(LifeCycle):
    """A block with two parts, of which the second may fail to start or to stop."""

    def __init__(self, fails_to: str = "", cassette: Path | None = None, **options: Any) -> None:
        self.history: list[str] = []
        self.fails_to = fails_to
        self._claim = Claim()
        self._started = False
        self._undo = ExitStack()
        self._apps: Any = Part("apps", self.history)
        self._transport: Any = Part("transport", self.history)
        self._dispatcher: Any = Part("dispatcher", self.history)
        self._cassette, _ = clean_cassette(cassette, options.get("record"), None, None)
        self._cassette_run = None

    def _begin(self, undo: ExitStack) -> None:
        self.history.append("begin")
        undo.callback(self.history.append, "undone")
        if self.fails_to == "start":
            raise OSError
        if self.fails_to == "stop":
            undo.callback(lambda: 1 / 0)

    def _conclude(self, leaving: BaseException | None) -> None:
        self.history.append(f"concluded {leaving!r}")
        self._claim.release()


def drive(coroutine: Any) -> None:
    """Run a coroutine that never waits."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


async def use(block: Block) -> None:
    """Enter and leave with ``async with``."""
    async with block:
        block.history.append("inside")


def test_with():
    """The transport needs a loop to close, which nobody waits for here."""
    block = Block()
    for _ in range(2):
        with block:
            block.history.append("inside")
        assert block.history == ["begin", "inside", "undone", "apps joined", "concluded None"]
        block.history.clear()


def test_async_with():
    """It waits for all parts before the end is verified."""
    block = Block()
    drive(use(block))
    closed = ["transport closed", "apps closed"]
    assert block.history == ["begin", "inside", "undone", *closed, "concluded None"]


def test_the_exception_that_leaves_is_passed_on():
    """So that nothing replaces it."""
    block = Block()
    with pytest.raises(LookupError):
        with block:
            raise LookupError
    assert block.history[-1] == "concluded LookupError()"


def test_stopped_inside():
    """The end of the block has nothing more to do."""
    block = Block()
    with block:
        drive(block.stop())
        assert block.history[-1] == "concluded None"
        block.history.clear()
    drive(block.stop())
    assert block.history == []


async def test_stopped_inside_of_async_with():
    """The same."""
    block = Block()
    async with block:
        await block.stop()
        block.history.clear()
    assert block.history == []


def test_a_start_that_fails():
    """What was started is stopped, and others may enter."""
    block = Block("start")
    with pytest.raises(OSError):  # noqa: PT011  it has no message
        with block:
            pass
    assert block.history == ["begin", "undone"]
    block.fails_to = ""
    with block:
        pass


def test_a_stop_that_fails():
    """The rest is stopped, awaited and verified all the same."""
    block = Block("stop")
    with pytest.raises(ZeroDivisionError):
        drive(use(block))
    assert block.history[2:] == ["undone", "transport closed", "apps closed", "concluded None"]
    block.history.clear()
    with pytest.raises(ZeroDivisionError):
        with block:
            pass
    assert block.history == ["begin", "undone", "concluded None"]


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_cassette_that_cannot_be_read(tmp_path: Path, asynchronous: bool):  # noqa: FBT001  a parameter
    """Nothing has started, and others may enter."""
    block = Block(cassette=tmp_path / "none.har")
    for _ in range(2):
        with pytest.raises(CassetteError, match="there is no such file"):
            if asynchronous:
                await block.start()
            else:
                block.__enter__()
    assert block.history == []


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_cassette_that_cannot_be_written(tmp_path: Path, asynchronous: bool):  # noqa: FBT001  a parameter
    """The error is raised where the block is verified, after everything has stopped."""
    file = tmp_path / "there" / "a.har"
    block = Block(cassette=file, record="once")
    if asynchronous:
        await block.start()
    else:
        block.__enter__()
    (tmp_path / "there").write_text("a file where the folder should be")
    if asynchronous:
        await block.stop()
    else:
        block.__exit__(None, None, None)
    assert block.history[-2:] == ["deferred FileExistsError", "concluded None"]
