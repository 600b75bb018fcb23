import re
from typing import Any

import pytest
from attrs import field, frozen

from aiointercept import matchers
from aiointercept.core.http.messages import Origin, Response
from aiointercept.core.matching.urls import Url, UrlPattern
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.policy import HostRule, Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import FaultReply, Reply
from aiointercept.core.routing.routes import Route
from aiointercept.core.routing.tunnels import certificate_fault, goes_to_real_server

HOST = Origin("https", "api.test", 443)
LOCAL = Origin("https", "localhost", 8443)
EXPIRED = FaultReply(Fault.CERTIFICATE_EXPIRED)


@frozen(eq=False)
class Mock:
    """One active mock."""

    policy: Policy = field(factory=Policy)
    registry: Registry = field(factory=Registry)

    def add(
        self,
        url: Any = None,
        reply: Reply | None = None,
        method: str = "GET",
        condition: Any = None,
    ) -> Any:
        """Register a route."""
        target = UrlPattern(url) if isinstance(url, re.Pattern) else url and Url(url)
        route = Route(method, target, condition, Response() if reply is None else reply)
        return self.registry.add(route)


def untouched(*hosts: str) -> Mock:
    """Return a mock that passes hosts through."""
    return Mock(Policy(untouched=tuple(HostRule.parse(host) for host in hosts)))


class TestRealServers:
    """Which tunnels lead to them."""

    def test_hosts_lead_to_the_mock(self):
        """Routes or none: a stranger's tunnel never leads to the network."""
        assert not goes_to_real_server(HOST, [Mock()])

    def test_the_own_server_is_the_mock(self):
        """It needs no route to be named."""
        mock = Mock()
        assert goes_to_real_server(LOCAL, [mock])
        mock.registry.own_origin = LOCAL
        assert not goes_to_real_server(LOCAL, [mock])

    @pytest.mark.parametrize("entry", ["api.test", "https://api.test", "api.test:443"])
    def test_passthrough(self, entry: str):
        """Those are not touched, even if routes name them."""
        mock = untouched(entry)
        mock.add("https://api.test/")
        assert goes_to_real_server(HOST, [mock])
        assert goes_to_real_server(HOST, [Mock(Policy(leave_loopback=True)), mock]) is False

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
    def test_loopback(self, host: str):
        """This machine's servers stay reachable, as long as no route names them."""
        origin = Origin("https", host, 8443)
        mock = Mock()
        assert goes_to_real_server(origin, [mock])
        mock.add(f"{origin.prefix}/users")
        assert not goes_to_real_server(origin, [mock])
        assert goes_to_real_server(Origin("https", host, 8444), [mock])

    def test_loopback_in_the_text_of_a_pattern(self):
        """It counts whatever the path, which is not known yet."""
        mock = Mock()
        mock.add(re.compile(r"https://localhost:8443/users/\d+"))
        assert not goes_to_real_server(LOCAL, [mock])

    def test_loopback_in_a_matcher(self):
        """As in a pattern."""
        mock = Mock()
        mock.add(condition=matchers.host("localhost"))
        assert not goes_to_real_server(LOCAL, [mock])

    def test_loopback_in_a_route_for_anything(self):
        """That does not name it."""
        mock = Mock()
        mock.add(re.compile(r".*"))
        mock.add()
        assert goes_to_real_server(LOCAL, [mock])

    def test_loopback_named_by_an_outer_mock(self):
        """Each is asked."""
        outer = Mock()
        outer.add("https://localhost:8443/")
        assert not goes_to_real_server(LOCAL, [Mock(), outer])

    def test_loopback_that_is_mocked_as_any_other(self):
        """If the policy says so."""
        assert not goes_to_real_server(LOCAL, [Mock(Policy(leave_loopback=False))])


class TestCertificateFaults:
    """Which certificate a client is shown before its request is known."""

    def found(self, *mocks: Mock, origin: Origin = HOST) -> Any:
        """Return the fault, and the request that it is assumed to be for."""
        found = certificate_fault(origin, mocks)
        if found is None:
            return None
        request, decision = found
        assert decision.chosen is not None
        assert decision.reply is not None
        return decision.reply.fault, str(request)

    def test_none(self):
        """All is well, also beside other faults."""
        mock = Mock()
        mock.add("https://api.test/")
        mock.add("https://api.test/x", FaultReply(Fault.HANG))
        assert self.found(mock) is None

    @pytest.mark.parametrize(
        ("method", "assumed"), [("GET", "GET"), ("POST", "POST"), ("*", "GET")]
    )
    def test_an_exact_url(self, method: str, assumed: str):
        """Its path and method are assumed."""
        mock = Mock()
        mock.add("https://api.test/users", EXPIRED, method)
        found = (Fault.CERTIFICATE_EXPIRED, f"{assumed} https://api.test/users")
        assert self.found(mock) == found
        assert self.found(mock, origin=Origin("https", "api.test", 8443)) is None
        assert self.found(mock, origin=Origin("https", "other.test", 443)) is None

    def test_its_turn(self):
        """A route that is registered before it comes first; one that is used up does not count."""
        mock = Mock()
        first = mock.add("https://api.test/users")
        fault = mock.add("https://api.test/users", EXPIRED)
        assert self.found(mock) is None
        mock.registry.consume(first)
        assert self.found(mock) is not None
        mock.registry.consume(fault)
        assert self.found(mock) is None

    def test_a_pattern(self):
        """It counts if it would take the root."""
        mock = Mock()
        mock.add(re.compile(r"https://api\.test/.*"), EXPIRED)
        assert self.found(mock) == (Fault.CERTIFICATE_EXPIRED, "GET https://api.test/")
        assert self.found(mock, origin=Origin("https", "other.test", 443)) is None

    def test_a_route_for_anything(self):
        """It takes the root of any host."""
        mock = Mock()
        mock.add(None, EXPIRED, condition=matchers.host("api.test"))
        assert self.found(mock) == (Fault.CERTIFICATE_EXPIRED, "GET https://api.test/")
