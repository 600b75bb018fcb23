from types import SimpleNamespace
from typing import Any

from aiointercept.adapters.interception.passthrough_trace import PassthroughObserver


def test_the_end_of_a_call_that_was_passed_through():
    """The first answer counts."""
    told: list[Any] = []
    dispatcher = SimpleNamespace(finish=lambda *given: told.append(given))
    exchange: Any = SimpleNamespace(dispatcher=dispatcher, call="call")
    attempt: Any = SimpleNamespace(settle=lambda: told.append("settled"))
    observer = PassthroughObserver(exchange, attempt)
    response: Any = SimpleNamespace(status=302, headers={})
    observer.end(response)
    observer.end(None)
    assert told == ["settled", ("call", 302, {}, None)]
    PassthroughObserver(exchange, None).end(None)
    assert told[2:] == [("call",)]
