"""Seeing how a call ends that goes its own way to the real server, without standing in it."""

from collections.abc import Callable
from typing import Any, Final
from weakref import finalize

import aiohttp
from aiohttp.tracing import Trace

from aiointercept.core.ports import Attempt, Exchange


class _PassthroughObserver:
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


async def _saw_answer(_session: object, sight: Any, params: Any) -> None:
    sight.end(params.response)


async def _saw_failure(_session: object, sight: Any, _params: object) -> None:
    sight.end(None)


async def _saw_end(_session: object, function: Any, _params: object) -> None:
    function()


def _watching() -> aiohttp.TraceConfig:
    config = aiohttp.TraceConfig()
    config.on_request_end.append(_saw_answer)
    config.on_request_redirect.append(_saw_answer)
    config.on_request_exception.append(_saw_failure)
    config.freeze()
    return config


def _waiting() -> aiohttp.TraceConfig:
    config = aiohttp.TraceConfig()
    config.on_request_end.append(_saw_end)
    config.on_request_exception.append(_saw_end)
    config.freeze()
    return config


_WATCHING: Final = _watching()
_WAITING: Final = _waiting()


def observe_passthrough(exchange: Exchange, attempt: Attempt | None) -> Trace:
    """Return a trace that, beside the user's own, sees how a call ends."""
    session: Any = None
    sight: Any = _PassthroughObserver(exchange, attempt)
    return Trace(session, _WATCHING, sight)


def end_mark(function: Callable[[], object]) -> Trace:
    """Return a trace that calls ``function`` at the end of a call, or once nothing is left of it.

    Args:
        function: may be called twice.
    """
    session: Any = None
    context: Any = function
    mark = Trace(session, _WAITING, context)
    finalize(mark, function).atexit = False
    return mark
