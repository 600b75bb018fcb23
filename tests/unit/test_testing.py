from typing import Any

import pytest

from aiointercept import Fault, aiointercept
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.routing.decision import Passthrough
from aiointercept.testing import InMemoryInterceptor, InMemoryTransport, InMemoryUpstream


async def test_a_transport_in_memory():
    """It takes requests inside of the block only; paths are relative to its URL."""
    transport = InMemoryTransport()
    with aiointercept(transport=transport, interceptor=InMemoryInterceptor()) as mock:
        mock.get("/users", json=[1])
        response = await transport.send("get", "/users")
        assert (response.status, response.body) == (200, b"[1]")
        mock.assert_called_once_with("http://aiointercept.test/users")
    with pytest.raises(RuntimeError, match="inside the block"):
        await transport.send("GET", "/users")


async def test_answers_that_are_failures():
    """What a client would get is raised."""
    transport = InMemoryTransport()
    with aiointercept(transport=transport, interceptor=InMemoryInterceptor()) as mock:
        error = KeyError("mine")
        mock.get("/raises", raises=error)
        mock.get("/fault", fault=Fault.CONNECTION_RESET)
        with pytest.raises(KeyError) as raised:
            await transport.send("GET", "/raises")
        assert raised.value is error
        with pytest.raises(ConnectionError, match="CONNECTION_RESET"):
            await transport.send("GET", "/fault")
        assert mock.calls[-1].fault is Fault.CONNECTION_RESET
        with pytest.raises(ConnectionError, match="/unknown"):
            await transport.send("GET", "/unknown")


async def test_an_interceptor_in_memory():
    """It decides as for a client, and is only active inside of the block."""
    interceptor = InMemoryInterceptor()
    mock = aiointercept(
        transport=InMemoryTransport(),
        interceptor=interceptor,
        mock_external_urls=True,
        passthrough=["http://real.test"],
    )
    with mock:
        assert interceptor.installed
        mock.get("http://api.test/", body="mocked")
        assert isinstance(interceptor.decide("GET", "http://real.test/"), Passthrough)
        assert await interceptor.send("GET", "http://real.test/") is None
        response = await interceptor.send("GET", "http://api.test/")
        assert response is not None
        assert response.body == b"mocked"
    assert not interceptor.installed
    with pytest.raises(RuntimeError, match="inside the block"):
        interceptor.decide("GET", "http://api.test/")


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (204, 204, b""),
        ("text", 200, b"text"),
        ((404, b"gone"), 404, b"gone"),
        (Response(201), 201, b""),
        (lambda request: request.method, 200, b"GET"),
    ],
)
async def test_an_upstream_in_memory(answer: Any, status: int, body: bytes):
    """Its table has answers in several forms, for URLs in any spelling."""
    upstream = InMemoryUpstream({"http://API.test:80/x": answer})
    response = await upstream.send(Request("GET", "http://api.test/x"))
    assert response.status == status
    assert b"".join([chunk async for chunk in response.body]) == body
    assert len(upstream.requests) == 1


async def test_an_upstream_without_an_answer():
    """A method that is told apart, and an exception."""
    upstream = InMemoryUpstream({("post", "http://api.test/"): 201, "http://down.test/": OSError})
    assert (await upstream.send(Request("POST", "http://api.test/"))).status == 201
    with pytest.raises(ConnectionError, match="no answer to GET"):
        await upstream.send(Request("GET", "http://api.test/"))
    with pytest.raises(OSError):  # noqa: PT011  it has no text
        await upstream.send(Request("GET", "http://down.test/"))
