"""Every exception and warning class that a user can get.

They are defined where they are raised. Their ``__module__`` is this module, so that a traceback
shows the name to import. Add each new class to ``__all__``.
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
