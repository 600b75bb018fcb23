"""Adapters without sockets, for unit tests of code that uses or extends aiointercept.

Each implements a port of ``aiointercept.core.ports``. Pass them to the mock:
``aiointercept(transport=..., interceptor=..., upstream=...)``. None of them touches a network.
:class:`SocketlessTransport` serves aiohttp's clients; the others work without aiohttp.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, NoReturn

from yarl import URL

from aiointercept.adapters.handling.file import file_stream
from aiointercept.adapters.handling.request import from_log
from aiointercept.adapters.local_server.memory_connections import SocketlessTransport
from aiointercept.core.http.messages import HeaderSource, Request, Response
from aiointercept.core.http.urls import canonical_url
from aiointercept.core.matching.urls import ANY_METHOD
from aiointercept.core.ports.connection import ClientConnection
from aiointercept.core.ports.dispatcher import Dispatcher
from aiointercept.core.ports.exchange import Exchange
from aiointercept.core.ports.transport import Dialer
from aiointercept.core.ports.upstream import UpstreamResponse
from aiointercept.core.routing.decision import Decision, Fail, Passthrough
from aiointercept.core.routing.replies import (
    Answer,
    DisconnectReply,
    FaultReply,
    FileReply,
    ForwardReply,
    NoRouteReply,
    RaiseReply,
    Stream,
)
from aiointercept.core.type_guards import is_exception_class

__all__ = ("InMemoryInterceptor", "InMemoryTransport", "InMemoryUpstream", "SocketlessTransport")


def __dir__() -> list[str]:
    return sorted(__all__)


_BASE: Final = URL("http://aiointercept.test")


class InMemoryTransport:
    """A transport to which a test sends its requests directly.

    Its ``url`` is ``http://aiointercept.test``, so a route for ``/users`` matches
    ``http://aiointercept.test/users``. A test can request any other URL as well.
    """

    def __init__(self) -> None:
        self._dispatcher: Dispatcher | None = None

    @property
    def url(self) -> URL:
        """The base of path-only URLs."""
        return _BASE

    def start(self, dispatcher: Dispatcher) -> None:
        """See :meth:`aiointercept.core.ports.transport.Listener.start`."""
        self._dispatcher = dispatcher

    def stop(self) -> None:
        """See :meth:`aiointercept.core.ports.transport.Listener.stop`."""
        self._dispatcher = None

    async def wait_closed(self) -> None:
        """See :meth:`aiointercept.core.ports.transport.Listener.wait_closed`."""

    async def send(
        self,
        method: str,
        url: str | URL,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> Response:
        """Send a request to the mock and return its response.

        Args:
            method: any case.
            url: absolute, or a path alone.
            headers: a mapping or pairs.
            body: the whole body.

        Returns:
            The response with ``status``, ``headers`` and the complete ``body``.

        Raises:
            RuntimeError: outside of the mock's block.
            ConnectionError: if a client would get no response, with the reason.
            Exception: the exception of a route with ``raises=``.
        """
        if self._dispatcher is None:
            msg = "the transport is not started: use it inside the block of its mock"
            raise RuntimeError(msg)
        request = Request(method, _BASE.join(URL(url)), headers, body=body or b"")
        return await _perform(await self._dispatcher.dispatch(request, from_log))


class InMemoryInterceptor:
    """An interceptor that decides on requests when a test calls it."""

    def __init__(self) -> None:
        self._dispatcher: Dispatcher | None = None
        self.installed = False

    def bind(self, dispatcher: Dispatcher, _dialer: Dialer) -> None:
        """See :meth:`aiointercept.core.ports.interceptor.Interceptor.bind`."""
        self._dispatcher = dispatcher

    def install(self) -> None:
        """See :meth:`aiointercept.core.ports.interceptor.Interceptor.install`."""
        self.installed = True

    def uninstall(self) -> None:
        """See :meth:`aiointercept.core.ports.interceptor.Interceptor.uninstall`."""
        self.installed = False
        self._dispatcher = None

    def decide(
        self,
        method: str,
        url: str | URL,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> Decision[Dispatcher]:
        """Return the decision on a request before there is a connection.

        Args:
            method: any case.
            url: absolute.
            headers: a mapping or pairs.
            body: the whole body; ``None`` while it is not known.

        Returns:
            ``Passthrough`` if the request goes to the real server, ``Serve`` or ``Forward`` if the
            mock answers it, ``Fail`` if the client gets an exception.

        Raises:
            RuntimeError: outside of the mock's block.
        """
        if self._dispatcher is None:
            msg = "the interceptor is not bound: use it inside the block of its mock"
            raise RuntimeError(msg)
        request = Request(method, URL(url), headers, body=body)
        return self._dispatcher.decide(request, [self._dispatcher], from_log)

    async def send(
        self,
        method: str,
        url: str | URL,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> Response | None:
        """Return the response to an intercepted client; ``None`` if the request is passed through.

        Args:
            method: any case.
            url: absolute.
            headers: a mapping or pairs.
            body: the whole body.

        Raises:
            RuntimeError: outside of the mock's block.
            ConnectionError: if a client would get no response, with the reason.
            Exception: the exception of a route with ``raises=``.
        """
        decision = self.decide(method, url, headers, body or b"")
        if isinstance(decision, Passthrough):
            return None
        if isinstance(decision, Fail):
            return await _perform(decision.exchange)
        request = Request(method, URL(url), headers, body=body or b"")
        connection = ClientConnection(
            request.origin, request, _no_connection, active_mocks=[decision.mock]
        )
        return await _perform(
            await decision.mock.dispatch(request, from_log, connection=connection)
        )


def _no_connection(_answer: Answer) -> None:
    """Do nothing: performing the answer raises the exception."""


class InMemoryUpstream:
    """An upstream that answers from a table.

    Args:
        answers: by URL, or by ``(method, URL)``: a ``Response``, a status, a body (``bytes`` or
            ``str``), a ``(status, body)`` pair, an exception to raise, or a function of the request
            that returns one of these.

    Attributes:
        requests: the requests that were sent, in order.
    """

    def __init__(self, answers: Mapping[Any, Any]) -> None:
        self._answers = {_key(key): answer for key, answer in answers.items()}
        self.requests: list[Request] = []

    async def send(self, request: Request) -> UpstreamResponse:
        """See :meth:`aiointercept.core.ports.upstream.Upstream.send`.

        Raises:
            ConnectionError: for a URL that is not in the table.
        """
        self.requests.append(request)
        for key in ((request.method, request.canonical_url), (ANY_METHOD, request.canonical_url)):
            if key in self._answers:
                response = _response(self._answers[key], request)
                return UpstreamResponse(
                    response.status, response.reason, response.headers, _once(response.body or b"")
                )
        msg = f"the in-memory upstream has no answer to {request}"
        raise ConnectionError(msg)


def _key(key: Any) -> tuple[str, URL]:
    if isinstance(key, (str, URL)):
        return ANY_METHOD, canonical_url(key)
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
    """Return the complete response of ``exchange``, or raise the exception of its answer."""
    answer, dispatcher, call = exchange.answer, exchange.dispatcher, exchange.call
    try:
        upstream = dispatcher.upstream_for(None) if isinstance(answer, ForwardReply) else None
        if upstream is not None:
            passed = await upstream.send(call.received)
            status, headers = passed.status, passed.headers
            body = b"".join([chunk async for chunk in passed.body])
        elif isinstance(answer, (Response, Stream, FileReply)):
            if isinstance(answer, FileReply):
                answer = file_stream(answer)
            status, headers = answer.status, answer.headers
            body = (
                answer.body or b""
                if isinstance(answer, Response)
                else b"".join([chunk async for chunk in answer.open()])
            )
        else:
            _raise_failure(exchange)
    except BaseException:
        dispatcher.finish(call)
        raise
    dispatcher.finish(call, status, headers, body)
    return Response(status, None, headers, body)


def _raise_failure(exchange: Exchange) -> NoReturn:
    """Raise the exception of an answer that is not a response."""
    answer = exchange.answer
    if isinstance(answer, RaiseReply):
        raise answer.make()
    if isinstance(answer, NoRouteReply):
        raise ConnectionError(answer.explanation)
    if isinstance(answer, DisconnectReply):
        msg = "Server disconnected"
        raise ConnectionError(msg)
    if isinstance(answer, FaultReply):
        exchange.dispatcher.fail(exchange, answer.fault)
        msg = f"{answer.fault}: {answer.fault.value}"
        raise ConnectionError(msg)
    msg = f"{type(answer).__name__} needs a real connection"
    raise ConnectionError(msg)
