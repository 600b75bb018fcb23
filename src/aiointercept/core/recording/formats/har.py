"""Writing HAR 1.2, for aiointercept itself, for browsers' network panels, and for other tools.

http://www.softwareishard.com/blog/har-12-spec/ is the format. What we add beyond it stands in
fields that begin with an underscore: ``_file`` as Playwright has it, ``_webSocketMessages`` and
``_error`` as Chrome has them, and ``_aiointercept`` for the rest. Reading is in
:mod:`~aiointercept.core.recording.formats.har_reading`.
"""

import base64
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any, Final

from aiointercept.core.http.media_types import charset_of
from aiointercept.core.http.messages import Response
from aiointercept.core.recording.entries import AnyBody, Entry, RecordedMessage, StoredBody
from aiointercept.core.routing.faults import Fault

NOTES: Final = "_aiointercept"
MESSAGES: Final = "_webSocketMessages"
TEXT: Final = 1
BINARY: Final = 2
NET_ERRORS: Final[Mapping[Fault, str]] = {
    Fault.DNS_FAILURE: "net::ERR_NAME_NOT_RESOLVED",
    Fault.CONNECTION_REFUSED: "net::ERR_CONNECTION_REFUSED",
    Fault.CONNECT_TIMEOUT: "net::ERR_CONNECTION_TIMED_OUT",
    Fault.CERTIFICATE_ERROR: "net::ERR_CERT_AUTHORITY_INVALID",
    Fault.CONNECTION_RESET: "net::ERR_CONNECTION_RESET",
    Fault.EMPTY_RESPONSE: "net::ERR_EMPTY_RESPONSE",
    Fault.TRUNCATED_BODY: "net::ERR_INCOMPLETE_CHUNKED_ENCODING",
    Fault.MALFORMED_RESPONSE: "net::ERR_INVALID_HTTP_RESPONSE",
    Fault.HANG: "net::ERR_TIMED_OUT",
}
"""What Chrome calls the failures that we can perform."""

_HTTP: Final = "HTTP/1.1"
_UNKNOWN: Final = -1  # HAR's value for an unknown size
_NOT_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_COOKIE_FLAGS: Final = {"httponly": "httpOnly", "secure": "secure"}
_COOKIE_FIELDS: Final = {"path": "path", "domain": "domain"}


