"""Where a response ends, however its bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.adapters.apps.framing import FramingError, ResponseFraming

LIMIT = 100
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"
)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + LENGTH


def fed(*pieces, method="GET"):
    """Return what has followed these bytes."""
    framing = ResponseFraming(method, LIMIT)
    for piece in pieces:
        framing.feed(piece)
    return framing


@given(st.sampled_from([LENGTH, CHUNKED, INTERIM]), st.sets(st.integers(1, 150)))
def test_any_cut(response, cuts):
    """A response ends with its last byte, wherever its pieces begin."""
    edges = [0, *sorted(cut for cut in cuts if cut < len(response)), len(response)]
    pieces = [response[a:b] for a, b in pairwise(edges)]
    framing = fed(*pieces[:-1])
    assert not framing.done
    assert framing.feed(pieces[-1])
    assert (framing.status, framing.body) == (200, b"hello")
    assert framing.keep_alive
    assert not framing.upgraded


def test_headers_repeat():
    """Repeated headers are kept."""
    assert fed(LENGTH).headers.getall("X-A") == ["1", "2"]


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ],
)
def test_without_body(method, head):
    """These end with their head."""
    framing = fed(head, method=method)
    assert framing.done
    assert framing.keep_alive
    assert framing.body == b""


def test_up_to_the_end_of_the_connection():
    """Without a length, only the end of the connection ends it."""
    framing = fed(b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo")
    assert not framing.done
    assert framing.feed_eof()
    assert framing.body == b"hello"
    assert not framing.keep_alive


@pytest.mark.parametrize("response", [LENGTH, CHUNKED])
def test_cut_off(response):
    """A response that is cut off is not complete."""
    framing = fed(response[:-3])
    assert not framing.feed_eof()


@pytest.mark.parametrize(
    ("head", "stays"),
    [
        (b"HTTP/1.1 204 x\r\nConnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 204 x\r\n\r\n", False),
        (b"HTTP/1.0 204 x\r\nConnection: keep-alive\r\n\r\n", True),
    ],
)
def test_keep_alive(head, stays):
    """Whether the connection stays is read from the head."""
    assert fed(head).keep_alive is stays


def test_upgrade():
    """After 101 the connection belongs to another protocol, whatever follows."""
    framing = fed(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01a")
    assert framing.upgraded
    assert framing.done


def test_long_body_is_not_kept():
    """What is over the limit is not kept at all."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
    assert fed(head % LIMIT, bytes(LIMIT)).body == bytes(LIMIT)
    framing = fed(head % (LIMIT + 1), bytes(LIMIT + 1))
    assert framing.done
    assert framing.body is None


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        LENGTH + b"more",
    ],
)
def test_no_response(data):
    """What is no response is an error."""
    with pytest.raises(FramingError):
        fed(data)
