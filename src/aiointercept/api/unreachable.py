"""The warning at the end of a block about routes that no client could reach."""

import warnings
from collections.abc import Callable, Iterable

from aiointercept.core.errors import AiointerceptWarning
from aiointercept.core.matching.mounting import UrlPrefix
from aiointercept.core.matching.urls import Url, UrlIgnoringQuery
from aiointercept.core.recording.redacting.messages import told
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.routing.registry import EXACT
from aiointercept.core.routing.routes import Registration


def warn_of_unreachable(
    routes: Iterable[Registration],
    is_own: Callable[[Url | UrlIgnoringQuery | UrlPrefix], bool],
    redaction: Redaction | None,
) -> None:
    """Warn of unused routes for other servers, of a mock to which no client was led.

    Args:
        routes: of the mock.
        is_own: whether a target is at the mock's own URL.
        redaction: masks secrets; ``None`` for none.
    """
    for registration in routes:
        target = registration.route.target
        names_a_server = isinstance(target, (*EXACT, UrlPrefix)) and not is_own(target)
        if names_a_server and not registration.used:
            file, _, line = registration.declared_at.rpartition(":")
            msg = (
                f"{registration} was never used: without mock_external_urls=True clients "
                "reach the real server there. Set it, or use m.session() or m.proxied()"
            )
            text = told(msg, redaction)
            warnings.warn_explicit(text, AiointerceptWarning, file, int(line or 0))
