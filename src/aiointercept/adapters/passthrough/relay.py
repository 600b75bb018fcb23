"""Carries a request to the real server and its answer back, chunk by chunk."""

import aiohttp
from aiohttp import web

from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.adapters.handling.response import Answered
from aiointercept.adapters.passthrough.client import end_to_end_headers
from aiointercept.core.ports import ClientConnection, Exchange, UpstreamResponse
from aiointercept.core.routing.replies import RaiseReply


async def relay(
    request: AiointerceptRequest, exchange: Exchange, line: ClientConnection
) -> web.StreamResponse:
    """Carry ``request`` to the mock's own upstream, or to where its client would have gone."""
    upstream = exchange.dispatcher.upstream or (line.upstream and line.upstream(request.sent_body))
    if not upstream:
        return Answered()
    try:
        answer = await upstream.send(exchange.call.received)
    except Exception as error:  # noqa: BLE001  whatever it is, the client has to get it
        line.fail(RaiseReply(_as_connection_error(error)))
        return Answered()
    if line.attempt is not None:
        line.attempt.settle()
    return await _send(request, exchange, answer)


def _as_connection_error(error: Exception) -> Exception:
    if isinstance(error, aiohttp.ClientConnectionError):
        return error
    wrapped = aiohttp.ClientConnectionError(f"{type(error).__name__}: {error}")
    wrapped.__cause__ = error
    return wrapped


async def _send(
    request: AiointerceptRequest, exchange: Exchange, answer: UpstreamResponse
) -> web.StreamResponse:
    response = web.StreamResponse(
        status=answer.status, reason=answer.reason, headers=end_to_end_headers(answer)
    )
    dispatcher, call = exchange.dispatcher, exchange.call
    # The client may be done, and look into the log, before this side has closed everything.
    dispatcher.finish(call, answer.status, answer.headers, None)
    try:
        await response.prepare(request)
        async for chunk in answer.body:
            await response.write(chunk)
        dispatcher.finish(call, answer.status, answer.headers, None)
    except (aiohttp.ClientError, ConnectionError):
        # Either side has gone: the client must not take what it got for the whole.
        if request.transport is not None:
            request.transport.close()
        return Answered()
    finally:
        close = getattr(answer.body, "aclose", None)
        if close is not None:
            await close()
    return response
