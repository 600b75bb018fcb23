"""What one mock leaves to the real network: hosts, loopback, and what no route matches."""

import ipaddress
from functools import lru_cache
from typing import Final

from attrs import field, frozen
from yarl import URL

from aiointercept.core.http.messages import Origin, Request
from aiointercept.core.http.urls import DEFAULT_PORTS, host_name, http_scheme

_CACHED_HOSTS: Final = 1024


@frozen
class HostRule:
    """Origins with this host, and with this scheme and port where they are given."""

    host: str = field(converter=host_name)
    scheme: str | None = None
    port: int | None = None

    @classmethod
    def parse(cls, text: object) -> "HostRule":
        """Read ``host``, ``host:port`` or a URL, whose path is not looked at.

        Raises:
            ValueError: if ``text`` is neither.
        """
        msg = (
            f"passthrough: {text!r} is neither a URL such as 'https://api.example.com' nor a host "
            "such as 'api.example.com' or '192.0.2.1:8080'"
        )
        if isinstance(text, URL):
            text = str(text)
        if not isinstance(text, str) or not text or any(char.isspace() for char in text):
            raise ValueError(msg)
        try:
            url = URL(text if "://" in text else f"//{_bracketed(text)}")
            port = url.explicit_port
            scheme = http_scheme(url.scheme) if url.scheme else None
        except ValueError:
            raise ValueError(msg) from None
        plain_host = "://" in text or url.raw_path in ("", "/")
        if not url.raw_host or not plain_host:
            raise ValueError(msg)
        if scheme is not None:
            port = port or DEFAULT_PORTS[scheme]
        return cls(url.raw_host, scheme, port)

    def covers(self, origin: Origin) -> bool:
        """Whether requests to ``origin`` are meant."""
        return (
            self.host == origin.host
            and self.scheme in (None, origin.scheme)
            and self.port in (None, origin.port)
        )


def _bracketed(host: str) -> str:
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host


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
        leave_loopback: whether this machine's own servers stay reachable unless a route names them.
    """

    untouched: tuple[HostRule, ...] = ()
    forward_unmatched: bool = False
    carry_forwarded: bool = False
    leave_loopback: bool = True

    def never_touches(self, request: Request) -> bool:
        """Whether ``request`` is none of our business."""
        return bool(self.untouched) and any(rule.covers(request.origin) for rule in self.untouched)
