"""Tells aiohttp's silent retry of a call from a new call.

Private names of aiohttp used here, and what would replace each if it went:

* ``ClientRequest._timer``: the same object for all attempts of one call. Without it: the task.
"""

# pyright: reportPrivateUsage=false

from typing import TYPE_CHECKING, Final

from aiointercept.adapters.interception.client_request import REPEATED_METHODS
from aiointercept.core.calls import Call
from aiointercept.core.ports.chained_mock import ChainedMock

if TYPE_CHECKING:
    from aiohttp import ClientRequest

_MOST_ATTEMPTS: Final = 1024


class Attempts:
    """The attempts through one client's connector that aiohttp may still retry."""

    def __init__(self) -> None:
        self._by_timer: dict[int, ClientAttempt] = {}

    def begin(self, request: "ClientRequest") -> "ClientAttempt | None":
        """Return an attempt that recognises silent retries of ``request``, if there may be any."""
        if request.method not in REPEATED_METHODS:
            return None
        if len(self._by_timer) >= _MOST_ATTEMPTS:
            self._by_timer.pop(next(iter(self._by_timer)), None)
        attempt = self._by_timer[id(request._timer)] = ClientAttempt(request, self._by_timer)
        return attempt

    def repeated_by(self, request: "ClientRequest") -> "ClientAttempt | None":
        """Return the attempt that ``request`` silently retries, if there is one."""
        if not self._by_timer:
            return None
        previous = self._by_timer.get(id(request._timer))
        return previous if previous is not None and previous.is_repeated_by(request) else None


class ClientAttempt:
    """One attempt of a call; see :class:`aiointercept.core.ports.connection.Attempt`.

    Attributes:
        call: see :attr:`aiointercept.core.ports.connection.Attempt.call`.
        owner: see :attr:`aiointercept.core.ports.connection.Attempt.owner`.
        goes_own_way: whether it was passed through.
        error: the exception that it raised instead of returning a connection, if any.
    """

    __slots__ = ("_by_timer", "_request", "_timer", "call", "error", "goes_own_way", "owner")

    def __init__(self, request: "ClientRequest", by_timer: "dict[int, ClientAttempt]") -> None:
        self.call: Call | None = None
        self.owner: ChainedMock | None = None
        self._request = request
        # Keep it alive, so that no other call's timer gets the same id.
        self._timer: object = request._timer
        self._by_timer = by_timer
        self.goes_own_way = False
        self.error: BaseException | None = None

    def begin(self, call: Call, owner: ChainedMock | None) -> None:
        """See :meth:`aiointercept.core.ports.connection.Attempt.begin`."""
        self.call, self.owner = call, owner

    def settle(self) -> None:
        """See :meth:`aiointercept.core.ports.connection.Attempt.settle`."""
        self._by_timer.pop(id(self._timer), None)

    def is_repeated_by(self, request: "ClientRequest") -> bool:
        """Whether ``request`` is aiohttp's silent retry of this one.

        A silent retry is a new request object with the same timer, method and URL. A middleware
        that retries sends the same request object, and a redirect comes after an answer.
        """
        return (
            self.call is not None
            and self._timer is request._timer
            and self._request is not request
            and self._request.method == request.method
            and self._request.url == request.url
        )
