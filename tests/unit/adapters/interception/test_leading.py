from typing import Any

import aiohttp
import pytest
from attrs import define, field
from multidict import CIMultiDict
from yarl import URL

from aiointercept.adapters.interception import leading
from aiointercept.adapters.interception.client_request import ConnectCall
from aiointercept.adapters.interception.leading import lead
from aiointercept.core.routing.decision import Fail, Forward, Passthrough, Serve

OWN_WAY: Any = "a connection by aiohttp's own way"


@define(eq=False)
class FakeDispatcher:
    """Decides what it is told."""

    decision: Any = None
    asked: list[Any] = field(factory=list)

    def decide(self, request: Any, active_mocks: Any, request_factory: Any) -> Any:
        self.asked.append((request.method, str(request.url), request.body, list(active_mocks)))
        return self.decision


@define(eq=False)
class FakeLeader:
    """Notes how requests are led."""

    dispatcher: Any
    previous: Any = None
    told: list[Any] = field(factory=list)
    bodies: list[Any] = field(factory=list)
    shows_certificates: bool = False

    def repeated_by(self, call: Any) -> Any:
        return self.previous

    def leave(self, connector: Any) -> None:
        self.told.append("leave")

    async def serve(
        self, call: Any, active_mocks: Any, repeated: Any = None, *, body: Any = None
    ) -> Any:
        self.told.append(("serve", list(active_mocks), repeated))
        self.bodies.append(body)
        return "served"

    def shows_fault(self, call: Any) -> bool:
        return self.shows_certificates

    async def show_fault(self, call: Any, active_mocks: Any, decision: Any) -> Any:
        self.told.append(("show_fault", list(active_mocks), decision))
        return "shown"

    async def pass_through(self, call: Any, exchange: Any) -> Any:
        self.told.append(("pass_through", exchange))
        return OWN_WAY

    async def fail(self, call: Any, exchange: Any) -> Any:
        self.told.append(("fail", exchange))
        raise LookupError


@define(eq=False)
class FakeAttempt:
    """What a request repeats."""

    call: Any
    error: Any = None
    goes_own_way: bool = False
    settled: bool = False

    def settle(self) -> None:
        self.settled = True


class FakeConnector:
    """That of a client."""

    closed = False


class FakeRequest:
    """A request as aiohttp is about to send it."""

    def __init__(self, url: str = "http://api.test/", body: Any = None) -> None:
        self.method, self.url, self.body = "GET", URL(url), body
        self.headers: CIMultiDict[str] = CIMultiDict()


@pytest.fixture(autouse=True)
def own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand for aiohttp's own way to connect."""

    async def connect(*_: Any) -> Any:
        return OWN_WAY

    monkeypatch.setattr(leading, "REAL_CONNECT", connect)


def call(url: str = "http://api.test/", body: Any = None) -> Any:
    """Return what a connector is asked for."""
    connector: Any = FakeConnector()
    request: Any = FakeRequest(url, body)
    return ConnectCall(connector, request, [], Any)


def chain(*decisions: Any) -> list[FakeLeader]:
    """Return mocks that decide so, the innermost first."""
    return [FakeLeader(FakeDispatcher(decision)) for decision in decisions]


async def test_a_closed_connector():
    """As aiohttp says it, once it has connected."""
    given = call()
    given.connector.closed = True
    with pytest.raises(aiohttp.ClientConnectionError, match=r"Connector is closed\."):
        await lead(chain(None), given)


async def test_other_schemes():
    """They are none of a mock's."""
    leaders = chain(None)
    assert await lead(leaders, call("unix://api.test/")) is OWN_WAY
    assert leaders[0].dispatcher.asked == []


async def test_the_innermost_is_asked():
    """With all mocks, and the body where it is known."""
    inner, outer = chain(Passthrough(None), None)
    given = call(body=aiohttp.BytesPayload(b"data"))
    assert await lead([inner, outer], given) is OWN_WAY
    mocks = [inner.dispatcher, outer.dispatcher]
    assert inner.dispatcher.asked == [("GET", "http://api.test/", b"data", mocks)]
    assert inner.told == outer.told == ["leave"]


