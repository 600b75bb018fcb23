"""A drop-in for aioresponses 0.7.9: change the import line, and no test.

    from aiointercept.aioresponses import aioresponses, CallbackResult

The mock answers a client's call in the task of the call; see ``dispatcher``. aiohttp itself makes
the responses, so the drop-in works with every aiohttp that aiointercept supports. This package has
only what aioresponses does differently from the native mock; the core matches and counts.
"""

from aiointercept.aioresponses import compat, core
from aiointercept.aioresponses.assertions import RequestCall
from aiointercept.aioresponses.mock import aioresponses
from aiointercept.api.callback import CallbackResult

__all__ = ("CallbackResult", "RequestCall", "aioresponses", "compat", "core")


def __dir__() -> list[str]:
    return sorted(__all__)
