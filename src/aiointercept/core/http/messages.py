"""The values of HTTP as the core sees them: ``Origin``, ``Request``, ``Response``.

All are immutable. A constructor normalises or refuses, so an invalid value cannot exist. How they
are matched, chosen or sent is none of their business.

They have no slots: with them, what is computed at first use costs attrs several times as much.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import Final, TypeAlias

from attrs import field, frozen
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.core.http.media_types import charset_of, media_type_of
from aiointercept.core.http.urls import DEFAULT_PORTS, canonical_url, host_name, http_scheme

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
        """Return a request whose values are known to be right, without checking them again.

        It is made for every request that arrives; the constructor takes four times as long.

        Args:
            method: in upper case.
            urls: as it was sent, absolute, and its canonical spelling.
            headers: as they were sent.
            body: decoded from its ``Content-Encoding``.
        """
        request = cls.__new__(cls)
        vars(request).update(
            method=method,
            url=urls[0],
            canonical_url=urls[1],
            headers=headers,
            _cookies=None,
            body=body,
        )
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
        """Where the request was meant to go."""
        return Origin.of(self.url)

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The decoded query: every value of a name, in the order sent."""
        values: dict[str, list[str]] = {}
        for name, value in self.url.query.items():
            values.setdefault(name, []).append(value)
        return values

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """The cookies that came along, by name."""
        if self._cookies is not None:
            return dict(self._cookies)
        try:
            jar = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return {}
        return {name: morsel.value for name, morsel in jar.items()}

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without parameters; ``""`` if not told."""
        return media_type_of(self.headers.get("Content-Type", ""))

    @property
    def charset(self) -> str:
        """The encoding of a text body as its ``Content-Type`` says; UTF-8 if not told."""
        return charset_of(self.headers.get("Content-Type", ""))

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


@frozen(eq=False, slots=False)
class Response:
    """A response: what was, or is to be, answered.

    Args:
        status: three digits.
        reason: the phrase behind the status; ``None`` for the standard one.
        headers: a mapping, pairs, or a multidict; names may repeat.
        body: the whole body; ``None`` where it was not seen, as for one that only passed by.
    """

    status: int = 200
    reason: str | None = None
    headers: CIMultiDictProxy[str] = field(default=None, converter=header_fields)
    body: bytes | None = field(default=b"", repr=False)
