"""aiohttp's client tracing: what hooks hear of a mocked call, and how passed-through calls end."""

from typing import TYPE_CHECKING, Any, Final

import aiohttp
from aiohttp.tracing import Trace

from aiointercept.core.http.urls import is_address
from aiointercept.core.ports.connection import Attempt
from aiointercept.core.ports.exchange import Exchange

if TYPE_CHECKING:
    from aiohttp import ClientRequest


class NameResolution:
    """Tells trace hooks of a name resolution that a mocked call does not need.

    Args:
        resolves: whether the client's connector would resolve names.
        caches: whether it would remember them.
    """

    def __init__(self, *, resolves: bool, caches: bool) -> None:
        self._resolves = resolves
        self._caches = caches
        self._known: set[tuple[str, int | None]] = set()

    async def trace(self, req: "ClientRequest", traces: list[Trace], *, found: bool = True) -> None:
        """Tell the user's trace hooks what they would hear of a real name resolution.

        Args:
            req: what is about to be sent.
            traces: the user's.
            found: whether the name exists.
        """
        host = req.url.raw_host or ""
        if not traces or not self._resolves or is_address(host):
            return
        name = (host, req.url.port)
        if name in self._known:
            for trace in traces:
                await trace.send_dns_cache_hit(host)
            return
        if self._caches:
            if found:
                self._known.add(name)
            for trace in traces:
                await trace.send_dns_cache_miss(host)
        for trace in traces:
            await trace.send_dns_resolvehost_start(host)
        if found:
            for trace in traces:
                await trace.send_dns_resolvehost_end(host)


class PassthroughObserver:
    """What is seen of a call that goes its own way."""

    def __init__(self, exchange: Exchange, attempt: Attempt | None) -> None:
        self._exchange: Exchange | None = exchange
        self._attempt = attempt

    def end(self, response: aiohttp.ClientResponse | None) -> None:
        """Note the first answer; redirects that follow are calls of their own."""
        exchange, self._exchange = self._exchange, None
        if exchange is None:
            return
        if self._attempt is not None:
            self._attempt.settle()
        if response is None:
            exchange.dispatcher.finish(exchange.call)
        else:
            exchange.dispatcher.finish(exchange.call, response.status, response.headers, None)


async def _on_answer(_session: object, observer: Any, params: Any) -> None:
    observer.end(params.response)


async def _on_failure(_session: object, observer: Any, _params: object) -> None:
    observer.end(None)


def _observing() -> aiohttp.TraceConfig:
    config = aiohttp.TraceConfig()
    config.on_request_end.append(_on_answer)
    config.on_request_redirect.append(_on_answer)
    config.on_request_exception.append(_on_failure)
    config.freeze()
    return config


_OBSERVING: Final = _observing()


def observe_passthrough(exchange: Exchange, attempt: Attempt | None) -> Trace:
    """Return a trace that, beside the user's own, sees how a call ends."""
    session: Any = None
    observer: Any = PassthroughObserver(exchange, attempt)
    return Trace(session, _OBSERVING, observer)
