"""The content of a response as users give it, validated once and refused if it cannot be sent.

``body``, ``json``/``payload``, ``headers``, ``content_type``, ``cookies``, ``status``, ``reason``
become one core value. Used by registrations and by what callbacks return.
"""

import inspect
import json as json_module
import mimetypes
import re
import threading
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, TypeAlias

from multidict import CIMultiDict, CIMultiDictProxy

from aiointercept.core.http.media_types import charset_of
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import Content, FileReply, Stream
from aiointercept.core.type_guards import is_async_iterable, is_mapping

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

BodyLike: TypeAlias = (
    bytes | bytearray | str | Path | AsyncIterable[bytes] | Callable[[], AsyncIterable[bytes]]
)
HeadersLike: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]] | None

DEFAULT_CONTENT_TYPE: Final = "application/json"
_WITHOUT_BODY: Final = frozenset({204, 304})
# Most responses have only these, and share them.
_DEFAULT_HEADERS: Final = CIMultiDictProxy(CIMultiDict({"Content-Type": DEFAULT_CONTENT_TYPE}))
_ONCE: Final = (
    "body is an async iterator, which yields its chunks only once, but it has to answer more than "
    "one request: pass a function that returns a new one each time, as in body=make_chunks "
    "instead of body=make_chunks()"
)
# A token of RFC 9110, section 5.6.2, and what no field value may have.
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNSENDABLE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def make_content(
    *,
    status: int = 200,
    reason: str | None = None,
    body: Any = b"",
    json: Any = None,
    payload: Any = None,
    headers: HeadersLike = None,
    content_type: str | None = None,
    cookies: Mapping[str, str] | None = None,
    reusable: bool = False,
) -> Content:
    """Return the content of a response.

    Args:
        status: 200 to 999.
        reason: the reason phrase.
        body: see :data:`BodyLike`; text is encoded as UTF-8.
        json: serialised in place of ``body``.
        payload: the same as ``json``, by the name that aioresponses gives it.
        headers: a mapping or pairs; names may repeat.
        content_type: used if ``headers`` have none; ``application/json`` by default.
        cookies: become ``Set-Cookie`` headers.
        reusable: whether the body has to answer more than one request.

    Raises:
        TypeError: for a value of the wrong type, naming the argument.
        ValueError: for a value that cannot be sent, naming the argument.
    """
    status = _clean_status(status)
    default = _default_content_type(status, body)
    fields: CIMultiDict[str] | CIMultiDictProxy[str]
    plain = headers is None and content_type is None and cookies is None
    if plain and default == DEFAULT_CONTENT_TYPE:
        fields = _DEFAULT_HEADERS
    else:
        fields = _clean_headers(headers, content_type, default)
        _add_cookies(fields, cookies)
    reason = _clean_reason(reason)
    data = _json_or_payload(json, payload)
    if data is None:
        data = _clean_bytes(body, fields)
    if data is not None:
        return Response(status, reason, fields, data)
    if isinstance(body, Path):
        return FileReply(_existing(body), status, reason, fields)
    return Stream(_opener(body, reusable=reusable), status, reason, fields)


def _clean_status(status: Any) -> int:
    if isinstance(status, bool) or not isinstance(status, int):
        msg = f"status must be an int from 200 to 999, not {status!r}"
        raise TypeError(msg)
    if status == HTTPStatus.SWITCHING_PROTOCOLS:
        msg = "status 101 opens a WebSocket: register it with m.ws(url, handler)"
        raise ValueError(msg)
    if 100 <= status < 200:  # noqa: PLR2004  informational, RFC 9110, section 15.2
        msg = f"status {status} is informational: a client would wait for the real response"
        raise ValueError(msg)
    if not 200 <= status <= 999:  # noqa: PLR2004  three digits, RFC 9110, section 15
        msg = f"status must be from 200 to 999, not {status}"
        raise ValueError(msg)
    return int(status)


def _clean_reason(reason: Any) -> str | None:
    if reason is not None and not isinstance(reason, str):
        msg = f"reason must be a str, not {reason!r}"
        raise TypeError(msg)
    if reason is not None and _UNSENDABLE.search(reason):
        msg = f"reason must be a single line, not {reason!r}"
        raise ValueError(msg)
    return reason


def _default_content_type(status: int, body: Any) -> str | None:
    """Return the default content type; ``None`` if there is no body."""
    if status in _WITHOUT_BODY:
        return None
    if isinstance(body, Path):
        kind, _ = mimetypes.guess_type(body.name)
        return kind or "application/octet-stream"
    return DEFAULT_CONTENT_TYPE


def sendable_headers(headers: Any) -> CIMultiDict[str]:
    """Return the user's headers, validated.

    Raises:
        TypeError: for a value of the wrong type.
        ValueError: for a header that cannot be sent.
    """
    fields: CIMultiDict[str] = CIMultiDict()
    for name, value in header_pairs(headers):
        if not isinstance(name, str) or not isinstance(value, (str, int)):
            msg = f"headers must map str to str, not {name!r} to {value!r}"
            raise TypeError(msg)
        fields.add(name, _sendable("headers", name, str(value)))
    return fields


