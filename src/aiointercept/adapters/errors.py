"""The error classes that derive from aiohttp's, for the clients of a mock to catch."""

import aiohttp


class NoRouteError(aiohttp.ServerDisconnectedError):
    """No route matches the request. The message says why, and which routes come closest.

    It is an ``aiohttp.ServerDisconnectedError`` and so an ``aiohttp.ClientConnectionError``: code
    that handles an unreachable server handles it, too.

    .. versionadded:: 1.1
    """

    __module__ = "aiointercept.errors"

    def __init__(self, explanation: str) -> None:
        super().__init__(explanation)
