from aiointercept import AiointerceptRequest, Call, aiointercept
from aiointercept.testing import InMemoryTransport


async def test_a_call_of_a_mock_is_of_the_public_kind() -> None:
    """With the request as users see it, and the handle of its route."""
    transport = InMemoryTransport()
    with aiointercept(transport=transport) as m:
        route = m.get("/")
        await transport.send("GET", "/")
        (call,) = m.calls
    assert type(call) is Call
    assert isinstance(call.request, AiointerceptRequest)
    assert call.request is call.request
    assert call.route is route
    assert repr(call).startswith("<Call GET http://aiointercept.test/ -> 200")
