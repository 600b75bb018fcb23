"""Every exception and warning class that a user can meet.

The rooms that raise them define them, and say by ``__module__`` that their public home is here: so
a traceback shows the name that one imports. A new class is added to ``__all__``.
"""

from aiointercept.adapters.errors import NoRouteError
from aiointercept.core.errors import (
    AiointerceptWarning,
    AppUnavailableError,
    CassetteError,
    LifespanError,
    NotStartedError,
    UnmetExpectationsError,
    UnsupportedAiohttpError,
)

__all__ = (
    "AiointerceptWarning",
    "AppUnavailableError",
    "CassetteError",
    "LifespanError",
    "NoRouteError",
    "NotStartedError",
    "UnmetExpectationsError",
    "UnsupportedAiohttpError",
)
