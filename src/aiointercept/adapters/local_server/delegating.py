"""A protocol in front of an inner one, which it creates once it knows the connection's purpose."""

import asyncio

from typing_extensions import override


class Delegating(asyncio.Protocol):
    """Forwards the calls of its transport to the inner protocol, once there is one."""

    inner: asyncio.Protocol | None = None

    @override
    def eof_received(self) -> bool | None:
        return None if self.inner is None else self.inner.eof_received()

    @override
    def pause_writing(self) -> None:
        if self.inner is not None:
            self.inner.pause_writing()

    @override
    def resume_writing(self) -> None:
        if self.inner is not None:
            self.inner.resume_writing()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self.inner is not None:
            self.inner.connection_lost(exc)
