"""TLS and the forward proxy, for clients that are not intercepted."""

import ssl
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from yarl import URL

from aiointercept.adapters.handling.gateway import Gateway
from aiointercept.adapters.interception.interceptor import active_dispatchers
from aiointercept.adapters.interception.mocked_connector import OwnTcpConnector
from aiointercept.adapters.local_server.listener import LoopbackServer
from aiointercept.adapters.local_server.proxy_environment import (
    changed_environment,
    proxy_variables,
)
from aiointercept.adapters.local_server.tls import Authority, Tls, can_make_certificates
from aiointercept.adapters.passthrough.client import ClientUpstream
from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.ports.transport import Listener

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class OtherClients(ABC):
    """The part of the mock for clients other than aiohttp's: a proxy, and certificates to trust."""

    _authority: Authority
    _transport: Listener
    _led: bool

    @abstractmethod
    def _require_start(self) -> None:
        """Raise unless the mock is started."""
        ...

    def ssl_context(self) -> ssl.SSLContext:
        """Return a new client context that trusts the mock's authority, and the system's.

        Raises:
            RuntimeError: outside of the block.
            ImportError: if the extra ``tls`` is not installed.

        .. versionadded:: 1.1
        """
        self._require_start()
        return self._authority.client_context()

    @property
    def ca_file(self) -> str:
        """The path of a PEM file with the mock's authority. It exists as long as the block.

        Raises:
            RuntimeError: outside of the block.
            ImportError: if the extra ``tls`` is not installed.

        .. versionadded:: 1.1
        """
        self._require_start()
        return self._authority.ca_file

    @property
    def proxy_url(self) -> str:
        """The URL of a forward proxy whose clients reach the mock, ``http://127.0.0.1:PORT``.

        It serves ``http://`` URLs, and ``https://`` ones if the extra ``tls`` is installed.

        Raises:
            RuntimeError: outside of the block.
            TypeError: if the mock was made with ``transport=``.

        .. versionadded:: 1.1
        """
        self._require_start()
        transport = self._transport
        if not isinstance(transport, LoopbackServer):
            msg = (
                "m.proxy_url needs the real server on loopback, but this mock was made with "
                f"transport={transport!r}"
            )
            raise TypeError(msg)
        self._led = True
        url: URL = transport.proxy_url
        return str(url)

    def proxy_environment(self) -> dict[str, str]:
        """Return the environment variables that make a program use the mock.

        They name the proxy, and a file with the authorities that the program is to trust: those of
        the system and the mock's. Without the extra ``tls`` they name the proxy alone.

        Raises:
            RuntimeError: outside of the block.

        .. versionadded:: 1.1
        """
        proxy_url = self.proxy_url
        bundle = self._authority.bundle_file if can_make_certificates() else None
        return proxy_variables(proxy_url, bundle)

    @contextmanager
    def proxied(self) -> Generator[None, None, None]:
        """Set the variables of :meth:`proxy_environment` in this process, and restore them.

        Raises:
            RuntimeError: outside of the block, or while another ``proxied()`` is active: there is
                one environment for the whole process.

        .. versionadded:: 1.1
        """
        with changed_environment(self.proxy_environment()):
            yield


def local_server(authority: Authority, dispatcher: Dispatcher, *, secure: bool) -> LoopbackServer:
    """Return the real server on loopback of a mock, with its proxy."""

    def active_mocks() -> Sequence[Dispatcher]:
        return [dispatcher, *(one for one in active_dispatchers() if one is not dispatcher)]

    gateway = Gateway(active_mocks, lambda body: ClientUpstream(OwnTcpConnector(), body=body))
    return LoopbackServer(authority, secure=secure, gateway=gateway)


def authority_for(tls: object) -> Authority:
    """Return the authority of a mock that was made with ``tls``.

    Raises:
        TypeError: if ``tls`` is neither ``bool`` nor ``Tls``.
        ImportError: if TLS is wanted and the extra ``tls`` is not installed.
    """
    if not isinstance(tls, (bool, Tls)):
        msg = f"tls must be True, False or Tls(client_ca=...), not {tls!r}"
        raise TypeError(msg)
    authority = Authority(tls if isinstance(tls, Tls) else None)
    if tls:
        authority.require()
    return authority
