"""The warning at the end of a block about routes that no client could reach."""

import warnings
from collections.abc import Callable, Iterable
from typing import Final

from yarl import URL

from aiointercept.core.errors import AiointerceptWarning
from aiointercept.core.matching.mounting import UrlPrefix
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery
from aiointercept.core.recording.redacting.messages import told
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.routing.policy import is_loopback
from aiointercept.core.routing.registry import EXACT
from aiointercept.core.routing.routes import Registration

_AT_ANOTHER: Final = (
    "was never used: without mock_external_urls=True clients reach the real server there. Set it, "
    "or use m.session() or m.proxied()"
)
_HERE: Final = (
    "was never used: requests to the mock itself arrive under m.server_url, {}, by whatever "
    "name they are sent. Register the path alone"
)


def _is_here(url: URL, server: URL) -> bool:
    """Whether ``url`` is another name of the mock's own address."""
    return is_loopback(url.raw_host or "") and url.port == server.port


def warn_of_unreachable(
    routes: Iterable[Registration],
    is_own: Callable[[Url | UrlIgnoringQuery | UrlPrefix], bool],
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
    for registration in routes:
        target = registration.route.target
        if registration.used or not isinstance(target, (*EXACT, UrlPrefix)):
            continue
        if not is_own(target):
            file, _, line = registration.declared_at.rpartition(":")
            why = _AT_ANOTHER if server is None or not _is_here(target.url, server) else _HERE
            text = told(f"{registration} {why.format(server)}", redaction)
            warnings.warn_explicit(text, AiointerceptWarning, file, int(line or 0))
