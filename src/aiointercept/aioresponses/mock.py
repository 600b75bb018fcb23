"""The class ``aioresponses``: life cycle, verbs, requests received."""

import re
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, TypeAlias

import aiohttp
from typing_extensions import Self, Unpack, override
from yarl import URL

from aiointercept.adapters.interception.chain import Chain
from aiointercept.adapters.interception.interceptor import active_dispatchers
from aiointercept.aioresponses.answers import AnswerBody, AnswerOptions, HeadersInUse
from aiointercept.aioresponses.assertion_methods import CallAssertions
from aiointercept.aioresponses.assertions import RequestCalls, recorded_call
from aiointercept.aioresponses.client_calls import CallPatch, ClientCall
from aiointercept.aioresponses.dispatcher import DropIn, dispatch
from aiointercept.aioresponses.in_order import InOrder
from aiointercept.aioresponses.keywords import explains, explains_parentheses
from aiointercept.aioresponses.production import refusal
from aiointercept.aioresponses.routes import (
    AddOptions,
    DropInRoute,
    Raised,
    Uses,
    callback_reply,
    clean_drop_in_repeat,
    clean_exception,
    reply,
    url_matcher,
)
from aiointercept.api.callback import Callback
from aiointercept.api.content import HeadersLike
from aiointercept.api.decorating import Decorated, decorate
from aiointercept.api.notices import Hints
from aiointercept.api.options import calling_line
from aiointercept.api.values import clean_method

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

DropInUrl: TypeAlias = str | URL | re.Pattern[str]

_ADDRESS: Final = re.compile(r" at 0x[0-9A-Fa-f]+")


