"""Which origins are ours, and what becomes of a request: the decision, not its execution."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

from attrs import field, frozen
from yarl import URL

from aiointercept.core.http import Origin, Request
from aiointercept.core.matching import decided_by_head
from aiointercept.core.registry import Registry
from aiointercept.core.replies import Broken
from aiointercept.core.routes import Registration, Route
from aiointercept.core.urls import DEFAULT_PORTS, host_name, http_scheme

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


class Party(Protocol):
    """One active mock, as far as deciding goes."""

    @property
    def registry(self) -> Registry:
        """Its routes."""
        ...

    @property
    def policy(self) -> Policy:
        """What it leaves to the real network."""
        ...


P = TypeVar("P", bound=Party)


@frozen
class LeaveAlone(Generic[P]):
    """Not ours: the client goes its own way. ``party`` wants to have it in its log, if any."""

    party: P | None


@frozen
class Serve(Generic[P]):
    """A route of ``party`` may take it, so the mock answers."""

    party: P


@frozen
class FailToConnect(Generic[P]):
    """A route of ``party`` takes it, and what it answers is that there is no connection."""

    party: P
    registration: Registration
    broken: Broken


@frozen
class Forward(Generic[P]):
    """No route takes it, and ``party`` itself carries it to the real server."""

    party: P


@frozen
class Unmatched(Generic[P]):
    """No route takes it; ``party`` has to say so."""

    party: P


Verdict: TypeAlias = LeaveAlone[P] | Serve[P] | FailToConnect[P] | Forward[P] | Unmatched[P]


def decide(request: Request, parties: Sequence[P]) -> Verdict[P]:
    """Say what becomes of a request from an intercepted client.

    Args:
        request: what the client is about to send; its body may be unknown.
        parties: the active mocks, the innermost first; at least one.
    """
    loopback = is_loopback(request.url.raw_host or "")
    named = False
    for party in parties:
        if party.policy.never_touches(request):
            return LeaveAlone(None)
        if loopback and party.policy.leave_loopback and not party.registry.names(request):
            continue
        named = True
        registration = party.registry.foresee(request)
        if registration is not None:
            broken = _sure_failure_to_connect(registration.route, request)
            if broken is None:
                return Serve(party)
            return FailToConnect(party, registration, broken)
    return _unmatched(request, parties) if named else LeaveAlone(None)


def _sure_failure_to_connect(route: Route, request: Request) -> Broken | None:
    reply, condition = route.reply, route.condition
    if not (isinstance(reply, Broken) and reply.fault.before_connection):
        return None
    sure = request.body is not None or condition is None or decided_by_head(condition)
    return reply if sure else None


def _unmatched(request: Request, parties: Sequence[P]) -> Verdict[P]:
    for party in parties:
        if party.registry.used_up(request):
            return Unmatched(party)
        if party.policy.forward_unmatched:
            return Forward(party) if party.policy.carry_forwarded else LeaveAlone(party)
    return Unmatched(parties[0])
