"""A drop-in for aioresponses 0.7.9: change the import line, and no test.

    from aiointercept.aioresponses import aioresponses, CallbackResult

A client's call is answered in its own task, by what ``dispatcher`` tells. The responses are
made by aiohttp itself, so it works with every aiohttp that aiointercept works with. Here is what
aioresponses does differently from the native object, and nothing else: matching and counting are
the core's.
"""

from aiointercept.aioresponses import compat, core
from aiointercept.aioresponses.assertions import RequestCall
from aiointercept.aioresponses.mock import aioresponses
from aiointercept.api.callback import CallbackResult

__all__ = ("CallbackResult", "RequestCall", "aioresponses", "compat", "core")


def __dir__() -> list[str]:
    return sorted(__all__)
