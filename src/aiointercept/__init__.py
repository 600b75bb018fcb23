"""Test code that talks HTTP through aiohttp against a real server on loopback.

Names are imported on first access, because pytest loads the bundled plugin, and with it this
package, in every run, whether or not a test uses a mock.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    # See above; _HOMES has the same names.
    from aiointercept import errors, matchers
    from aiointercept.adapters.handling.request import AiointerceptRequest
    from aiointercept.adapters.local_server.tls import Tls
    from aiointercept.api.call import Call
    from aiointercept.api.callback import CallbackResult
    from aiointercept.api.handle import MockResponse
    from aiointercept.api.mock import aiointercept
    from aiointercept.core.http.sse import ServerSentEvent
    from aiointercept.core.recording.redacting.redaction import Redaction
    from aiointercept.core.routing.faults import Fault

__all__ = (
    "AiointerceptRequest",
    "Call",
    "CallbackResult",
    "Fault",
    "MockResponse",
    "Redaction",
    "ServerSentEvent",
    "Tls",
    "aiointercept",
    "errors",
    "matchers",
)
__version__ = "1.1.0"

# The module that defines each public name; a public module maps to itself.
_HOMES: Final = {
    "AiointerceptRequest": "aiointercept.adapters.handling.request",
    "Call": "aiointercept.api.call",
    "CallbackResult": "aiointercept.api.callback",
    "Fault": "aiointercept.core.routing.replies",
    "MockResponse": "aiointercept.api.handle",
    "Redaction": "aiointercept.core.recording.redacting.redaction",
    "ServerSentEvent": "aiointercept.core.http.sse",
    "Tls": "aiointercept.adapters.local_server.tls",
    "aiointercept": "aiointercept.api.mock",
    "errors": None,
    "matchers": None,
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    home = _HOMES[name]
    if home is None:
        return importlib.import_module(f"{__name__}.{name}")
    value = globals()[name] = getattr(importlib.import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
