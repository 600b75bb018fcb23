"""The transport over fakes: acceptors, socket pairs and certificates that are none."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from attrs import define, field
from yarl import URL

from aiointercept.adapters.local_server import listener as module
from aiointercept.adapters.local_server.entrances import (
    PlainEntrance,
    ProxyEntrance,
    TlsEntrance,
)
from aiointercept.adapters.local_server.listener import LoopbackServer
from aiointercept.core.dispatcher import run_here
from aiointercept.core.http.messages import Request
from aiointercept.core.ports.connection import ClientConnection, ClientTls

DISPATCHER: Any = object()


@define(eq=False)
class FakeAcceptor:
    """Takes notes."""

    home: Any
    handler: Any
    entrance: Any
    told: list[str] = field(factory=list)
    prefix: str = "http://127.0.0.1:81"

    @property
    def url(self) -> URL:
        return URL(self.prefix)

    def close(self) -> None:
        self.told.append("close")

    async def wait_closed(self) -> None:
        self.told.append("wait_closed")


class FakeSocket:
    """One end of a connection."""

    closed = False

    def close(self) -> None:
        self.closed = True


class FakeTransport:
    """That of one end."""

    aborted = False

    def abort(self) -> None:
        self.aborted = True


class FakeAuthority:
    """Makes contexts that say what they are for."""

    def server_context(self, *hosts: str, fault: Any = None) -> Any:
        return hosts, fault


@define(eq=False)
class Stage:
    """What was made of fakes."""

    acceptors: list[FakeAcceptor] = field(factory=list)
    sockets: tuple[FakeSocket, FakeSocket] = field(factory=lambda: (FakeSocket(), FakeSocket()))
    served: list[Any] = field(factory=list)
    dialled: list[Any] = field(factory=list)
    transports: list[FakeTransport] = field(factory=list)


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Put fakes in the places of acceptors, and of what connects on the running loop."""
    stage, loop = Stage(), asyncio.get_running_loop()

    def accept(*args: Any) -> FakeAcceptor:
        stage.acceptors.append(FakeAcceptor(*args))
        return stage.acceptors[-1]

    async def serve(factory: Any, sock: Any) -> Any:
        stage.served.append(factory())
        stage.transports.append(FakeTransport())
        return stage.transports[-1], stage.served[-1]

    async def connect(factory: Any, sock: Any = None, **options: Any) -> Any:
        stage.dialled.append((factory(), options))
        stage.transports.append(FakeTransport())
        return stage.transports[-1], stage.dialled[-1]

    monkeypatch.setattr(module, "Acceptor", accept)
    monkeypatch.setattr(module, "socket_pair", lambda: stage.sockets)
    monkeypatch.setattr(loop, "connect_accepted_socket", serve)
    monkeypatch.setattr(loop, "create_connection", connect)
    return stage


def started(**options: Any) -> LoopbackServer:
    """Return a server in a block."""
    server = LoopbackServer(**options)
    server.start(DISPATCHER)
    return server


def client(url: str = "https://api.test/", tls: ClientTls | None = None) -> ClientConnection:
    """Return the connection of an intercepted client."""
    request = Request("GET", url)

    def fail(_: Any) -> None: ...

    return ClientConnection(request.origin, request, fail, tls=tls)


async def test_it_listens_once_somebody_asks_for_its_url(stage: Stage):
    """On the loop that entered the block."""
    server = started()
    assert stage.acceptors == []
    assert server.url == server.url == URL("http://127.0.0.1:81")
    (acceptor,) = stage.acceptors
    assert acceptor.home is asyncio.get_running_loop()
    assert isinstance(acceptor.entrance, PlainEntrance)


def test_where_no_loop_runs(monkeypatch: pytest.MonkeyPatch):
    """The acceptor is told of none."""
    made: list[Any] = []

    def accept(home: Any, *args: Any) -> FakeAcceptor:
        made.append(home)
        return FakeAcceptor(home, *args)

    monkeypatch.setattr(module, "Acceptor", accept)
    _ = started().url
    assert made == [None]


async def test_https(stage: Stage):
    """The entrance speaks it."""
    _ = started(secure=True).url
    assert isinstance(stage.acceptors[0].entrance, TlsEntrance)


async def test_a_proxy(stage: Stage):
    """It has a socket of its own, beside that of the mock's own URL."""
    gateway: Any = object()
    server = started(gateway=gateway)
    assert server.proxy_url == server.proxy_url
    own, proxy = stage.acceptors
    assert isinstance(own.entrance, PlainEntrance)
    assert isinstance(proxy.entrance, ProxyEntrance)


async def test_no_gateway(stage: Stage):
    """The error says why there is no proxy."""
    with pytest.raises(RuntimeError, match="made without a gateway, so it has no proxy"):
        _ = started().proxy_url


