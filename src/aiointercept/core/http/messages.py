"""The values of HTTP as the core sees them: ``Origin``, ``Request``, ``Response``.

All are immutable. A constructor normalises or refuses, so an invalid value cannot exist. How they
are matched, chosen or sent is up to others.

They have no slots, because attrs makes cached properties of slotted classes several times slower.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any, Final, TypeAlias

from attrs import field, frozen
from multidict import CIMultiDict, CIMultiDictProxy, MultiDict
from yarl import URL

from aiointercept.core.http.cookies import parse_cookies
from aiointercept.core.http.decoding import decode_text, parse_json
from aiointercept.core.http.forms import MULTIPART, URLENCODED, Part, form_pairs, parse_multipart
from aiointercept.core.http.media_types import charset_of, media_type_of, parameter
from aiointercept.core.http.urls import (
    DEFAULT_PORTS,
    canonical_url,
    host_name,
    http_scheme,
    query_values,
)

HeaderSource: TypeAlias = (
    Mapping[str, str] | Iterable[tuple[str, str]] | CIMultiDictProxy[str] | None
)

_CACHED_ORIGINS: Final = 1024
_NO_HEADERS: Final[CIMultiDictProxy[str]] = CIMultiDictProxy(CIMultiDict())


def header_fields(source: HeaderSource) -> CIMultiDictProxy[str]:
    """Return ``source`` as a read-only multidict; names repeat if they did in ``source``."""
    if source is None:
        return _NO_HEADERS
    if isinstance(source, CIMultiDictProxy):
        return source
    return CIMultiDictProxy(CIMultiDict(source))


@frozen(slots=False)
class Origin:
    """Scheme, host and port: what tells one server from another (RFC 6454)."""

    scheme: str = field(converter=http_scheme)
    host: str = field(converter=host_name)
    port: int

    @classmethod
    def of(cls, url: URL) -> "Origin":
        """Return the origin of an absolute URL, with the scheme's default port filled in.

        Raises:
            ValueError: if ``url`` has no host or a scheme that is not of HTTP or WebSocket.
        """
        if not url.raw_host:
            msg = f"'{url}' has no host"
            raise ValueError(msg)
        return _origin(url.scheme, url.raw_host, url.explicit_port)

    @cached_property
    def prefix(self) -> str:
        """The origin as the beginning of a URL, for example ``https://h:8443``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    def __str__(self) -> str:
        return self.prefix


@lru_cache(maxsize=_CACHED_ORIGINS)
def _origin(scheme: str, host: str, port: int | None) -> Origin:
    return Origin(scheme, host, port or DEFAULT_PORTS[http_scheme(scheme)])


def _upper(method: str) -> str:
    return method.upper()


def _absolute(url: URL | str) -> URL:
    url = URL(url) if isinstance(url, str) else url
    if not url.raw_host:
        msg = f"a request needs an absolute URL, not '{url}'"
        raise ValueError(msg)
    http_scheme(url.scheme)
    return url


