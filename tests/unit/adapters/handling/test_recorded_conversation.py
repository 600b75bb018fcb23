from typing import Any

import aiohttp
import pytest
from yarl import URL

from aiointercept.adapters.handling.recorded_conversation import recorded_conversation
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, RecordedMessage

Message = aiohttp.WSMessage
TEXT = Message(aiohttp.WSMsgType.TEXT, "x", None)
CLOSED = Message(aiohttp.WSMsgType.CLOSED, None, None)


class Socket:
    """Notes what is sent, and gives what the client sends."""

    def __init__(self, *received: Message) -> None:
        self.received = list(received)
        self.said: list[Any] = []

    async def receive(self) -> Message:
        """Give what the client sends next."""
        self.said.append("receives")
        return self.received.pop(0)

    async def send_str(self, data: str) -> None:
        """Note a text."""
        self.said.append(data)

    async def send_bytes(self, data: bytes) -> None:
        """Note bytes."""
        self.said.append(data)

    async def close(self, *, code: int) -> None:
        """Note that it is closed."""
        self.said.append(code)


def entry(**notes: Any) -> Entry:
    """Return a recorded conversation."""
    said = ((False, "hello"), (True, "x"), (False, b"y"))
    messages = tuple(RecordedMessage(*one) for one in said)
    request = Request("GET", URL("https://a.test/"))
    return Entry(request, Response(101), messages=messages, notes=notes)


@pytest.mark.parametrize(
    ("close", "received", "said"),
    [
        (None, [TEXT], ["hello", "receives", b"y", 1000]),
        ({"by": "server", "code": 4001}, [TEXT], ["hello", "receives", b"y", 4001]),
        ({"by": "server", "code": 1006}, [TEXT], ["hello", "receives", b"y"]),
        (
            {"by": "client", "code": 1000},
            [TEXT, TEXT, CLOSED],
            ["hello", "receives", b"y", "receives", "receives", 1000],
        ),
        (None, [CLOSED], ["hello", "receives"]),
    ],
)
async def test_order(close: Any, received: list[Message], said: list[Any]) -> None:
    """Each message of the server comes after the client's before it, and the same side closes."""
    socket = Socket(*received)
    notes = {} if close is None else {"websocket_close": close}
    await recorded_conversation(entry(**notes))(socket, None)  # type: ignore[arg-type]  # a fake
    assert socket.said == said
