"""The head of a request as an application gets it."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict, CIMultiDictProxy

from aiointercept.adapters.apps.relay import _head_of


def test_head_as_it_was_sent():
    """Order, case and repetition of the fields stay."""
    headers = [("hOst", "h.test"), ("X-A", "1"), ("x-a", "2")]
    request = make_mocked_request("PUT", "/a%20b?c=d", CIMultiDictProxy(CIMultiDict(headers)))
    assert _head_of(request, told_to_go_on=False) == (
        b"PUT /a%20b?c=d HTTP/1.1\r\nhOst: h.test\r\nX-A: 1\r\nx-a: 2\r\n\r\n"
    )


@pytest.mark.parametrize(("told", "kept"), [(False, b"Expect: 100-continue\r\n"), (True, b"")])
def test_expectation(told, kept):
    """Whoever has sent the body already waits for nothing."""
    request = make_mocked_request("POST", "/", {"Expect": "100-continue"})
    assert _head_of(request, told_to_go_on=told) == b"POST / HTTP/1.1\r\n" + kept + b"\r\n"


def test_request_to_a_proxy():
    """A server gets it without what is for the proxy."""
    headers = {"Proxy-Authorization": "x", "proxy-connection": "y", "A": "b"}
    request = make_mocked_request("GET", "http://h.test/a?b", headers)
    assert _head_of(request, told_to_go_on=False) == b"GET /a?b HTTP/1.1\r\nA: b\r\n\r\n"
