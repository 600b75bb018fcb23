from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiointercept.core.http.encodings import decode
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, StoredBody
from aiointercept.core.recording.match_on import clean_match_on
from aiointercept.core.recording.replaying import Replay, moved_url, reply_of
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import FaultReply, Stream, WebSocket

GET = Request("GET", URL("https://a.test/x?a=1"))


def opened(body: StoredBody, encodings: tuple[str, ...]) -> AsyncIterator[bytes]:
    """Stand for opening a file."""
    raise AssertionError(body, encodings)


def reply(entry: Entry) -> Any:
    """Return what an entry answers."""
    return reply_of(entry, opened, lambda entry: ("handler of", entry))


def response(*headers: tuple[str, str], body: bytes = b"x", status: int = 200) -> Response:
    """Return a response."""
    return Response(status, "Fine", CIMultiDict(headers), body)


def test_responses() -> None:
    """Repeated headers stay; those of one connection, and what cannot be sent, do not."""
    answer = reply(
        Entry(
            GET,
            response(("A", "1"), ("A", "2"), ("Connection", "close"), ("B c", "x"), ("D", "x\ny")),
        )
    )
    assert list(answer.headers.items()) == [("A", "1"), ("A", "2"), ("D", "xy")]
    assert (answer.status, answer.reason, answer.body) == (200, "Fine", b"x")


def test_encodings() -> None:
    """Done again where they can be, else taken out; left where they were not undone."""
    answer = reply(Entry(GET, response(("Content-Encoding", "gzip"), body=b"text")))
    assert decode(answer.body, ["gzip"]) == b"text"
    answer = reply(Entry(GET, response(("Content-Encoding", "br"), body=b"text")))
    assert (answer.body, "Content-Encoding" in answer.headers) == (b"text", False)
    answer = reply(Entry(GET, response(("Content-Encoding", "br"), body=b"raw"), encoded=True))
    assert (answer.body, answer.headers["Content-Encoding"]) == (b"raw", "br")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_without_body(method: str, status: int) -> None:
    """Headers that tell of a body stay, the body does not come."""
    request = Request(method, GET.url)
    headers = (("Content-Encoding", "gzip"), ("Content-Length", "9"))
    answer = reply(Entry(request, response(*headers, status=status)))
    assert answer.body == b""
    assert len(answer.headers) == 2


def test_files() -> None:
    """A body in a file is a stream of its size, or of an unknown one if it is encoded."""
    file = StoredBody("a.bin", 9)
    entry = Entry(GET, response(("Content-Length", "5")), response_file=file)
    answer = reply(entry)
    assert isinstance(answer, Stream)
    assert (answer.length, len(answer.headers)) == (9, 0)
    for header in (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")):
        assert reply(Entry(GET, response(header), response_file=file)).length is None


async def test_faults() -> None:
    """A failure is a fault; of a body that broke off all comes, and as much is announced."""
    answer = reply(Entry(GET, None, Fault.DNS_FAILURE))
    assert isinstance(answer, FaultReply)
    assert answer.fault is Fault.DNS_FAILURE
    assert reply(Entry(GET)).fault is Fault.EMPTY_RESPONSE
    for length, announced in (("100", 99), ("x", 1), ("1", 1)):
        cut = reply(Entry(GET, response(("Content-Length", length)), Fault.TRUNCATED_BODY))
        assert cut.fault is Fault.TRUNCATED_BODY
        assert cut.content.length == announced
        assert [chunk async for chunk in cut.content.open()] == [b"x"]
    file = StoredBody("a.bin", 9)
    cut = reply(Entry(GET, response(), Fault.TRUNCATED_BODY, response_file=file))
    assert isinstance(cut.content, Stream)


def test_websockets() -> None:
    """With the protocol that was agreed on."""
    answer = reply(Entry(GET, response(("Sec-WebSocket-Protocol", "chat"), status=101)))
    assert isinstance(answer, WebSocket)
    assert answer.options == {"protocols": ("chat",)}
    assert reply(Entry(GET, response(status=101))).options == {}


def routes(entries: list[Entry], **options: Any) -> list[Any]:
    """Return the routes of entries."""
    rules = clean_match_on(options.pop("match_on", ("method", "url")))
    replay = Replay("dir/a.har", rules, opened, lambda entry: None, **options)
    return replay.routes(entries)


def test_routes() -> None:
    """In order, each once, named by file and entry; the method only where it counts."""
    entries = [Entry(GET, response(), number=3), Entry(GET, response(), number=4)]
    first, second = routes(entries)
    assert (first.declared_at, second.declared_at) == (
        "dir/a.har (entry 3)",
        "dir/a.har (entry 4)",
    )
    assert (first.limit, first.method, str(first)) == (1, "GET", "GET https://a.test/x?a=1")
    assert [route.limit for route in routes(entries, repeat=3)] == [3, 3]
    assert [route.limit for route in routes(entries, repeat=None)] == [1, None]
    (route, _) = routes(entries, match_on=["url", "headers"])
    assert route.method == "*"
    assert route.condition is not None


def test_moved() -> None:
    """To another origin, below its path; redirects to the recorded one, too."""
    base = URL("http://127.0.0.1:8080/v1/")
    assert str(moved_url(GET.url, base)) == "http://127.0.0.1:8080/v1/x?a=1"
    assert str(moved_url(URL("https://a.test"), base)) == "http://127.0.0.1:8080/v1/"
    for location, there in (
        ("https://a.test/y?b=%20", "http://127.0.0.1:8080/v1/y?b=%20"),
        ("https://b.test/y", "https://b.test/y"),
        ("/y", "/y"),
    ):
        (route,) = routes([Entry(GET, response(("Location", location)))], base_url=base)
        assert route.reply.headers["Location"] == there
        assert str(route.target) == "http://127.0.0.1:8080/v1/x?a=1"


def test_no_paths_of_this_machine() -> None:
    """What a route says of itself has no folder in it that was not given."""
    (route,) = routes([Entry(GET, response())])
    assert str(Path.cwd()) not in route.declared_at
