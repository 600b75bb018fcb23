"""What makes two URLs the same.

The one rule for comparing URLs lives here: fragment and user info dropped, query pairs sorted with
duplicates kept, an empty path is ``/``, default port and trailing dot of the host dropped,
``ws``/``wss`` written as ``http``/``https``. Nothing here knows routes or requests.
"""

from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from yarl import URL, Query

DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_SCHEMES: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
HTTP_SCHEMES: Final = frozenset(_SCHEMES)
"""The schemes of requests that can be mocked, in lower case."""

_REPLACEMENT: Final = "\ufffd"
_CACHED_URLS: Final = 4096
_LONGEST_CACHED: Final = 2048


def http_scheme(scheme: str) -> str:
    """Return ``http`` or ``https`` for one of ``http``, ``https``, ``ws``, ``wss``.

    Raises:
        ValueError: for any other scheme.
    """
    try:
        return _SCHEMES[scheme.lower()]
    except KeyError:
        msg = f"scheme must be http, https, ws or wss, not {scheme!r}"
        raise ValueError(msg) from None


def is_http_scheme(scheme: str) -> bool:
    """Whether ``scheme`` is one of ``http``, ``https``, ``ws``, ``wss``."""
    return scheme.lower() in _SCHEMES


def host_name(host: str) -> str:
    """Return ``host`` as it is compared: lower case, without a trailing dot."""
    return host.lower().rstrip(".")


def bracketed(text: str) -> str:
    """Put a bare IPv6 address in brackets; return anything else unchanged."""
    return f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text


def canonical_url(url: URL | str) -> URL:
    """Return the one spelling that all equal URLs share.

    Raises:
        ValueError: if there is no host, or the scheme is none of http, https, ws, wss.
    """
    if isinstance(url, URL):
        if len(url.raw_path) + len(url.raw_query_string) <= _LONGEST_CACHED:
            return _canonical_of(url)
        url = str(url)
    return (_canonical if len(url) <= _LONGEST_CACHED else _canonical.__wrapped__)(url)


@lru_cache(maxsize=_CACHED_URLS)
def _canonical_of(url: URL) -> URL:
    # A URL remembers its hash, but makes its text anew each time.
    return canonical_url(str(url))


@lru_cache(maxsize=_CACHED_URLS)
def _canonical(text: str) -> URL:
    url = URL(text)
    if not url.raw_host:
        msg = f"{text!r} has no host: write it in full, as in 'https://api.example.com/users'"
        raise ValueError(msg)
    scheme = http_scheme(url.scheme)
    # The subcomponent keeps the brackets of an IPv6 address.
    authority = host_name(url.host_subcomponent or "")
    port = url.explicit_port
    if port is not None and port != DEFAULT_PORTS[scheme]:
        authority = f"{authority}:{port}"
    clean = URL.build(scheme=scheme, authority=authority, path=url.raw_path or "/", encoded=True)
    raw = url.raw_query_string
    if not raw:
        return clean
    pairs = sorted(url.query.items())
    if any(_REPLACEMENT in name or _REPLACEMENT in value for name, value in pairs):
        # Bytes that are not UTF-8 stay encoded, because decoding them loses information.
        query = "&".join("=".join(map(_quoted, pair)) for pair in sorted(_pairs_of_bytes(raw)))
        return URL(f"{clean}?{query}", encoded=True)
    return clean.with_query(pairs) if pairs else clean


def _pairs_of_bytes(raw: str) -> list[tuple[bytes, bytes]]:
    pairs = (pair.partition("=") for pair in raw.split("&") if pair)
    return [(_to_bytes(name), _to_bytes(value)) for name, _, value in pairs]


def _to_bytes(text: str) -> bytes:
    return unquote_to_bytes(text.replace("+", " "))


def _quoted(data: bytes) -> str:
    return quote(data, safe="")


def _readable(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _quoted(data)


def is_address(host: str) -> bool:
    """Whether ``host``, without brackets, is an IP address, which no resolver is asked for."""
    return ":" in host or host.replace(".", "").isdigit()


def query_values(url: URL) -> dict[str, list[str]]:
    """Return the decoded query: every value of a name, in the order sent.

    A name or value that is not UTF-8 stays percent-encoded.
    """
    pairs = list(url.query.items())
    if any(_REPLACEMENT in name or _REPLACEMENT in value for name, value in pairs):
        raw = _pairs_of_bytes(url.raw_query_string)
        pairs = [(_readable(name), _readable(value)) for name, value in raw]
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def merge_params(url: URL | str, params: Query) -> URL:
    """Return ``url`` with ``params`` added to its query, as a client adds them.

    Args:
        url: whose own query is kept.
        params: a mapping (values may be lists), pairs or a ``str``; ``None`` for none.

    Raises:
        TypeError: for values that no query can have.
    """
    return URL(url).extend_query(params) if params else URL(url)


def sorted_query(url: URL | str) -> URL:
    """Return ``url`` with the pairs of its query sorted, and nothing else changed.

    This is how aioresponses compares URLs: fragment, user info and port count.

    Raises:
        TypeError: if it is not a URL.
    """
    url = URL(url)
    return _sorted_query(url) if url.raw_query_string else url


@lru_cache(maxsize=_CACHED_URLS)
def _sorted_query(url: URL) -> URL:
    return url.with_query(sorted(url.query.items()))
