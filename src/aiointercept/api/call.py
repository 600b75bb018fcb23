"""``Call``: a logged call, with its request and the handle of its route."""

from typing import TYPE_CHECKING, Any

from attrs import define
from typing_extensions import override

from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.core import calls

if TYPE_CHECKING:
    # A handle has calls, and a call has the handle of its route.
    from aiointercept.api.handle import MockResponse


@define(eq=False, repr=False)
class Call(calls.Call):
    """One received request, and how it was answered.

    Attributes:
        received: the request as routes and matchers see it.
        response: what was answered, with ``status``, ``reason``, ``headers`` and ``body``; ``None``
            before the end, and for a request that got no response.
        fault: the failure that was performed; ``None`` if there was none.
        started: when the request was received, in seconds since the epoch.
        duration: seconds from then to the end of the answer; ``None`` while it goes on.
        attempts: how often the client sent it: more than 1 where aiohttp repeated it silently.
        matched: whether a route matched it, or passthrough took it.
        match_info: what a URL template found in the URL, by name.
        messages: what went over its WebSocket, each with ``direction`` (``"received"`` from the
            client or ``"sent"`` to it), ``type`` (an ``aiohttp.WSMsgType``) and ``data``.
        refusal: why the request could not be read; ``None`` for one that was read.

            .. versionadded:: 1.1
    """

    @property
    @override
    def request(self) -> AiointerceptRequest:
        """The request as users see it; readable after the exchange."""
        request: Any = super().request
        return request  # type: ignore[no-any-return]  # as the adapters make it

    @property
    @override
    def route(self) -> "MockResponse | None":
        """The handle of the route that took it; ``None`` if none did."""
        route: Any = super().route
        return route  # type: ignore[no-any-return]  # as registering makes it