class aioresponses(CallAssertions):  # noqa: N801 - the name that suites use
    """A mock for all requests of aiohttp clients, as aioresponses is.

    Use it with ``with``, ``async with``, as a decorator, or with ``start`` and ``stop``.

    Args:
        passthrough: prefixes of URLs that are passed through.
        passthrough_unmatched: whether unmatched requests go to the real server.
        param: the parameter of a decorated function that gets the mock. By default the mock follows
            the positional arguments or, if that parameter is passed by name, becomes the last.

    Attributes:
        requests: the calls, by method as it was passed and URL with its query sorted.
    """

    @explains_parentheses
    @explains
    def __init__(
        self,
        *,
        passthrough: Iterable[str] = (),
        passthrough_unmatched: bool = False,
        param: str | None = None,
    ) -> None:
        prefixes = (passthrough,) if isinstance(passthrough, str) else tuple(passthrough)
        self.requests: RequestCalls = {}
        self.passthrough_unmatched = passthrough_unmatched
        self._passthrough = prefixes
        self._param = param
        self._registry = InOrder()
        self._hints = Hints()
        self._headers = HeadersInUse()
        self._drop_in: DropIn | None = None

    # Life cycle

    def start(self) -> None:
        """Start the mock, as entering a block does.

        Raises:
            RuntimeError: if it is already started.
        """
        if self._drop_in is not None:
            msg = "this aioresponses is already started: leave its block, or create another one"
            raise RuntimeError(msg)
        self._registry.clear()
        self._hints.clear()
        drop_in = DropIn(
            self._registry,
            tuple(map(str, self._passthrough)),
            self.passthrough_unmatched,
            active_dispatchers(),
            self._record,
            self._check,
        )
        _patch.apply()
        _active.add(drop_in)
        self._drop_in = drop_in

    def stop(self) -> None:
        """Stop the mock, as leaving a block does; do nothing if it has already stopped."""
        drop_in, self._drop_in = self._drop_in, None
        if drop_in is not None:
            _active.discard(drop_in)
            _patch.undo()
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

        Each call runs in its own block. The mock is passed as the argument ``param``, or follows
        the positional arguments.
        """
        return decorate(target, self._param, self._idle, appended=True)

    def _idle(self) -> "aioresponses":
        if self._drop_in is None:
            return self
        return type(self)(
            passthrough=self._passthrough,
            passthrough_unmatched=self.passthrough_unmatched,
            param=self._param,
        )

    # Registration

    @explains
    def add(
        self,
        url: DropInUrl,
        method: str = "GET",
        status: int = 200,
        body: AnswerBody = "",
        exception: Raised | None = None,
        content_type: str = "application/json",
        payload: Any = None,
        headers: HeadersLike = None,
        response_class: type[aiohttp.ClientResponse] | None = None,
        repeat: bool | int = False,
        timeout: bool = False,
        reason: str | None = None,
        callback: Callback | None = None,
    ) -> None:
        """Register a response to requests for ``url``.

        Args:
            url: compared with its query sorted; a compiled pattern is tried with ``match``.
            method: any case.
            status: any number of three digits.
            body: text is encoded as UTF-8. An async iterable, a function that returns one, or a
                ``pathlib.Path`` is streamed. With ``payload``, its type does not matter.
            exception: the exception that the client's call raises, unchanged.
            content_type: used if ``headers`` have none.
            payload: serialised as JSON in place of ``body``, when the answer is made.
            headers: the headers of the response, which has no others besides ``Content-Type``; read
                when the answer is made, or when another registration gets the same ``dict``.
            response_class: the class of the client's response.
            repeat: ``False`` for one request, a number of requests, or ``True`` for all.
            timeout: whether the client's call raises ``asyncio.TimeoutError``.
            reason: the reason phrase.
            callback: gets the URL and the client's keyword arguments; returns a
                ``CallbackResult``, or ``None`` for the response registered here.

        Raises:
            RuntimeError: before the start.
            TypeError: for a value of the wrong type, naming the argument.
            ValueError: for a value that cannot be sent, naming the argument.
        """
        if self._drop_in is None:
            msg = (
                "aioresponses is not started: use it inside 'with aioresponses() as m:', or call "
                "m.start() first"
            )
            raise RuntimeError(msg)
        limit = clean_drop_in_repeat(repeat)
        answer = AnswerOptions(
            status, body, content_type, payload, headers, response_class, reason, limit != 1
        )
        self._headers.note(answer)
        error = clean_exception(exception, timeout=timeout)
        name, matcher, line = clean_method(method), url_matcher(url), calling_line()
        if callback is None:
            made = reply(answer, error, limit)
            self._registry.add(DropInRoute(name, None, matcher, made, limit, line))
        else:
            uses = Uses(limit)
            computed = callback_reply(callback, answer, error, uses)
            route = DropInRoute(name, None, matcher, computed, None, line)
            registration = self._registry.add(route)
            uses.retire = lambda: self._registry.remove(registration)

    @explains
    def get(self, url: DropInUrl, **options: Unpack[AddOptions]) -> None:
        """Register a response to GET requests; see :meth:`add`."""
        self.add(url, method="GET", **options)

    @explains
    def post(self, url: DropInUrl, **options: Unpack[AddOptions]) -> None:
        """Register a response to POST requests; see :meth:`add`."""
        self.add(url, method="POST", **options)

    @explains
    def put(self, url: DropInUrl, **options: Unpack[AddOptions]) -> None:
        """Register a response to PUT requests; see :meth:`add`."""
        self.add(url, method="PUT", **options)

    @explains
    def patch(self, url: DropInUrl, **options: Unpack[AddOptions]) -> None:
        """Register a response to PATCH requests; see :meth:`add`."""
        self.add(url, method="PATCH", **options)

    @explains
    def delete(self, url: DropInUrl, **options: Unpack[AddOptions]) -> None:
        """Register a response to DELETE requests; see :meth:`add`."""
        self.add(url, method="DELETE", **options)

    @explains
    def head(self, url: DropInUrl, **options: Unpack[AddOptions]) -> None:
        """Register a response to HEAD requests; see :meth:`add`."""
        self.add(url, method="HEAD", **options)

    @explains
    def options(self, url: DropInUrl, **options: Unpack[AddOptions]) -> None:
        """Register a response to OPTIONS requests; see :meth:`add`."""
        self.add(url, method="OPTIONS", **options)

    def clear(self) -> None:
        """Forget all routes. Requests received stay in ``requests``."""
        self._registry.clear()

    def _record(self, call: ClientCall) -> None:
        record = recorded_call(call.method, call.shown)
        self.requests.setdefault((call.method, call.sorted_url), []).append(record)

    def _check(self, call: ClientCall) -> None:
        error = refusal(call)
        if error is not None:
            what = _ADDRESS.sub("", f"{type(error).__name__}: {error}")
            self._hints.tell(
                what,
                f"aioresponses answers {call.method} {call.place}, which aiohttp would not send in "
                f"production: {what}",
            )

    @override
    def __repr__(self) -> str:
        count = sum(map(len, self.requests.values()))
        return f"<aioresponses: {len(list(self._registry))} routes, {count} calls>"


_active: Final[Chain[DropIn]] = Chain("aiointercept_aioresponses")
_patch: Final = CallPatch(lambda call: dispatch(call, _active.in_order(), active_dispatchers()))
