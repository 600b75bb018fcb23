from collections.abc import Callable
from typing import Any

import pytest

from aiointercept.adapters.handling.fixed import FixedResponse
from aiointercept.core.http.messages import Response
from aiointercept.core.ports.connection import ClientTls
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import FaultReply

Stages = Callable[..., Any]


async def test_a_response_is_noted_and_written(stage: Stages):
    """A fixed one as bytes; to HEAD as aiohttp writes it."""
    one = stage()
    assert isinstance(one.performance.send(Response(204 + 1, None, {}, b"")), FixedResponse)
    assert one.owner.told == [("answered", 205)]
    head = stage(method="HEAD").performance.send(Response(200, None, {}, b""))
    assert not isinstance(head, FixedResponse)
    assert head.status == 200


async def test_an_error_of_the_test(stage: Stages):
    """The client gets a 500."""
    one = stage()
    one.performance.send_error(ValueError("oops"))
    assert one.owner.told == [("answered", 500)]


async def test_the_client_does_not_repeat_what_is_answered(stage: Stages):
    """At the mock's own URL there is nobody to tell."""
    one = stage()
    one.performance.settle()
    assert one.settled == [True]
    stage(intercepted=False).performance.settle()


async def test_a_client_that_is_gone(stage: Stages):
    """Its connection closes, or is closed."""
    one = stage()
    assert not one.performance.client_is_gone
    one.transport.close()
    assert one.performance.client_is_gone


@pytest.mark.parametrize(
    ("shown", "answered", "taken"),
    [
        (Fault.CERTIFICATE_EXPIRED, Fault.CERTIFICATE_EXPIRED, True),
        (Fault.CERTIFICATE_EXPIRED, Fault.CERTIFICATE_UNTRUSTED, False),
        (None, Fault.CERTIFICATE_EXPIRED, False),
    ],
)
async def test_a_certificate_that_was_shown(
    stage: Stages, shown: Fault | None, answered: Fault, *, taken: bool
):
    """The fault of the answer is performed if the client saw just that one."""
    performance = stage(FaultReply(answered)).performance
    performance.connection.tls = ClientTls(None, "api.test", shown)
    assert performance.was_shown_fault is taken
