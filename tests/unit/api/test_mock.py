"""The public object over in-memory adapters of these tests' own: no socket, no aiohttp server."""

import re
from typing import Any

import pytest
from yarl import URL

from aiointercept import CallbackResult, MockResponse, aiointercept
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.routing.replies import DisconnectReply, NoRouteReply, Stream
from aiointercept.testing import InMemoryTransport

BASE = URL("http://mock.test")


class Transport:
    """Hands requests to the core, and its answers back."""

    def __init__(self) -> None:
        self.dispatcher = None
        self.history: list[str] = []

    @property
    def url(self) -> URL:
        """Where path-only URLs are."""
        self.history.append("url")
        return BASE

    def start(self, dispatcher: Any) -> None:
        """Begin."""
        self.history.append("start")
        self.dispatcher = dispatcher

    def stop(self) -> None:
        """End."""
        self.history.append("stop")
        self.dispatcher = None

    async def wait_closed(self) -> None:
        """Nothing is left."""
        self.history.append("wait_closed")

    async def dial(self, factory: Any, line: Any):
        """Nobody does."""
        raise AssertionError

    async def ask(self, method: str, url: str, body: bytes = b"") -> Response:
        """Perform one exchange as a server would."""
        exchange = await self.dispatcher.dispatch(Request(method, BASE.join(URL(url)), body=body))
        answer = exchange.answer
        if isinstance(answer, NoRouteReply):
            exchange.dispatcher.finish(exchange.call)
            raise ConnectionError(answer.explanation)
        if isinstance(answer, DisconnectReply):
            exchange.dispatcher.finish(exchange.call)
            raise ConnectionError("Server disconnected")
        if isinstance(answer, Stream):
            parts = [part async for part in answer.open()]
            answer = Response(answer.status, answer.reason, answer.headers, b"".join(parts))
        exchange.dispatcher.finish(exchange.call, answer.status, answer.headers, answer.body)
        return answer


class Interceptor:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.history: list[str] = []

    def bind(self, dispatcher: Any, transport: Any) -> None:
        """Get ready."""
        self.history.append("bind")

    def install(self) -> None:
        """Begin."""
        self.history.append("install")

    def uninstall(self) -> None:
        """End."""
        self.history.append("uninstall")


