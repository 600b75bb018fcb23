from typing import Any

import pytest


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete", "head", "options"])
async def test_each_verb_takes_its_method(memory: Any, verb: str):
    """And no other one."""
    getattr(memory.mock, verb)("/items", status=201)
    assert (await memory.transport.send(verb, "/items")).status == 201
    memory.mock.add("/other", verb)
    with pytest.raises(ConnectionError):
        await memory.transport.send("TRACE", "/other")


async def test_any_method(memory: Any):
    """A star takes all of them."""
    memory.mock.add("/items", "*", repeat=True)
    for method in ("GET", "PURGE"):
        assert (await memory.transport.send(method, "/items")).status == 200


async def test_a_route_for_a_matcher(memory: Any):
    """A function of the request decides, whatever the URL."""
    memory.mock.route(lambda request: request.headers.get("X-One") == "1", body="one")
    assert (await memory.get("/any", headers={"X-One": "1"})).body == b"one"
    with pytest.raises(ConnectionError):
        await memory.get("/any")


@pytest.mark.parametrize("verb", ["get", "route", "sse"])
def test_a_keyword_that_does_not_exist(memory: Any, verb: str):
    """The message says what was meant."""
    arguments = {"get": ["/x"], "route": [lambda request: True], "sse": ["/x", []]}[verb]
    with pytest.raises(TypeError, match="did you mean status=?"):
        getattr(memory.mock, verb)(*arguments, status_code=404)


async def test_a_stream_of_events(memory: Any):
    """They go out as the format wants them."""
    memory.mock.sse("/events", ["one", {"two": 2}])
    response = await memory.get("/events")
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.body == b'data: one\n\ndata: {"two": 2}\n\n'
