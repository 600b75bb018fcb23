"""A request as aiohttp's client is about to send it, before there is a connection.

Private names of aiohttp used here, and what would replace each if it went:

* ``ClientRequest.body``, a public name: the body that the caller passed.
"""

import contextlib
from typing import TYPE_CHECKING, Final, NamedTuple

import aiohttp
from aiohttp import hdrs
from multidict import CIMultiDictProxy

from aiointercept.core.http.encodings import readable_body
from aiointercept.core.http.messages import Request
from aiointercept.core.http.urls import HTTP_SCHEMES, canonical_url
from aiointercept.core.routing.policy import Policy, is_loopback

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientTimeout
    from aiohttp.connector import BaseConnector
    from aiohttp.tracing import Trace
    from yarl import URL

REPEATED_METHODS: Final = frozenset(
    {
        hdrs.METH_GET,
        hdrs.METH_HEAD,
        hdrs.METH_OPTIONS,
        hdrs.METH_TRACE,
        hdrs.METH_PUT,
        hdrs.METH_DELETE,
    }
)
"""The methods that aiohttp silently retries if the connection breaks."""

# Payloads that can be read before they are sent, and once more to send them.
_READABLE_TWICE: Final = (aiohttp.MultipartWriter, aiohttp.BytesIOPayload)


class ConnectCall(NamedTuple):
    """The arguments of one call of ``BaseConnector.connect``, to get a connection for ``req``."""

    connector: "BaseConnector"
    req: "ClientRequest"
    traces: "list[Trace]"
    timeout: "ClientTimeout"


async def known_body(req: "ClientRequest") -> bytes | None:
    """Return the body of a request if it can be read before it is sent; otherwise ``None``.

    It is decoded if the caller compressed it; aiohttp's own compression happens later.
    """
    payload = req.body
    if not payload:
        return b""
    if not isinstance(payload, aiohttp.BytesPayload):
        return None
    body = await payload.as_bytes()
    encoding = req.headers.get(hdrs.CONTENT_ENCODING)
    return body if encoding is None else readable_body(body, encoding)


def known_request(req: "ClientRequest", body: bytes | None) -> Request:
    """Return a request as far as it is known before it is sent; ``body`` may be ``None``."""
    urls = (req.url, canonical_url(req.url))
    return Request.received(req.method, urls, CIMultiDictProxy(req.headers), body)


async def body_that_is_not_sent(req: "ClientRequest") -> bytes | None:
    """Return the body of a request that is never sent, if it can be read."""
    payload = req.body
    if isinstance(payload, _READABLE_TWICE):
        with contextlib.suppress(TypeError):  # it has a part that can be read only once
            return await payload.as_bytes()
    return None


def connect_limit(timeout: "ClientTimeout") -> float | None:
    """Return the client's own limit for connecting, in seconds; ``None`` if it has none."""
    limits = [limit for limit in (timeout.connect, timeout.sock_connect) if limit]
    return min(limits) if limits else None


def is_http(url: "URL") -> bool:
    """Whether a mock can answer requests for ``url``, which needs a host and an HTTP scheme."""
    return url.scheme in HTTP_SCHEMES and bool(url.raw_host)


def is_not_http(req: "ClientRequest") -> bool:
    """Whether no mock can answer a request; see :func:`is_http`."""
    return not is_http(req.url)


def is_left_alone(policy: Policy, req: "ClientRequest") -> bool:
    """Whether a mock with ``policy`` would leave a request alone, whatever its routes."""
    if is_not_http(req):
        return True
    if policy.leave_loopback and is_loopback(req.url.raw_host or ""):
        return True
    return policy.never_touches(Request(req.method, req.url))
