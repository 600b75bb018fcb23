"""Adapters without sockets, for unit tests of code that uses or extends aiointercept.

Each implements a port of :mod:`aiointercept.core.ports` and is handed to the facade:
``aiointercept(transport=..., interceptor=..., upstream=...)``. Nothing here touches a network, and
no aiohttp takes part in an exchange; but :class:`SocketlessTransport` is for aiohttp's clients.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, NoReturn

from yarl import URL

from aiointercept.adapters.handling.request import from_log
from aiointercept.adapters.local_server import memory
from aiointercept.adapters.passthrough.relay import relay
from aiointercept.core.http.messages import HeaderSource, Request, Response
from aiointercept.core.http.urls import canonical_url
from aiointercept.core.ports import (
    Admission,
    ClientConnection,
    Dispatcher,
    Exchange,
    Fail,
    Pass,
    Transport,
    UpstreamResponse,
)
from aiointercept.core.routing.replies import (
    DisconnectReply,
    FaultReply,
    ForwardReply,
    NoRouteReply,
    RaiseReply,
    Stream,
)
from aiointercept.core.type_guards import is_exception_class

__all__ = ("InMemoryInterceptor", "InMemoryTransport", "InMemoryUpstream", "SocketlessTransport")

_BASE: Final = URL("http://aiointercept.test")


class InMemoryTransport:
    """A transport to which a test hands its requests directly.

    Its ``url`` is ``http://aiointercept.test``, so a route for ``/users`` is one for
    ``http://aiointercept.test/users``; every other URL can be asked for as well.
    """

    def __init__(self) -> None:
        self._dispatcher: Dispatcher | None = None

    @property
    def url(self) -> URL:
        """The base of path-only URLs."""
        return _BASE

    def start(self, dispatcher: Dispatcher) -> None:
        """See :meth:`aiointercept.core.ports.Transport.start`."""
        self._dispatcher = dispatcher

    def stop(self) -> None:
        """See :meth:`aiointercept.core.ports.Transport.stop`."""
        self._dispatcher = None

    async def wait_closed(self) -> None:
        """See :meth:`aiointercept.core.ports.Transport.wait_closed`."""

    async def dial(self, _factory: Callable[[], Any], line: ClientConnection) -> Any:
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
        if self._dispatcher is None:
            msg = "the transport is not started: use it inside the block of its mock"
            raise RuntimeError(msg)
        request = Request(method, _BASE.join(URL(url)), headers, body=body or b"")
        return await _perform(await self._dispatcher.dispatch(request, from_log))


class SocketlessTransport(memory.SocketlessTransport):
    """A transport for suites that forbid sockets: intercepted clients reach the server in memory.

    Use it with ``mock_external_urls=True`` or ``m.session()``. Its ``url`` is
    ``http://aiointercept.test``, at which no other client finds anything.
    """

    def __init__(self) -> None:
        super().__init__(relay)


class InMemoryInterceptor:
    """An interceptor that asks for decisions when a test tells it to."""

    def __init__(self) -> None:
        self._dispatcher: Dispatcher | None = None
        self.installed = False

    def bind(self, dispatcher: Dispatcher, _transport: Transport) -> None:
        """See :meth:`aiointercept.core.ports.Interceptor.bind`."""
        self._dispatcher = dispatcher

    def install(self) -> None:
        """See :meth:`aiointercept.core.ports.Interceptor.install`."""
        self.installed = True

    def uninstall(self) -> None:
        """See :meth:`aiointercept.core.ports.Interceptor.uninstall`."""
        self.installed = False
        self._dispatcher = None

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
        if self._dispatcher is None:
            msg = "the interceptor is not bound: use it inside the block of its mock"
            raise RuntimeError(msg)
        request = Request(method, URL(url), headers, body=body)
        return self._dispatcher.admit(request, [self._dispatcher], from_log)

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
        dispatcher = admission.active_mocks[0]
        request = Request(method, URL(url), headers, body=body or b"")
        return await _perform(
            await dispatcher.dispatch(request, from_log, active_mocks=admission.active_mocks)
        )


class InMemoryUpstream:
    """An upstream whose servers are a table.

    Args:
        answers: by URL, or by ``(method, URL)``: a ``Response``, a
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
    answer, dispatcher, call = exchange.answer, exchange.dispatcher, exchange.call
    try:
        if isinstance(answer, ForwardReply) and dispatcher.upstream is not None:
            passed = await dispatcher.upstream.send(call.received)
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
        dispatcher.finish(call)
        raise
    dispatcher.finish(call, status, headers, body)
    return Response(status, None, headers, body)


def _raise_failure(exchange: Exchange) -> NoReturn:
    """Raise what stands in place of an answer."""
    answer = exchange.answer
    if isinstance(answer, RaiseReply):
        raise answer.make()
    if isinstance(answer, NoRouteReply):
        raise ConnectionError(answer.explanation)
    if isinstance(answer, DisconnectReply):
        raise ConnectionError(answer.message)
    if isinstance(answer, FaultReply):
        exchange.call.fault = answer.fault
        msg = f"{answer.fault}: {answer.fault.value}"
        raise ConnectionError(msg)
    msg = f"{type(answer).__name__} needs a real connection"
    raise ConnectionError(msg)
