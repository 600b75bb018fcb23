import asyncio
from typing import Any

from aiointercept.adapters.local_server.helper_thread import Watch, helper_thread, is_helpers


def watch() -> Watch:
    """Return a watch over no real socket."""
    listener: Any = None
    return Watch(listener, list, list)


def test_a_connection_that_was_left_waiting():
    """It waits for two looks."""
    one = watch()
    assert not one.left_waiting()
    assert one.left_waiting()


def test_an_owner_that_accepts():
    """It keeps up: the count begins anew."""
    one = watch()
    one.left_waiting()
    one.accepted += 1
    assert not one.left_waiting()
    one.nothing_waits()
    assert not one.left_waiting()
    assert one.left_waiting()


def test_an_owner_that_is_busy():
    """What it does for other connections shows that it is not blocked."""
    steps = 0
    listener: Any = None
    one = Watch(listener, list, list, lambda: steps)
    assert not one.left_waiting()
    steps += 1
    assert not one.left_waiting()
    assert one.left_waiting()


def test_there_is_one_thread():
    """It runs from its first use on, and has a loop of its own."""
    helper = helper_thread()
    assert helper_thread() is helper
    assert helper.alive
    assert is_helpers(helper.loop)
    other = asyncio.new_event_loop()
    assert not is_helpers(other)
    other.close()


def test_what_ends_a_program_does_not_end_the_thread():
    """A callback's SystemExit is reported where it ran."""

    async def turn() -> str:
        return "goes on"

    def leave() -> None:
        raise SystemExit

    helper = helper_thread()
    helper.loop.call_soon_threadsafe(leave)
    assert asyncio.run_coroutine_threadsafe(turn(), helper.loop).result(30) == "goes on"
