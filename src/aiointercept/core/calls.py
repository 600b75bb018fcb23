"""The log of calls: ``Call`` and ``CallLog``. Assertions on them are elsewhere."""

import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from attrs import define, field, frozen
from yarl import URL

from aiointercept.core.clock import Clock
from aiointercept.core.http.messages import HeaderSource, Request, Response
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import DisconnectReply, RaiseReply, outcome_of
from aiointercept.core.routing.routes import Registration
from aiointercept.core.text import clip, one_line

RequestFactory: TypeAlias = Callable[[Request, Mapping[str, str]], Any]
NO_MATCH_INFO: Final[Mapping[str, str]] = {}


@frozen
class Message:
    """What went over a WebSocket.

    Args:
        direction: ``received`` from the client or ``sent`` to it.
        type: the transport's kind of message; an ``aiohttp.WSMsgType`` over HTTP.
        data: text or bytes.
    """

    direction: str
    type: Any
    data: str | bytes


@define(eq=False, repr=False)
class Call:
    """One received request, and how it was answered.

    Attributes:
        received: the request as the routes saw it.
        response: what was answered: ``status``, ``headers`` and ``body``; ``None`` before the end,
            and for a request that got no response.
        fault: the failure that was performed, if any.
        started: when it was received, in seconds since the epoch.
        ticked: the same on the clock that ``duration`` is measured with, in seconds.
        duration: seconds from then to the end of the answer; ``None`` while it goes on.
        attempts: how often the client sent it: more than 1 where aiohttp repeated it silently.
        matched: whether a route, or passthrough, was responsible for it.
        match_info: what a URL template found in the URL, by name.
        messages: what went over its WebSocket, if it opened one.
        refusal: why it could not be read, where that is so; then what is known of it is made up.

            .. versionadded:: 1.1
    """

    received: Request
    _registration: Registration | None
    _request_factory: RequestFactory | None = field(repr=False)
    started: float
    ticked: float = field(repr=False)
    matched: bool = True
    match_info: Mapping[str, str] = NO_MATCH_INFO
    response: Response | None = None
    fault: Fault | None = None
    duration: float | None = None
    attempts: int = 1
    messages: list[Message] = field(factory=list[Message], repr=False)
    refusal: str | None = None
    _show_url: Callable[[URL], object] = str
    _request: Any = field(default=None, init=False, repr=False)

    @property
    def outcome(self) -> str:
        """What the client got, in a word or two: a status, a fault, an exception.

        .. versionadded:: 1.1
        """
        if self.fault is not None:
            return self.fault.name
        if self.response is not None:
            return str(self.response.status)
        if self.duration is None:
            return "not answered yet"
        if not self.matched:
            return "connection error"
        reply = None if self._registration is None else self._registration.route.reply
        failed = isinstance(reply, (RaiseReply, DisconnectReply))
        return outcome_of(reply) if failed else "no answer"

    def __repr__(self) -> str:
        rest = f" -> {self.outcome}"
        if self.duration is not None:
            rest += f", {self.duration * 1000:,.1f} ms"
        if self.attempts > 1:
            rest += f", sent {self.attempts} times"
        if self._registration is not None and self._registration.route.name:
            rest += f", by {clip(self._registration.route.name, 40)}"
        elif not self.matched:
            rest += ", no route matched"
        return one_line(f"<Call {self.received.method} ", self._show_url(self.received.url), rest)

    @property
    def request(self) -> Any:
        """The request as the transport shows it; an ``AiointerceptRequest`` over HTTP."""
        if self._request is None:
            self._request = (
                self.received
                if self._request_factory is None
                else self._request_factory(self.received, self.match_info)
            )
        return self._request

    def show_url_by(self, show_url: Callable[[URL], object]) -> None:
        """Mask secrets in its URL wherever the call is shown."""
        self._show_url = show_url

    def sent_again(self, request_factory: RequestFactory | None = None) -> None:
        """Note that the client repeated it.

        Args:
            request_factory: makes what the user sees from now on.
        """
        self.attempts += 1
        if request_factory is not None:
            self._request_factory = request_factory
            self._request = None

    @property
    def registration(self) -> Registration | None:
        """The counted route that took it, if any."""
        return self._registration

    @property
    def route(self) -> Any:
        """The handle of the route that took it; ``None`` if none did."""
        return None if self._registration is None else self._registration.handle


class CallLog:
    """All calls in the order of their arrival. Safe to use from several threads.

    Args:
        clock: tells when a call came, and how long it took.
        show_url: masks secrets in the URLs of calls that are shown.
        kind: what calls are made of.
    """

    def __init__(
        self,
        clock: Clock,
        show_url: Callable[[URL], object] = str,
        kind: type[Call] = Call,
    ) -> None:
        self._clock = clock
        self._kind = kind
        self._show_url = show_url
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._cleared: list[Call] | None = None
        self._listeners: tuple[Callable[[], object], ...] = ()

    @contextmanager
    def listening(self, listener: Callable[[], object]) -> Generator[None, None, None]:
        """Call ``listener`` whenever a call has ended, in the thread in which it ended."""
        with self._lock:
            self._listeners = (*self._listeners, listener)
        try:
            yield
        finally:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

    def open(
        self,
        request: Request,
        registration: Registration | None,
        request_factory: RequestFactory | None,
        *,
        matched: bool = True,
        match_info: Mapping[str, str] = NO_MATCH_INFO,
    ) -> Call:
        """Add a call that has just been received."""
        clock = self._clock
        call = self._kind(
            request, registration, request_factory, clock.now(), clock.tick(), matched, match_info
        )
        if self._show_url is not str:
            call.show_url_by(self._show_url)
        with self._lock:
            self._calls.append(call)
        return call

    def close(
        self,
        call: Call,
        status: int | None = None,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> None:
        """Note the end of a call, with what was answered if anything was."""
        if status is not None:
            call.response = Response(status, None, headers, body)
        self._end(call)

    def close_with(self, call: Call, response: Response) -> None:
        """Note the end of a call, with the response it got."""
        call.response = response
        self._end(call)

    def _end(self, call: Call) -> None:
        # Set last: another thread that waits for it finds everything else in place.
        call.duration = self._clock.tick() - call.ticked
        for listener in self._listeners:
            listener()

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            if self._cleared is not None:
                self._cleared += self._calls
            self._calls = []

    def take_cleared(self) -> list[Call]:
        """Return the calls cleared since the last time. They are only kept after the first time."""
        with self._lock:
            cleared, self._cleared = self._cleared, []
        return cleared or []

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self.snapshot())

    def snapshot(self) -> list[Call]:
        """Return the calls so far, in order of arrival."""
        with self._lock:
            return list(self._calls)

    def so_far(self) -> Sequence[Call]:
        """Return the calls so far, without copying them: more may be added at the end."""
        return self._calls

    def last(self) -> Call | None:
        """Return the latest call, if there is one."""
        calls = self._calls
        return calls[-1] if calls else None
