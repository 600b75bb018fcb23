"""The error classes that derive from aiohttp's: what the clients of a mock catch."""

import aiohttp


class NoRouteError(aiohttp.ServerDisconnectedError):
    """No route takes the request. The message says why, and which routes come nearest.

    An ``aiohttp.ServerDisconnectedError`` and so an ``aiohttp.ClientConnectionError``: code that
    handles a server that is not there handles it.

    .. versionadded:: 1.1
    """

    __module__ = "aiointercept.errors"

    def __init__(self, explanation: str) -> None:
        super().__init__(explanation)
