import gzip
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.adapters.handling.request import (
    AiointerceptRequest,
    RequestView,
    call_arguments,
    decoded,
    from_log,
    urls_of,
)
from aiointercept.core.http.messages import Request

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def received(body: bytes = b"", headers: dict[str, str] | None = None) -> Request:
    """Return a request with ``body``."""
    fields = CIMultiDictProxy(CIMultiDict(headers or {}))
    return Request("POST", "https://api.test/items?a=1", fields, body=body)


async def test_a_request_from_the_log():
    """It stays readable, and tells the true URL, whatever its Host header says."""
    request = from_log(received(b'{"a": 1}', {"Host": "other.test"}), {"id": "7"})
    assert (request.method, request.url) == ("POST", URL("https://api.test/items?a=1"))
    assert request.scheme == "https"
    assert request.match_info == {"id": "7"}
    for _ in range(2):
        assert await request.json() == {"a": 1}
        assert await request.read() == b'{"a": 1}'


async def test_a_form():
    """Fields are read from the log as well."""
    request = from_log(received(b"a=1&a=2&b=", FORM), {})
    assert list((await request.post()).items()) == [("a", "1"), ("a", "2"), ("b", "")]


async def test_a_body_that_is_not_text():
    """It is a ValueError, as for JSON that is none."""
    request = from_log(received(b"\xff"), {})
    for read in (request.text, request.json):
        with pytest.raises(ValueError, match="decode"):
            await read()


@pytest.mark.parametrize(
    ("body", "headers", "json"),
    [
        (b"[1]", {}, [1]),
        (b"[1]", FORM, None),
        (b"[1", {}, None),
        (b"", {}, None),
    ],
)
def test_what_a_callback_gets(body: bytes, headers: dict[str, str], json: Any):
    """A form is not taken for JSON."""
    arguments = call_arguments(received(body, headers))
    assert (arguments["json"], arguments["data"]) == (json, body or None)
    assert arguments["query"] == {"a": ["1"]}


async def test_the_live_request_is_shown_while_there_is_one():
    """Later one is made from the log."""
    live = from_log(received(b"old"), {})
    view = RequestView(live)
    assert view(received(b"new"), {}) is live
    assert await live.read() == b"new"
    del live
    assert await view(received(b"log"), {}).read() == b"log"


def test_the_url_that_was_asked_for():
    """As it was sent, and in its canonical spelling."""
    request: Any = from_log(Request("GET", "http://x.test/a%2fb?q#frag"), {})
    sent, canonical = urls_of("http://api.test", request)
    assert str(sent).startswith("http://api.test/a%2")
    assert canonical.host == "api.test"


@pytest.mark.parametrize("encoding", ["gzip", "gzip, identity"])
async def test_encodings_are_undone(encoding: str):
    """What is not known stays."""
    assert await decoded(gzip.compress(b"data"), encoding) == b"data"
    assert await decoded(b"data", "unknown") == b"data"


class Chunks:
    """A body that comes in chunk by chunk."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = list(chunks)

    def at_eof(self) -> bool:
        """Whether all chunks were read."""
        return not self.chunks

    async def readany(self) -> bytes:
        """Return the next one."""
        return self.chunks.pop(0)


def receiving(*chunks: bytes) -> AiointerceptRequest:
    """Return a request whose body comes in so."""
    request = from_log(received(), {})
    content: Any = Chunks(*chunks)
    request._payload = content  # noqa: SLF001  where aiohttp's server puts it
    return request


async def test_what_the_client_was_given_to_send_is_not_copied():
    """Where it is what comes in, it is kept itself."""
    sent = b"one, two, three"
    request = receiving(b"one, ", b"two, ", b"three")
    assert await request.receive(sent=sent) is sent


@pytest.mark.parametrize(
    "sent", [b"", b"o", b"one, tw_, three", b"one, two, thre_", b"one, two, three, four", b"_"]
)
async def test_what_comes_in_counts(sent: bytes):
    """Whatever else the client was given: it may have been compressed, or changed."""
    request = receiving(b"one, ", b"two, ", b"three")
    assert await request.receive(sent=sent) == b"one, two, three"
    assert request.buffered_body == b"one, two, three"


async def test_what_is_received_in_two_parts():
    """The first call stops in time, the second one takes the rest."""
    sent = b"one, two, three"
    request = receiving(b"one, ", b"two, ", b"three")
    assert await request.receive(most=4, sent=sent) == b"one, "
    assert await request.receive(sent=sent) == sent
