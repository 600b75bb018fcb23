"""The class ``aioresponses``: life cycle, verbs, what was asked, assertions."""

import re
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final

from typing_extensions import Self
from yarl import URL

from aiointercept.adapters.interception.interceptor import ConnectorInterceptor, active_dispatchers
from aiointercept.adapters.passthrough.client import upstream_of
from aiointercept.adapters.system_clock import SystemClock
from aiointercept.aioresponses.assertions import (
    RequestCall,
    Requests,
    compare,
    expected_call,
    fail_if_called,
    fail_unless_called,
    fail_unless_called_once,
    find_calls,
)
from aiointercept.aioresponses.client_calls import Carried, ClientCall, Recorder, current_call
from aiointercept.aioresponses.direct import DirectDialer
from aiointercept.aioresponses.dispatcher import DropInDispatcher, DropInPolicy
from aiointercept.aioresponses.routes import (
    Answer,
    Callback,
    CallbackUses,
    ask_callback,
    clean_exception,
    clean_repeat,
    make_answer,
    url_matcher,
)
from aiointercept.api.decorating import Decorated, decorate
from aiointercept.api.options import calling_line, clean_method
from aiointercept.core.calls import CallLog
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import CallbackReply
from aiointercept.core.routing.routes import Route

Url = str | URL | re.Pattern[str]

_recorder: Final = Recorder(
    lambda: [
        dispatcher
        for dispatcher in active_dispatchers()
        if isinstance(dispatcher, DropInDispatcher)
    ]
)