@frozen(eq=False, slots=False)
class Request:
    """A request as a route sees it.

    Args:
        method: any case; kept in upper case.
        url: absolute; kept as it was sent.
        headers: a mapping, pairs, or a multidict; names compare without case.
        cookies: by name; read from the ``Cookie`` header if not given.
        body: the whole body, decoded from its ``Content-Encoding``; ``None`` where it is not known,
            as for a request that has not been sent yet.

    Raises:
        ValueError: for a URL without host, or with a scheme other than http(s) and ws(s).
    """

    method: str = field(converter=_upper)
    url: URL = field(converter=_absolute)
    headers: CIMultiDictProxy[str] = field(default=None, converter=header_fields)
    _cookies: Mapping[str, str] | None = field(default=None, alias="cookies", repr=False)
    body: bytes | None = field(default=None, repr=False)

    @classmethod
    def received(
        cls,
        method: str,
        urls: tuple[URL, URL],
        headers: CIMultiDictProxy[str],
        body: bytes | None,
    ) -> "Request":
        """Return a request whose values are already valid, without checking them again.

        This runs for every request that arrives; the constructor takes four times as long.

        Args:
            method: in upper case.
            urls: as it was sent, absolute, and its canonical spelling.
            headers: as they were sent.
            body: decoded from its ``Content-Encoding``.
        """
        request = cls.__new__(cls)
        values = vars(request)
        # One by one: update() takes twice as long.
        values["method"] = method
        values["url"], values["canonical_url"] = urls
        values["headers"] = headers
        values["_cookies"] = None
        values["body"] = body
        return request

    @cached_property
    def canonical_url(self) -> URL:
        """The URL in the one spelling that equal URLs share."""
        return canonical_url(self.url)

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """The URL as patterns may see it: as sent, as normalised, and with ``ws`` for an upgrade.

        A WebSocket handshake goes over the wire as a request for ``http`` (RFC 6455, section 4.1).
        """
        sent, normalised = str(self.url), str(self.canonical_url)
        if self.headers.get("Upgrade", "").lower() == "websocket":
            return sent, normalised, normalised.replace("http", "ws", 1)
        return (sent,) if sent == normalised else (sent, normalised)

    @cached_property
    def origin(self) -> Origin:
        """The server that the request is meant for."""
        return Origin.of(self.url)

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The decoded query: every value of a name, in the order sent.

        A name or value that is not UTF-8 stays percent-encoded.
        """
        return query_values(self.url)

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """The cookies of the request, by name."""
        if self._cookies is not None:
            return dict(self._cookies)
        return parse_cookies("; ".join(self.headers.getall("Cookie", ())))

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without parameters; ``""`` if not told."""
        return media_type_of(self.headers.get("Content-Type", ""))

    @property
    def charset(self) -> str:
        """The encoding of a text body as its ``Content-Type`` says; UTF-8 if not told."""
        return charset_of(self.headers.get("Content-Type", ""))

    def text(self) -> str:
        """Return the body as text, decoded in its :attr:`charset`; ``""`` where it is not known.

        Raises:
            ValueError: if it is not encoded so, or that encoding does not exist.

        .. versionadded:: 1.1
        """
        return decode_text(self.body or b"", self.charset)

    def json(self) -> Any:
        """Return the body, parsed as JSON whatever its ``Content-Type`` says.

        Raises:
            ValueError: if it is not JSON, also where it is empty, or its encoding does not exist.

        .. versionadded:: 1.1
        """
        told = parameter(self.headers.get("Content-Type", ""), "charset") is not None
        return parse_json(self.text() if told else self.body or b"")

    def form(self) -> MultiDict[str | Part]:
        """Return the fields of the body, if it is a form in one of the two encodings, in order.

        A field is a ``str``; a file, and anything else that is not text, is a
        :class:`~aiointercept.core.http.forms.Part` with ``content``, ``filename`` and
        ``content_type``. A body of another type has no fields.

        Raises:
            ValueError: if the body is not encoded as its ``Content-Type`` says.

        .. versionadded:: 1.1
        """
        if self.content_type == MULTIPART:
            return MultiDict(
                (part.name, _value(part))
                for part in parse_multipart(self.body or b"", self.headers["Content-Type"])
            )
        if self.content_type in (URLENCODED, ""):
            return MultiDict(form_pairs(self.body or b"", self.charset))
        return MultiDict()

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


def _value(part: Part) -> str | Part:
    text = part.text if part.filename is None else None
    return part if text is None else text


@frozen(eq=False, slots=False)
class Response:
    """A response: what was, or is to be, answered.

    Args:
        status: three digits.
        reason: the phrase behind the status; ``None`` for the standard one.
        headers: a mapping, pairs, or a multidict; names may repeat.
        body: the whole body; ``None`` where it was not seen, as for one that only passed by.
        plain: whether its header fields are sent as they are, and none is added.
    """

    status: int = 200
    reason: str | None = None
    headers: CIMultiDictProxy[str] = field(default=None, converter=header_fields)
    body: bytes | None = field(default=b"", repr=False)
    plain: bool = field(default=False, repr=False, kw_only=True)
