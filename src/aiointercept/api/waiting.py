"""Waiting for calls, in a task or in a thread; the log wakes it, and the real clock limits it."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from attrs import field, frozen

from aiointercept.adapters.event_loops import running_loop
from aiointercept.adapters.system_clock import real_monotonic, real_sleep
from aiointercept.api.call import Call
from aiointercept.api.values import clean_seconds
from aiointercept.core.calls import Call as LoggedCall
from aiointercept.core.calls import CallLog
from aiointercept.core.matching.results import Matcher
from aiointercept.core.recording.redacting.concealing import PLAIN, Concealer
from aiointercept.core.reporting.waiting import describe_missing

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


def _check_count(_: object, _attribute: object, count: Any) -> None:
    if isinstance(count, bool) or not isinstance(count, int):
        msg = f"count must be a number of calls, not {count!r}"
        raise TypeError(msg)
    if count < 1:
        msg = f"count must be 1 or more, not {count}"
        raise ValueError(msg)


def _check_timeout(_: object, _attribute: object, timeout: Any) -> None:
    clean_seconds("timeout", timeout)


def _any(_call: LoggedCall) -> bool:
    return True


@frozen(eq=False, repr=False)
class Waiting:
    """Some calls that are waited for.

    Args:
        log: the log in which they will appear.
        count: how many.
        timeout: seconds.
        is_meant: whether a call counts.
        expected: for messages: method and URL, ``""`` for any, and all that must hold of a call.
        show: masks secrets in messages.
    """

    log: CallLog
    count: int = field(validator=_check_count)
    timeout: float = field(validator=_check_timeout)
    is_meant: Callable[[LoggedCall], bool] = _any
    expected: tuple[str, Sequence[Matcher]] = ("", ())
    show: Concealer = PLAIN

    async def wait(self) -> list[Call]:
        """Wait in a task; its loop goes on meanwhile."""
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop was closed just now
                loop.call_soon_threadsafe(changed.set)

        with self.log.listening(wake):
            found = self._found()
            if found is not None:
                return found
            limit = asyncio.ensure_future(real_sleep(self.timeout))
            limit.add_done_callback(lambda _: changed.set())
            try:
                while found is None:
                    if limit.done():
                        raise AssertionError(self._failure())
                    await changed.wait()
                    changed.clear()
                    found = self._found()
            finally:
                limit.cancel()
        return found

    def wait_sync(self) -> list[Call]:
        """Wait in a thread in which no loop runs.

        Raises:
            RuntimeError: if one does.
        """
        if running_loop() is not None:
            msg = (
                "wait_for_calls_sync() would block the event loop that runs in this thread: use "
                "'await wait_for_calls()' instead"
            )
            raise RuntimeError(msg)
        changed = threading.Condition()

        def wake() -> None:
            with changed:
                changed.notify_all()

        end = real_monotonic() + self.timeout
        with self.log.listening(wake), changed:
            while (found := self._found()) is None:
                left = end - real_monotonic()
                if left <= 0:
                    raise AssertionError(self._failure())
                changed.wait(left)
        return found

    def _meant(self) -> list[Call]:
        found: Any = [call for call in self.log if self.is_meant(call)]
        return found  # type: ignore[no-any-return]  # the log of a mock has no others

    def _found(self) -> list[Call] | None:
        first = self._meant()[: self.count]
        done = len(first) == self.count and all(call.duration is not None for call in first)
        return first if done else None

    def _failure(self) -> str:
        return describe_missing(
            self.count, self.timeout, self._meant(), self.log.snapshot(), self.expected, self.show
        )
