"""VCR.py's cassettes, version 1, as parsed data; an adapter reads and writes the YAML.

VCR.py's stubs write a body as their client gave it to them: some compressed as it came, some
decompressed beside a ``Content-Encoding`` that says otherwise. Both are understood. We write
decompressed bodies without that header, which every stub can replay, and what VCR.py has no place
for into a field of our own, which it ignores.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any, Final

from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.core.errors import CassetteError
from aiointercept.core.http.encodings import decode, encodings_of, is_known
from aiointercept.core.http.media_types import charset_of
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.http.urls import is_http_scheme
from aiointercept.core.recording.entries import (
    AnyBody,
    Entry,
    RecordedMessage,
    StoredBody,
    is_status,
)
from aiointercept.core.recording.formats.har import plain_text
from aiointercept.core.recording.formats.nodes import Node
from aiointercept.core.recording.recorded_values import with_object
from aiointercept.core.routing.faults import Fault
from aiointercept.core.type_guards import is_list, is_mapping

VERSION: Final = 1
YAML_EXTRA: Final = "aiointercept"


def to_vcr(entries: Iterable[Entry]) -> dict[str, Any]:
    """Return ``entries`` as VCR.py has them, ready for ``yaml.dump``.

    Args:
        entries: in order. One that came from such a file is written as it stood there.
    """
    return {"interactions": [_interaction(entry) for entry in entries], "version": VERSION}


def _interaction(entry: Entry) -> dict[str, Any]:
    if entry.source is not None:
        return dict(entry.source)
    request, response = entry.request, entry.response or Response(0)
    extra: dict[str, Any] = dict(entry.notes)
    headers = CIMultiDict(response.headers)
    encodings = encodings_of(response.headers)
    if encodings and not entry.encoded:
        extra["content_encoding"] = headers.popall("Content-Encoding")
        body = entry.response_body
        if isinstance(body, bytes) and body and "Content-Length" in headers:
            headers["Content-Length"] = str(len(body))
    interaction: dict[str, Any] = {
        "request": {
            "body": _written(entry.request_body, request.charset, extra, "request_file"),
            "headers": _header_lists(request.headers),
            "method": request.method,
            "uri": str(request.url),
        },
        "response": {
            "body": {
                "string": _written(
                    entry.response_body,
                    charset_of(response.headers.get("Content-Type", "")),
                    extra,
                    "response_file",
                )
                or ""
            },
            "headers": _header_lists(CIMultiDictProxy(headers)),
            "status": {"code": response.status, "message": response.reason or ""},
        },
    }
    if entry.fault is not None:
        extra["fault"] = entry.fault.name
    if entry.encoded:
        extra["encoded"] = True
    if entry.messages:
        extra["messages"] = [_message(message) for message in entry.messages]
    if extra:
        interaction[YAML_EXTRA] = extra
    return interaction


def _written(body: AnyBody, charset: str, extra: dict[str, Any], name: str) -> str | bytes | None:
    if isinstance(body, StoredBody):
        extra[name] = {"name": body.name, "size": body.size}
        return None
    if not body:
        return None
    # VCR.py encodes a text as UTF-8, whatever its Content-Type says.
    text = plain_text(body, "utf-8") if charset.lower() in ("utf-8", "utf8", "us-ascii") else None
    return body if text is None else text


def _header_lists(headers: CIMultiDictProxy[str]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for name, value in headers.items():
        # The names in a multidict have a type of their own, which YAML does not know.
        lists.setdefault(names.setdefault(name.lower(), str(name)), []).append(value)
    return lists


def _message(message: RecordedMessage) -> dict[str, Any]:
    kind = "send" if message.from_client else "receive"
    return {"type": kind, "data": message.data}


def from_vcr(data: object) -> list[Entry]:
    """Return the exchanges of a cassette of VCR.py, in order.

    Args:
        data: what the YAML held.

    Raises:
        CassetteError: naming entry and field.
    """
    if not is_mapping(data):
        msg = "this is not a cassette of VCR.py: it must be a mapping with interactions"
        raise CassetteError(msg)
    node = Node(data)
    if "interactions" not in data:
        msg = "this is not a cassette of VCR.py: it has no interactions"
        raise CassetteError(msg, field="interactions")
    if data.get("version", VERSION) != VERSION:
        msg = f"version {data['version']!r} is not known: aiointercept reads version 1 of VCR.py"
        raise CassetteError(msg, field="version")
    return [
        _entry(Node(one.value, "", number), number)
        for number, one in enumerate(node.objects("interactions"), 1)
    ]


def _entry(node: Node, number: int) -> Entry:
    extra = node.object(YAML_EXTRA, optional=True)
    encoded = extra.value.get("encoded") is True
    request_node = node.object("request")
    request, request_file = _request(request_node, extra)
    response_node = node.object("response")
    response, response_file = _response(response_node, extra, encoded=encoded)
    fault = _fault(extra)
    if response is None and fault is None and not extra.value:
        # In a file of ours it is a call that was not answered.
        status = response_node.object("status")
        msg = "must be a status such as 200"
        raise status.error(msg, "code")
    return Entry(
        request,
        response,
        fault,
        tuple(_read_message(one) for one in extra.objects("messages")),
        request_file,
        response_file,
        encoded=encoded,
        notes={key: value for key, value in extra.value.items() if key not in _OWN},
        number=number,
        sent=_sent(request_node.value.get("body")) if request_file is None else None,
        source=node.value,
    )


_OWN: Final = (
    "fault",
    "encoded",
    "messages",
    "request_file",
    "response_file",
    "content_encoding",
)


def _request(node: Node, extra: Node) -> tuple[Request, StoredBody | None]:
    method, text = node.text("method"), node.text("uri")
    try:
        url = URL(text)
    except ValueError as error:
        msg = f"{text!r} is not a URL: {error}"
        raise node.error(msg, "uri") from None
    if not is_http_scheme(url.scheme) or not url.raw_host:
        msg = f"{text!r} must be an absolute URL of http or https"
        raise node.error(msg, "uri")
    headers = _headers(node)
    file = _file(extra, "request_file")
    if file is not None:
        return Request(method, url, headers, body=None), file
    value = node.value.get("body")
    sent = _sent(value)
    if sent is not None:
        form = "json" not in headers.get("Content-Type", "") and not _is_nested(sent)
        return with_object(Request(method, url, headers), sent, form=form), None
    body = _bytes(node, "body", value)
    encodings = encodings_of(headers)
    if body and encodings and is_known(encodings):
        body = _decoded(body, encodings)
    return Request(method, url, headers, body=body), None


def _sent(body: Any) -> Any:
    """Return the ``data=`` or ``json=`` that aiohttp's stub writes in place of the body, if so."""
    if is_mapping(body):
        return None if "string" in body or "base64_string" in body else body
    return body if is_list(body) or isinstance(body, (int, float)) else None