class aioresponses:  # noqa: N801 - the name that suites use
    """A mock of everything that aiohttp clients ask for, as aioresponses is.

    Use it with ``with``, ``async with``, as a decorator, or with ``start`` and ``stop``.

    Args:
        passthrough: beginnings of URLs that are left alone.
        passthrough_unmatched: whether what no route matches goes to the real server.
        param: which parameter of a decorated function gets the mock; the last one by default.

    Attributes:
        requests: the calls by method, as it was passed, and URL, its query sorted.
    """

    def __init__(
        self,
        *,
        passthrough: Iterable[str] = (),
        passthrough_unmatched: bool = False,
        param: str | None = None,
    ) -> None:
        prefixes = (passthrough,) if isinstance(passthrough, str) else tuple(passthrough)
        self.requests: Requests = {}
        self._settings: dict[str, Any] = {
            "passthrough": prefixes,
            "passthrough_unmatched": passthrough_unmatched,
            "param": param,
        }
        self._param = param
        self._registry = Registry()
        clock = SystemClock()
        self._dispatcher = DropInDispatcher(
            self._registry,
            CallLog(clock),
            DropInPolicy(forward_unmatched=passthrough_unmatched),
            clock,
            passthrough=tuple(map(str, prefixes)),
            remember=self._remember,
            forwards=passthrough_unmatched,
        )
        self._dialer = DirectDialer(self._dispatcher.respond)
        self._interceptor = ConnectorInterceptor(upstream_of)
        self._started = False

    # Life cycle

    def start(self) -> None:
        """Begin, as at the beginning of a block.

        Raises:
            RuntimeError: if it is started already.
        """
        if self._started:
            msg = "this aioresponses is started already: leave its block, or make another one"
            raise RuntimeError(msg)
        self._registry.clear()
        self._interceptor.bind(self._dispatcher, self._dialer)
        _recorder.install()
        try:
            self._interceptor.install()
        except BaseException:
            _recorder.uninstall()
            raise
        self._started = True

    def stop(self) -> None:
        """End, as at the end of a block; harmless if it has ended already."""
        if self._started:
            self._started = False
            self._interceptor.uninstall()
            _recorder.uninstall()
            self._registry.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __call__(self, target: Decorated) -> Decorated:
        """Decorate a function, a coroutine function, or a test class.

        Each call runs in a block of its own; the mock becomes the argument ``param``.
        """
        return decorate(target, self._param, self._idle)

    def _idle(self) -> "aioresponses":
        return type(self)(**self._settings) if self._started else self

    # Registration

    def add(
        self,
        url: Url,
        method: str = "GET",
        status: int = 200,
        body: str | bytes = "",
        exception: BaseException | type[BaseException] | None = None,
        content_type: str = "application/json",
        payload: Any = None,
        headers: Any = None,
        response_class: Any = None,
        repeat: bool | int = False,
        timeout: bool = False,
        reason: str | None = None,
        callback: Callback | None = None,
    ) -> None:
        """Register what is answered to requests for ``url``.

        Args:
            url: compared with its query sorted; a compiled pattern is tried with ``match``.
            method: any case.
            status: any number of three digits.
            body: text is encoded as UTF-8.
            exception: what the client's call raises, just as it is.
            content_type: if ``headers`` tell none.
            payload: serialised as JSON in place of ``body``.
            headers: of the response, which has no others besides its ``Content-Type``.
            response_class: of which class the client makes its response.
            repeat: ``False`` for once, a number of times, or ``True`` for ever.
            timeout: whether the client's call raises ``asyncio.TimeoutError``.
            reason: the phrase behind the status.
            callback: gets the URL and the client's keyword arguments; returns a
                ``CallbackResult``, or ``None`` for what is registered here.

        Raises:
            RuntimeError: before the start.
            TypeError: for a value of the wrong type, naming the argument.
            ValueError: for a value that cannot be sent, naming the argument.
        """
        if not self._started:
            msg = (
                "aioresponses is not started: use it inside 'with aioresponses() as m:', or call "
                "m.start() first"
            )
            raise RuntimeError(msg)
        answer = make_answer(
            status=status,
            body=body,
            content_type=content_type,
            payload=payload,
            headers=headers,
            response_class=response_class,
            reason=reason,
        )
        error = clean_exception(exception, timeout=timeout)
        limit = clean_repeat(repeat)
        name, matcher, line = clean_method(method), url_matcher(url), calling_line()
        if callback is None:
            reply = answer if error is None else Carried(error)
            self._registry.add(Route(name, None, matcher, reply, limit, line))
        else:
            uses = CallbackUses(limit)
            computed = _computed(callback, error or answer, uses)
            registration = self._registry.add(Route(name, None, matcher, computed, None, line))
            uses.retire = lambda: self._registry.remove(registration)

    def get(self, url: Url, **kwargs: Any) -> None:
        """Register for GET; see :meth:`add`."""
        self.add(url, "GET", **kwargs)

    def post(self, url: Url, **kwargs: Any) -> None:
        """Register for POST; see :meth:`add`."""
        self.add(url, "POST", **kwargs)

    def put(self, url: Url, **kwargs: Any) -> None:
        """Register for PUT; see :meth:`add`."""
        self.add(url, "PUT", **kwargs)

    def patch(self, url: Url, **kwargs: Any) -> None:
        """Register for PATCH; see :meth:`add`."""
        self.add(url, "PATCH", **kwargs)

    def delete(self, url: Url, **kwargs: Any) -> None:
        """Register for DELETE; see :meth:`add`."""
        self.add(url, "DELETE", **kwargs)

    def head(self, url: Url, **kwargs: Any) -> None:
        """Register for HEAD; see :meth:`add`."""
        self.add(url, "HEAD", **kwargs)

    def options(self, url: Url, **kwargs: Any) -> None:
        """Register for OPTIONS; see :meth:`add`."""
        self.add(url, "OPTIONS", **kwargs)

    def clear(self) -> None:
        """Forget all routes and all calls."""
        self._registry.clear()
        self.requests.clear()

    def _remember(self, call: ClientCall) -> None:
        record = RequestCall((), call.snapshot())
        self.requests.setdefault((call.method, call.url), []).append(record)

    # Assertions

    def assert_called(self) -> None:
        """Fail unless there was a call.

        Raises:
            AssertionError: if there was none.
        """
        fail_unless_called(self.requests)

    def assert_not_called(self) -> None:
        """Fail if there was a call.

        Raises:
            AssertionError: naming what was called.
        """
        fail_if_called(self.requests)

    def assert_called_once(self) -> None:
        """Fail unless there was exactly one call.

        Raises:
            AssertionError: naming what was called.
        """
        fail_unless_called_once(self.requests)

    def assert_any_call(
        self, url: str | URL, method: str = "GET", *args: Any, **kwargs: Any
    ) -> None:
        """Fail unless there was a call to ``url``, ``params`` merged into it.

        Args:
            url: compared with its query sorted.
            method: any case.
            args: are not compared.
            kwargs: are not compared, but for ``params``.

        Raises:
            AssertionError: naming what was called.
        """
        find_calls(self.requests, url, method, args, kwargs)

    def assert_called_with(
        self,
        url: str | URL,
        method: str = "GET",
        args_to_match: Iterable[str] | None = None,
        *args: Any,
        **kwargs: Any,
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
        actual = find_calls(self.requests, url, method, args, kwargs)[-1]
        names = None if args_to_match is None else list(args_to_match)
        compare(actual, expected_call(method, args, kwargs), names, f"{method.upper()} {url}")

    def assert_called_once_with(self, *args: Any, **kwargs: Any) -> None:
        """Fail unless there was exactly one call, and that as :meth:`assert_called_with` tells.

        Raises:
            AssertionError: with what differs.
        """
        self.assert_called_once()
        self.assert_called_with(*args, **kwargs)


def _computed(
    callback: Callback,
    default: Answer | BaseException | type[BaseException],
    uses: CallbackUses,
) -> CallbackReply:
    async def compute(received: Any, _show: Any) -> Answer:
        call = current_call()
        kwargs = {} if call is None else {"allow_redirects": True, **call.kwargs}
        return await ask_callback(callback, default, uses, received.url, kwargs)

    return CallbackReply(compute)
