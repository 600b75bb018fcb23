"""The names of ``aioresponses.core``. Assigning to them or patching them has no effect.

The class lives in :mod:`aiointercept.aioresponses.mock`.
"""

from typing import Any, NoReturn

from aiohttp import ClientResponse
from typing_extensions import Unpack
from yarl import URL

from aiointercept.aioresponses.assertions import RequestCall
from aiointercept.aioresponses.compat import stream_reader_factory
from aiointercept.aioresponses.mock import aioresponses
from aiointercept.aioresponses.routes import (
    AddOptions,
    ClientRequest,
    ExactUrl,
    SortedUrlPattern,
    url_matcher,
)
from aiointercept.api.callback import CallbackResult
from aiointercept.compat import merge_params, normalize_url

__all__ = (
    "CallbackResult",
    "ClientResponse",
    "RequestCall",
    "RequestMatch",
    "aioresponses",
    "merge_params",
    "normalize_url",
    "stream_reader_factory",
)


class RequestMatch:
    """A registration's matcher, provided for suites that patch it; nothing here uses it.

    .. versionadded:: 1.1

    Args:
        url: as in :meth:`~aiointercept.aioresponses.mock.aioresponses.add`.
        method: any case.
        options: the options of the response; only stored.
    """

    def __init__(self, url: Any, method: str = "GET", **options: Unpack[AddOptions]) -> None:
        self._matcher: ExactUrl | SortedUrlPattern = url_matcher(url)
        self.url_or_pattern = url
        self.method = method.lower()
        self.options = options

    def match(self, method: str, url: str | URL) -> bool:
        """Return whether a request matches."""
        asked = ClientRequest.of(method, URL(url), {})
        return self.method == method.lower() and bool(self._matcher.match(asked))

    async def build_response(self, url: URL, **kwargs: object) -> NoReturn:
        """Raise, because aiohttp makes the responses.

        Raises:
            NotImplementedError: always.
        """
        self._build_response(url, **kwargs)

    def _build_response(self, *args: object, **kwargs: object) -> NoReturn:
        del args, kwargs
        msg = "aiohttp itself makes the responses: delete the code that replaces this method"
        raise NotImplementedError(msg)