@pytest.mark.parametrize("kind", [Serve, Forward])
async def test_a_mock_serves(kind: Any):
    """It is told which mocks to ask once the request has arrived: from itself outwards."""
    inner, middle, outer = chain(None, None, None)
    decision = inner.dispatcher.decision = kind(middle.dispatcher)
    assert await lead([inner, middle, outer], call()) == "served"
    assert inner.told == outer.told == ["leave"]
    assert middle.told == [("serve", [middle.dispatcher, outer.dispatcher], None)]
    assert decision.mock is middle.dispatcher


async def test_what_a_client_was_given_to_send():
    """The mock may keep it in place of what arrives, unless it may be changed meanwhile."""
    (leader,) = chain(None)
    leader.dispatcher.decision = Serve(leader.dispatcher)
    for body in (b"data", bytearray(b"data")):
        await lead([leader], call(body=aiohttp.BytesPayload(body)))
    assert leader.bodies == [b"data", None]


@pytest.mark.parametrize(("shows", "led"), [(True, "shown"), (False, "served")])
async def test_a_faulty_certificate(*, shows: bool, led: str):
    """It is shown where the client sees certificates."""
    (leader,) = chain(None)
    leader.shows_certificates = shows
    reply: Any = "a fault"
    leader.dispatcher.decision = Serve(leader.dispatcher, None, reply)
    assert await lead([leader], call()) == led


async def test_a_call_that_is_logged_on_its_own_way():
    """The mock sees how it ends, though it does not answer."""
    (leader,) = chain(None)
    leader.dispatcher.decision = Passthrough(leader.dispatcher, exchange="the exchange")
    assert await lead([leader], call()) is OWN_WAY
    assert leader.told == ["leave", ("pass_through", "the exchange")]


async def test_a_failure():
    """It is raised by the mock that logs it."""
    (leader,) = chain(None)
    leader.dispatcher.decision = Fail(leader.dispatcher, exchange="the exchange")
    with pytest.raises(LookupError):
        await lead([leader], call())
    assert leader.told == [("fail", "the exchange")]


async def test_the_block_has_ended():
    """Before the core was asked, or while it decided."""
    (leader,) = chain(None)
    leader.dispatcher.decision = Serve(FakeDispatcher())
    with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
        await lead([leader], call())
    leader.dispatcher = None
    with pytest.raises(aiohttp.ClientConnectionError, match="block ended"):
        await lead([leader], call())


async def test_a_silent_repetition_is_served_by_the_same_mock():
    """Nothing is decided again."""
    inner, outer = chain(None, None)
    outer.previous = FakeAttempt("the call")
    assert await lead([inner, outer], call()) == "served"
    assert outer.told == [("serve", [], outer.previous)]
    assert inner.dispatcher.asked == []


async def test_a_silent_repetition_goes_the_same_way():
    """It counts as a further attempt of the call."""
    (leader,) = chain(None)
    again: list[bool] = []

    class Logged:
        def sent_again(self) -> None:
            again.append(True)

    leader.previous = FakeAttempt(Logged(), goes_own_way=True)
    assert await lead([leader], call()) is OWN_WAY
    assert again == [True]


async def test_a_silent_repetition_of_a_failure():
    """It fails with the same error, and is not repeated any more."""
    (leader,) = chain(None)
    error = aiohttp.ServerDisconnectedError("the same")
    leader.previous = FakeAttempt("the call", error)
    with pytest.raises(aiohttp.ServerDisconnectedError) as caught:
        await lead([leader], call())
    assert caught.value is error
    assert leader.previous.settled


async def test_a_sending_that_was_never_logged():
    """It is decided on as any other."""
    (leader,) = chain(Passthrough(None))
    leader.previous = FakeAttempt(None)
    assert await lead([leader], call()) is OWN_WAY
