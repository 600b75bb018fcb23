"""What the mock was asked, and the assertions on it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from yarl import URL

from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.api.views import Calls, Requests
from aiointercept.core.calls import Call, CallLog
from aiointercept.core.matching.comparing import FieldSource
from aiointercept.core.reporting.assertions import Verifier
from aiointercept.core.reporting.expectations import Params, UrlLike
from aiointercept.core.routing.registry import Registry


class Assertions(ABC):
    """The part of the mock that tells what was asked."""

    _registry: Registry
    _log: CallLog

    @abstractmethod
    def _absolute(self, url: UrlLike) -> UrlLike:
        """Return ``url`` with what a path alone is relative to."""
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
        return None if last is None else last.request

    @property
    def requests(self) -> dict[tuple[str, URL], list[AiointerceptRequest]]:
        """The requests by method and normalised URL, in order of arrival.

        Look-ups (``[]``, ``in``, ``get``) take a URL as text, or a path alone, and any case of the
        method; ``clear()`` clears the log.
        """
        return Requests(self.ordered_requests, self._log.clear, self._absolute)

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
        **unknown: object,
    ) -> None:
        """Fail unless one of the calls was as told; see :meth:`assert_called_with`.

        Raises:
            AssertionError: with the nearest calls and what differs.
        """
        self._verifier.assert_any_call(
            url, method, params, data, json, headers, strict_headers, **unknown
        )

    def assert_called_with(
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **unknown: object,
    ) -> None:
        """Fail unless the latest call to ``url`` was as told.

        Args:
            url: compared normalised; a pattern means any URL that it matches.
            method: any case; ``*`` for every method.
            params: merged into the query of ``url``.
            data: the body: ``bytes``, ``str``, or the fields of a form.
            json: the body, parsed.
            headers: some of the headers.
            strict_headers: whether there may be no others.
            unknown: other keywords of a client, such as ``timeout``, leave no trace: a
                ``DeprecationWarning`` names them. Any other one is a ``TypeError``.

        Raises:
            AssertionError: with the nearest calls and what differs.
        """
        self._verifier.assert_called_with(
            url, method, params, data, json, headers, strict_headers, **unknown
        )

    def assert_called_once_with(
        self,
        url: UrlLike,
        method: str = "GET",
        params: Params = None,
        data: Any = None,
        json: Any = None,
        headers: FieldSource | None = None,
        strict_headers: bool = False,
        **unknown: object,
    ) -> None:
        """Fail unless there was exactly one call, and that as :meth:`assert_called_with` tells.

        Raises:
            AssertionError: with the nearest calls and what differs.
        """
        self._verifier.assert_called_once_with(
            url, method, params, data, json, headers, strict_headers, **unknown
        )

    def assert_has_calls(
        self,
        calls: Iterable[tuple[str, UrlLike]],
        any_order: bool = False,
        contiguous: bool = True,
    ) -> None:
        """Fail unless these calls were made.

        Args:
            calls: pairs of method and URL.
            any_order: whether they may have come in any order, with others in between.
            contiguous: whether they must have come one right after the other; ``False`` for
                in this order, with others in between.

        Raises:
            AssertionError: with what is missing.
        """
        self._verifier.assert_has_calls(calls, any_order, contiguous)

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

    @property
    def _verifier(self) -> Verifier:
        return Verifier(self._log.snapshot(), resolve_url=self._absolute)
