from collections.abc import Callable
from typing import Any

import pytest

from aiointercept.adapters.handling.fixed import fixed_response
from aiointercept.core.http.messages import Response

Stages = Callable[..., Any]
JSON = {"Content-Type": "application/json"}


async def test_the_bytes(stage: Stages):
    """Head and body go out in one piece, with the length and a date."""
    one = stage()
    response = fixed_response(Response(404, None, JSON, b"{}"), one.performance.request)
    assert response is not None
    await response.prepare(one.performance.request)
    head, _, body = bytes(one.transport.written).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[:3] == [
        b"HTTP/1.1 404 Not Found",
        b"Content-Type: application/json",
        b"Content-Length: 2",
    ]
    assert lines[3].startswith(b"Date: ")
    assert lines[3].endswith(b" GMT")
    assert body == b"{}"


@pytest.mark.parametrize(
    "answer",
    [
        Response(204, None, {}, b""),
        Response(200, None, {}, b"no type"),
        Response(200, None, {**JSON, "Connection": "close"}, b"{}"),
        Response(200, None, {**JSON, "content-length": "2"}, b"{}"),
        Response(200, None, JSON, bytes((1 << 16) + 1)),
    ],
)
async def test_answers_that_aiohttp_writes(stage: Stages, answer: Response):
    """What leaves it something to decide, and large bodies."""
    assert fixed_response(answer, stage().performance.request) is None


async def test_requests_that_aiohttp_answers(stage: Stages):
    """HEAD has no body in its answer."""
    request = stage(method="HEAD").performance.request
    assert fixed_response(Response(200, None, JSON, b"{}"), request) is None
