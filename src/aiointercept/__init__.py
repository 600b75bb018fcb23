"""Test code that talks HTTP through aiohttp against a real server on loopback."""

from aiointercept import matchers
from aiointercept.adapters.wire import AiointerceptRequest
from aiointercept.api.callback import CallbackResult
from aiointercept.api.handle import MockResponse
from aiointercept.api.mock import aiointercept
from aiointercept.core.calls import Call
from aiointercept.core.replies import Fault
from aiointercept.core.sse import ServerSentEvent

__all__ = (
    "AiointerceptRequest",
    "Call",
    "CallbackResult",
    "Fault",
    "MockResponse",
    "ServerSentEvent",
    "aiointercept",
    "matchers",
)
