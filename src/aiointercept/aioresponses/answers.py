"""Answers, made when a call needs one, from a registration or from what a callback returned."""

from collections.abc import AsyncIterable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeAlias
from weakref import WeakValueDictionary

from attrs import evolve, field, frozen
from multidict import CIMultiDict, MultiMapping

from aiointercept.adapters.handling.file import file_stream
from aiointercept.api.callback import CallbackResult
from aiointercept.api.content import make_content, serialised
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import FileReply, Stream
from aiointercept.core.type_guards import is_async_iterable, is_list, is_mapping

AnswerBody: TypeAlias = (
    str
    | bytes
    | bytearray
    | Path
    | AsyncIterable[bytes]
    | Callable[[], AsyncIterable[bytes]]
    | None
)

_STATUSES: Final = range(100, 1000)
_INTERIM: Final = range(100, 200)
_DEFAULT_METHOD: Final = CallbackResult().method


@frozen(eq=False, repr=False)
class ClientAnswer(Response):
    """A response, and the class that the client uses for it.

    Args:
        response_class: a subclass of ``aiohttp.ClientResponse``; ``None`` for the session's own.
        method: the ``method`` attribute of the response; ``None`` for the request's method.
    """

    response_class: Any = None
    method: str | None = None


@frozen(eq=False, repr=False)
class StreamedAnswer(Stream):
    """The same as :class:`ClientAnswer`, with a streaming body."""

    response_class: Any = None
    method: str | None = None


AnyAnswer: TypeAlias = ClientAnswer | StreamedAnswer


@frozen(eq=False, repr=False)
class AnswerOptions:
    """The options of a response, as the user gives them.

    The user may change ``payload`` and ``headers`` until a call needs them. All other options are
    read and validated at once. So are the headers, which no longer change once :meth:`settle` is
    called.

    Args:
        reusable: whether the body has to answer more than one request.

    Raises:
        TypeError: for a value of the wrong type, naming the argument.
        ValueError: for a value that cannot be sent, naming the argument.
    """

    status: Any = 200
    body: Any = ""
    content_type: Any = "application/json"
    payload: Any = None
    headers: Any = None
    response_class: Any = None
    reason: Any = None
    reusable: bool = False
    _read: Any = field(init=False)
    _made: AnyAnswer = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_read", _copied(self.headers))
        object.__setattr__(self, "_made", self._make())

    def settle(self) -> None:
        """From now on, answer with the headers as they were when this object was created."""
        object.__setattr__(self, "headers", self._read)

    def make(self) -> AnyAnswer:
        """Return the answer to one request."""
        if self.headers is not self._read and self.headers != self._read:
            return self._make()
        if self.payload is not None and isinstance(self._made, ClientAnswer):
            return evolve(self._made, body=serialised("payload", self.payload))
        return self._made

    def _make(self) -> AnyAnswer:
        content = make_content(
            body=_clean_body(self.body)
            if self.payload is None
            else serialised("payload", self.payload),
            content_type=self.content_type,
            headers=self.headers,
            reason=self.reason,
            reusable=self.reusable,
        )
        status = _clean_status(self.status)
        if isinstance(content, Response):
            return ClientAnswer(
                status, content.reason, content.headers, content.body, self.response_class
            )
        stream = file_stream(content) if isinstance(content, FileReply) else content
        return StreamedAnswer(
            stream.open, status, content.reason, content.headers, None, self.response_class
        )


class HeadersInUse:
    """The headers of registrations, to detect a ``dict`` that is reused for the next registration.

    A test that refills one ``dict`` for each registration means its content at that moment. All
    registrations share a multidict, as they do in aioresponses.
    """

    def __init__(self) -> None:
        self._latest: WeakValueDictionary[int, AnswerOptions] = WeakValueDictionary()

    def note(self, options: AnswerOptions) -> None:
        """Settle the previous registration with the same ``dict`` of headers."""
        headers = options.headers
        if not is_mapping(headers) or isinstance(headers, MultiMapping):
            return
        before = self._latest.get(id(headers))
        if before is not None and before.headers is headers:
            before.settle()
        self._latest[id(headers)] = options


def answer_of(callback: Any, result: Any) -> AnyAnswer:
    """Return the answer of ``callback``, which returned ``result``.

    Raises:
        TypeError: if ``result`` is not a ``CallbackResult``, naming the callback.
        ValueError: for a value that cannot be sent, naming the argument.
    """
    if not isinstance(result, CallbackResult):
        name = getattr(callback, "__qualname__", repr(callback))
        msg = (
            f"the callback {name} must return a CallbackResult, or None for the registered "
            f"response, but it returned {result!r}"
        )
        raise TypeError(msg)
    answer = AnswerOptions(
        result.status,
        result.body,
        result.content_type,
        result.payload,
        result.headers,
        result.response_class,
        result.reason,
    ).make()
    return answer if result.method == _DEFAULT_METHOD else evolve(answer, method=result.method)


def _copied(headers: Any) -> Any:
    """Return a copy of headers; objects that cannot be copied are returned themselves."""
    if is_mapping(headers):
        multi = isinstance(headers, MultiMapping)
        return CIMultiDict[str](headers) if multi else dict(headers)
    return list(headers) if is_list(headers) else headers


def _clean_body(body: Any) -> Any:
    if isinstance(body, str):
        try:
            return body.encode()
        except UnicodeEncodeError as error:
            msg = f"body cannot be encoded as UTF-8: {error}"
            raise ValueError(msg) from None
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    known = body is None or isinstance(body, Path) or is_async_iterable(body)
    if not known and (not callable(body) or isinstance(body, type)):
        msg = (
            "body must be str or bytes, a pathlib.Path, an async iterable of bytes or a function "
            f"that returns one, not {body!r}; payload= takes what json.dumps can serialise"
        )
        raise TypeError(msg)
    return body


def _clean_status(status: Any) -> int:
    if isinstance(status, bool) or not isinstance(status, int):
        msg = f"status must be an int of three digits, not {status!r}"
        raise TypeError(msg)
    if status not in _STATUSES:
        msg = f"status must have three digits, not {status}"
        raise ValueError(msg)
    if status in _INTERIM and status != HTTPStatus.SWITCHING_PROTOCOLS:
        msg = f"status {status} is informational: no client's call ends with it"
        raise ValueError(msg)
    return status
