"""``m.connector`` and ``m.session``: clients of aiohttp that reach the mock without patching."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import aiohttp
from typing_extensions import Unpack
from yarl import URL

from aiointercept.adapters.interception.interceptor import (
    ConnectorInterceptor,
    InterceptedConnector,
)
from aiointercept.api.argument_errors import explains_arguments
from aiointercept.api.client_options import ConnectorOptions, SessionOptions
from aiointercept.api.unreachable import why_unreachable
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.interceptor import Interceptor
from aiointercept.core.ports.transport import Dialer, Listener
from aiointercept.core.routing.routes import Registration

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class Clients(ABC):
    """The part of the mock that makes clients of aiohttp."""

    _interceptor: Interceptor
    _intercepts: bool
    _led: bool
    _settings: dict[str, Any]
    _base: URL | None

    @abstractmethod
    def _require_start(self) -> None:
        """Raise unless the mock is started."""
        ...

    @abstractmethod
    def _is_own(self, *given: object) -> bool:
        """Return whether a URL is the mock's own, or its host and port stand in another text."""
        ...

    @property
    def _leads_clients(self) -> bool:
        """Whether requests for other servers come here."""
        return self._intercepts or self._led or self._settings["transport"] is not None

    def _why_unused(self, routes: Iterable[Registration]) -> Sequence[str]:
        """Return why no client reached ``routes``, for a report."""
        return () if self._leads_clients else why_unreachable(routes, self._is_own, self._base)

    @explains_arguments
    def connector(self, **options: Unpack[ConnectorOptions]) -> InterceptedConnector:
        """Return a connector whose requests go to the mock, without any patching.

        Args:
            options: those of ``aiohttp.TCPConnector``.
        """
        self._require_start()
        self._led = True
        if not isinstance(self._interceptor, ConnectorInterceptor):
            msg = (
                f"m.session() and m.connector() need aiointercept's own interceptor, but this mock "
                f"was made with interceptor={self._interceptor!r}"
            )
            raise TypeError(msg)
        return self._interceptor.connector(**options)

    @explains_arguments
    def session(self, **options: Unpack[SessionOptions]) -> aiohttp.ClientSession:
        """Return a session over a :meth:`connector` of this mock.

        Args:
            options: those of ``aiohttp.ClientSession``, except ``connector``.
        """
        return aiohttp.ClientSession(connector=self.connector(), **options)


def dialer_of(transport: Listener) -> Dialer:
    """Return ``transport`` as a dialer for clients of aiohttp, or one that explains why not."""
    return transport if isinstance(transport, Dialer) else _NoDialer(transport)


class _NoDialer:
    """Stands in for a transport without connections."""

    def __init__(self, transport: Listener) -> None:
        self._transport = transport

    async def dial(self, _factory: Callable[[], Any], connection: ClientConnection) -> Any:
        """Raise, and say what the transport lacks.

        Raises:
            TypeError: always.
        """
        msg = (
            f"{type(self._transport).__name__} has no connections, so {connection.origin} cannot "
            "be reached by an aiohttp client: send requests with 'await transport.send(method, "
            "url)', or give a transport that has a dial() method"
        )
        raise TypeError(msg)