def drive(coroutine: Any):
    """Return the result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as stopped:
        return stopped.value
    raise AssertionError("it waits")


def test_a_whole_request_without_a_socket():
    """Registration, dispatch, answer, log and assertions need nothing but the core."""
    transport = Transport()
    with aiointercept(transport=transport) as m:
        handle = m.post("/users", status=201, json={"id": 1}, headers={"X-A": "1"})
        answer = drive(transport.ask("POST", "/users", b'{"name": "x"}'))
        assert (answer.status, answer.body, answer.headers["x-a"]) == (201, b'{"id": 1}', "1")
        assert isinstance(handle, MockResponse)
        assert m.server_url == "http://mock.test"
        assert (m.server_host, m.server_port) == ("mock.test", 80)
    handle.assert_called_once()
    m.assert_called_once_with("/users", "POST", json={"name": "x"})
    assert m.calls[0].response.status == 201
    assert m.last_request.body == b'{"name": "x"}'
    assert list(m.requests) == [("POST", URL("http://mock.test/users"))]
    assert m.ordered_requests == [(("POST", URL("http://mock.test/users")), m.last_request)]


def test_every_kind_of_answer_without_a_socket():
    """Callbacks, async ones, streams, refusals and what nothing matches."""

    async def chunks():
        yield b"one "
        yield b"two"

    async def callback(url: Any, **kwargs: Any):
        return CallbackResult(body=str(url))

    transport = Transport()
    with aiointercept(transport=transport) as m:
        m.get("/callback", callback=lambda url, **kwargs: CallbackResult(status=202))
        m.get("/async", callback=callback)
        m.get("/stream", body=chunks)
        m.get("/refused", exception=True)
        assert drive(transport.ask("GET", "/callback")).status == 202
        assert drive(transport.ask("GET", "/async")).body == b"http://mock.test/async"
        assert drive(transport.ask("GET", "/stream")).body == b"one two"
        with pytest.raises(ConnectionError, match="Server disconnected"):
            drive(transport.ask("GET", "/refused"))
        with pytest.raises(ConnectionError, match="No route matches GET http://mock.test/none"):
            drive(transport.ask("GET", "/none"))
    assert m.call_count == 5


def test_the_life_of_the_adapters():
    """In server mode the transport starts and its URL is known at once; nothing is installed."""
    transport, interceptor = Transport(), Interceptor()
    m = aiointercept(transport=transport, interceptor=interceptor)
    for _ in range(2):
        with m:
            assert transport.history == ["start", "url"]
            assert interceptor.history == ["bind"]
        assert transport.history == ["start", "url", "stop"]
        assert interceptor.history == ["bind", "uninstall"]
        transport.history.clear()
        interceptor.history.clear()


def test_the_life_of_the_adapters_when_intercepting():
    """The URL is asked for when it is needed; leaving with `async with` waits."""
    transport, interceptor = Transport(), Interceptor()

    async def use():
        async with aiointercept(True, transport=transport, interceptor=interceptor) as m:
            assert transport.history == ["start"]
            assert interceptor.history == ["bind", "install"]
            assert m.server_url == m.server_url == "http://mock.test"
            assert transport.history == ["start", "url"]

    drive(use())
    assert transport.history == ["start", "url", "stop", "wait_closed"]
    assert interceptor.history == ["bind", "install", "uninstall"]


def test_start_and_stop():
    """They are the block in two calls; stopping again is harmless, starting again is not."""
    transport = Transport()
    m = aiointercept(transport=transport)
    drive(m.stop())
    drive(m.start())
    with pytest.raises(RuntimeError, match="already started: leave its block"):
        drive(m.start())
    drive(m.stop())
    drive(m.stop())
    assert transport.history == ["start", "url", "stop", "wait_closed"]


def test_a_decorated_function_enters_a_mock_of_the_same_settings():
    """Also where calls overlap and need more than one."""
    transport = Transport()

    @aiointercept(transport=transport, param="mine")
    def function(depth: Any, mine: Any):
        assert mine.server_url == "http://mock.test"
        return [mine] if depth == 0 else [mine, *function(depth - 1)]

    first, second = function(1)
    assert first is not second
    assert function(0) == [first]


@pytest.mark.parametrize(
    "settings", [{"passthrough": ["https://h.test"]}, {"passthrough_unmatched": True}]
)
def test_passthrough_needs_interception(settings: Any):
    """Elsewhere there is nothing to pass through."""
    with pytest.raises(ValueError, match="need mock_external_urls=True"):
        aiointercept(**settings)
    aiointercept(True, **settings)


def test_a_host_to_pass_through_is_checked_at_once():
    """Its message shows what would be one; a single one need not be in a list."""
    with pytest.raises(ValueError, match="passthrough: 'a b' is neither a URL"):
        aiointercept(True, passthrough=["h.test", "a b"])
    aiointercept(True, passthrough="https://h.test")
    aiointercept(True, passthrough=URL("https://h.test"))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("mock_external_url", "mock_external_urls"),
        ("passthru", "passthrough"),
        ("Strict", "strict"),
    ],
)
def test_an_unknown_setting_names_the_nearest(wrong: Any, right: Any):
    """The message has the right spelling."""
    with pytest.raises(TypeError, match=f"'{wrong}': did you mean '{right}'"):
        aiointercept(**{wrong: True})


@pytest.mark.parametrize(
    "register",
    [
        lambda m, **options: m.get("/x", **options),
        lambda m, **options: m.route(lambda request: True, **options),
        lambda m, **options: m.sse("/x", [], **options),
        lambda m, **options: m.ws("/x", handler, **options),
    ],
)
def test_an_unknown_option_names_the_nearest(register: Any):
    """Every verb refuses what it does not know, and nothing is registered."""
    transport = Transport()
    with aiointercept(transport=transport) as m:
        with pytest.raises(TypeError, match="'repeet': did you mean 'repeat'"):
            register(m, repeet=True)
        with pytest.raises(ConnectionError, match="no route is registered"):
            drive(transport.ask("GET", "/x"))


async def handler(ws: Any, request: Any):
    """Say nothing."""


def test_held_errors_and_strict_complaints_leave_together():
    """The first is raised, the others are its notes."""

    def callback(url: Any, **kwargs: Any):
        raise LookupError("mine")

    transport = Transport()
    with pytest.raises(LookupError) as caught, aiointercept(strict=True, transport=transport) as m:
        m.get("/x", callback=callback)
        m.get("/never")
        assert drive(transport.ask("GET", "/x")).status == 500
    (note,) = vars(caught.value)["__notes__"]
    assert "1 route was never used" in note


def test_the_handle_of_a_route():
    """It knows its calls, compares them, and takes its route away."""
    transport = Transport()
    with aiointercept(transport=transport) as m:
        handle = m.post(re.compile(".*"), repeat=True, name="all")
        assert (handle.called, handle.call_count, handle.calls) == (False, 0, [])
        assert handle.last_request is None
        handle.assert_not_called()
        drive(transport.ask("POST", "/a?x=1", b"1"))
        drive(transport.ask("POST", "/b", b"2"))
        assert (handle.called, handle.call_count, handle.calls) == (True, 2, m.calls)
        assert handle.last_request is m.last_request
        handle.assert_called()
        handle.assert_called_with(data=b"2")
        with pytest.raises(AssertionError, match="exactly one call of POST"):
            handle.assert_called_once()
        with pytest.raises(AssertionError, match="expected 1, got 2"):
            handle.assert_called_with(json=1)
        handle.remove()
        with pytest.raises(ConnectionError):
            drive(transport.ask("POST", "/c"))
    assert handle.call_count == 2
    assert repr(handle) == "<MockResponse POST re.compile('.*') (all) -> 200, used 2 times>"


async def test_it_is_shown_in_one_line():
    """Where it is, what it has, and what it was asked."""
    transport = InMemoryTransport()
    mock = aiointercept(transport=transport)
    assert repr(mock) == "<aiointercept not started, 0 routes, 0 calls>"
    with mock:
        mock.get("/")
        await transport.send("GET", "/")
        with pytest.raises(ConnectionError):
            await transport.send("GET", "/other")
        assert repr(mock) == (
            "<aiointercept http://aiointercept.test, 1 route, 2 calls (1 unmatched)>"
        )


def test_showing_it_opens_no_port(monkeypatch: pytest.MonkeyPatch):
    """Where nobody has asked for its URL; sockets may be forbidden in the test."""
    monkeypatch.setattr(InMemoryTransport, "url", property(lambda _: pytest.fail("it was asked")))
    with aiointercept(True, transport=InMemoryTransport()) as mock:
        assert repr(mock) == "<aiointercept started, intercepting, 0 routes, 0 calls>"


def test_options_that_can_be_read():
    """As they were given; they cannot be set."""
    given = aiointercept(mock_external_urls=True, passthrough_unmatched=True, param="m")
    assert (given.param, given.passthrough_unmatched) == ("m", True)
    assert (aiointercept().param, aiointercept().passthrough_unmatched) == (None, False)
    for name in ("param", "passthrough_unmatched"):
        with pytest.raises(AttributeError):
            setattr(given, name, None)
