import gzip
import io
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict
from yarl import URL

from aiointercept.adapters.interception.client_request import (
    body_that_is_not_sent,
    connect_limit,
    is_http,
    is_left_alone,
    is_not_http,
    known_body,
    known_request,
)
from aiointercept.core.routing.policy import HostRule, Policy


class FakeRequest:
    """A request as aiohttp is about to send it."""

    def __init__(self, body: Any = None, headers: dict[str, str] | None = None) -> None:
        self.method = "POST"
        self.url = URL("https://api.test:443/a%2fb?q=1")
        self.headers = CIMultiDict(headers or {})
        self.body = body


def request(body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """Return a request with ``body``."""
    return FakeRequest(body, headers)


async def test_a_body_that_is_known():
    """Bytes are known before they are sent; a missing body is empty."""
    assert await known_body(request()) == b""
    assert await known_body(request(aiohttp.BytesPayload(b"data"))) == b"data"


async def test_a_body_that_the_caller_compressed():
    """It is decoded, as routes compare it."""
    packed = aiohttp.BytesPayload(gzip.compress(b"data"))
    assert await known_body(request(packed, {"Content-Encoding": "gzip"})) == b"data"


async def test_a_body_that_is_only_known_when_it_is_sent():
    """A file is read once, so it is left alone."""
    file = aiohttp.BytesIOPayload(io.BytesIO(b"file"))
    assert await known_body(request(file)) is None
    assert await body_that_is_not_sent(request(file)) == b"file"
    assert await body_that_is_not_sent(request(aiohttp.BytesPayload(b"data"))) is None


def test_what_is_known_of_a_request():
    """The URL as it was sent, and as routes compare it."""
    known = known_request(request(headers={"X-One": "1"}), b"data")
    assert (known.method, known.body, known.headers["x-one"]) == ("POST", b"data", "1")
    assert known.url.host == "api.test"


@pytest.mark.parametrize(
    ("timeout", "limit"),
    [
        (aiohttp.ClientTimeout(total=1), None),
        (aiohttp.ClientTimeout(connect=3, sock_connect=2), 2),
        (aiohttp.ClientTimeout(connect=3), 3),
        (aiohttp.ClientTimeout(connect=0, sock_connect=5), 5),
    ],
)
def test_the_limit_for_connecting(timeout: aiohttp.ClientTimeout, limit: float | None):
    """The narrowest one counts; zero is none, as for aiohttp."""
    assert connect_limit(timeout) == limit


def test_urls_that_a_mock_can_answer():
    """They have a host, and a scheme of HTTP."""
    assert is_http(URL("http://api.test"))
    assert is_http(URL("wss://api.test"))
    assert not is_http(URL("ftp://api.test"))
    assert not is_http(URL("/path"))


def test_what_a_mock_leaves_alone():
    """Whatever its routes are: other schemes, what it passes through, and perhaps loopback."""

    class To:
        def __init__(self, url: str) -> None:
            self.method, self.url = "GET", URL(url)

    def left(url: str, **policy: Any) -> bool:
        given: Any = To(url)
        return is_left_alone(Policy(**policy), given)

    unix: Any = To("unix://h.test/")
    assert is_not_http(unix)
    assert left("unix://h.test/")
    assert not left("http://h.test/")
    assert left("http://h.test/", untouched=(HostRule.parse("h.test"),))
    assert left("http://127.0.0.1/", leave_loopback=True)
    assert not left("http://127.0.0.1/", leave_loopback=False)
