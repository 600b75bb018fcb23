"""``MockResponse``: what a registration returns, to ask what it answered and to take it away."""

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.core.calls import Call, CallLog, Message
from aiointercept.core.matching.comparing import FieldSource
from aiointercept.core.reporting.assertions import Verifier
from aiointercept.core.reporting.diffs import unified_lines
from aiointercept.core.reporting.expectations import Params
from aiointercept.core.reporting.rendering import short
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.routes import Registration


@frozen(eq=False)
class MockResponse:
    """The handle of one registered route."""

    _registration: Registration
    _registry: Registry
    _log: CallLog

    @property
    def calls(self) -> list[Call]:
        """The calls that this route answered, in order of arrival."""
        return [call for call in self._log if call.registration is self._registration]

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
        calls = self.calls
        return calls[-1].request if calls else None

    def remove(self) -> None:
        """Take the route away, so that another one can take its place; calls stay in the log."""
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
        **unknown: object,
    ) -> None:
        """Fail unless the latest call that this route answered was as told.

        Args:
            params: the whole query.
            data: the body: ``bytes``, ``str``, or the fields of a form.
            json: the body, parsed.
            headers: some of the headers.
            strict_headers: whether there may be no others.
            unknown: see :meth:`aiointercept.aiointercept.assert_called_with`.

        Raises:
            AssertionError: with what differs.
        """
        self._verifier.assert_latest(params, data, json, headers, strict_headers, **unknown)

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self.calls, str(self._registration))

    def __repr__(self) -> str:
        return f"<MockResponse {self._registration}>"


@frozen(eq=False, repr=False)
class MockWebSocket(MockResponse):
    """The handle of a route that opens WebSockets."""

    @property
    def messages(self) -> list[Message]:
        """What went over its WebSockets so far, in order: ``direction``, ``type``, ``data``."""
        return [message for call in self.calls for message in call.messages]

    def assert_received(self, expected: Iterable[str | bytes]) -> None:
        """Fail unless the clients sent just these messages, in this order.

        Args:
            expected: the data of each message; ``mock.ANY`` and the like are allowed.

        Raises:
            AssertionError: with both lists.
        """
        wanted = list(expected)
        received = [one.data for one in self.messages if one.direction == "received"]
        if wanted != received:
            first = f"{self._registration} did not receive the messages expected of its clients"
            lines = unified_lines(list(map(short, wanted)), list(map(short, received)))
            raise AssertionError("\n".join([first, *lines]))
