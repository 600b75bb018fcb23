"""Reading HAR files of browsers and tools, with the peculiarities of each, into entries.

What HTTP/2 and browsers omit or add is corrected here: pseudo headers, several cookies in one
header, sizes of -1, missing contents, failed requests with a status of 0.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any, Final

from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.core.errors import CassetteError
from aiointercept.core.http.encodings import encodings_of, is_known
from aiointercept.core.http.media_types import charset_of
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.http.urls import is_http_scheme
from aiointercept.core.recording.entries import (
    SWITCHING_PROTOCOLS,
    AnyBody,
    Entry,
    RecordedMessage,
    StoredBody,
    is_status,
)
from aiointercept.core.recording.formats.har import BINARY, MESSAGES, NET_ERRORS, NOTES
from aiointercept.core.recording.formats.nodes import Node
from aiointercept.core.routing.faults import Fault
from aiointercept.core.type_guards import is_mapping

_OUTSIDE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_WITHOUT_BODY: Final = frozenset({204, 304})
_FRACTION: Final = re.compile(r"\.(\d+)")
# What browsers and tools call a failure, in any case; the first that is found counts.
_FAILURES: Final[tuple[tuple[str, Fault], ...]] = (
    ("name_not_resolved", Fault.DNS_FAILURE),
    ("unknown_host", Fault.DNS_FAILURE),
    ("connection_refused", Fault.CONNECTION_REFUSED),
    ("address_unreachable", Fault.CONNECTION_REFUSED),
    ("internet_disconnected", Fault.CONNECTION_REFUSED),
    ("connection_timed_out", Fault.CONNECT_TIMEOUT),
    ("net_timeout", Fault.CONNECT_TIMEOUT),
    ("timed_out", Fault.HANG),
    ("cert", Fault.CERTIFICATE_ERROR),
    ("ssl", Fault.CERTIFICATE_ERROR),
    ("sec_error", Fault.CERTIFICATE_ERROR),
    ("reset", Fault.CONNECTION_RESET),
    ("incomplete_chunked", Fault.TRUNCATED_BODY),
    ("content_length_mismatch", Fault.TRUNCATED_BODY),
    ("partial_transfer", Fault.TRUNCATED_BODY),
    ("invalid_http_response", Fault.MALFORMED_RESPONSE),
)


def from_har(data: object) -> list[Entry]:
    """Return the exchanges of a HAR file, in order; those that are not of HTTP are left out.

    Args:
        data: what ``json.loads`` gave.

    Raises:
        CassetteError: naming entry and field.
    """
    if not is_mapping(data):
        msg = "this is not a HAR file: it must be an object with a log"
        raise CassetteError(msg)
    if "log" not in data:
        msg_0 = "this is not a HAR file: it has no log"
        raise CassetteError(msg_0, field="log")
    log = Node(data).object("log")
    version = log.text("version", "1.1")
    if not re.fullmatch(r"1(\.\d+)*", version.strip()):
        msg = f"HAR {version!r} is not known: aiointercept reads HAR 1.1 and 1.2"
        raise CassetteError(msg, field="log.version")
    if not log.has("entries"):
        msg_0 = "must be a list, but it is missing"
        raise CassetteError(msg_0, field="log.entries")
    entries: list[Entry] = []
    for number, node in enumerate(log.objects("entries"), 1):
        entry = _entry(Node(node.value, "", number), number)
        if entry is not None:
            entries.append(entry)
    return entries


def _entry(node: Node, number: int) -> Entry | None:
    request_node = node.object("request")
    url = _url(request_node)
    if url is None:
        return None
    request, request_file = _request(request_node, url)
    response_node = node.object("response", optional=True)
    notes = node.object(NOTES, optional=True)
    messages = tuple(_messages(node))
    encoded = notes.value.get("encoded") is True
    response, response_file = _response(response_node, encoded=encoded)
    if messages and (response is None or response.status in (0, 200)):
        response = Response(SWITCHING_PROTOCOLS)
    fault = _fault(node, response_node, notes, response)
    return Entry(
        request,
        response,
        fault,
        messages,
        request_file,
        response_file,
        encoded=encoded,
        started=_seconds(node),
        duration=max(node.number("time", 0), 0) / 1000,
        error=response_node.text("_failureText", "") or None,
        notes={key: value for key, value in notes.value.items() if key not in _OWN_NOTES},
        number=number,
        source=node.value,
    )


_OWN_NOTES: Final = ("fault", "encoded")


def _url(node: Node) -> URL | None:
    text = node.text("url")
    try:
        # What a browser wrote is encoded already; an escaped slash must stay what it is.
        url = URL(text.partition("#")[0])
    except ValueError as error:
        msg = f"{text!r} is not a URL: {error}"
        raise node.error(msg, "url") from None
    if not is_http_scheme(url.scheme):
        if url.scheme:
            return None  # data:, blob:, file: and the like never were on the wire
        msg = f"{text!r} must be an absolute URL"
        raise node.error(msg, "url")
    if not url.raw_host:
        msg = f"{text!r} has no host"
        raise node.error(msg, "url")
    return url


def _request(node: Node, url: URL) -> tuple[Request, StoredBody | None]:
    headers = _headers(node)
    method = node.text("method")
    body: AnyBody = b""
    if node.has("postData"):
        post = node.object("postData")
        mime_type = post.text("mimeType", "")
        if mime_type and "Content-Type" not in headers:
            headers = _with(headers, "Content-Type", mime_type)
        body = _body(post, charset_of(headers.get("Content-Type", "")))
        if body == b"":
            body = _form(post)
    file = body if isinstance(body, StoredBody) else None
    return Request(method, url, headers, body=None if isinstance(body, StoredBody) else body), file


def _form(post: Node) -> bytes:
    """Return what some tools write in place of a text: the fields of a form."""
    fields = [(one.text("name"), one.text("value", "")) for one in post.objects("params")]
    return URL.build(query=fields).raw_query_string.encode()


def _response(node: Node, *, encoded: bool) -> tuple[Response | None, StoredBody | None]:
    status = node.integer("status", 0)
    if status <= 0:
        return None, None
    if not is_status(status):
        msg = f"must be a status such as 200, not {status}"
        raise node.error(msg, "status")
    headers = _headers(node)
    content = node.object("content", optional=True)
    mime_type = content.text("mimeType", "")
    if mime_type not in ("", "x-unknown") and "Content-Type" not in headers:
        headers = _with(headers, "Content-Type", mime_type)
    location = node.text("redirectURL", "")
    if location and "Location" not in headers:
        headers = _with(headers, "Location", location)
    body = (
        b""
        if status in _WITHOUT_BODY
        else _body(content, charset_of(headers.get("Content-Type", "")))
    )
    if not encoded and not is_known(encodings_of(headers)):
        # The text is decoded, and nothing here can encode it again.
        headers = _without(headers, "Content-Encoding")
    reason = _OUTSIDE.sub("", node.text("statusText", "")) or None
    if isinstance(body, StoredBody):
        return Response(status, reason, headers, None), body
    return Response(status, reason, headers, body), None


def _headers(node: Node) -> CIMultiDictProxy[str]:
    headers: CIMultiDict[str] = CIMultiDict()
    for name, value in _pairs(node):
        if name.startswith(":"):
            continue  # HTTP/2 has method, path and status among its headers
        if value.isprintable() and value[:1] != " " != value[-1:]:
            headers.add(name, value)
            continue
        # Chrome joins repeated headers by line breaks.
        for line in value.split("\n"):
            headers.add(name.strip(), _OUTSIDE.sub("", line.strip()))
    return CIMultiDictProxy(headers)


def _pairs(node: Node) -> list[tuple[str, str]]:
    try:
        # Files have tens of thousands of headers.
        pairs = [(one["name"], one["value"]) for one in node.value["headers"]]
        if all(type(name) is str and type(value) is str for name, value in pairs):
            return pairs
    except (TypeError, KeyError):
        pass
    return [(one.text("name"), one.text("value", "")) for one in node.objects("headers")]


def _with(headers: CIMultiDictProxy[str], name: str, value: str) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict([*headers.items(), (name, value)]))


def _without(headers: CIMultiDictProxy[str], name: str) -> CIMultiDictProxy[str]:
    result = CIMultiDict(headers)
    result.popall(name, None)
    return CIMultiDictProxy(result)


def _body(content: Node, charset: str) -> AnyBody:
    if content.has("_file"):
        name = content.text("_file")
        return StoredBody(name, content.integer("size", 0))
    text = content.text("text", "")
    encoding = content.text("encoding", "") or content.text("_encoding", "")
    if encoding.lower() == "base64":
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            msg = f"is not base64: {error}"
            raise content.error(msg, "text") from None
    try:
        return text.encode(charset)
    except (ValueError, LookupError):
        return text.encode("utf-8", "surrogatepass")


def _messages(node: Node) -> Iterator[RecordedMessage]:
    for one in node.objects(MESSAGES):
        kind = one.text("type")
        if kind not in ("send", "receive"):
            if kind == "error":
                continue
            msg = f"must be 'send' or 'receive', not {kind!r}"
            raise one.error(msg, "type")
        text = one.text("data", "")
        data: str | bytes = text
        if one.integer("opcode", 1) == BINARY:
            try:
                data = base64.b64decode("".join(text.split()), validate=True)
            except (binascii.Error, ValueError) as error:
                msg = f"is not base64: {error}"
                raise one.error(msg, "data") from None
        yield RecordedMessage(kind == "send", data, one.number("time", 0))


def _fault(node: Node, response_node: Node, notes: Node, response: Response | None) -> Fault | None:
    if notes.has("fault"):
        name = notes.text("fault")
        try:
            return Fault[name]
        except KeyError:
            msg = f"must be the name of a Fault, not {name!r}"
            raise notes.error(msg, "fault") from None
    texts = [
        str(one.value.get(field) or "").lower()
        for one in (response_node, node)
        for field in ("_error", "_failureText", "statusText", "comment")
    ]
    if response is not None:
        failed = any(error in texts[:2] for error in _CUT)
        return Fault.TRUNCATED_BODY if failed else None
    text = " ".join(texts).replace(" ", "_")
    for part, fault in _FAILURES:
        if part in text:
            return fault
    return Fault.EMPTY_RESPONSE


_CUT: Final = (NET_ERRORS[Fault.TRUNCATED_BODY].lower(), "net::err_content_length_mismatch")


def _seconds(node: Node) -> float:
    text = node.text("startedDateTime", "").replace("Z", "+00:00")
    # Python 3.10 reads three or six digits, other tools write up to nine.
    text = _FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)
    return moment.timestamp()


def with_all_entries(
    entries: Iterable[Entry], source: Mapping[str, Any]
) -> list[Entry | Mapping[str, Any]]:
    """Return ``entries`` with those of their file in between that were left out.

    Args:
        entries: as :func:`from_har` gave them.
        source: what ``json.loads`` gave.
    """
    found: dict[int | None, Entry | Mapping[str, Any]] = {entry.number: entry for entry in entries}
    written: list[Mapping[str, Any]] = source["log"]["entries"]
    return [found.get(number, one) for number, one in enumerate(written, 1)]
