from typing import Any

import pytest
from yarl import URL

from aiointercept.core.http.messages import Origin, Request
from aiointercept.core.routing.policy import HostRule, Policy, is_loopback

H = "https://h.test/"


def request(url: str = H, body: bytes | None = None) -> Request:
    """Return a GET whose body is not known yet."""
    return Request("GET", url, body=body)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("h.test", HostRule("h.test")),
        ("H.Test.", HostRule("h.test")),
        ("h.test:8080", HostRule("h.test", None, 8080)),
        ("https://h.test", HostRule("h.test", "https", 443)),
        ("https://h.test:8443/path?x=1", HostRule("h.test", "https", 8443)),
        ("ws://h.test", HostRule("h.test", "http", 80)),
        ("192.0.2.1", HostRule("192.0.2.1")),
        ("192.0.2.1:80", HostRule("192.0.2.1", None, 80)),
        ("2001:db8::1", HostRule("2001:db8::1")),
        ("[2001:db8::1]:80", HostRule("2001:db8::1", None, 80)),
        ("http://[2001:db8::1]/", HostRule("2001:db8::1", "http", 80)),
        (URL("https://h.test"), HostRule("h.test", "https", 443)),
        ("h.test/", HostRule("h.test")),
    ],
)
def test_a_host_rule_is_a_host_or_a_url(text: Any, rule: Any):
    """With the parts that are given; a path is not looked at in a URL."""
    assert HostRule.parse(text) == rule


@pytest.mark.parametrize(
    "text",
    ["", "a b", "h.test/path", "ftp://h.test", "https://", "h.test:port", 3, None, b"h.test", "/x"],
)
def test_what_is_no_host_is_refused(text: Any):
    """The message shows what would be one."""
    with pytest.raises(ValueError, match="passthrough: .* is neither a URL such as"):
        HostRule.parse(text)


@pytest.mark.parametrize(
    ("rule", "covered", "others"),
    [
        ("h.test", ["http://h.test", "https://h.test:1"], ["http://x.h.test", "http://h"]),
        ("h.test:81", ["http://h.test:81", "https://h.test:81"], ["http://h.test"]),
        ("https://h.test", ["https://h.test", "wss://h.test"], ["http://h.test:443"]),
        ("https://h.test", ["https://h.test:443"], ["https://h.test:8443", "http://h.test"]),
    ],
)
def test_what_a_host_rule_covers(rule: Any, covered: Any, others: Any):
    """All origins that have the given parts."""
    parsed = HostRule.parse(rule)
    assert all(parsed.covers(Origin.of(URL(url))) for url in covered)
    assert not any(parsed.covers(Origin.of(URL(url))) for url in others)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("127.0.0.1.nip.test", False),
        ("::2", False),
        ("fe80::1%eth0", False),
        ("h.test", False),
        ("localhost.test", False),
        ("192.0.2.1", False),
        ("a:b", False),
        ("", False),
    ],
)
def test_is_loopback(host: Any, loopback: Any):
    """This machine by its name or by an address."""
    assert is_loopback(host) is loopback


def test_never_touches():
    """What is passed through is none of our business; nothing is by default."""
    policy = Policy(untouched=(HostRule.parse("a.test"), HostRule.parse("b.test:81")))
    assert policy.never_touches(request("https://a.test/x"))
    assert policy.never_touches(request("https://b.test:81/x"))
    assert not policy.never_touches(request("https://b.test/x"))
    assert not Policy().never_touches(request("https://a.test/x"))
