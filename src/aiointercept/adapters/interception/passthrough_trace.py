"""Observes how a passed-through call ends, with a trace in addition to the user's traces."""

from typing import Any, Final

import aiohttp
from aiohttp.tracing import Trace

from aiointercept.core.ports.connection import Attempt
from aiointercept.core.ports.exchange import Exchange


class PassthroughObserver:
    """Logs the end of a passed-through call."""

    def __init__(self, exchange: Exchange, attempt: Attempt | None) -> None:
        self._exchange: Exchange | None = exchange
        self._attempt = attempt

    def end(self, response: aiohttp.ClientResponse | None) -> None:
        """Log the first response; redirects that follow are separate calls."""
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
    """Return a trace that observes, in addition to the user's traces, how a call ends."""
    session: Any = None
    observer: Any = PassthroughObserver(exchange, attempt)
    return Trace(session, _OBSERVING, observer)
