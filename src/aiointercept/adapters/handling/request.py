"""``AiointerceptRequest``: a request as users see it, live or restored from the log."""

import asyncio
import io
import weakref
from collections.abc import AsyncIterator, Callable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from aiohttp.http import HttpVersion11, RawRequestMessage
from multidict import CIMultiDict, CIMultiDictProxy, MultiDict, MultiDictProxy
from typing_extensions import override
from yarl import URL

from aiointercept.core.calls import NO_MATCH_INFO
from aiointercept.core.http.decoding import decode_text, parse_json, unpack
from aiointercept.core.http.encodings import readable_body
from aiointercept.core.http.forms import MULTIPART, URLENCODED
from aiointercept.core.http.messages import Origin, Request
from aiointercept.core.http.urls import canonical_url
from aiointercept.core.text import printable

_CACHED_TARGETS: Final = 4096
_LONGEST_CACHED: Final = 2048
_OF_A_PROXY: Final = ("Proxy-Connection", "Proxy-Authorization")
_RAW_OF_A_PROXY: Final = frozenset(name.lower().encode() for name in _OF_A_PROXY)
_NOT_JSON: Final = ("multipart/", URLENCODED, "application/octet-stream")


class AiointerceptRequest(web.Request):
    """A request as it was received: an ``aiohttp.web.Request`` that stays readable.

    ``read``, ``text``, ``json`` and ``post`` work during the exchange and after it. ``url`` is the
    URL that the client requested, with its true scheme, host and port, whatever its ``Host`` header
    says.
    """

    ATTRS = web.Request.ATTRS | frozenset({"_received", "_found", "_raw", "named_origin"})

    _received: Request
    _found: Mapping[str, str] = NO_MATCH_INFO
    _raw: bytes = b""
    named_origin: Origin | None = None

    def keep(self, received: Request, match_info: Mapping[str, str]) -> None:
        """Take the data of this request from ``received``."""
        self._received = received
        self._found = match_info

    @override
    def __repr__(self) -> str:
        # aiohttp's own repr shows the path decoded, including control characters.
        return printable(super().__repr__())

    @property
    def captured_body(self) -> bytes | None:
        """The body, decoded from its ``Content-Encoding``; ``None`` if it was not captured."""
        return self._received.body

    @property
    def canonical_url(self) -> URL:
        """The true URL in its normalised form, which equal URLs share."""
        return self._received.canonical_url

    @property
    @override
    def url(self) -> URL:  # pyright: ignore[reportIncompatibleVariableOverride]  # a cached property there
        return self._received.url

    @property
    @override
    def scheme(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]  # a cached property there
        return self._received.origin.scheme

    @property
    @override
    def host(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]  # a cached property there
        # Without such a header aiohttp asks the resolver for the name of this machine.
        host: str | None = self.headers.get("Host")
        return self._received.origin.prefix.partition("://")[2] if host is None else host

    @property
    @override
    def content_type(self) -> str:
        """The media type as aiohttp parses it, or aiohttp's default if it is malformed."""
        try:
            return super().content_type
        except (ValueError, AssertionError):
            return "application/octet-stream"

    @property
    @override
    def charset(self) -> str | None:
        """The charset as aiohttp parses it; ``None`` if it is missing or malformed."""
        try:
            return super().charset
        except (ValueError, AssertionError):
            return None

    @property
    @override
    def match_info(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]  # a cached property there
        """The values that a ``url_template`` found in the URL, percent-decoded, by name."""
        return self._found

    @property
    def kwargs(self) -> dict[str, Any]:
        """The keyword arguments of a callback: ``headers``, ``query``, ``json`` and ``data``."""
        return call_arguments(self._received)

    async def receive(self, most: int | None = None, sent: bytes | None = None) -> bytes:
        """Read the body and return it, still encoded.

        Args:
            most: stop after this many bytes; call it again for the rest.
            sent: the body that the client is expected to send. If it is the one that arrives, this
                object is used itself, so that a large body is not copied.
        """
        content = self.content
        chunks = [self._raw] if self._raw else []
        size = len(self._raw)
        same = sent if not chunks else None
        while not content.at_eof() and (most is None or size <= most):
            chunk = await content.readany()
            if same is not None and not same.startswith(chunk, size):
                chunks, same = [same[:size]], None
            if same is None:
                chunks.append(chunk)
            size += len(chunk)
        if same is not None:
            self._raw = same if size == len(same) else same[:size]
        else:
            self._raw = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return self._raw

    @property
    def buffered_body(self) -> bytes:
        """The part of the body received so far, still encoded."""
        return self._raw

    @property
    def sent_body(self) -> bytes | AsyncIterator[bytes]:
        """The body as it was sent, still encoded; in chunks if some of it has yet to arrive."""
        return self._raw if self.content.at_eof() else self.sent_chunks()

    async def sent_chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives, still encoded; this works only once."""
        yield self._raw
        self._raw = b""
        while not self.content.at_eof():
            yield await self.content.readany()

    @override
    async def read(self) -> bytes:
        return self._received.body or b""

    @override
    async def text(self) -> str:
        """Return the body as text.

        Raises:
            ValueError: if the body cannot be decoded with the charset of its ``Content-Type``.
        """
        return decode_text(self._received.body or b"", self.charset or "utf-8")

    @override
    async def json(self, *, loads: Callable[[str], Any] = parse_json, **_: object) -> Any:
        """Return the body parsed as JSON.

        Args:
            loads: the function that parses the text.

        Raises:
            ValueError: if the body is not text, not JSON, or nested too deeply.
        """
        return loads(await self.text())

    @override
    async def multipart(self) -> aiohttp.MultipartReader:
        return aiohttp.MultipartReader(self.headers, _stream(self._received.body or b""))

    @override
    async def post(self) -> MultiDictProxy[Any]:
        # aiohttp would need a loop, and store files on disk that close when the exchange ends.
        fields: MultiDict[Any] = MultiDict()
        if self._received.body is None:
            return MultiDictProxy(fields)  # it was forwarded without being captured
        if self.content_type == MULTIPART:
            try:
                parts = await self.multipart()
                while (part := await parts.next()) is not None:
                    fields.add(*await _form_field(part))
            except ValueError:
                raise
            except Exception as error:  # the exception depends on aiohttp's version
                msg = f"this is not a form: {type(error).__name__}: {error}"
                raise ValueError(msg) from error
        elif self.content_type in ("", URLENCODED):
            charset = self.charset or "utf-8"
            text = decode_text(await self.read(), charset).rstrip()
            fields.extend(parse_qsl(text, keep_blank_values=True, encoding=charset))
        return MultiDictProxy(fields)


async def _form_field(part: Any) -> tuple[str, Any]:
    if not isinstance(part, aiohttp.BodyPartReader) or part.name is None:
        msg = "this form has a part that is not a field; read it with request.multipart()"
        raise ValueError(msg)
    content = bytes(await part.read(decode=True))
    kind = part.headers.get("Content-Type")
    if part.filename:
        file = io.BufferedReader(io.BytesIO(content))
        kind = kind or "application/octet-stream"
        return part.name, web.FileField(part.name, part.filename, file, kind, part.headers)
    if kind is None or kind.startswith("text/"):
        return part.name, decode_text(content, part.get_charset(default="utf-8"))
    return part.name, content


def call_arguments(received: Request) -> dict[str, Any]:
    """Return the keyword arguments of a callback for a request."""
    return {
        "headers": received.headers,
        "query": received.query,
        "json": _parsed_json(received),
        "data": received.body or None,
    }


def _parsed_json(received: Request) -> Any:
    if not received.body or received.content_type.startswith(_NOT_JSON):
        return None
    try:
        return parse_json(received.body)
    except ValueError:
        return None


class RequestView:
    """Returns a logged request: the live object if it still exists, else one restored from the log.

    A live request keeps its connection alive, so a call keeps one only if something asked for it
    during the exchange, such as a callback with a ``request`` parameter.
    """

    __slots__ = ("_live",)

    def __init__(self, live: AiointerceptRequest) -> None:
        self._live = weakref.ref(live)

    def __call__(self, received: Request, match_info: Mapping[str, str]) -> AiointerceptRequest:
        """Return a request with the data of ``received``."""
        live = self._live()
        if live is None:
            return from_log(received, match_info)
        live.keep(received, match_info)
        return live


def from_log(received: Request, match_info: Mapping[str, str]) -> AiointerceptRequest:
    """Restore a request from its logged data, without a connection."""
    message = RawRequestMessage(
        received.method,
        received.url.raw_path_qs,
        HttpVersion11,
        received.headers,
        tuple((_raw(name), _raw(value)) for name, value in received.headers.items()),
        False,  # noqa: FBT003  the parameters of this named tuple are positional in practice
        None,
        False,  # noqa: FBT003  the parameters of this named tuple are positional in practice
        False,  # noqa: FBT003  the parameters of this named tuple are positional in practice
        received.url.relative(),
    )
    gone: Any = _Gone()
    request = AiointerceptRequest(
        message, _stream(received.body or b""), gone, gone, gone, gone, client_max_size=0
    )
    request.keep(received, match_info)
    return request


def _raw(text: str) -> bytes:
    """Return a header name or value as the bytes that arrived, even invalid ones."""
    return text.encode("utf-8", "surrogateescape")


class _Gone:
    """Replaces the connection of a request that has none; all its other attributes are ``None``."""

    max_field_size = 1 << 30
    max_headers = 1 << 20
    _reading_paused = False

    def resume_reading(self, **_: object) -> None:
        """Do nothing, because there is nothing to read."""

    def __getattr__(self, name: str) -> None:
        return None


def _stream(body: bytes) -> aiohttp.StreamReader:
    gone: Any = _Gone()
    stream = aiohttp.StreamReader(gone, len(body) + 1, loop=gone)
    if body:
        stream.feed_data(body)
    stream.feed_eof()
    return stream


def named_origin(message: RawRequestMessage) -> Origin | None:
    """Return the origin that a request in absolute form names; ``None`` for any other request."""
    try:
        return Origin.of(message.url) if message.url.absolute else None
    except ValueError:
        return None


def in_origin_form(message: RawRequestMessage) -> RawRequestMessage:
    """Return a proxy's request, which is in absolute form, as the server would receive it."""
    url = message.url
    headers = CIMultiDict(message.headers)
    for name in _OF_A_PROXY:
        headers.popall(name, None)
    raw_headers = tuple(
        (name, value) for name, value in message.raw_headers if name.lower() not in _RAW_OF_A_PROXY
    )
    return message._replace(
        path=url.raw_path_qs or "/",
        url=url.relative() if url.raw_path else URL("/"),
        headers=CIMultiDictProxy(headers),
        raw_headers=raw_headers,
    )


@lru_cache(maxsize=_CACHED_TARGETS)
def _urls_of(prefix: str, target: str) -> tuple[URL, URL]:
    url = URL(prefix + target.partition("#")[0], encoded=True)
    return url, canonical_url(url)


def urls_of(prefix: str, request: web.BaseRequest) -> tuple[URL, URL]:
    """Return the requested URL, as it was sent and in its canonical spelling.

    Args:
        prefix: the origin.
        request: has the rest of the URL.
    """
    target = request.raw_path
    if not target.startswith("/"):
        # "*", or the absolute form that clients use with a proxy.
        target = request.rel_url.raw_path_qs if request.rel_url.raw_path != "*" else "/*"
    return (_urls_of if len(target) <= _LONGEST_CACHED else _urls_of.__wrapped__)(prefix, target)


async def decoded(body: bytes, encoding: str) -> bytes:
    """Undo a ``Content-Encoding`` if it is supported, yielding to the loop in between."""
    if "," in encoding:
        return readable_body(body, encoding)
    steps = unpack(body, encoding)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: bytes = end.value
            return result
        await asyncio.sleep(0)
