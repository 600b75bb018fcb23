"""Sends a forwarded request to the real server and its response back, chunk by chunk."""

import aiohttp
from aiohttp import web

from aiointercept.adapters.handling.faults import fail_client
from aiointercept.adapters.handling.pacing import Pace, write_chunk
from aiointercept.adapters.handling.performing import Performance
from aiointercept.adapters.handling.plain_response import PlainResponse
from aiointercept.adapters.handling.response import Answered
from aiointercept.adapters.handling.tunnel import tunnel
from aiointercept.core.http.hop_by_hop import end_to_end_headers
from aiointercept.core.ports.upstream import UpstreamResponse
from aiointercept.core.routing.replies import ForwardReply, RaiseReply


async def forward(performance: Performance, reply: ForwardReply) -> web.StreamResponse:
    """Send the request to the real server, as the client would have or with the mock's upstream."""
    request, exchange, connection = performance
    owner = exchange.dispatcher
    client = connection and connection.upstream and connection.upstream(request.sent_body)
    upstream = owner.upstream_for(client or None)
    if upstream is None or connection is None:
        return Answered()
    try:
        answer = await upstream.send(exchange.call.received)
    except Exception as error:  # noqa: BLE001  the client has to get any error
        return await fail_client(performance, RaiseReply(_as_connection_error(error)))
    connection.settle()
    if answer.tunnel is not None:
        return await tunnel(performance, answer, answer.tunnel)
    return await _send_back(performance, answer, reply.rate)


def _as_connection_error(error: Exception) -> Exception:
    if isinstance(error, aiohttp.ClientError):
        return error  # as the client itself would have raised it
    wrapped = aiohttp.ClientConnectionError(f"{type(error).__name__}: {error}")
    wrapped.__cause__ = error
    return wrapped


async def _send_back(
    performance: Performance, answer: UpstreamResponse, rate: float | None
) -> web.StreamResponse:
    request, exchange, _ = performance
    response = PlainResponse(answer.status, answer.reason, end_to_end_headers(answer.headers))
    owner, call = exchange.dispatcher, exchange.call
    # The client may have the whole response, and read the log, before this side has finished.
    owner.finish(call, answer.status, answer.headers, None)
    try:
        await response.prepare(request)
        pace = None if rate is None else Pace(rate)
        async for chunk in answer.body:
            await write_chunk(response, chunk, pace)
        owner.finish(call, answer.status, answer.headers, None)
    except (aiohttp.ClientError, ConnectionError):
        # Either side has disconnected: the client must see that the response is incomplete.
        if request.transport is not None:
            request.transport.close()
        return Answered()
    finally:
        close = getattr(answer.body, "aclose", None)
        if close is not None:
            await close()
    return response
