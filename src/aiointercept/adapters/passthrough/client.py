"""Reaches the real servers in the way that the client of a request would have.

Bodies are streamed and not decoded, and redirects are not followed.
"""

import io
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any, Final

import aiohttp
from aiohttp import ClientRequest, hdrs
from attrs import frozen
from yarl import URL

from aiointercept.adapters.passthrough.switched import Switched
from aiointercept.core.http.hop_by_hop import end_to_end_headers
from aiointercept.core.http.messages import Request
from aiointercept.core.ports.upstream import Upstream, UpstreamResponse
from aiointercept.core.recording.entries import SWITCHING_PROTOCOLS

# The client has its own limits; a proxy must not have narrower ones.
_LONGEST_LINE: Final = 1 << 24
_AUTOMATIC: Final = (hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.USER_AGENT, hdrs.CONTENT_TYPE)
# As much as asyncio reads at once, so that reading does not pause each time.
_READ_BUFFER: Final = 1 << 18
_LARGE: Final = 1 << 20


@frozen(eq=False, repr=False)
class FixedUpstream:
    """Makes the same upstream for every client; see :class:`.ports.upstream.UpstreamFactory`.

    Args:
        upstream: the upstream, which gets requests with complete bodies.
    """

    upstream: Upstream
    takes_streams: bool = False

    def __call__(self, _client: Upstream | None, /) -> Upstream:
        """Return the fixed upstream instead of the client's own."""
        return self.upstream


@frozen(eq=False, repr=False)
class ClientUpstream:
    """Reaches the real server through a connector, with the settings of one client's request.

    Args:
        connector: makes the connection; it is closed together with the connection.
        ssl: the client's TLS settings.
        proxy: the client's proxy, if it has one.
        server_hostname: the name that the client expects in the certificate.
        body: the body as the client sends it, still encoded; ``None`` for the request's body.
        proxy_auth: the client's credentials at the proxy, as aiohttp stores them.
        proxy_headers: the client's headers for the proxy.
    """

    connector: Any
    ssl: Any = True
    proxy: URL | None = None
    server_hostname: str | None = None
    body: AsyncIterable[bytes] | bytes | None = None
    proxy_auth: Any = None
    proxy_headers: Any = None

    async def send(self, request: Request) -> UpstreamResponse:
        """See :meth:`aiointercept.core.ports.Upstream.send`."""
        session = aiohttp.ClientSession(
            connector=self.connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_AUTOMATIC,
            timeout=aiohttp.ClientTimeout(total=None),
            read_bufsize=_READ_BUFFER,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            middlewares=(self._tell_proxy, _send_once),
        )
        headers = end_to_end_headers(request.headers)
        headers.popall(hdrs.EXPECT, None)
        if hdrs.UPGRADE in request.headers:
            headers[hdrs.CONNECTION] = hdrs.UPGRADE
            headers[hdrs.UPGRADE] = request.headers[hdrs.UPGRADE]
        body: Any = request.body if self.body is None else self.body
        if isinstance(body, bytes) and len(body) > _LARGE:
            body = io.BytesIO(body)  # aiohttp warns about such large bytes
        chunked = "chunked" in request.headers.get(hdrs.TRANSFER_ENCODING, "").lower()
        try:
            response = await session.request(
                request.method,
                request.url,
                headers=headers,
                data=body or None,
                chunked=chunked or None,
                allow_redirects=False,
                ssl=self.ssl,
                proxy=self.proxy,
                server_hostname=self.server_hostname,
            )
        except _LostError as lost:
            await session.close()
            raise lost.error from None
        except BaseException:
            await session.close()
            raise
        if response.status == SWITCHING_PROTOCOLS:
            switched = Switched(session, response)
            return UpstreamResponse(
                response.status, response.reason, response.headers, switched, switched
            )
        return UpstreamResponse(
            response.status, response.reason, response.headers, _Body(session, response)
        )

    async def _tell_proxy(
        self, request: ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Set the proxy options of the client's request; aiohttp deprecates them as keywords."""
        if self.proxy_auth is not None:
            request.proxy_auth = self.proxy_auth
        if self.proxy_headers is not None:
            request.proxy_headers = self.proxy_headers
        return await handler(request)


class _LostError(Exception):
    """Wraps the error of a lost connection, so that aiohttp does not repeat the request."""

    def __init__(self, error: aiohttp.ClientError) -> None:
        super().__init__(error)
        self.error = error


async def _send_once(
    request: ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Prevent aiohttp from repeating the request, because the served client repeats it itself."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _LostError(error) from error


def upstream_of(
    connector: Any,
    request: ClientRequest,
    proxy: URL | None,
    body: AsyncIterable[bytes] | bytes,
) -> ClientUpstream:
    """Return an upstream with the settings of ``request``, to send ``body``."""
    return ClientUpstream(
        connector,
        request.ssl,
        proxy,
        request.server_hostname,
        body,
        getattr(request, "proxy_auth", None),
        getattr(request, "proxy_headers", None),
    )


class _Body:
    """The body of a response as it arrives; closing it also closes its session."""

    def __init__(self, session: aiohttp.ClientSession, response: aiohttp.ClientResponse) -> None:
        self._session = session
        self._response = response

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._response.content.iter_any()

    async def aclose(self) -> None:
        """Close the connection to the real server in any state."""
        self._response.close()
        await self._session.close()
