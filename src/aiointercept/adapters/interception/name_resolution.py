"""Calls trace hooks for the name resolution that a mocked call does not need."""

from typing import TYPE_CHECKING

from aiohttp.tracing import Trace

from aiointercept.core.http.urls import is_address

if TYPE_CHECKING:
    from aiohttp import ClientRequest


class NameResolution:
    """Calls trace hooks as if a mocked call resolved the name of its host.

    Args:
        resolves: whether the client's connector would resolve names.
        caches: whether it would cache them.
    """

    def __init__(self, *, resolves: bool, caches: bool) -> None:
        self._resolves = resolves
        self._caches = caches
        self._known: set[tuple[str, int | None]] = set()

    async def trace(self, req: "ClientRequest", traces: list[Trace], *, found: bool = True) -> None:
        """Call the user's trace hooks as a real name resolution would.

        Args:
            req: the request that is about to be sent.
            traces: the user's traces.
            found: whether the name exists.
        """
        host = req.url.raw_host or ""
        if not traces or not self._resolves or is_address(host):
            return
        name = (host, req.url.port)
        if name in self._known:
            for trace in traces:
                await trace.send_dns_cache_hit(host)
            return
        if self._caches:
            if found:
                self._known.add(name)
            for trace in traces:
                await trace.send_dns_cache_miss(host)
        for trace in traces:
            await trace.send_dns_resolvehost_start(host)
        if found:
            for trace in traces:
                await trace.send_dns_resolvehost_end(host)
