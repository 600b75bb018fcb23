from collections.abc import Callable
from typing import Any

import pytest

from aiointercept.adapters.handling.response import (
    Answered,
    has_body,
    phrase,
    web_response,
    web_stream,
)
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import Stream

Stages = Callable[..., Any]


@pytest.mark.parametrize(
    ("status", "method", "expected"),
    [
        (200, "GET", True),
        (500, "POST", True),
        (200, "HEAD", False),
        (204, "GET", False),
        (304, "GET", False),
        (101, "GET", False),
    ],
)
def test_which_responses_have_a_body(status: int, method: str, *, expected: bool):
    """As RFC 9110 says."""
    assert has_body(status, method) is expected


def test_the_phrase_of_a_status():
    """The given one, even if it is empty, then the standard one, then none."""
    assert phrase(404, "Gone Fishing") == "Gone Fishing"
    assert phrase(404, "") == ""
    assert phrase(404, None) == "Not Found"
    assert phrase(799, None) == ""


async def test_a_length_that_was_copied(stage: Stages):
    """It is made anew, except where there is no body whose length it could be."""
    answer = Response(200, None, {"Content-Length": "99"}, b"data")
    assert web_response(answer, stage().performance.request).content_length == 4
    head = web_response(answer, stage(method="HEAD").performance.request)
    assert head.headers["Content-Length"] == "99"


async def test_chunks_on_request(stage: Stages):
    """Aiohttp writes the field itself."""
    answer = Response(200, None, {"Transfer-Encoding": "Chunked"}, b"data")
    response = web_response(answer, stage().performance.request)
    assert response.chunked
    assert "Transfer-Encoding" not in response.headers


def test_the_head_of_a_stream():
    """Its length is announced where it is known."""
    stream: Any = Stream(lambda: None, 206, "Some", {"X-One": "1"}, 7)  # type: ignore[arg-type,return-value]  # never opened
    response = web_stream(stream)
    assert (response.status, response.reason, response.content_length) == (206, "Some", 7)
    assert response.headers["X-One"] == "1"


async def test_an_answer_that_is_out(stage: Stages):
    """Nothing more is written, and the connection closes."""
    one = stage()
    answered = Answered()
    await answered.prepare(one.performance.request)
    await answered.write_eof()
    assert not one.transport.written
    assert answered.keep_alive is False