def to_har(
    entries: Iterable[Entry | Mapping[str, Any]],
    *,
    version: str = "",
    source: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return ``entries`` as a HAR file has them, ready for ``json.dumps``.

    Args:
        entries: in order. One that came from a HAR file is written as it stood there, also where it
            was not of HTTP, so that there is no more of it than what stood there.
        version: of aiointercept.
        source: the file that is written anew; what it says beside its entries stays.
    """
    log: dict[str, Any] = dict(source.get("log", {})) if source is not None else {}
    if not log:
        log = {"version": "1.2", "creator": {"name": "aiointercept", "version": version}}
    log["entries"] = [
        har_entry(entry) if isinstance(entry, Entry) else dict(entry) for entry in entries
    ]
    return {**(source or {}), "log": log}


def har_entry(entry: Entry) -> dict[str, Any]:
    """Return one exchange as a HAR file has it."""
    if entry.source is not None:
        return dict(entry.source)
    milliseconds = round(entry.duration * 1000, 3)
    result: dict[str, Any] = {
        "startedDateTime": iso_time(entry.started),
        "time": milliseconds,
        "request": _request(entry),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }
    if entry.opens_websocket:
        result["_resourceType"] = "websocket"
        result[MESSAGES] = [_message(message) for message in entry.messages]
    notes = dict(entry.notes)
    if entry.fault is not None:
        notes["fault"] = entry.fault.name
    if entry.encoded:
        notes["encoded"] = True
    if notes:
        result[NOTES] = notes
    return result


def iso_time(seconds: float) -> str:
    """Return a time as HAR writes it: ISO 8601, to the millisecond, in UTC."""
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _request(entry: Entry) -> dict[str, Any]:
    request = entry.request
    result: dict[str, Any] = {
        "method": request.method,
        "url": str(request.url),
        "httpVersion": _HTTP,
        "cookies": _cookies(request.headers.getall("Cookie", ())),
        "headers": _pairs(request.headers.items()),
        "queryString": _pairs(request.url.query.items()),
    }
    body = entry.request_body
    if body:
        mime_type = request.headers.get("Content-Type", "")
        text, encoded = body_text(body, request.charset)
        post: dict[str, Any] = {"mimeType": mime_type, **text}
        if encoded:
            post["_encoding"] = "base64"
        result["postData"] = post
    result["headersSize"] = _UNKNOWN
    result["bodySize"] = _size(body)
    return result


def _reason(response: Response) -> str:
    """Return the phrase that goes over the wire: the standard one if there is no other."""
    if response.reason is not None:
        return response.reason
    try:
        return HTTPStatus(response.status).phrase
    except ValueError:
        return ""


def _response(entry: Entry) -> dict[str, Any]:
    response = entry.response or Response(0)
    body = entry.response_body
    mime_type = response.headers.get("Content-Type", "x-unknown")
    content: dict[str, Any] = {"size": max(_size(body), 0), "mimeType": mime_type}
    if body:
        text, encoded = body_text(body, charset_of(response.headers.get("Content-Type", "")))
        content |= text
        if encoded:
            content["encoding"] = "base64"
    result: dict[str, Any] = {
        "status": response.status,
        "statusText": _reason(response),
        "httpVersion": _HTTP if response.status else "",
        "cookies": [_set_cookie(value) for value in response.headers.getall("Set-Cookie", ())],
        "headers": _pairs(response.headers.items()),
        "content": content,
        "redirectURL": response.headers.get("Location", ""),
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN if entry.response is None else _size(body),
    }
    if entry.fault is not None:
        result["_error"] = NET_ERRORS.get(entry.fault, "net::ERR_FAILED")
    if entry.error:
        result["_failureText"] = entry.error
    return result


def body_text(body: AnyBody, charset: str) -> tuple[dict[str, Any], bool]:
    """Return how a body is written, and whether its text is base64.

    Args:
        body: in memory, or in a file.
        charset: of a text.
    """
    if isinstance(body, StoredBody):
        return {"_file": body.name}, False
    if body is None:
        return {}, False
    text = plain_text(body, charset)
    if text is not None:
        return {"text": text}, False
    return {"text": base64.b64encode(body).decode()}, True


def plain_text(body: bytes, charset: str) -> str | None:
    """Return ``body`` as text, if it is one and nothing is lost by that."""
    try:
        text = body.decode(charset)
        if text.encode(charset) != body or _NOT_TEXT.search(text):
            return None
    except (ValueError, LookupError):
        return None
    return text


def _size(body: AnyBody) -> int:
    if body is None:
        return _UNKNOWN
    return body.size if isinstance(body, StoredBody) else len(body)


def _pairs(items: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items]


def _cookies(values: Iterable[str]) -> list[dict[str, str]]:
    pairs = (pair.partition("=") for value in values for pair in value.split(";"))
    return [{"name": name.strip(), "value": value.strip()} for name, _, value in pairs if name]


def _set_cookie(header: str) -> dict[str, Any]:
    first, *attributes = header.split(";")
    name, _, value = first.partition("=")
    cookie: dict[str, Any] = {"name": name.strip(), "value": value.strip()}
    for attribute in attributes:
        key, _, text = attribute.partition("=")
        key = key.strip().lower()
        if key in _COOKIE_FIELDS:
            cookie[_COOKIE_FIELDS[key]] = text.strip()
        elif key in _COOKIE_FLAGS:
            cookie[_COOKIE_FLAGS[key]] = True
    return cookie


def _message(message: RecordedMessage) -> dict[str, Any]:
    binary = isinstance(message.data, bytes)
    data = (
        base64.b64encode(message.data).decode() if isinstance(message.data, bytes) else message.data
    )
    return {
        "type": "send" if message.from_client else "receive",
        "time": round(message.time, 3),
        "opcode": BINARY if binary else TEXT,
        "data": data,
    }
