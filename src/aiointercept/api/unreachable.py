"""Routes that no client could reach: a warning at the end of a block, and a hint in reports."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from yarl import URL

from aiointercept.core.errors import AiointerceptWarning
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery
from aiointercept.core.recording.redacting.messages import told
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.routing.policy import is_loopback
from aiointercept.core.routing.registry import EXACT
from aiointercept.core.routing.routes import Registration

IsOwn: TypeAlias = Callable[[Url | UrlIgnoringQuery | UrlPrefix], bool]

_AT_ANOTHER: Final = (
    "without mock_external_urls=True clients reach the real server there. Set it, "
    "or use m.session() or m.proxied()"
)
_HERE: Final = (
    "requests to the mock itself arrive under m.server_url, {}, by whatever "
    "name they are sent. Register the path alone"
)


def _is_here(url: URL, server: URL) -> bool:
    """Whether ``url`` is another name of the mock's own address."""
    return is_loopback(url.raw_host or "") and url.port == server.port


def _unreachable(
    routes: Iterable[Registration], is_own: IsOwn, server: URL | None
) -> Iterator[tuple[Registration, str]]:
    """Yield the unused routes for other servers, and why no client reached them."""
    for registration in routes:
        target = registration.route.target
        if registration.used or not isinstance(target, (*EXACT, UrlPrefix)):
            continue
        if not is_own(target):
            why = _AT_ANOTHER if server is None or not _is_here(target.url, server) else _HERE
            yield registration, why.format(server)


def warn_of_unreachable(
    routes: Iterable[Registration],
    is_own: IsOwn,
    redaction: Redaction | None,
    server: URL | None = None,
) -> None:
    """Warn of unused routes for other servers, if no client was directed to the mock.

    Args:
        routes: of the mock.
        is_own: whether a target is at the mock's own URL.
        redaction: masks secrets; ``None`` for none.
        server: the mock's own URL; ``None`` if nobody has asked for it.
    """
    for registration, why in _unreachable(routes, is_own, server):
        file, _, line = registration.declared_at.rpartition(":")
        text = told(f"{registration} was never used: {why}", redaction)
        warnings.warn_explicit(text, AiointerceptWarning, file, int(line or 0))


def why_unreachable(
    routes: Iterable[Registration], is_own: IsOwn, server: URL | None
) -> tuple[str, ...]:
    """Return why no client reached the routes for other servers, each reason once.

    Args:
        routes: of a mock to which no client was directed.
        is_own: whether a target is at the mock's own URL.
        server: the mock's own URL; ``None`` if nobody has asked for it.
    """
    return tuple(dict.fromkeys(why for _, why in _unreachable(routes, is_own, server)))
