"""Adapters without sockets, for unit tests of code that uses or extends aiointercept.

Each implements a port of :mod:`aiointercept.core.ports` and is handed to the facade:
``aiointercept(transport=..., interceptor=..., upstream=...)``. Nothing here touches a network, and
no aiohttp takes part in an exchange; but :class:`SocketlessTransport` is for aiohttp's clients.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, NoReturn

from yarl import URL

from aiointercept.adapters import pipe
from aiointercept.adapters.passthrough import relay
from aiointercept.adapters.wire import rebuild
from aiointercept.core.http import HeaderSource, Request, Response
from aiointercept.core.kinds import is_exception_class
from aiointercept.core.ports import (
    Admission,
    Desk,
    Exchange,
    Fail,
    Line,
    Pass,
    Transport,
    UpstreamResponse,
)
from aiointercept.core.replies import Broken, Forwarded, Raised, Refused, Stream, Unanswered
from aiointercept.core.urls import canonical_url

__all__ = ("InMemoryInterceptor", "InMemoryTransport", "InMemoryUpstream", "SocketlessTransport")

_BASE: Final = URL("http://aiointercept.test")


class InMemoryTransport:
    """A transport to which a test hands its requests directly.

    Its ``url`` is ``http://aiointercept.test``, so a route for ``/users`` is one for
    ``http://aiointercept.test/users``; every other URL can be asked for as well.
    """

    def __init__(self) -> None:
        self._desk: Desk | None = None

    @property
    def url(self) -> URL:
        """The base of path-only URLs."""
        return _BASE

    def start(self, desk: Desk) -> None:
        """See :meth:`aiointercept.core.ports.Transport.start`."""
        self._desk = desk

    def stop(self) -> None:
        """See :meth:`aiointercept.core.ports.Transport.stop`."""
        self._desk = None

    async def wait_closed(self) -> None:
        """See :meth:`aiointercept.core.ports.Transport.wait_closed`."""

    async def dial(self, _factory: Callable[[], Any], line: Line) -> Any:
        """Refuse: there is nothing that a client's protocol could be connected to.

        Raises:
            TypeError: always.
        """
        msg = (
            f"InMemoryTransport has no connections, so {line.origin} cannot be reached by an "
            "aiohttp client: send requests with 'await transport.send(method, url)'"
        )
        raise TypeError(msg)

    async def send(
        self,
        method: str,
        url: str | URL,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> Response:
        """Return what the mock answers to a request.

        Args:
            method: any case.
            url: absolute, or a path alone.
            headers: a mapping or pairs.
            body: the whole body.

        Returns:
            ``status``, ``headers`` and ``body``; a streamed body is read to its end.

        Raises:
            RuntimeError: outside of the mock's block.
            ConnectionError: where a client would get none, with what explains it.
            Exception: what a route's ``raises`` tells.
        """
        if self._desk is None:
            msg = "the transport is not started: use it inside the block of its mock"
            raise RuntimeError(msg)
        request = Request(method, _BASE.join(URL(url)), headers, body=body or b"")
        return await _perform(await self._desk.dispatch(request, rebuild))


class SocketlessTransport(pipe.SocketlessTransport):
    """A transport for suites that forbid sockets: intercepted clients reach the server in memory.

    Use it with ``mock_external_urls=True`` or ``m.session()``. Its ``url`` is
    ``http://aiointercept.test``, at which no other client finds anything.
    """

    def __init__(self) -> None:
        super().__init__(relay)


class InMemoryInterceptor:
    """An interceptor that asks for decisions when a test tells it to."""

    def __init__(self) -> None:
        self._desk: Desk | None = None
        self.installed = False

    def bind(self, desk: Desk, _transport: Transport) -> None:
        """See :meth:`aiointercept.core.ports.Interceptor.bind`."""
        self._desk = desk

    def install(self) -> None:
        """See :meth:`aiointercept.core.ports.Interceptor.install`."""
        self.installed = True

    def uninstall(self) -> None:
        """See :meth:`aiointercept.core.ports.Interceptor.uninstall`."""
        self.installed = False
        self._desk = None

    def decide(
        self,
        method: str,
        url: str | URL,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> Admission:
        """Return what becomes of a request before there is a connection.

        Args:
            method: any case.
            url: absolute.
            headers: a mapping or pairs.
            body: ``None`` while it is not known.

        Returns:
            ``Pass`` where the client goes its own way, ``Connect`` where the mock answers, ``Fail``
            where the client gets an exception.

        Raises:
            RuntimeError: outside of the mock's block.
        """
        if self._desk is None:
            msg = "the interceptor is not bound: use it inside the block of its mock"
            raise RuntimeError(msg)
        request = Request(method, URL(url), headers, body=body)
        return self._desk.admit(request, [self._desk], rebuild)

    async def send(
        self,
        method: str,
        url: str | URL,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> Response | None:
        """Return what an intercepted client gets; ``None`` where it goes its own way.

        Raises:
            RuntimeError: outside of the mock's block.
            ConnectionError: where a client would get none, with what explains it.
            Exception: what a route's ``raises`` tells.
        """
        admission = self.decide(method, url, headers, body or b"")
        if isinstance(admission, Pass):
            return None
        if isinstance(admission, Fail):
            return await _perform(admission.exchange)
        desk = admission.parties[0]
        request = Request(method, URL(url), headers, body=body or b"")
        return await _perform(await desk.dispatch(request, rebuild, parties=admission.parties))


class InMemoryUpstream:
    """An upstream whose servers are a table.

    Args:
        answers: by URL, or by ``(method, URL)``: a :class:`~aiointercept.core.http.Response`, a
            status, a body (``bytes`` or ``str``), a ``(status, body)`` pair, an exception to be
            raised, or a function of the request that returns one of these.

    Attributes:
        requests: what was sent here, in order.
    """

    def __init__(self, answers: Mapping[Any, Any]) -> None:
        self._answers = {_key(key): answer for key, answer in answers.items()}
        self.requests: list[Request] = []

    async def send(self, request: Request) -> UpstreamResponse:
        """See :meth:`aiointercept.core.ports.Upstream.send`.

        Raises:
            ConnectionError: for a URL that is not in the table.
        """
        self.requests.append(request)
        for key in ((request.method, request.canonical_url), ("*", request.canonical_url)):
            if key in self._answers:
                response = _response(self._answers[key], request)
                return UpstreamResponse(
                    response.status, response.reason, response.headers, _once(response.body or b"")
                )
        msg = f"the in-memory upstream has no answer to {request}"
        raise ConnectionError(msg)


def _key(key: Any) -> tuple[str, URL]:
    if isinstance(key, (str, URL)):
        return "*", canonical_url(key)
    method, url = key
    return str(method).upper(), canonical_url(url)


def _response(answer: Any, request: Request) -> Response:
    if callable(answer) and not is_exception_class(answer):
        answer = answer(request)
    if isinstance(answer, BaseException) or is_exception_class(answer):
        raise answer
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, int):
        return Response(answer)
    if isinstance(answer, (str, bytes)):
        answer = 200, answer
    status, body = answer
    return Response(status, body=body.encode() if isinstance(body, str) else body)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _perform(exchange: Exchange) -> Response:
    """Return the answer of ``exchange`` as a whole, or raise what stands in its place."""
    answer, desk, call = exchange.answer, exchange.desk, exchange.call
    try:
        if isinstance(answer, Forwarded) and desk.upstream is not None:
            passed = await desk.upstream.send(call.received)
            status, headers = passed.status, passed.headers
            body = b"".join([chunk async for chunk in passed.body])
        elif isinstance(answer, (Response, Stream)):
            status, headers = answer.status, answer.headers
            body = (
                answer.body or b""
                if isinstance(answer, Response)
                else b"".join([chunk async for chunk in answer.open()])
            )
        else:
            _raise_failure(exchange)
    except BaseException:
        desk.finish(call)
        raise
    desk.finish(call, status, headers, body)
    return Response(status, None, headers, body)


def _raise_failure(exchange: Exchange) -> NoReturn:
    """Raise what stands in place of an answer."""
    answer = exchange.answer
    if isinstance(answer, Raised):
        raise answer.make()
    if isinstance(answer, Unanswered):
        raise ConnectionError(answer.explanation)
    if isinstance(answer, Refused):
        raise ConnectionError(answer.message)
    if isinstance(answer, Broken):
        exchange.call.fault = answer.fault
        msg = f"{answer.fault}: {answer.fault.value}"
        raise ConnectionError(msg)
    msg = f"{type(answer).__name__} needs a real connection"
    raise ConnectionError(msg)
