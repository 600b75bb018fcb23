from collections.abc import Iterator

import pytest

from aiointercept import aiointercept
from aiointercept.api.run import MockRun
from aiointercept.api.watching import watching
from aiointercept.testing import InMemoryTransport

USERS = "https://api.test/users"


class Run:
    """A mock that runs, and its run."""

    def __init__(self) -> None:
        found: list[MockRun] = []
        self.transport = InMemoryTransport()
        self.mock = aiointercept(transport=self.transport)
        self.error = LookupError("no such user")
        with watching(found.append):
            self.mock.__enter__()
        (self.run,) = found

    async def ask(self, url: str = USERS) -> None:
        """Send a request, whatever becomes of it."""
        try:
            await self.transport.send("GET", url)
        except Exception:  # noqa: BLE001 - how a transport fails is of no interest here
            return

    async def fail(self) -> None:
        """Send a request whose callback fails."""

        def answer(url: object, **kwargs: object) -> None:
            raise self.error

        self.mock.get(USERS, callback=answer)
        await self.ask()


@pytest.fixture
def run() -> Iterator[Run]:
    """Return a mock that runs until the test ends."""
    run = Run()
    yield run
    run.mock.__exit__(None, None, None)


async def test_nothing_is_amiss(run: Run) -> None:
    """A route that was used, and one that need not be, are as they should be."""
    run.mock.get(USERS)
    run.mock.get("https://api.test/other", optional=True)
    await run.ask()
    run.run.verify(strict=True)


async def test_what_was_held_back_is_raised_once(run: Run) -> None:
    """Judging takes it away, strict or not."""
    await run.fail()
    with pytest.raises(LookupError):
        run.run.verify(strict=False)
    run.run.verify(strict=False)


async def test_strict_alone_minds_what_was_not_met(run: Run) -> None:
    """Unmatched requests and unused routes, all in one message."""
    run.mock.get(USERS)
    await run.ask("https://api.test/user")
    run.run.verify(strict=False)
    with pytest.raises(AssertionError) as caught:
        run.run.verify(strict=True)
    assert "1 request matched no route" in str(caught.value)
    assert "1 route was never used" in str(caught.value)


async def test_an_exception_on_its_way_out_is_not_masked(run: Run) -> None:
    """It carries the rest as notes."""
    await run.fail()
    run.mock.get("https://api.test/unused")
    leaving = OSError("disk full")
    run.run.verify(leaving, strict=True)
    notes = "\n".join(leaving.__notes__)
    assert "LookupError" in notes
    assert "1 route was never used" in notes


async def test_an_exception_that_was_held_back_itself_gets_no_note_of_it(run: Run) -> None:
    """As when the code under test lets a callback's error through."""
    await run.fail()
    run.run.verify(run.error, strict=False)
    assert not hasattr(run.error, "__notes__")


async def test_clear_while_it_runs(run: Run) -> None:
    """The mock goes on, with nothing known of before."""
    await run.fail()
    run.run.clear()
    assert run.mock.calls == []
    assert run.run.report() == ""
    run.run.verify(strict=True)
    run.mock.get(USERS)
    await run.ask()
    assert run.mock.call_count == 1


async def test_the_evidence_outlives_its_run() -> None:
    """Neither the end of the block nor the next one takes anything from it."""
    run = Run()
    run.mock.get(USERS, name="the only one")
    await run.ask()
    run.mock.__exit__(None, None, None)
    with run.mock:
        run.mock.get("https://api.test/other")
        assert [str(route) for route in run.run.routes] == [f"GET {USERS} (the only one)"]
        assert [str(call.received) for call in run.run.calls] == [f"GET {USERS}"]
        assert "the only one" in run.run.report()


async def test_clear_of_a_run_that_is_over() -> None:
    """It is forgotten, and what runs now is not."""
    run = Run()
    run.mock.get(USERS)
    run.mock.__exit__(None, None, None)
    with run.mock:
        run.mock.get("https://api.test/other")
        run.run.clear()
        assert run.run.report() == ""
        with pytest.raises(AssertionError, match="never used"):
            run.mock.assert_all_called()
