"""A connector whose connections have no peer: a transport supplies the data.

Private names of aiohttp used here, and what would replace each if it went:

* ``BaseConnector._create_connection``: the method that every connector class implements. Without
  it: ``BaseConnector.connect``, which is public but does more.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp.client_proto import ResponseHandler
from typing_extensions import override

from aiointercept.adapters.interception.mocked_connector import OwnConnector

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientTimeout
    from aiohttp.tracing import Trace


class DirectConnector(OwnConnector):
    """Connects a client to the transport that a function returns, on the running loop.

    Args:
        make_transport: gets the client's protocol and returns its transport.
    """

    def __init__(self, make_transport: Callable[[ResponseHandler], asyncio.Transport]) -> None:
        super().__init__(limit=0, force_close=True)
        self._make_transport = make_transport

    @override
    async def _create_connection(
        self,
        req: "ClientRequest",
        traces: "list[Trace]",
        timeout: "ClientTimeout",
    ) -> ResponseHandler:
        protocol = ResponseHandler(asyncio.get_running_loop())
        protocol.connection_made(self._make_transport(protocol))
        return protocol