def _clean_headers(headers: Any, content_type: Any, default: str | None) -> CIMultiDict[str]:
    if content_type is not None and not isinstance(content_type, str):
        msg = f"content_type must be a str such as 'text/html', not {content_type!r}"
        raise TypeError(msg)
    fields = sendable_headers(headers)
    kind = default if content_type is None else content_type
    if kind is not None and "Content-Type" not in fields:
        kind = _sendable("content_type", "Content-Type", kind)
        fields = CIMultiDict([("Content-Type", kind), *fields.items()])
    return fields


def _sendable(argument: str, name: str, value: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        msg = f"{argument}: {name!r} is not the name of a header: it has an invalid character"
        raise ValueError(msg)
    if _UNSENDABLE.search(value):
        msg = (
            f"{argument}: {name}: {value!r} cannot be sent: it has a line break or another control "
            "character"
        )
        raise ValueError(msg)
    if name.lower() == "content-length" and not (value.isascii() and value.isdigit()):
        msg = f"headers: Content-Length must be a number of bytes, not {value!r}"
        raise ValueError(msg)
    return value


def header_pairs(headers: Any) -> list[tuple[Any, Any]]:
    """Return the user's headers as pairs.

    Raises:
        TypeError: if it is neither a mapping nor pairs.
    """
    if headers is None:
        return []
    if is_mapping(headers):
        return list(headers.items())
    try:
        return [(name, value) for name, value in headers]
    except (TypeError, ValueError):
        msg = f"headers must be a mapping or a list of pairs, not {headers!r}"
        raise TypeError(msg) from None


def _add_cookies(fields: CIMultiDict[str], cookies: Any) -> None:
    if cookies is None:
        return
    if not is_mapping(cookies):
        msg = f"cookies must be a mapping of names to values, not {cookies!r}"
        raise TypeError(msg)
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load({str(name): value for name, value in cookies.items()})
    except CookieError as error:
        msg = f"cookies: {error}"
        raise ValueError(msg) from None
    for morsel in jar.values():
        fields.add("Set-Cookie", _sendable("cookies", "Set-Cookie", morsel.OutputString()))


def serialised(name: str, value: Any) -> bytes:
    """Return ``value``, given as the argument ``name``, as JSON.

    Raises:
        TypeError: for a value that is not JSON-serialisable, naming the argument.
        ValueError: for one that contains itself, naming the argument.
    """
    try:
        return json_module.dumps(value).encode()
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        msg = f"{name} cannot be serialised by json.dumps: {error}"
        raise kind(msg) from error


def _json_or_payload(json: Any, payload: Any) -> bytes | None:
    if json is not None and payload is not None and json != payload:
        msg = "json and payload are two names for one argument, but have two values"
        raise ValueError(msg)
    name, value = ("json", json) if json is not None else ("payload", payload)
    return None if value is None else serialised(name, value)


def _clean_bytes(body: Any, fields: Mapping[str, str]) -> bytes | None:
    if body is None:
        return b""
    if isinstance(body, str):
        return _encoded(body, charset_of(fields.get("Content-Type", "")))
    return bytes(body) if isinstance(body, (bytes, bytearray)) else None


def _encoded(body: str, charset: str) -> bytes:
    try:
        return body.encode(charset)
    except UnicodeError as error:
        msg = f"body cannot be encoded as {charset}, which the content type names: {error}"
        raise ValueError(msg) from None
    except LookupError:
        msg = f"body: the content type names a charset that Python does not know: {charset!r}"
        raise ValueError(msg) from None


def _existing(path: Path) -> Path:
    """Refuse a missing file; a thread looks it up, because an event loop may be running here."""
    answer: SimpleQueue[bool] = SimpleQueue()
    threading.Thread(target=lambda: answer.put(path.is_file()), daemon=True).start()
    if not answer.get():
        msg = f"body: there is no file {str(path)!r}"
        raise ValueError(msg)
    return path


def _opener(body: Any, *, reusable: bool) -> Callable[[], AsyncIterable[bytes]]:
    if is_async_iterable(body):
        if reusable and hasattr(body, "__anext__"):
            raise ValueError(_ONCE)
        return lambda: _fresh(body)
    if callable(body) and (not isinstance(body, type) or hasattr(body, "__aiter__")):
        refuse_arguments("body", body)
        return lambda: _fresh(_opened(body))
    msg = (
        "body must be bytes, str, a pathlib.Path, an async iterable of bytes, or a function that "
        f"returns one, not {type(body).__name__}; json= takes what json.dumps can serialise"
    )
    raise TypeError(msg)


def _fresh(chunks: AsyncIterable[bytes]) -> AsyncIterable[bytes]:
    if inspect.isasyncgen(chunks) and chunks.ag_frame is None:
        raise ValueError(_ONCE)
    return chunks


def refuse_arguments(argument: str, function: Any, *args: Any, **kwargs: Any) -> None:
    """Refuse a user's function that cannot be called with exactly these arguments.

    Raises:
        TypeError: naming ``argument`` and what the function is called with.
    """
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        given = ", ".join([*map(str, args), *(f"{name}=" for name in kwargs)]) or "no arguments"
        name = getattr(function, "__qualname__", repr(function))
        msg = f"{argument}: {name} cannot be called with {given}: {error}"
        raise TypeError(msg) from None
    except ValueError:
        pass  # some built-in functions have no signature


def _opened(make: Callable[[], Any]) -> AsyncIterable[bytes]:
    chunks = make()
    if not is_async_iterable(chunks):
        msg = f"the body function {make!r} must return an async iterable of bytes, not {chunks!r}"
        raise TypeError(msg)
    return chunks
