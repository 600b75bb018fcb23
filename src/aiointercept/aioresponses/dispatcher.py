"""A client's call in, a response or an exception out: the whole path of a call through the drop-in.

:class:`~.client_calls.CallPatch` passes each call to :func:`dispatch`, which asks the active mocks,
the innermost first. A drop-in with a route for the call consumes the route and answers. For a
native mock with a route, and for calls that are passed through, aiohttp makes the call as usual.
Answers are made in the caller's task, including redirects: aiohttp makes the call with a session of
ours, whose middleware is ``_Hops``, and whose connections deliver the answers of the routes.
"""

import inspect
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from attrs import frozen
from yarl import URL

from aiointercept.adapters.interception.direct_connector import DirectConnector
from aiointercept.adapters.interception.interceptor import InterceptedConnector
from aiointercept.aioresponses.answers import AnyAnswer, StreamedAnswer
from aiointercept.aioresponses.assertions import WHERE_SECRETS_ARE_HERE
from aiointercept.aioresponses.client_calls import (
    ClientCall,
    Handler,
    show_head,
    show_request,
)
from aiointercept.aioresponses.direct import DirectTransport
from aiointercept.aioresponses.framing import is_framed, wire_head
from aiointercept.aioresponses.routes import ClientRequest
from aiointercept.core.errors import add_note
from aiointercept.core.http.messages import Request
from aiointercept.core.recording.redacting.messages import WHERE_SECRETS_ARE
from aiointercept.core.recording.redacting.redaction import DEFAULT_REDACTION
from aiointercept.core.reporting.unmatched import explain
from aiointercept.core.routing.decision import ActiveMock, Fail, Serve, decide
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.routes import Registration
from aiointercept.core.text import printable

# aioresponses follows every redirect with GET, whatever its status and the method before.
_METHOD_OF_REDIRECTS: Final = "GET"
_METHOD_TOLD_OF_REDIRECTS: Final = "get"
# Statuses after which aiohttp follows a redirect of a POST with GET.
_AS_GET: Final = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND}


@frozen(eq=False, repr=False)
class DropIn:
    """One active ``aioresponses``.

    Args:
        registry: its routes.
        passthrough: prefixes of URLs that are passed through.
        forwards: whether unmatched calls go to the real server.
        outer: the native mocks that were active before it.
        record: adds a call to ``requests``.
        check: reports a call that production would refuse.
    """

    registry: Registry
    passthrough: tuple[str, ...]
    forwards: bool
    outer: Sequence[ActiveMock]
    record: Callable[[ClientCall], None]
    check: Callable[[ClientCall], None]


@frozen(eq=False, repr=False)
class _Taken:
    """A request and the route that answers it."""

    mock: DropIn
    registration: Registration
    request: ClientRequest


@frozen(eq=False, repr=False)
class _Mocks:
    """The active mocks that a call concerns.

    Args:
        call: the client's call.
        drop_ins: the active drop-ins, the innermost first.
        natives: the active native mocks, the innermost first.
    """

    call: ClientCall
    drop_ins: Sequence[DropIn]
    natives: Sequence[ActiveMock]

    def take(self, requests: Sequence[ClientRequest]) -> "_Taken | None":
        """Consume the first route that matches one of ``requests``.

        Returns:
            The request and its route; ``None`` if no route matches, or if a native mock inside of
            the drop-in has a matching route.
        """
        for mock in self.drop_ins:
            inner = self._inside(mock)
            for request in requests:
                if (
                    inner
                    and mock.registry.peek(request) is not None
                    and _takes(self._decide(request, inner))
                ):
                    return None
                chosen = mock.registry.match(request)
                if chosen is not None:
                    return _Taken(mock, chosen.registration, request)
        return None

    def leave(self, request: ClientRequest) -> bool:
        """Whether aiohttp makes the call of ``request``, for which no drop-in has a route.

        It does if unmatched calls are passed through, if a native mock has a route for the request,
        or if the innermost mock is a native one, which explains why no route matches.
        """
        if any(mock.forwards for mock in self.drop_ins):
            return True
        if _takes(self._decide(request, self.natives)):
            return True
        return isinstance(self._decide(request, self._inside(self.drop_ins[0])), Fail)

    def _inside(self, mock: DropIn) -> list[ActiveMock]:
        return [native for native in self.natives if not any(native is one for one in mock.outer)]

    def _decide(self, request: ClientRequest, natives: Sequence[ActiveMock]) -> object:
        """Return the decision of ``natives`` on a request; ``None`` if they do not handle it."""
        if not natives or not request.is_http:
            return None
        headers, body = self.call.headers, self.call.known_body()
        try:
            return decide(Request(request.method, request.told, headers, body=body), natives)
        except Exception:  # noqa: BLE001  a user's matcher; dispatching will report it
            return Serve(natives[0])


def _takes(decision: object) -> bool:
    """Whether a route matches the request."""
    return isinstance(decision, Serve) or (
        isinstance(decision, Fail) and decision.chosen is not None
    )


