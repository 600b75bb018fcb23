import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.aioresponses.direct import Connection
from aiointercept.aioresponses.framing import Incoming, wire_form
from aiointercept.core.http.messages import Response

GET = b"GET / HTTP/1.1\r\nHost: e.test\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: e.test\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"7;ext=1\r\n\r\n0\r\n\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("request_bytes", [GET, POST, CHUNKED])
@given(data=st.data())
def test_request_ends_where_its_last_byte_is(request_bytes: bytes, data: st.DataObject) -> None:
    """However it is cut into pieces, it is complete with the last byte and not before."""
    cuts = sorted(data.draw(st.sets(st.integers(1, len(request_bytes) - 1), max_size=8)))
    incoming = Incoming()
    start = 0
    for end in [*cuts, len(request_bytes)]:
        assert not incoming.complete
        incoming.feed(request_bytes[start:end])
        start = end
    assert incoming.complete


def test_client_that_waits_to_be_told_that_its_body_is_wanted() -> None:
    """``Expect: 100-continue`` is seen with the head, once."""
    incoming = Incoming()
    incoming.feed(b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n")
    assert incoming.takes_continue()
    assert not incoming.takes_continue()
    assert not incoming.complete
    incoming.feed(b"x")
    assert incoming.complete


@pytest.mark.parametrize(
    ("answer", "method", "expected"),
    [
        (Response(200, None, {"A": "b"}, b"body"), "GET", b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"),
        (Response(404, "Gone Fishing"), "GET", b"HTTP/1.1 404 Gone Fishing\r\n\r\n"),
        (Response(299), "GET", b"HTTP/1.1 299 \r\n\r\n"),
        (Response(200, None, None, b"body"), "HEAD", b"HTTP/1.1 200 OK\r\n\r\n"),
        (Response(204, None, None, b"body"), "GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        (
            Response(200, None, {"Transfer-Encoding": "chunked"}, b"body"),
            "GET",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        ),
        (
            Response(200, None, {"Transfer-Encoding": "chunked"}),
            "GET",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            Response(200, None, {"content-length": "9", "A": "b"}, b"body"),
            "GET",
            b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody",
        ),
        (
            Response(200, None, {"Content-Length": "9"}),
            "HEAD",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        ),
        (Response(200, None, {"A": "ä"}), "GET", "HTTP/1.1 200 OK\r\nA: ä\r\n\r\n".encode()),
    ],
)
def test_answer_goes_out_with_its_own_headers_alone(
    answer: Response, method: str, expected: bytes
) -> None:
    """Nothing is added, and nothing is sent where HTTP has no body."""
    assert wire_form(answer, method) == expected


class Client(asyncio.Protocol):
    """Notes what it gets."""

    read_timeout: float | None = 5.0

    def __init__(self) -> None:
        self.data = b""
        self.lost: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        """Keep them."""
        self.data += data

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it."""
        self.lost.append(exc)


async def test_answer_comes_with_the_last_byte_of_the_request() -> None:
    """Within the call that writes it, and the end of the connection with it."""
    client = Client()
    connection = Connection(asyncio.get_running_loop(), client, b"answer")
    connection.write(POST[:-1])
    assert client.data == b""
    connection.write(POST[-1:])
    assert (client.data, client.lost, client.read_timeout) == (b"answer", [None], None)
    connection.write(b"more")
    connection.close()
    await asyncio.sleep(0)
    assert client.lost == [None]


async def test_client_that_reads_no_more_gets_the_rest_later() -> None:
    """A paused client gets answer and end when it resumes."""
    client = Client()
    connection = Connection(asyncio.get_running_loop(), client, b"answer")
    connection.pause_reading()
    connection.write(GET)
    assert (client.data, connection.is_reading()) == (b"", False)
    connection.resume_reading()
    assert (client.data, client.lost) == (b"answer", [None])


@pytest.mark.parametrize("end", ["close", "abort"])
async def test_client_that_leaves_first(end: str) -> None:
    """It hears that the connection has ended, and gets no answer any more."""
    client = Client()
    connection = Connection(asyncio.get_running_loop(), client, b"answer")
    getattr(connection, end)()
    assert connection.is_closing()
    assert client.lost == []
    connection.write(GET)
    await asyncio.sleep(0)
    assert (client.data, client.lost) == (b"", [None])


async def test_connection_has_nothing_to_set() -> None:
    """What a client's writer looks at."""
    connection = Connection(asyncio.get_running_loop(), Client(), b"")
    connection.set_write_buffer_limits(high=1, low=0)
    assert connection.get_write_buffer_size() == 0
    assert not connection.can_write_eof()
    assert connection.get_extra_info("socket") is None
