"""The connection in memory between the relay and a server: bytes, flow control, the end."""

import asyncio
import contextvars

from aiointercept.adapters.apps.channel import Channel
from aiointercept.core.http.messages import Origin

ORIGIN = Origin("https", "h.test", 443)


class Server(asyncio.Protocol):
    """Notes what happens to it."""

    def __init__(self):
        self.transport = None
        self.events = []

    def connection_made(self, transport):
        """Keep the transport."""
        self.transport = transport

    def data_received(self, data):
        """Note the data."""
        self.events.append(data)

    def pause_writing(self):
        """Note it."""
        self.events.append("pause")

    def resume_writing(self):
        """Note it."""
        self.events.append("resume")

    def connection_lost(self, exc):
        """Note it."""
        self.events.append(type(exc).__name__)


class Relay:
    """Notes what the server sends."""

    def __init__(self):
        self.events = []

    def data_received(self, data):
        """Note the data."""
        self.events.append(data)

    def connection_lost(self):
        """Note it."""
        self.events.append("lost")


def connected():
    """Return both ends of a connection, and what stands behind them."""
    loop = asyncio.get_running_loop()
    channel = Channel(loop, loop, ORIGIN, {"peername": ("127.0.0.1", 5)})
    server, relay = Server(), Relay()
    channel.receiver = relay
    channel.end.open(lambda: server, contextvars.copy_context())
    return channel, server, relay


async def test_both_ways():
    """What one side writes the other has at once, on one loop."""
    channel, server, relay = connected()
    channel.write(b"a")
    server.transport.writelines([b"b", b"c"])
    assert server.events == [b"a"]
    assert relay.events == [b"bc"]
    assert server.transport.get_extra_info("peername") == ("127.0.0.1", 5)


async def test_a_server_that_pauses_makes_the_sender_wait():
    """Nothing piles up beyond the limit."""
    channel, server, _ = connected()
    server.transport.pause_reading()
    while not channel.crowded:
        channel.write(bytes(1 << 16))
    waiting = asyncio.ensure_future(channel.drain())
    await asyncio.sleep(0)
    assert not waiting.done()
    assert server.events == []
    server.transport.resume_reading()
    await waiting
    assert sum(map(len, server.events)) > 1 << 18


async def test_a_client_that_does_not_read_makes_the_server_wait():
    """The server is told to pause, and to resume when its bytes are taken."""
    _, server, relay = channel_parts = connected()
    while "pause" not in server.events:
        server.transport.write(bytes(1 << 16))
    channel_parts[0].acknowledge(server.transport.get_write_buffer_size())
    await asyncio.sleep(0)
    assert server.events == ["pause", "resume"]
    assert len(relay.events) > 4


async def test_the_client_leaves():
    """The server sees a reset, and writes nothing any more."""
    channel, server, relay = connected()
    channel.close()
    server.transport.write(b"x")
    await asyncio.sleep(0)
    assert server.events == ["ConnectionResetError"]
    assert relay.events == ["lost"]
    assert server.transport.is_closing()
    assert channel.end.gone


async def test_the_server_closes():
    """The relay is told, after what was written."""
    channel, server, relay = connected()
    server.transport.write(b"x")
    server.transport.close()
    channel.write(b"late")
    await asyncio.sleep(0)
    assert relay.events == [b"x", "lost"]
    assert server.events == ["NoneType"]
    assert channel.closed


async def test_a_protocol_that_fails_loses_its_connection():
    """An error in a server's protocol ends the connection, and is told to the loop."""
    channel, server, relay = connected()
    told = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    server.data_received = lambda data: 1 / 0
    channel.write(b"x")
    assert [type(context["exception"]) for context in told] == [ZeroDivisionError]
    assert relay.events == ["lost"]


async def test_across_loops():
    """Ends on two loops reach each other without touching the other loop's things."""
    other = asyncio.new_event_loop()
    thread = asyncio.ensure_future(asyncio.to_thread(other.run_forever))
    channel = Channel(asyncio.get_running_loop(), other, ORIGIN, {})
    server, relay = Server(), Relay()
    server.data_received = lambda data: server.transport.write(data.upper())
    channel.receiver = relay
    context = contextvars.copy_context()
    other.call_soon_threadsafe(channel.end.open, lambda: server, context)
    channel.write(b"a")
    while not relay.events:
        await asyncio.sleep(0)
    assert relay.events == [b"A"]
    channel.close()
    other.call_soon_threadsafe(lambda: other.call_soon(other.stop))
    await thread
    other.close()
    assert server.events == ["ConnectionResetError"]
    channel.write(b"late")  # to a loop that is closed
