"""The calls of the mock, and the assertions on them."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Final

from typing_extensions import Unpack
from yarl import URL

from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.api.call import Call
from aiointercept.api.views import Calls, Requests
from aiointercept.api.waiting import Waiting
from aiointercept.core.calls import CallLog
from aiointercept.core.matching.comparing import FieldSource
from aiointercept.core.matching.results import Matcher
from aiointercept.core.matching.urls import ANY_METHOD
from aiointercept.core.recording.redacting.concealing import Concealer
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.reporting.assertions import Verifier
from aiointercept.core.reporting.expectations import Expectation, Params, UrlLike, content_matchers
from aiointercept.core.reporting.spelling import UntracedKeywords, refuse_untraced
from aiointercept.core.routing.registry import Registry

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

_ANY_URL: Final = re.compile("")
# Above the warning: what makes the expectation, the assertion, and then the user's line.
_USERS_FRAME: Final = 4
_EXPECTATIONS: Final = ("url", "method", "params", "data", "json", "headers", "strict_headers")


class Assertions(ABC):
    """The part of the mock with its calls and the assertions on them."""

    _registry: Registry
    _log: CallLog
    _redaction: Redaction | None

    @abstractmethod
    def _absolute(self, url: UrlLike) -> UrlLike:
        """Return ``url`` as an absolute one, if it is a path alone."""
        ...

    @property
    def calls(self) -> list[Call]:
        """All calls, in order of arrival; its ``clear()`` clears the log."""
        return Calls(self._log.snapshot(), self._log.clear)

    @property
    def call_count(self) -> int:
        """How many calls there were, matched or not."""
        return len(self._log)

    @property
    def last_request(self) -> AiointerceptRequest | None:
        """The latest request; ``None`` before the first."""
        last = self._log.last()
        request: AiointerceptRequest | None = None if last is None else last.request
        return request

    @property
    def requests(self) -> dict[tuple[str, URL], list[AiointerceptRequest]]:
        """The requests by method and normalised URL, in order of arrival.

        Look-ups (``[]``, ``in``, ``get``) take a URL as text, or a path alone, and any case of the
        method; ``clear()`` clears the log.
        """
        return Requests(
            self.ordered_requests,
            self._log.clear,
            self._absolute,
            str if self._redaction is None else self._redaction.url,
        )

    @property
    def ordered_requests(self) -> list[tuple[tuple[str, URL], AiointerceptRequest]]:
        """All requests, each with its method and normalised URL, in order of arrival."""
        return [
            ((call.received.method, call.received.canonical_url), call.request)
            for call in self._log
        ]

    def clear(self) -> None:
        """Forget all routes and all calls; the server stays."""
        self._registry.clear()
        self._log.clear()

    def clear_calls(self) -> None:
        """Forget all calls; the routes stay."""
        self._log.clear()

    def assert_called(self) -> None:
        """Fail unless there was a call.

        Raises:
            AssertionError: if there was none.
        """
        self._verifier.assert_called()

    def assert_not_called(self) -> None:
        """Fail if there was a call.

        Raises:
            AssertionError: naming the calls.
        """
        self._verifier.assert_not_called()

    def assert_called_once(self) -> None:
        """Fail unless there was exactly one call.

        Raises:
            AssertionError: if there was none, or several.
        """
        self._verifier.assert_called_once()

    def assert_call_count(self, count: int) -> None:
        """Fail unless there were exactly ``count`` calls, matched or not.

        Raises:
            AssertionError: with the calls.

        .. versionadded:: 1.1
        """
        self._verifier.assert_call_count(count)

    def assert_any_call(
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **untraced: Unpack[UntracedKeywords],
    ) -> None:
        """Fail unless one of the calls is as expected: see :meth:`assert_called_with`.

        Raises:
            AssertionError: with the nearest calls and what differs.

        .. versionchanged:: 1.1
            Added ``data``, ``json``, ``headers`` and ``strict_headers``.
        """
        rest = content_matchers(data, json, headers, strict_headers=strict_headers)
        self._verifier.assert_any_call(self._expected(url, method, params, rest, untraced))

    def assert_called_with(
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **untraced: Unpack[UntracedKeywords],
    ) -> None:
        """Fail unless the latest call to ``url`` is as expected.

        Args:
            url: compared normalised; a pattern means any URL that it matches.
            method: any case; ``*`` for every method.
            params: merged into the query of ``url``.
            data: the body: ``bytes``, ``str``, or the fields of a form.
            json: the body, parsed.
            headers: some of the headers.
            strict_headers: whether other headers are forbidden.
            untraced: keywords of a client that leave no trace in a request, such as ``timeout``: a
                ``DeprecationWarning`` names them.

        Raises:
            AssertionError: with the nearest calls and what differs.
            TypeError: for any other keyword: a misspelt expectation must not pass.
        """
        rest = content_matchers(data, json, headers, strict_headers=strict_headers)
        self._verifier.assert_called_with(self._expected(url, method, params, rest, untraced))

    def assert_called_once_with(
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **untraced: Unpack[UntracedKeywords],
    ) -> None:
        """Fail unless there was exactly one call, and it is as :meth:`assert_called_with` expects.

        Raises:
            AssertionError: with the nearest calls and what differs.
        """
        rest = content_matchers(data, json, headers, strict_headers=strict_headers)
        self._verifier.assert_called_once_with(self._expected(url, method, params, rest, untraced))

    def assert_has_calls(
        self,
        calls: Iterable[tuple[str, UrlLike]],
        any_order: bool = False,
        contiguous: bool = True,
    ) -> None:
        """Fail unless these calls were made.

        Args:
            calls: pairs of method and URL.
            any_order: whether any order is fine, with other calls in between.
            contiguous: whether no other call may come in between; ``False`` only requires
                this order.

        Raises:
            AssertionError: with what is missing.

        .. versionchanged:: 1.1
            Added ``contiguous``.
        """
        self._verifier.assert_has_calls(calls, any_order=any_order, contiguous=contiguous)

    def assert_all_called(self) -> None:
        """Fail if a route that is not optional was never used.

        Raises:
            AssertionError: naming these routes and where they were registered.
        """
        self._verifier.assert_all_called(list(self._registry))

    def assert_all_matched(self) -> None:
        """Fail if a request matched no route.

        Raises:
            AssertionError: naming these requests and the nearest routes.
        """
        self._verifier.assert_all_matched(list(self._registry))

    async def wait_for_calls(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,
        url: UrlLike | None = None,
        method: str | None = None,
    ) -> list[Call]:
        """Wait until the first ``count`` calls have ended, and return them.

        Earlier calls count, and so do unmatched ones. The wait does not poll, and it times out even
        if the test has frozen the time.

        Args:
            count: how many calls.
            timeout: seconds.
            url: count only calls to this URL; a pattern means any URL that it matches.
            method: count only calls with this method; any case.

        Returns:
            The calls, in order of arrival: answered, failed, or abandoned by the client.

        Raises:
            AssertionError: after ``timeout`` seconds, with the calls that were made instead.

        .. versionadded:: 1.1
        """
        return await self._waiting(count, timeout, url, method).wait()

    def wait_for_calls_sync(
        self,
        count: int = 1,
        *,
        timeout: float = 5.0,
        url: UrlLike | None = None,
        method: str | None = None,
    ) -> list[Call]:
        """Wait as :meth:`wait_for_calls` does, in a test or thread without a running event loop.

        Raises:
            AssertionError: after ``timeout`` seconds, with the calls that were made instead.
            RuntimeError: if an event loop is running, because waiting would block it.

        .. versionadded:: 1.1
        """
        return self._waiting(count, timeout, url, method).wait_sync()

    def _waiting(
        self, count: int, timeout: float, url: UrlLike | None, method: str | None
    ) -> Waiting:
        show = Concealer(self._redaction)
        if url is None and method is None:
            return Waiting(self._log, count, timeout, show=show)
        target = _ANY_URL if url is None else self._absolute(url)
        expectation = Expectation.of(target, ANY_METHOD if method is None else method)
        expected = expectation.shown_by(show), expectation.head
        return Waiting(self._log, count, timeout, expectation.is_met_by, expected, show)

    def _expected(
        self,
        url: UrlLike,
        method: str,
        params: Params,
        rest: tuple[Matcher, ...],
        untraced: UntracedKeywords,
    ) -> Expectation:
        refuse_untraced(untraced, _EXPECTATIONS, _USERS_FRAME)
        return Expectation.of(self._absolute(url), method, params, rest)

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self._log.so_far(), resolve_url=self._absolute, redaction=self._redaction)
