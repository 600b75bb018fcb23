"""Connects a client's request to the real server or a mock, or raises, as the core decides."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeVar

import aiohttp

from aiointercept.adapters.handling.request import from_log
from aiointercept.adapters.interception.attempts import ClientAttempt
from aiointercept.adapters.interception.block_end import BLOCK_ENDED
from aiointercept.adapters.interception.client_request import (
    ConnectCall,
    is_http,
    known_body,
    known_request,
)
from aiointercept.adapters.interception.patching import REAL_CONNECT
from aiointercept.core.calls import Call
from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.routing.decision import Fail, Passthrough, Serve

if TYPE_CHECKING:
    from aiohttp.connector import BaseConnector, Connection

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class Leader(Protocol):
    """Connects requests to one mock."""

    @property
    def dispatcher(self) -> Dispatcher | None:
        """The mock; ``None`` once its block has ended."""
        ...

    def repeated_by(self, call: ConnectCall, /) -> ClientAttempt | None:
        """Return the attempt that ``call`` silently retries, if there is one."""
        ...

    def leave(self, connector: "BaseConnector", /) -> None:
        """Record that the running task makes a call that this mock does not answer."""
        ...

    async def serve(
        self,
        call: ConnectCall,
        active_mocks: Sequence[Dispatcher],
        repeated: ClientAttempt | None = None,
        *,
        body: bytes | None = None,
    ) -> "Connection":
        """Return a connection to the mock for the request."""
        ...

    def shows_fault(self, call: ConnectCall, /) -> bool:
        """Whether the mock shows the client of ``call`` a certificate, which can then be faulty."""
        ...

    async def show_fault(
        self, call: ConnectCall, active_mocks: Sequence[Dispatcher], decision: Serve[Dispatcher], /
    ) -> "Connection":
        """Serve a client that accepts a faulty certificate; log the call of one that does not."""
        ...

    async def pass_through(self, call: ConnectCall, exchange: Exchange, /) -> "Connection":
        """Connect a call to the real server, and observe how it ends."""
        ...

    async def fail(self, call: ConnectCall, exchange: Exchange, /) -> NoReturn:
        """Raise the exception that the client gets instead of a connection."""
        ...


LeaderT = TypeVar("LeaderT", bound=Leader)


async def lead(chain: Sequence[Leader], call: ConnectCall) -> "Connection":
    """Connect a request to the real server or a mock, or raise, as the core decides."""
    if call.connector.closed:
        # A silent retry of a call in flight; aiohttp itself checks this only after connecting.
        msg = "Connector is closed."
        raise aiohttp.ClientConnectionError(msg)
    if not is_http(call.req.url):
        # Mocks do not handle other schemes that a connector allows, such as unix://.
        return await REAL_CONNECT(*call)
    for interceptor in chain:
        previous = interceptor.repeated_by(call)
        if previous is not None and previous.call is not None:
            return await _repeat(interceptor, call, previous, previous.call)
    mocks = [one.dispatcher for one in chain if one.dispatcher is not None]
    if not mocks:
        raise aiohttp.ClientConnectionError(BLOCK_ENDED)
    return await _as_decided(chain, call, mocks)


async def _as_decided(
    chain: Sequence[Leader], call: ConnectCall, mocks: Sequence[Dispatcher]
) -> "Connection":
    """Get the core's decision, and carry it out."""
    body = await known_body(call.req) if call.req.body else b""
    decision = mocks[0].decide(known_request(call.req, body), mocks, from_log)
    mock = decision.mock
    chosen = None if mock is None else _of(mock, chain)
    for one in chain:
        if one is not chosen or isinstance(decision, Passthrough):
            one.leave(call.connector)
    if mock is None or chosen is None:
        return await REAL_CONNECT(*call)
    if isinstance(decision, Passthrough):
        return await chosen.pass_through(call, decision.exchange)
    if isinstance(decision, Fail):
        return await chosen.fail(call, decision.exchange)
    outwards = mocks if mock is mocks[0] else mocks[mocks.index(mock) :]
    if isinstance(decision, Serve) and decision.reply is not None and chosen.shows_fault(call):
        return await chosen.show_fault(call, outwards, decision)
    # A body that the caller can still change is no use for the log.
    sent = body if isinstance(body, bytes) else None
    return await chosen.serve(call, outwards, body=sent)


async def _repeat(
    interceptor: Leader, call: ConnectCall, previous: ClientAttempt, logged: Call
) -> "Connection":
    """Connect aiohttp's silent retry of a call to where the call itself was connected."""
    if previous.error is not None:
        previous.settle()
        raise previous.error
    if not previous.goes_own_way:
        return await interceptor.serve(call, (), previous)
    logged.sent_again()
    return await REAL_CONNECT(*call)


def _of(dispatcher: Dispatcher, chain: Sequence[LeaderT]) -> LeaderT:
    for interceptor in chain:
        if interceptor.dispatcher is dispatcher:
            return interceptor
    raise aiohttp.ClientConnectionError(BLOCK_ENDED)
