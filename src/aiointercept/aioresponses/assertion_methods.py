"""The assertions as methods of ``aioresponses``; the module ``assertions`` compares the calls."""

from collections.abc import Iterable
from typing import Any

from typing_extensions import Unpack
from yarl import URL

from aiointercept.aioresponses.assertions import (
    CallArguments,
    RequestCalls,
    compare,
    expected_call,
    fail_if_called,
    fail_unless_called,
    fail_unless_called_once,
    find_calls,
)


class CallAssertions:
    """The part of the mock that compares the calls of clients with expected calls."""

    requests: RequestCalls

    def assert_called(self) -> None:
        """Fail unless there was a call.

        Raises:
            AssertionError: if there was none.
        """
        __tracebackhide__ = True
        fail_unless_called(self.requests)

    def assert_not_called(self) -> None:
        """Fail if there was a call.

        Raises:
            AssertionError: naming the calls.
        """
        __tracebackhide__ = True
        fail_if_called(self.requests)

    def assert_called_once(self) -> None:
        """Fail unless there was exactly one call.

        Raises:
            AssertionError: naming the calls.
        """
        __tracebackhide__ = True
        fail_unless_called_once(self.requests)

    def assert_any_call(
        self, url: str | URL, method: str = "GET", *args: Any, **kwargs: Unpack[CallArguments]
    ) -> None:
        """Fail unless there was a call to ``url`` with ``params`` merged into it.

        Args:
            url: compared with its query sorted.
            method: any case.
            args: are not compared.
            kwargs: are not compared, except for ``params``.

        Raises:
            AssertionError: naming the calls.
        """
        __tracebackhide__ = True
        find_calls(self.requests, url, method, args, kwargs)

    def assert_called_with(
        self,
        url: str | URL,
        method: str = "GET",
        args_to_match: Iterable[str] | None = None,
        *args: Any,
        **kwargs: Unpack[CallArguments],
    ) -> None:
        """Fail unless the latest call to ``url`` had these arguments.

        Args:
            url: compared with its query sorted.
            method: any case.
            args_to_match: the only keyword arguments that are compared; all by default.
            args: positional arguments.
            kwargs: keyword arguments as the client passes them.

        Raises:
            AssertionError: with what differs.
        """
        __tracebackhide__ = True
        actual = find_calls(self.requests, url, method, args, kwargs)[-1]
        names = None if args_to_match is None else list(args_to_match)
        compare(actual, expected_call(method, args, kwargs), names, f"{method.upper()} {url}")

    def assert_called_once_with(
        self,
        url: str | URL,
        method: str = "GET",
        args_to_match: Iterable[str] | None = None,
        *args: Any,
        **kwargs: Unpack[CallArguments],
    ) -> None:
        """Fail unless there was exactly one call, and it is as :meth:`assert_called_with` expects.

        Args:
            url: compared with its query sorted.
            method: any case.
            args_to_match: the only keyword arguments that are compared; all by default.
            args: positional arguments.
            kwargs: keyword arguments as the client passes them.

        Raises:
            AssertionError: with what differs.
        """
        __tracebackhide__ = True
        self.assert_called_once()
        self.assert_called_with(url, method, args_to_match, *args, **kwargs)
