"""Every exception and warning class that a user can meet.

They are defined where they are raised; their ``__module__`` says that their public home is here, so
that a traceback shows the name to import. A new class is added to ``__all__``.
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
