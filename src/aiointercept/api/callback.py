"""Callbacks: how the user's function is called, and what it may return."""

import inspect
from collections.abc import Awaitable, Callable, Collection, Generator
from typing import Any, Final, TypeAlias

from attrs import field, frozen
from typing_extensions import override

from aiointercept.adapters.handling.request import call_arguments
from aiointercept.api.content import DEFAULT_CONTENT_TYPE, BodyLike, HeadersLike, make_content
from aiointercept.core.errors import add_note
from aiointercept.core.http.messages import Request
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import CallbackAnswer, Content, FaultReply

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class _NotGiven(str):
    """The default content type of a result; it depends on the status and the body."""

    __slots__ = ()


_NOT_GIVEN: Final = _NotGiven(DEFAULT_CONTENT_TYPE)


@frozen(eq=False)
class CallbackResult:
    """The response that a callback returns.

    Args:
        method: kept for compatibility with aioresponses; changes nothing.
        status: 200 to 999.
        body: anything that ``body=`` of a registration accepts.
        content_type: used if ``headers`` have none; the default is that of a registration.
        payload: serialised as JSON in place of ``body``.
        headers: a mapping or pairs; a ``Content-Type`` here wins.
        response_class: kept for compatibility with aioresponses; changes nothing.
        reason: the reason phrase.
        json: the same as ``payload``.

    .. versionchanged:: 1.1
        Added ``json``.
    """

    method: str = "GET"
    status: int = 200
    body: BodyLike | None = ""
    content_type: str = _NOT_GIVEN
    payload: Any = None
    headers: HeadersLike = None
    response_class: Any = None
    reason: str | None = None
    json: Any = field(default=None, kw_only=True, repr=False)

    def __attrs_post_init__(self) -> None:
        """Merge ``json`` and ``payload`` into one."""
        if self.json is None:
            return
        if self.payload is not None and self.payload != self.json:
            msg = "json and payload are two names for one argument, but have two values"
            raise ValueError(msg)
        object.__setattr__(self, "payload", self.json)


CallbackValue: TypeAlias = CallbackResult | Fault | None
"""What a callback may return, directly or when it is awaited."""

Callback: TypeAlias = Callable[..., CallbackValue | Awaitable[CallbackValue]]


def computing(
    callback: Callback, default: Content, declared_at: str
) -> Callable[[Request, Callable[[], Any]], CallbackAnswer | Awaitable[CallbackAnswer]]:
    """Return a function that answers a request by calling ``callback``.

    Args:
        callback: the user's function.
        default: what the other options of the registration describe.
        declared_at: ``file:line`` of the registration, for messages.
    """
    wants_request = "request" in parameters_of(callback)

    def compute(
        received: Request, show: Callable[[], Any]
    ) -> CallbackAnswer | Awaitable[CallbackAnswer]:
        arguments = call_arguments(received)
        if wants_request:
            arguments["request"] = show()
        result = callback(received.canonical_url, **arguments)
        given = _Given(callback, default, declared_at, received)
        if inspect.isawaitable(result):
            return _Awaited(given, result)
        return given.answer(result)

    return compute


def parameters_of(function: Callable[..., Any]) -> Collection[str]:
    """Return the names of the parameters of ``function``; none if it has no signature."""
    try:
        return inspect.signature(function).parameters
    except ValueError:
        return ()  # some built-in functions have no signature


@frozen(eq=False, repr=False)
class _Given:
    """The arguments of a callback, and how its result becomes an answer."""

    _callback: Callable[..., Any]
    _default: Content
    _declared_at: str
    _received: Request

    def answer(self, result: Any) -> CallbackAnswer:
        """Return the answer that ``result`` stands for.

        Raises:
            TypeError: if it does not stand for an answer.
            ValueError: for a fault that a connection cannot have.
        """
        if result is None:
            return self._default
        if isinstance(result, Fault):
            return self._fault(result)
        if not isinstance(result, CallbackResult):
            msg = (
                f"{self} must return a CallbackResult, a Fault, or None for the response that is "
                f"registered beside it, but it returned {result!r}"
            )
            raise TypeError(msg)
        given = result.content_type
        try:
            return make_content(
                status=result.status,
                reason=result.reason,
                body=result.body,
                payload=result.payload,
                headers=result.headers,
                content_type=None if isinstance(given, _NotGiven) else given,
            )
        except (TypeError, ValueError) as error:
            add_note(error, f"in the CallbackResult that {self} returned")
            raise

    def _fault(self, fault: Fault) -> FaultReply:
        if fault.before_connection:
            msg = (
                f"{self} returned {fault}, which happens before there is a connection: register "
                f"it with fault={fault} instead"
            )
            raise ValueError(msg)
        return FaultReply(fault, self._default)

    def __str__(self) -> str:
        name = getattr(self._callback, "__qualname__", repr(self._callback))
        return f"the callback {name} of the route registered at {self._declared_at}"


@frozen(eq=False, repr=False)
class _Awaited(Awaitable[CallbackAnswer]):
    """What an async callback answers, once it is awaited."""

    _given: _Given
    _result: Awaitable[Any]

    @override
    def __await__(self) -> Generator[Any, None, CallbackAnswer]:
        result = yield from self._result.__await__()
        return self._given.answer(result)

    def close(self) -> None:
        """Close what is never awaited, as one closes a coroutine."""
        if inspect.iscoroutine(self._result):
            self._result.close()
