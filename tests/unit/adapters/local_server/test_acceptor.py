"""Who accepts from a listening socket; the socket, the loops and the helper thread are fakes."""

import asyncio
import os
from typing import Any

import pytest
from attrs import define, field

from aiointercept.adapters.local_server import acceptor as module
from aiointercept.adapters.local_server.acceptor import Acceptor
from aiointercept.adapters.local_server.handover import KeptConnection


@define(eq=False)
class FakeSocket:
    """A connection, or a listening socket with those that wait."""

    waiting: list[Any] = field(factory=list)
    closed: bool = False

    def getsockname(self) -> Any:
        return "127.0.0.1", 81

    def fileno(self) -> int:
        return -1 if self.closed else 7

    def accept(self) -> Any:
        if not self.waiting:
            raise BlockingIOError
        return self.waiting.pop(0), ("127.0.0.1", 82)

    def settimeout(self, seconds: float) -> None:
        assert seconds == 0

    def close(self) -> None:
        self.closed = True


@define(eq=False)
class FakeLoop:
    """A loop that is told what becomes readable; its tasks run on the test's loop."""

    reads: bool = True
    closed: bool = False
    reader: Any = None
    connected: list[Any] = field(factory=list)
    holds_back: asyncio.Event | None = None

    def is_closed(self) -> bool:
        return self.closed

    def is_running(self) -> bool:
        return False

    def add_reader(self, sock: Any, callback: Any, *args: Any) -> None:
        if not self.reads:
            raise NotImplementedError
        self.reader = lambda: callback(*args)

    def remove_reader(self, sock: Any) -> None:
        self.reader = None

    def create_task(self, coroutine: Any) -> Any:
        return asyncio.ensure_future(coroutine)

    async def connect_accepted_socket(self, factory: Any, sock: Any) -> Any:
        if self.holds_back is not None:
            await self.holds_back.wait()
        protocol = factory()
        protocol.connection_made(FakeTransport(sock))
        self.connected.append(protocol)


@define(eq=False)
class FakeTransport:
    """That of a connection which was accepted."""

    sock: Any
    aborted: bool = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.sock

    def abort(self) -> None:
        self.aborted = True


@define(eq=False)
class FakeHelper:
    """The helper thread."""

    loop: FakeLoop = field(factory=FakeLoop)
    watches: list[Any] = field(factory=list)

    def watch(self, watch: Any) -> None:
        self.watches.append(watch)

    def unwatch(self, watch: Any) -> None:
        self.watches.remove(watch)


@define(eq=False)
class FakeEntrance:
    """Serves connections with protocols that take notes."""

    new_notes: Any
    aborted: bool = False
    moved_from: list[Any] = field(factory=list)
    error: Exception | None = None

    def url(self, port: int) -> str:
        if self.error is not None:
            raise self.error
        return f"http://127.0.0.1:{port}"

    def protocol(self, handler: Any) -> Any:
        return self.new_notes(), lambda: 0

    def moved(self, protocol: Any, handler: Any) -> Any:
        self.moved_from.append(protocol)
        return self.new_notes()

    def abort(self) -> None:
        self.aborted = True


@define(eq=False)
class FakeHandler:
    """That of one loop."""

    loop: Any


@define(eq=False)
class Stage:
    """What an acceptor has around it."""

    listener: FakeSocket
    helper: FakeHelper
    entrance: FakeEntrance

    def accept_on(self, home: Any) -> Acceptor:
        """Return an acceptor of which ``home`` is the own loop."""
        handler: Any = FakeHandler
        entrance: Any = self.entrance
        return Acceptor(home, handler, entrance)


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch, new_notes: Any) -> Stage:
    """Put fakes in the places of the socket and of the helper thread."""
    stage = Stage(FakeSocket(), FakeHelper(), FakeEntrance(new_notes))
    monkeypatch.setattr(module, "listen", lambda backlog: stage.listener)
    monkeypatch.setattr(module, "helper_thread", lambda: stage.helper)
    return stage


