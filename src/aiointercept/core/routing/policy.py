"""What one mock leaves to the real network: hosts, loopback, and what no route matches."""

import ipaddress
from functools import lru_cache
from typing import Final

from attrs import frozen
from yarl import URL

from aiointercept.core.http.messages import Request
from aiointercept.core.http.urls import DEFAULT_PORTS, bracketed, host_name, http_scheme

_CACHED_HOSTS: Final = 1024


@frozen
class HostRule:
    """Requests that are left alone: those to a host, and to a port and path where they are given.

    Args:
        text: as the user gave it.
        host: in lower case.
        subdomains: whether its subdomains are meant, and not itself.
        port: the only one that is meant.
        path: the beginning of the paths that are meant, by segments.
    """

    text: str
    host: str
    subdomains: bool = False
    port: int | None = None
    path: str = "/"

    @classmethod
    def parse(cls, entry: object) -> "HostRule":
        """Read an entry such as ``host``, ``host:port``, ``*.host`` or ``https://host/path``.

        The scheme and its default port are ignored.

        Raises:
            ValueError: if ``entry`` is none of these.
        """
        text = str(entry) if isinstance(entry, URL) else entry
        msg = (
            f"passthrough: {entry!r} is neither a URL such as 'https://api.example.com' nor a host "
            "such as 'api.example.com', '*.example.com' or '192.0.2.1:8080'"
        )
        if not isinstance(text, str) or not text or any(char.isspace() for char in text):
            raise ValueError(msg)
        scheme, separator, rest = text.rpartition("://")
        subdomains = rest.startswith("*.")
        try:
            url = URL(f"{scheme or 'http'}://{bracketed(rest.removeprefix('*.'))}")
            port = url.explicit_port
            http_scheme(url.scheme)
        except ValueError:
            raise ValueError(msg) from None
        if not url.raw_host or url.raw_query_string or (not separator and url.raw_path != "/"):
            raise ValueError(msg)
        if "*" in rest.removeprefix("*."):
            msg = (
                f"passthrough: {entry!r} has a wildcard that is not understood: only '*.' before "
                "a host is, for all its subdomains"
            )
            raise ValueError(msg)
        if separator and port == DEFAULT_PORTS[http_scheme(url.scheme)]:
            port = None
        path = url.raw_path.rstrip("/") or "/"
        return cls(text, host_name(url.raw_host), subdomains, port, path)

    def covers(self, url: URL) -> bool:
        """Whether the rule applies to a request for ``url``, which is canonical."""
        host = url.raw_host or ""
        same = host.endswith(f".{self.host}") if self.subdomains else host == self.host
        return (
            same
            and self.port in (None, url.port)
            and (self.path == "/" or f"{url.raw_path}/".startswith(f"{self.path}/"))
        )

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=_CACHED_HOSTS)
def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine: ``localhost``, ``127.0.0.0/8`` or ``::1``."""
    host = host_name(host)
    if host == "localhost":
        return True
    if not (host.startswith("127.") or ":" in host):
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@frozen
class Policy:
    """What one mock leaves to the real network.

    Args:
        untouched: hosts whose requests are never looked at.
        forward_unmatched: whether what no route matches goes to the real server.
        carry_forwarded: whether the mock itself carries what is forwarded, instead of letting the
            client connect to the real server by its own means.
        forward_rate: bytes a second at which bodies of real servers go out, if it carries them;
            ``None`` for as fast as they come.
        leave_loopback: whether this machine's own servers stay reachable unless a route names them.
    """

    untouched: tuple[HostRule, ...] = ()
    forward_unmatched: bool = False
    carry_forwarded: bool = False
    forward_rate: float | None = None
    leave_loopback: bool = True

    def never_touches(self, request: Request) -> bool:
        """Whether ``request`` is left alone."""
        return bool(self.untouched) and any(
            rule.covers(request.canonical_url) for rule in self.untouched
        )

    def rule_for(self, url: URL) -> HostRule | None:
        """Return the rule that leaves requests for ``url``, which is canonical, alone."""
        if not self.untouched:
            return None
        return next((rule for rule in self.untouched if rule.covers(url)), None)
