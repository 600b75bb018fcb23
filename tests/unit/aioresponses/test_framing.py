import pytest

from aiointercept.aioresponses.answers import ClientAnswer, StreamedAnswer
from aiointercept.aioresponses.framing import is_framed, sent_status, wire_head


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ClientAnswer(200, None, {"A": "b"}, b"body"), b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
        (ClientAnswer(404, "Gone Fishing"), b"HTTP/1.1 404 Gone Fishing\r\n\r\n"),
        (ClientAnswer(299), b"HTTP/1.1 299 \r\n\r\n"),
        (ClientAnswer(200, "", None, None), b"HTTP/1.1 200 \r\n\r\n"),
        (ClientAnswer(204, None, None, b"body"), b"HTTP/1.1 200 No Content\r\n\r\n"),
        (
            ClientAnswer(200, None, [("transfer-encoding", "chunked"), ("A", "b")], b"body"),
            b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
        ),
        (
            ClientAnswer(200, None, {"Content-Length": "9"}, b"body"),
            b"HTTP/1.1 200 OK\r\n\r\n",
        ),
        (ClientAnswer(200, None, {"A": "ä\udcff"}), b"HTTP/1.1 200 OK\r\nA: \xc3\xa4\xff\r\n\r\n"),
        (
            StreamedAnswer(list, 201, None, {"A": "b"}),  # type: ignore[arg-type]  # never opened
            b"HTTP/1.1 201 Created\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
    ],
)
def test_answer_goes_out_with_its_own_headers_alone(answer: ClientAnswer, expected: bytes) -> None:
    """None is added, and none is sent by which a client would wait for what never comes."""
    assert wire_head(answer) == expected


@pytest.mark.parametrize(
    ("status", "sent"), [(101, 200), (199, 200), (204, 200), (304, 200), (200, 200), (302, 302)]
)
def test_status_with_which_a_body_can_follow(status: int, sent: int) -> None:
    """That of the answer, unless HTTP has no body then."""
    assert sent_status(status) == sent


def test_answer_that_tells_where_its_body_ends() -> None:
    """By one of two headers, in any case."""
    assert is_framed(ClientAnswer(200, None, {"content-length": "1"}))
    assert is_framed(ClientAnswer(200, None, {"Transfer-Encoding": "gzip"}))
    assert not is_framed(ClientAnswer(200, None, {"Content-Type": "a/b"}))