async def turn() -> None:
    """Let tasks go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_own_loop_accepts(stage: Stage):
    """All that waits, and the helper is told how many they were."""
    home = FakeLoop()
    acceptor = stage.accept_on(home)
    assert (str(acceptor.url), acceptor.prefix) == ("http://127.0.0.1:81",) * 2
    stage.listener.waiting = [FakeSocket(), FakeSocket()]
    home.reader()
    await turn()
    assert [type(one) for one in home.connected] == [KeptConnection, KeptConnection]
    (watch,) = stage.helper.watches
    assert watch.accepted == 2
    acceptor.close()


async def test_no_own_loop(stage: Stage):
    """The helper's accepts, and nobody watches it."""
    acceptor = stage.accept_on(None)
    stage.listener.waiting = [FakeSocket()]
    stage.helper.loop.reader()
    await turn()
    (protocol,) = stage.helper.loop.connected
    assert not isinstance(protocol, KeptConnection)
    assert stage.helper.watches == []
    acceptor.close()


async def test_a_loop_that_cannot_wait_for_sockets(stage: Stage):
    """It leaves accepting to the helper's."""
    acceptor = stage.accept_on(FakeLoop(reads=False))
    assert stage.helper.loop.reader is not None
    assert stage.helper.watches == []
    acceptor.close()
    assert stage.helper.loop.reader is None


async def test_the_own_loop_is_blocked(stage: Stage):
    """The helper takes what was left waiting, and its own loop serves it."""
    home = FakeLoop()
    acceptor = stage.accept_on(home)
    stage.listener.waiting = [FakeSocket()]
    (watch,) = stage.helper.watches
    watch.take_over()
    await turn()
    assert home.connected == []
    (protocol,) = stage.helper.loop.connected
    assert not isinstance(protocol, KeptConnection)
    acceptor.close()


async def test_a_connection_that_the_own_loop_leaves_unread(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    """It goes on at the helper's; one that is closed by then stays where it is."""
    home = FakeLoop()
    acceptor = stage.accept_on(home)
    moved = FakeSocket()

    class Kept:
        inner = "inner"
        was_let_go = False

        def hand_over(self) -> Any:
            return moved

        def let_go(self) -> None:
            self.was_let_go = True

    class Closed(Kept):
        def hand_over(self) -> Any:
            raise OSError

    kept, closed = Kept(), Closed()
    steps = 0
    monkeypatch.setattr(module, "left_waiting", lambda _: [closed, kept])
    monkeypatch.setattr(module, "progress_of", lambda _: steps)
    (watch,) = stage.helper.watches
    # As long as something is done for any of its connections, the loop is busy and not blocked.
    for _ in range(3):
        steps += 1
        watch.look_after()
        await turn()
        assert stage.entrance.moved_from == []
    watch.look_after()
    await turn()
    assert stage.entrance.moved_from == ["inner"]
    assert len(stage.helper.loop.connected) == 1
    assert (kept.was_let_go, closed.was_let_go) == (True, False)
    acceptor.close()


async def test_the_end(stage: Stage):
    """Nothing is accepted any more, and what has no protocol so far is closed."""
    home = FakeLoop(holds_back=asyncio.Event())
    acceptor = stage.accept_on(home)
    late = FakeSocket()
    stage.listener.waiting = [late]
    home.reader()
    await asyncio.sleep(0)
    acceptor.close()
    await acceptor.wait_closed()
    assert home.reader is None
    assert stage.helper.watches == []
    assert stage.listener.closed
    assert stage.entrance.aborted
    assert late.closed
    assert home.connected == []


async def test_the_end_where_the_loop_is_closed(stage: Stage):
    """All that belonged to it is dead but for the socket."""
    home = FakeLoop()
    acceptor = stage.accept_on(home)
    home.closed = True
    acceptor.close()
    assert stage.listener.closed
    assert stage.entrance.aborted


async def test_the_end_in_a_forked_process(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    """Its copy of the socket closes; the rest is the parent's."""
    home = FakeLoop()
    acceptor = stage.accept_on(home)
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: -1)
        acceptor.close()
    assert stage.listener.closed
    assert home.reader is not None
    assert not stage.entrance.aborted
    assert stage.helper.watches


async def test_it_ends_before_it_begins(stage: Stage):
    """A loop of another thread may come to it late."""
    home = FakeLoop()
    stage.listener.close()
    stage.accept_on(home)
    assert home.reader is None


async def test_a_start_that_fails(stage: Stage):
    """The socket is closed again."""
    stage.entrance.error = OSError()
    with pytest.raises(OSError):  # noqa: PT011  it has no message
        stage.accept_on(FakeLoop())
    assert stage.listener.closed
