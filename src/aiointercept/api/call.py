"""``Call``: a logged call, with what users hold of its request and its route."""

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
    """One request that was received, and what became of it; see the base class."""

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
