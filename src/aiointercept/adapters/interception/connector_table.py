"""The mocked connectors of an interceptor, each of which replaces a client's connector."""

import os
import threading
from collections.abc import Awaitable, Sequence
from weakref import WeakKeyDictionary, WeakSet

from aiohttp.connector import BaseConnector

from aiointercept.adapters.interception.client_tls import ClientSideTls
from aiointercept.adapters.interception.mocked_connector import MockedConnector
from aiointercept.core.ports.transport import Dialer
from aiointercept.core.routing.faults import Fault


class Substitutes:
    """One mocked connector for each client's connector. Thread-safe.

    Args:
        tls: how clients speak TLS with the mock; ``None`` if they do not.
    """

    def __init__(self, tls: ClientSideTls | None = None) -> None:
        self.tls = tls
        self._lock = threading.Lock()
        self._by_real: WeakKeyDictionary[BaseConnector, MockedConnector] = WeakKeyDictionary()
        # Created when the first one is added.
        self._for_one_call: WeakSet[MockedConnector] | None = None

    def get(self, real: BaseConnector) -> MockedConnector | None:
        """Return the mocked connector for ``real``, if there is one."""
        return self._by_real.get(real)

    def add(self, real: BaseConnector, dialer: Dialer) -> MockedConnector:
        """Return a new mocked connector, which replaces ``real`` from now on."""
        mocked = MockedConnector(real, dialer, self.tls)
        with self._lock:
            self._by_real[real] = mocked
        return mocked

    def add_for_one_call(
        self, real: BaseConnector, dialer: Dialer, fault: Fault
    ) -> MockedConnector:
        """Return a mocked connector for one call, to which the mock shows a faulty certificate."""
        once = MockedConnector(real, dialer, self.tls, fault)
        if self._for_one_call is None:
            self._for_one_call = WeakSet()
        self._for_one_call.add(once)
        return once

    def close(self, real: BaseConnector) -> list[Awaitable[None]]:
        """Return awaitables that close the mocked connections of ``real``."""
        with self._lock:
            mocked = self._by_real.pop(real, None)
        return [] if mocked is None else [mocked.close_at_once()]

    def take(self) -> Sequence[MockedConnector]:
        """Return all mocked connectors, and forget them.

        A forked process leaves out those of its parent.
        """
        if not self._by_real:
            return []
        with self._lock:
            taken, self._by_real = list(self._by_real.values()), WeakKeyDictionary()
        return [one for one in taken if one.pid == os.getpid()]

    def for_one_call(self) -> Sequence[MockedConnector]:
        """Return the connectors for one call that still exist."""
        return list(self._for_one_call or ())
