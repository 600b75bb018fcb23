"""``m.mount``: a whole application in place of a real server."""

from typing import Any

from typing_extensions import override
from yarl import URL

from aiointercept.adapters.apps.app_host import AppHost
from aiointercept.adapters.local_server.helper_thread import helper_thread
from aiointercept.api.argument_errors import explains_arguments
from aiointercept.api.assertions import Assertions
from aiointercept.api.handle import MockResponse
from aiointercept.api.options import Options, build_route
from aiointercept.api.targets import clean_prefix
from aiointercept.api.verbs import Verbs
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.matching.urls import ANY_METHOD

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


def app_host(dispatcher: MockDispatcher) -> AppHost:
    """Return the host of a mock's applications."""
    return AppHost(lambda: helper_thread().loop, dispatcher.defer_error)


class Mounting(Verbs, Assertions):
    """The part of the mock that mounts applications."""

    _apps: AppHost

    @explains_arguments
    def mount(
        self, url: str | URL, app: Any, *, optional: bool = True, name: str | None = None
    ) -> MockResponse:
        """Mount an application in place of a server, or of a path there and everything below it.

        Routes come first, so that one endpoint can be made to fail; then mounts, the longest
        prefix first. The application sees each request as its client sent it, with its whole path,
        and true host and scheme. It starts with its first request, on the loop that entered the
        block, else on a helper thread's, and is cleaned up when the block ends; what it raises is
        raised again then.

        Args:
            url: a server, such as ``https://graph.example.com``, or a path there, by segments; a
                path alone is relative to :attr:`server_url`.
            app: an ``aiohttp.web.Application``; an ASGI 3 application, such as FastAPI, or a WSGI
                application, such as Flask, which need the extra ``asgi``.
            optional: whether a strict mock allows it to stay unused.
            name: what messages call it.

        Returns:
            The handle, which counts and asserts as that of a route.

        Raises:
            RuntimeError: before the start.
            TypeError: for what is not an application, or a pattern as URL.
            ValueError: for a URL with a query, and for a second application at one URL.
            ImportError: if the extra is not installed.

        .. versionadded:: 1.1
        """
        self._require_start()
        prefix = clean_prefix(url, self._path_base)
        own = self._is_own(prefix)
        if not own:
            self._refuse_unreachable(prefix)
        reply: Any = self._apps.host(app, f"the application mounted at {prefix.url}")
        options = Options(reply=reply, repeat=True, optional=optional, name=name)
        route = build_route(prefix, ANY_METHOD, options, own=own)
        return self._handle(route, MockResponse)

    @override
    def clear(self) -> None:
        super().clear()
        self._apps.retire()
