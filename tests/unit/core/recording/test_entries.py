from yarl import URL

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, StoredBody, is_status

GET = Request("GET", URL("https://a.test/"), body=b"sent")


def test_bodies() -> None:
    """A body is in memory, in a file, or not there."""
    file = StoredBody("a.bin", 3)
    assert Entry(GET).request_body == b"sent"
    assert Entry(GET).response_body is None
    assert Entry(GET, Response(200, body=b"got")).response_body == b"got"
    both = Entry(GET, Response(200), request_file=file, response_file=file)
    assert both.request_body == both.response_body == file
    assert str(Entry(GET)) == "GET https://a.test/"


def test_websockets() -> None:
    """A handshake that was answered opens one."""
    assert Entry(GET, Response(101)).opens_websocket
    assert not Entry(GET, Response(200)).opens_websocket
    assert not Entry(GET).opens_websocket


def test_statuses() -> None:
    """What has three digits can be sent."""
    assert [status for status in (0, 99, 100, 999, 1000) if is_status(status)] == [100, 999]