async def dispatch(
    call: ClientCall, drop_ins: Sequence[DropIn], natives: Sequence[ActiveMock]
) -> aiohttp.ClientResponse:
    """Answer ``call``, or pass it on to aiohttp.

    Args:
        call: the client's call.
        drop_ins: the active drop-ins, the innermost first.
        natives: the other active mocks, the innermost first.
    """
    __tracebackhide__ = True
    if isinstance(call.connector, InterceptedConnector):
        return await call.pass_on()  # it belongs to a native mock
    text = str(call.sorted_url)
    concerned = [one for one in drop_ins if not text.startswith(one.passthrough)]
    mocks = _Mocks(call, concerned, natives)
    if not mocks.drop_ins:
        return await call.pass_on()
    await call.read_data()
    request = ClientRequest.of(call.method, call.sorted_url, call.shown)
    taken = mocks.take([request])
    (mocks.drop_ins[0] if taken is None else taken.mock).record(call)
    if taken is not None:
        taken.mock.check(call)
        return await _answer(call, mocks, taken)
    if mocks.leave(request):
        return await call.pass_on()
    raise _refusal(call, mocks, request)


async def _answer(call: ClientCall, mocks: _Mocks, taken: _Taken) -> aiohttp.ClientResponse:
    __tracebackhide__ = True
    hops = _Hops(call, mocks, taken)
    try:
        return await call.ask(hops, hops.connector)
    except _Carrier as carrier:
        error = carrier.error
    except _LedOn as led_on:
        return await call.go_on(led_on.method, led_on.url, hops.history)
    raise error


def _refusal(call: ClientCall, mocks: _Mocks, request: Request) -> aiohttp.ClientConnectionError:
    refused = f"Connection refused: {call.method} {DEFAULT_REDACTION.url(call.sorted_url)}"
    error = aiohttp.ClientConnectionError(printable(refused))
    plain, registry = Request(request.method, request.url, call.headers), mocks.drop_ins[0].registry
    text = explain(plain, registry, DEFAULT_REDACTION)
    add_note(error, text.replace(WHERE_SECRETS_ARE, WHERE_SECRETS_ARE_HERE))
    return error


class _Carrier(Exception):  # noqa: N818  it transports an error, and is not one itself
    """Carries an exception through aiohttp, which wraps some exceptions and retries for others."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class _LedOn(Exception):  # noqa: N818  it says where a call continues
    """A redirect leads to a URL that no drop-in answers."""

    def __init__(self, method: str, url: URL) -> None:
        super().__init__(method, url)
        self.method = method
        self.url = url


class _Hops:
    """The middleware for each request of a call, including redirected ones.

    Args:
        call: the client's call.
        mocks: the active mocks that the call concerns.
        taken: the first request and its route.
    """

    def __init__(self, call: ClientCall, mocks: _Mocks, taken: _Taken) -> None:
        self.history: list[aiohttp.ClientResponse] = []
        self.connector = DirectConnector(self._connect)
        self._call = call
        self._mocks = mocks
        self._taken: _Taken | None = taken
        self._method = self._told_method = call.method
        self._answer: AnyAnswer | None = None

    async def __call__(
        self, req: aiohttp.ClientRequest, handler: Handler
    ) -> aiohttp.ClientResponse:
        taken, self._taken = self._taken or self._follow(req.url), None
        self._answer = answer = await _make_answer(taken)
        if answer.response_class is not None:
            req.response_class = answer.response_class
        response = await handler(req)
        self._complete(response, answer)
        self.history.append(response)
        self._method = _method_after(response.status, self._method.upper())
        return response

    def _follow(self, url: URL) -> _Taken:
        """Return the redirected request and its route.

        Raises:
            _LedOn: if no drop-in has a route for it, and aiohttp is to follow the redirect.
            _Carrier: if no drop-in has a route for it, and the call is refused.
        """
        call, mocks = self._call, self._mocks
        methods = dict.fromkeys((_METHOD_OF_REDIRECTS, self._method))
        requests = [ClientRequest.of(method, url, call.shown) for method in methods]
        taken = mocks.take(requests)
        if taken is None:
            if mocks.leave(requests[-1]):
                raise _LedOn(self._method, url)
            raise _Carrier(_refusal(call, mocks, requests[-1]))
        as_get = taken.request is requests[0]
        self._told_method = _METHOD_TOLD_OF_REDIRECTS if as_get else self._method
        return taken

    def _connect(self, protocol: Any) -> DirectTransport:
        answer = self._answer
        if isinstance(answer, StreamedAnswer):
            return DirectTransport(protocol, wire_head(answer), chunks=answer.open())
        if answer is None:
            return DirectTransport(protocol, b"")
        return DirectTransport(protocol, wire_head(answer), answer.body or b"")

    def _complete(self, response: aiohttp.ClientResponse, answer: AnyAnswer) -> None:
        """Make a response show what could not be sent."""
        call = self._call
        show_request(response, answer.method or self._told_method, call)
        framed = is_framed(answer) or isinstance(answer, StreamedAnswer)
        show_head(response, answer.status, answer.headers if framed else None)
        if response.cookies:
            call.session.cookie_jar.update_cookies(response.cookies, response.url)


async def _make_answer(taken: _Taken) -> AnyAnswer:
    """Return the answer of a request's route.

    Raises:
        _Carrier: with the registered exception, or the exception of the user's callback.
    """
    reply: Any = taken.registration.route.reply
    try:
        answer = reply.compute(taken.request, None)
        made: AnyAnswer = await answer if inspect.isawaitable(answer) else answer
    except Exception as error:  # noqa: BLE001  the caller has to get any error
        raise _Carrier(error) from None
    return made


def _method_after(status: int, method: str) -> str:
    """Return the method with which aiohttp follows a redirect."""
    if status == HTTPStatus.SEE_OTHER and method != "HEAD":
        return _METHOD_OF_REDIRECTS
    if status in _AS_GET and method == "POST":
        return _METHOD_OF_REDIRECTS
    return method
