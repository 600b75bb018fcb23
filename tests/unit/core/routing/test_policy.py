from typing import Any

import pytest
from yarl import URL

from aiointercept.core.http.messages import Request
from aiointercept.core.http.urls import canonical_url
from aiointercept.core.routing.policy import HostRule, Policy, is_loopback

H = "https://h.test/"


def request(url: str = H, body: bytes | None = None) -> Request:
    """Return a GET whose body is not known yet."""
    return Request("GET", url, body=body)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("h.test", ("h.test", False, None, "/")),
        ("H.Test.", ("h.test", False, None, "/")),
        ("h.test/", ("h.test", False, None, "/")),
        ("h.test:8080", ("h.test", False, 8080, "/")),
        ("*.h.test", ("h.test", True, None, "/")),
        ("https://h.test", ("h.test", False, None, "/")),
        ("https://h.test:443", ("h.test", False, None, "/")),
        ("https://h.test:8443/path/", ("h.test", False, 8443, "/path")),
        ("https://*.h.test/a/b", ("h.test", True, None, "/a/b")),
        ("ws://h.test", ("h.test", False, None, "/")),
        ("192.0.2.1", ("192.0.2.1", False, None, "/")),
        ("192.0.2.1:80", ("192.0.2.1", False, 80, "/")),
        ("2001:db8::1", ("2001:db8::1", False, None, "/")),
        ("[2001:db8::1]:80", ("2001:db8::1", False, 80, "/")),
        ("http://[2001:db8::1]/", ("2001:db8::1", False, None, "/")),
        (URL("https://h.test"), ("h.test", False, None, "/")),
    ],
)
def test_a_host_rule_is_a_host_or_a_url(text: Any, rule: Any):
    """With the parts that are given; scheme and default port are not looked at."""
    parsed = HostRule.parse(text)
    assert (parsed.host, parsed.subdomains, parsed.port, parsed.path) == rule
    assert str(parsed) == str(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "h.test/path",
        "ftp://h.test",
        "https://",
        "h.test:port",
        "https://h.test/?a=1",
        3,
        None,
        b"h.test",
        "/x",
    ],
)
def test_what_is_not_a_host_is_refused(text: Any):
    """The message shows what would be one."""
    with pytest.raises(ValueError, match="passthrough: .* is neither a URL such as"):
        HostRule.parse(text)


@pytest.mark.parametrize("text", ["h*.test", "*", "a.*.test", "https://h.test/*"])
def test_other_wildcards_are_refused(text: Any):
    """The message says which one is understood."""
    with pytest.raises(ValueError, match="wildcard that is not understood"):
        HostRule.parse(text)


@pytest.mark.parametrize(
    ("rule", "covered", "others"),
    [
        ("h.test", ["http://h.test", "https://h.test:1"], ["http://x.h.test", "http://h"]),
        ("h.test:81", ["http://h.test:81", "https://h.test:81"], ["http://h.test"]),
        ("https://h.test", ["https://h.test", "http://h.test:8443"], ["https://other.test"]),
        ("*.h.test", ["http://a.h.test", "http://a.b.h.test"], ["http://h.test", "http://ah.test"]),
        (
            "https://h.test/a",
            ["https://h.test/a", "http://h.test/a/b", "https://h.test/a?x=1"],
            ["https://h.test/ab", "https://h.test/"],
        ),
    ],
)
def test_what_a_host_rule_covers(rule: Any, covered: Any, others: Any):
    """The host decides; a port and a path that are given must agree, the path by segments."""
    parsed = HostRule.parse(rule)
    assert all(parsed.covers(canonical_url(url)) for url in covered)
    assert not any(parsed.covers(canonical_url(url)) for url in others)


def test_the_rule_for_a_url():
    """The first that covers it, for messages."""
    policy = Policy(untouched=(HostRule.parse("a.test"), HostRule.parse("*.test")))
    assert str(policy.rule_for(canonical_url("https://a.test"))) == "a.test"
    assert str(policy.rule_for(canonical_url("https://b.test"))) == "*.test"
    assert policy.rule_for(canonical_url("https://other.example")) is None


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