def _is_nested(sent: Any) -> bool:
    """Whether an object can hardly be the fields of a form."""
    values = sent.values() if is_mapping(sent) else ()
    return any(value is None or isinstance(value, bool) or is_mapping(value) for value in values)


def _bytes(node: Node, name: str, value: Any) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if is_mapping(value):
        if "base64_string" in value:
            try:
                return base64.b64decode(value["base64_string"])
            except (binascii.Error, ValueError, TypeError) as error:
                msg = f"is not base64: {error}"
                raise node.error(msg, f"{name}.base64_string") from None
        return _bytes(node, f"{name}.string", value.get("string"))
    msg = f"must be text or bytes, not {type(value).__name__}"
    raise node.error(msg, name)


def _response(
    node: Node, extra: Node, *, encoded: bool
) -> tuple[Response | None, StoredBody | None]:
    status = node.object("status")
    code = status.integer("code")
    if code <= 0:
        return None, None
    if not is_status(code):
        msg = f"must be a status such as 200, not {code}"
        raise status.error(msg, "code")
    reason = status.text("message", "") or None
    headers = CIMultiDict(_headers(node))
    for value in extra.value.get("content_encoding", ()):
        headers.add("Content-Encoding", str(value))
    file = _file(extra, "response_file")
    body = b"" if file is not None else _bytes(node, "body", node.value.get("body"))
    encodings = encodings_of(CIMultiDictProxy(headers))
    if encodings and not encoded:
        if is_known(encodings):
            body = _decoded(body, encodings)
        else:
            # VCR.py's stubs give their clients decoded bodies.
            headers.popall("Content-Encoding")
    fields = CIMultiDictProxy(headers)
    return Response(code, reason, fields, body if file is None else None), file


def _decoded(body: bytes, encodings: tuple[str, ...]) -> bytes:
    try:
        return decode(body, encodings)
    except ValueError:
        return body  # decoded already, as aiohttp's stub writes it


def _headers(node: Node) -> CIMultiDictProxy[str]:
    headers: CIMultiDict[str] = CIMultiDict()
    for name, values in node.object("headers", optional=True).value.items():
        for value in values if is_list(values) else [values]:
            text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            headers.add(str(name), " ".join(text.splitlines()).strip())
    return CIMultiDictProxy(headers)


def _file(extra: Node, name: str) -> StoredBody | None:
    if not extra.has(name):
        return None
    node = extra.object(name)
    return StoredBody(node.text("name"), node.integer("size", 0))


def _fault(extra: Node) -> Fault | None:
    if not extra.has("fault"):
        return None
    name = extra.text("fault")
    try:
        return Fault[name]
    except KeyError:
        msg = f"must be the name of a Fault, not {name!r}"
        raise extra.error(msg, "fault") from None


def _read_message(node: Node) -> RecordedMessage:
    data: Mapping[str, Any] = node.value
    content = data.get("data")
    if not isinstance(content, (str, bytes)):
        msg = f"must be text or bytes, not {content!r}"
        raise node.error(msg, "data")
    return RecordedMessage(node.text("type") == "send", content)
