"""Callbacks: how the user's function is called, and what it may return."""

import inspect
from collections.abc import Awaitable, Callable, Collection, Generator
from typing import Any

from attrs import frozen
from typing_extensions import override

from aiointercept.adapters.handling.request import call_arguments
from aiointercept.api.content import Headers, make_content
from aiointercept.core.http.messages import Request
from aiointercept.core.routing.replies import Content

Callback = Callable[..., Any]


@frozen(eq=False)
class CallbackResult:
    """What a callback answers.

    Args:
        method: kept for compatibility with aioresponses; changes nothing.
        status: 100 to 599.
        body: all that ``body=`` of a registration takes.
        content_type: if ``headers`` tell none.
        payload: serialised as JSON in place of ``body``.
        headers: a mapping or pairs; a ``Content-Type`` here wins.
        response_class: kept for compatibility with aioresponses; changes nothing.
        reason: the phrase behind the status.
    """

    method: str = "GET"
    status: int = 200
    body: Any = ""
    content_type: str = "application/json"
    payload: Any = None
    headers: Headers = None
    response_class: Any = None
    reason: str | None = None


def computing(
    callback: Callback,
) -> Callable[[Request, Callable[[], Any]], Content | Awaitable[Content]]:
    """Return what makes the answer to a request by asking ``callback``."""
    wants_request = "request" in parameters_of(callback)

    def compute(received: Request, show: Callable[[], Any]) -> Content | Awaitable[Content]:
        arguments = call_arguments(received)
        if wants_request:
            arguments["request"] = show()
        result = callback(received.canonical_url, **arguments)
        if inspect.isawaitable(result):
            return _Awaited(callback, result)
        return _content(callback, result)

    return compute


def parameters_of(function: Callback) -> Collection[str]:
    """Return the names that ``function`` takes; none where it does not tell."""
    try:
        return inspect.signature(function).parameters
    except ValueError:
        return ()  # some built-in functions do not tell what they take


@frozen(eq=False)
class _Awaited(Awaitable[Content]):
    """What an async callback answers, once it is awaited."""

    _callback: Callback
    _result: Awaitable[Any]

    @override
    def __await__(self) -> Generator[Any, None, Content]:
        result = yield from self._result.__await__()
        return _content(self._callback, result)

    def close(self) -> None:
        """End what nobody will await, as a coroutine would be."""
        if inspect.iscoroutine(self._result):
            self._result.close()


def _content(callback: Callback, result: Any) -> Content:
    if not isinstance(result, CallbackResult):
        name = getattr(callback, "__qualname__", repr(callback))
        msg = f"the callback {name} must return a CallbackResult, but it returned {result!r}"
        raise TypeError(msg)
    return make_content(
        status=result.status,
        reason=result.reason,
        body=result.body,
        payload=result.payload,
        headers=result.headers,
        content_type=result.content_type,
    )
