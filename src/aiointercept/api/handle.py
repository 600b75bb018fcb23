"""``MockResponse``: the handle of a registration, with its calls, assertions, and removal."""

from collections.abc import Iterable
from typing import Any, Final

from attrs import frozen
from typing_extensions import Unpack

from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.api.call import Call
from aiointercept.api.waiting import Waiting
from aiointercept.core.calls import Call as LoggedCall
from aiointercept.core.calls import CallLog, Message
from aiointercept.core.matching.comparing import FieldSource
from aiointercept.core.recording.redacting.concealing import Concealer
from aiointercept.core.recording.redacting.redaction import DEFAULT_REDACTION, Redaction
from aiointercept.core.reporting.assertions import Verifier
from aiointercept.core.reporting.diffs import unified_lines
from aiointercept.core.reporting.expectations import (
    Expectation,
    Params,
    content_matchers,
    query_matchers,
)
from aiointercept.core.reporting.spelling import UntracedKeywords, refuse_untraced
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import outcome_of
from aiointercept.core.routing.routes import Registration
from aiointercept.core.text import SHORT, clip, one_line, short

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

_EXPECTATIONS: Final = ("params", "data", "json", "headers", "strict_headers")
_USERS_FRAME: Final = 3


@frozen(eq=False, repr=False)
class MockResponse:
    """The handle of one registered route."""

    _registration: Registration
    _registry: Registry
    _log: CallLog
    _redaction: Redaction | None = DEFAULT_REDACTION

    @property
    def calls(self) -> list[Call]:
        """The calls that this route answered, in order of arrival."""
        own: Any = [call for call in self._log if self._is_own(call)]
        return own  # type: ignore[no-any-return]  # the log of a mock has no others

    @property
    def call_count(self) -> int:
        """How many calls this route answered."""
        return len(self.calls)

    @property
    def called(self) -> bool:
        """Whether this route answered a call."""
        return bool(self.calls)

    @property
    def last_request(self) -> AiointerceptRequest | None:
        """The latest request that this route answered; ``None`` before the first."""
        own = self.calls
        return own[-1].request if own else None

    def remove(self) -> None:
        """Remove the route, so that another one can take its place; calls stay in the log."""
        self._registry.remove(self._registration)

    def assert_called(self) -> None:
        """Fail unless this route answered a call.

        Raises:
            AssertionError: if it answered none.
        """
        self._verifier.assert_called()

    def assert_called_once(self) -> None:
        """Fail unless this route answered exactly one call.

        Raises:
            AssertionError: if it answered none, or several.
        """
        self._verifier.assert_called_once()

    def assert_not_called(self) -> None:
        """Fail if this route answered a call.

        Raises:
            AssertionError: naming the calls.
        """
        self._verifier.assert_not_called()

    def assert_call_count(self, count: int) -> None:
        """Fail unless this route answered exactly ``count`` calls.

        Raises:
            AssertionError: with the calls.

        .. versionadded:: 1.1
        """
        self._verifier.assert_call_count(count)

    def assert_called_with(
        self,
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **untraced: Unpack[UntracedKeywords],
    ) -> None:
        """Fail unless the latest call that this route answered is as expected.

        Args:
            params: the whole query.
            data: the same as in :meth:`aiointercept.aiointercept.assert_called_with`, as are the
                other arguments.
            json: see there.
            headers: see there.
            strict_headers: see there.
            untraced: see there.

        Raises:
            AssertionError: with what differs.
            TypeError: for any other keyword: a misspelt expectation must not pass.
        """
        refuse_untraced(untraced, _EXPECTATIONS, _USERS_FRAME)
        rest = content_matchers(data, json, headers, strict_headers=strict_headers)
        rest = (*query_matchers(params), *rest)
        expectation = Expectation((), rest, self._place)
        self._verifier.assert_called_with(expectation)

    async def wait_for_calls(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,
    ) -> list[Call]:
        """Wait until the first ``count`` calls to this route have ended, and return them.

        See ``wait_for_calls`` of the mock.

        Raises:
            AssertionError: after ``timeout`` seconds, with the calls that were made instead.

        .. versionadded:: 1.1
        """
        return await self._waiting(count, timeout).wait()

    def wait_for_calls_sync(self, count: int = 1, *, timeout: float = 5.0) -> list[Call]:
        """Wait as :meth:`wait_for_calls` does, in a test or thread without a running event loop.

        Raises:
            AssertionError: after ``timeout`` seconds, with the calls that were made instead.
            RuntimeError: if an event loop is running, because waiting would block it.

        .. versionadded:: 1.1
        """
        return self._waiting(count, timeout).wait_sync()

    def _waiting(self, count: int, timeout: float) -> Waiting:
        expected = self._place, self._registration.matchers
        show = Concealer(self._redaction)
        return Waiting(self._log, count, timeout, self._is_own, expected, show)

    def _is_own(self, call: LoggedCall) -> bool:
        return call.registration is self._registration

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self.calls, self._place, redaction=self._redaction)

    @property
    def _place(self) -> str:
        return Concealer(self._redaction).route(self._registration)

    def __repr__(self) -> str:
        route, used = self._registration.route, self._registration.used
        name = "" if route.name is None else f" ({clip(route.name, SHORT // 2)})"
        rest = f"{name} -> {outcome_of(route.reply)}, used {used:,}"
        if route.limit is None:
            rest += f" {'time' if used == 1 else 'times'}"
        else:
            rest += f" of {route.limit:,} {'time' if route.limit == 1 else 'times'}"
        place = self._place.removesuffix(f" ({route.name})")
        return one_line(f"<{type(self).__name__} ", place, rest)


@frozen(eq=False, repr=False)
class MockWebSocket(MockResponse):
    """The handle of a route that opens WebSockets: what ``m.ws(...)`` returns."""

    @property
    def messages(self) -> list[Message]:
        """The messages of its WebSockets so far, in order: ``direction``, ``type``, ``data``."""
        return [message for call in self.calls for message in call.messages]

    def assert_received(self, expected: Iterable[str | bytes]) -> None:
        """Fail unless the clients sent exactly these messages, in this order.

        Args:
            expected: the data of each message; ``mock.ANY`` and the like are allowed.

        Raises:
            AssertionError: with both lists.
        """
        wanted = list(expected)
        received = [one.data for one in self.messages if one.direction == "received"]
        if wanted != received:
            first = f"{self._place} did not receive the expected messages"
            lines = unified_lines(list(map(short, wanted)), list(map(short, received)))
            raise AssertionError("\n".join([first, *lines]))
