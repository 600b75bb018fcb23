import gzip
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.adapters.handling.request import (
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
