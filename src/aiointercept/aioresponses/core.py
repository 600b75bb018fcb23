"""The names of ``aioresponses.core``; the class lives in :mod:`aiointercept.aioresponses.mock`."""

from aiointercept.aioresponses.assertions import RequestCall
from aiointercept.aioresponses.mock import aioresponses
from aiointercept.api.callback import CallbackResult

__all__ = ("CallbackResult", "RequestCall", "aioresponses")
