import warnings

import pytest
from yarl import URL

from aiointercept.api.options import Options, build_route
from aiointercept.api.unreachable import warn_of_unreachable, why_unreachable
from aiointercept.core.errors import AiointerceptWarning
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import Url
from aiointercept.core.routing.registry import Registry

OWN = Url("http://mock.test/users")


def registered(*targets: Url | UrlPrefix | None):
    """Return the registrations of routes with these targets."""
    registry = Registry()
    return [
        registry.add(build_route(target, "GET", Options(), own=target == OWN)) for target in targets
    ]


@pytest.mark.parametrize("target", [Url("https://h.test/users"), UrlPrefix("https://h.test/v2")])
def test_a_route_for_another_server(target: Url | UrlPrefix):
    """The warning is at the line of the registration, and says what to do."""
    with pytest.warns(
        AiointerceptWarning, match=r"https://h\.test/.* was never used.*m\.session"
    ) as w:
        warn_of_unreachable(registered(target), lambda _: False, None)
    assert w[0].filename == __file__


def test_what_can_be_reached():
    """A route at the mock's own URL, one for every URL, and one that was used."""
    own, every, used = registered(OWN, None, Url("https://h.test/users"))
    used.used = 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_unreachable([own, every, used], lambda target: target == OWN, None)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_another_name_of_the_mock_itself(host: str):
    """The warning says under which one requests arrive."""
    routes = registered(Url(f"http://{host}:8081/users"))
    with pytest.warns(
        AiointerceptWarning, match=r"arrive under m\.server_url, http://127.0.0.2:8081"
    ):
        warn_of_unreachable(routes, lambda _: False, None, URL("http://127.0.0.2:8081"))
    with pytest.warns(AiointerceptWarning, match="reach the real server there"):
        warn_of_unreachable(routes, lambda _: False, None, URL("http://127.0.0.2:8082"))


def test_each_reason_once():
    """For a report of all routes."""
    routes = registered(Url("https://h.test/a"), Url("https://h.test/b"), OWN)
    [reason] = why_unreachable(routes, lambda target: target == OWN, None)
    assert reason.startswith("without mock_external_urls=True clients reach the real server there")