async def test_the_end(stage: Stage):
    """Sockets and handlers close, and are waited for."""
    gateway: Any = object()
    server = started(gateway=gateway)
    _ = server.proxy_url
    handler = stage.acceptors[0].handler(asyncio.get_running_loop())
    assert handler is stage.acceptors[1].handler(asyncio.get_running_loop())
    server.stop()
    assert [one.told for one in stage.acceptors] == [["close"], ["close"]]
    await server.wait_closed()
    assert stage.acceptors[0].told == ["close", "wait_closed"]
    with pytest.raises(ConnectionError, match="block of this mock has ended"):
        stage.acceptors[0].handler(asyncio.get_running_loop())


async def test_dialling(stage: Stage):
    """Both ends are on the client's loop."""
    server, protocol = started(), object()
    assert await server.dial(lambda: protocol, client()) is protocol
    assert stage.dialled == [(protocol, {})]
    assert len(stage.served) == 1
    assert not any(sock.closed for sock in stage.sockets)
    server.stop()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://api.test/", ("api.test",)),
        ("https://192.0.2.1/", ("192.0.2.1", "name.test")),
        ("https://[2001:db8::1]/", ("2001:db8::1", "name.test")),
    ],
)
async def test_dialling_with_tls(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, url: str, hosts: Any
):
    """The client's own context meets a certificate for what it asks for."""
    contexts: list[Any] = []

    def serve(make: Any, context: Any) -> Any:
        contexts.append(context)
        return "speaks TLS"

    monkeypatch.setattr(module, "TlsProtocol", serve)
    authority: Any = FakeAuthority()
    server = started(authority=authority)
    await server.dial(object, client(url, ClientTls("context", "name.test", None)))
    assert contexts == [(hosts, None)]
    assert stage.dialled[0][1] == {"ssl": "context", "server_hostname": "name.test"}
    assert stage.served == ["speaks TLS"]


async def test_dialling_while_the_block_ends(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    """Both ends are broken off."""
    server = started()
    connect = asyncio.get_running_loop().create_connection

    async def slow(*args: Any, **options: Any) -> Any:
        server.stop()
        return await connect(*args, **options)

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", slow)
    with pytest.raises(ConnectionError, match="has ended"):
        await server.dial(object, client())
    assert [one.aborted for one in stage.transports] == [True, True]


async def test_dialling_that_fails(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    """Sockets that no transport has are closed."""

    async def fail(*args: Any, **options: Any) -> Any:
        raise OSError

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", fail)
    with pytest.raises(OSError):  # noqa: PT011  it has no message
        await started().dial(object, client())
    near, far = stage.sockets
    assert (near.closed, far.closed) == (True, False)
    assert stage.transports[0].aborted


async def test_the_users_awaitables_on_the_own_loop(stage: Stage):
    """They are awaited there, as by anybody."""
    server = started()
    run_for: Callable[[Any], Any] = server._run_for  # noqa: SLF001  what handlers get
    assert run_for(asyncio.get_running_loop()) is run_here


class Home:
    """A loop in a thread of its own, which may be blocked."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        self._go_on = threading.Event()

    def block(self) -> None:
        """Have it do something that takes time."""
        blocked: Future[None] = Future()

        def wait() -> None:
            blocked.set_result(None)
            self._go_on.wait()

        self.loop.call_soon_threadsafe(wait)
        blocked.result()

    def end(self) -> None:
        """End the loop and its thread."""
        self._go_on.set()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


@pytest.fixture
def home() -> Any:
    """The loop that entered a block."""
    home = Home()
    yield home
    home.end()


async def where() -> asyncio.AbstractEventLoop:
    """Return the loop on which this is awaited."""
    return asyncio.get_running_loop()


def run_from_the_helper(monkeypatch: pytest.MonkeyPatch, home: Home) -> Any:
    """Return how the running loop, as that of the helper thread, awaits what is the user's."""
    monkeypatch.setattr(module, "is_helpers", lambda loop: loop is not home.loop)
    server = LoopbackServer()
    ready: Future[None] = Future()

    def start() -> None:
        server.start(DISPATCHER)
        ready.set_result(None)

    home.loop.call_soon_threadsafe(start)
    ready.result()
    return server._run_for(asyncio.get_running_loop())  # noqa: SLF001  what handlers get


async def test_the_users_awaitables_from_the_helper(monkeypatch: pytest.MonkeyPatch, home: Home):
    """They are awaited on the loop that entered the block, where the user's objects belong."""
    run = run_from_the_helper(monkeypatch, home)
    assert await run(where()) is home.loop


async def test_a_blocked_loop(monkeypatch: pytest.MonkeyPatch, home: Home):
    """They are awaited on the helper's, once the own loop has had its time."""
    run = run_from_the_helper(monkeypatch, home)
    home.block()
    assert await run(where()) is asyncio.get_running_loop()


async def test_a_closed_loop(monkeypatch: pytest.MonkeyPatch):
    """Nothing else is left than the helper's."""
    home = Home()
    run = run_from_the_helper(monkeypatch, home)
    home.end()
    assert await run(where()) is asyncio.get_running_loop()


async def test_nobody_waits_any_more(monkeypatch: pytest.MonkeyPatch, home: Home):
    """What has not begun never does, and Python does not warn of it; what has is cancelled."""
    run = run_from_the_helper(monkeypatch, home)
    home.block()
    task = asyncio.ensure_future(run(where()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
