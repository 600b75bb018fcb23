"""A recorded exchange as a route: what it takes, and what it answers."""

import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from typing import Any, Final, TypeAlias

from attrs import evolve, frozen
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.core.http.encodings import encode, encodings_of, is_known
from aiointercept.core.http.messages import Origin, Request, Response
from aiointercept.core.matching.urls import ANY_METHOD
from aiointercept.core.recording.entries import Entry, StoredBody
from aiointercept.core.recording.match_on import MatchOn
from aiointercept.core.recording.recorded_requests import RecordedUrl, target_and_condition
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import FaultReply, Reply, Stream, WebSocket
from aiointercept.core.routing.routes import Route

OpenBody: TypeAlias = Callable[[StoredBody, tuple[str, ...]], AsyncIterable[bytes]]
"""Opens a body in a file, encoded as it is to be sent."""

_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
    }
)
_WITHOUT_BODY: Final = frozenset({204, 304})
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNSENDABLE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


@frozen(eq=False, repr=False)
class Replay:
    """How the entries of one cassette are replayed.

    Args:
        file: name of the cassette, for messages.
        rules: which parts of requests are compared.
        open_body: opens a body in a file.
        converse: makes the handler of a WebSocket, of an entry.
        repeat: how often each entry answers; ``None`` if the last one for a request always does.
        base_url: replaces the origin of what was recorded.
    """

    file: str
    rules: MatchOn
    open_body: OpenBody
    converse: Callable[[Entry], Any]
    repeat: int | None = 1
    base_url: URL | None = None

    def routes(self, entries: Iterable[Entry]) -> list[Route]:
        """Return a route for each entry, in order."""
        routes = [self._route(entry) for entry in entries]
        if self.repeat is not None:
            return routes
        last = {_place(route): route for route in routes}
        return [
            evolve(route, limit=None) if last[_place(route)] is route else route for route in routes
        ]

    def _route(self, entry: Entry) -> Route:
        if self.base_url is not None:
            entry = moved(entry, self.base_url)
        target, condition = target_and_condition(self.rules, entry.request, entry.sent)
        return Route(
            method=entry.request.method if "method" in self.rules.parts else ANY_METHOD,
            target=target,
            condition=condition,
            reply=reply_of(entry, self.open_body, self.converse),
            limit=self.repeat or 1,
            declared_at=f"{self.file} (entry {entry.number})",
        )


def _place(route: Route) -> Any:
    target = route.target
    assert isinstance(target, RecordedUrl)  # noqa: S101  as _route makes it
    return route.method, target.index, target.key


def reply_of(entry: Entry, open_body: OpenBody, converse: Callable[[Entry], Any]) -> Reply:
    """Return what an entry answers."""
    response = entry.response
    if entry.fault is not None and (response is None or entry.fault is not Fault.TRUNCATED_BODY):
        return FaultReply(entry.fault, Response())
    if response is None:
        return FaultReply(Fault.EMPTY_RESPONSE, Response())
    if entry.opens_websocket:
        protocol = response.headers.get("Sec-WebSocket-Protocol")
        return WebSocket(converse(entry), {} if protocol is None else {"protocols": (protocol,)})
    content = _content(entry, response, open_body)
    return content if entry.fault is None else FaultReply(entry.fault, _cut(content, response))


def _content(entry: Entry, response: Response, open_body: OpenBody) -> Response | Stream:
    headers = _sendable(response.headers)
    encodings = () if entry.encoded else encodings_of(response.headers)
    if not is_known(encodings):
        headers.popall("Content-Encoding", None)
        encodings = ()
    file = entry.response_file
    reason = response.reason
    if reason is not None:
        reason = _UNSENDABLE.sub("", reason)
    if file is not None:
        headers.popall("Content-Length", None)
        chunked = "Transfer-Encoding" in headers
        length = None if encodings or chunked else file.size
        return Stream(
            lambda: open_body(file, encodings),
            response.status,
            reason,
            _frozen(headers),
            length,
            plain=True,
        )
    body = response.body or b""
    has_body = entry.request.method != "HEAD" and response.status not in _WITHOUT_BODY
    if not has_body:
        body = b""
    elif entry.fault is not None:
        headers.popall("Content-Length", None)
    if body and encodings:
        body = encode(body, encodings)
    return Response(response.status, reason, _frozen(headers), body, plain=True)


def _cut(content: Response | Stream, recorded: Response) -> Stream:
    """Return a body that breaks off, as a stream, so that everything recorded is sent.

    What performs it announces one byte more than there is.
    """
    announced = recorded.headers.get("Content-Length", "")
    length = int(announced) - 1 if announced.isdecimal() else None
    if isinstance(content, Stream):
        return evolve(content, length=length)
    body = content.body or b""
    if length is None or length < len(body):
        length = len(body)

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    return Stream(chunks, content.status, content.reason, content.headers, length, plain=True)


def _sendable(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """Return the headers that belong to the message, without those that cannot be sent."""
    return CIMultiDict(
        (name, value if value.isprintable() else _UNSENDABLE.sub("", value))
        for name, value in headers.items()
        if name.lower() not in _HOP_BY_HOP and _HEADER_NAME.fullmatch(name)
    )


def _frozen(headers: CIMultiDict[str]) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(headers)


def moved(entry: Entry, base_url: URL) -> Entry:
    """Return ``entry`` as if it had been recorded at ``base_url``.

    A ``Location`` that leads to the recorded origin leads there, too.
    """
    origin = entry.request.origin
    request = entry.request
    request = Request(
        request.method, moved_url(request.url, base_url), request.headers, body=request.body
    )
    response = entry.response
    if response is not None and "Location" in response.headers:
        location = URL(response.headers["Location"])
        if location.raw_host and Origin.of(location) == origin:
            headers = CIMultiDict(response.headers)
            headers["Location"] = str(moved_url(location, base_url))
            response = evolve(response, headers=CIMultiDictProxy(headers))
    return evolve(entry, request=request, response=response)


def moved_url(url: URL, base_url: URL) -> URL:
    """Return ``url`` at another origin, below the path of that."""
    prefix = base_url.raw_path.rstrip("/")
    text = f"{base_url.origin()}{prefix}{url.raw_path or '/'}"
    if url.raw_query_string:
        text += f"?{url.raw_query_string}"
    return URL(text, encoded=True)
