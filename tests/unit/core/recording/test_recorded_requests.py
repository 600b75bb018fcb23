import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from aiointercept import matchers
from aiointercept.core.http.messages import Request
from aiointercept.core.recording.match_on import MatchOn, clean_match_on
from aiointercept.core.recording.recorded_requests import target_and_condition
from aiointercept.core.recording.redacting.redaction import Redaction


def request(url: str = "https://a.test/", method: str = "GET", **options: Any) -> Request:
    """Return a request."""
    return Request(method, URL(url), options.get("headers"), body=options.get("body", b""))


def differences(rules: MatchOn, recorded: Request, asked: Request) -> list[str]:
    """Return the parts in which two requests differ."""
    target, condition = target_and_condition(rules, recorded)
    found = list(target.match(asked).mismatches)
    if condition is not None:
        found += condition.match(asked).mismatches
    return [one.part for one in found]


URLS = [
    ("https://a.test/", "https://a.test:443", []),
    ("https://a.test/?a=1&b=2", "https://A.test./?b=2&a=1#x", []),
    ("https://a.test/", "http://a.test/", ["scheme"]),
    ("https://a.test/", "https://b.test:8/", ["host", "port"]),
    ("https://a.test/x", "https://a.test/y?q=1", ["path", "query['q']"]),
    ("https://a.test/?token=REDACTED", "https://a.test/?token=1", []),
    ("https://a.test/?token=old", "https://a.test/?token=new", []),
    ("https://a.test/?mine=REDACTED&b=1", "https://a.test/?b=1&mine=1", []),
    ("https://a.test/?mine=REDACTED&b=1", "https://a.test/?b=2&mine=1", ["query['b']"]),
    ("https://a.test/?mine=REDACTED", "https://a.test/", ["query['mine']"]),
    ("https://a.test/u/REDACTED/x", "https://a.test/u/17/x", []),
    ("https://a.test/u/REDACTED/x", "https://a.test/u/17/y", ["path"]),
    ("https://a.test/u/pREDACTED", "https://a.test/u/p17", []),
]


@pytest.mark.parametrize(("recorded", "asked", "parts"), URLS)
def test_urls(recorded: str, asked: str, parts: list[str]) -> None:
    """Compared normalised, masked on both sides, and a mask matches any value."""
    rules = clean_match_on(("method", "url"), Redaction())
    assert differences(rules, request(recorded), request(asked)) == parts


@pytest.mark.parametrize(("recorded", "asked", "parts"), URLS)
def test_equal_keys_where_urls_agree(recorded: str, asked: str, parts: list[str]) -> None:
    """Whatever matches is found by its key."""
    target, _ = target_and_condition(clean_match_on(("url",), Redaction()), request(recorded))
    same = target.index.key_of(request(asked)) == target.key
    assert same if not parts else not same


def test_parts_that_do_not_count() -> None:
    """Only named parts are looked at."""
    rules = clean_match_on(["path"])
    assert differences(rules, request("https://a.test/x?q=1"), request("http://b.test/x")) == []
    target, condition = target_and_condition(rules, request("https://a.test/x"))
    assert condition is None
    assert target.named_origin is None
    assert target.key == target.index.key_of(request("http://b.test:9/x?q=3"))
    whole, _ = target_and_condition(clean_match_on("url"), request("https://a.test/x"))
    assert whole.named_origin is not None
    assert whole.mentions("a.test")


def test_bodies() -> None:
    """Raw, as JSON, and without the boundary of a form."""
    raw, parsed = clean_match_on(["body"]), clean_match_on(["json"])
    assert differences(raw, request(body=b"a"), request(body=b"b")) == ["body"]
    assert differences(raw, request(body=b"a=REDACTED&b"), request(body=b"a=x&b")) == []
    one, other = request(body=b'{"a": 1, "t": "REDACTED"}'), request(body=b'{"t":[2],"a":1.0}')
    assert differences(parsed, one, other) == []
    assert differences(parsed, one, request(body=b'{"a": 2, "t": 1}')) == ["$.a"]
    assert differences(parsed, one, request(body=b"<x/>")) == ["body"]
    assert differences(parsed, request(body=b"<x/>"), request(body=b"<x/>")) == []
    forms = [
        request(
            headers={"Content-Type": f"multipart/form-data; boundary={name}"},
            body=f"--{name}\r\n\r\nx\r\n--{name}--".encode(),
        )
        for name in ("one", "two")
    ]
    assert differences(raw, *forms) == []


def test_headers() -> None:
    """All but those that differ from call to call; names in any case."""
    rules = clean_match_on(["headers"], Redaction())
    recorded = request(headers={"X-A": "1", "Host": "a", "Authorization": "REDACTED"})
    asked = request(headers={"x-a": "1", "User-Agent": "me", "authorization": "Bearer x"})
    assert differences(rules, recorded, asked) == []
    assert differences(rules, recorded, request(headers={"X-A": "2"})) == [
        "headers['X-A']",
        "headers['Authorization']",
    ]
    _, condition = target_and_condition(rules, recorded)
    assert condition is not None
    assert condition.decided_by_head
    assert condition.verdict_by_head(asked) is True
    assert condition.verdict_by_head(request()) is False
    assert str(condition) == "the headers are as recorded"


def test_functions_and_matchers() -> None:
    """A function gets both requests, a matcher the new one."""

    def same_size(recorded: Request, asked: Request) -> bool:
        return len(recorded.body or b"") == len(asked.body or b"")

    rules = clean_match_on([same_size, matchers.headers({"X": "1"})])
    assert differences(rules, request(body=b"a"), request(body=b"b", headers={"X": "1"})) == []
    assert differences(rules, request(body=b"a"), request()) == [
        "match_on same_size",
        "headers['X']",
    ]
    _, condition = target_and_condition(rules, request())
    assert condition is not None
    assert not condition.decided_by_head
    assert condition.verdict_by_head(request()) is None
    assert str(condition).startswith("match_on same_size holds and match_on ")
    both = target_and_condition(clean_match_on(["body", "headers", same_size]), request())[1]
    assert str(both) == "the headers and the body are as recorded and match_on same_size holds"

    def explained(recorded: Request, asked: Request) -> matchers.MatchResult:
        return matchers.MatchResult([matchers.Mismatch("mine", 1, 2)])

    assert differences(clean_match_on(explained), request(), request()) == ["mine"]


def test_redaction_of_whole_messages() -> None:
    """What the function of a redaction makes of both is compared."""
    redaction = Redaction(also=lambda one: Request(one.method, one.url.with_path("/same")))
    rules = clean_match_on(["method", "url"], redaction)
    assert differences(rules, request("https://a.test/1"), request("https://a.test/2")) == []
    rules = clean_match_on(["url"], Redaction(replace={"b": "a", "c": "a"}))
    recorded, asked = request("https://x.test/?q=b&q=a"), request("https://x.test/?q=a&q=c")
    target, _ = target_and_condition(rules, recorded)
    assert target.key == target.index.key_of(asked)


text = st.text("ab/?&=%", max_size=8)


@given(path=text, other=text)
def test_keys_and_matches_agree(path: str, other: str) -> None:
    """For any two URLs."""
    one, two = request(f"https://a.test/{path}"), request(f"https://a.test/{other}")
    target, _ = target_and_condition(clean_match_on(["url"]), one)
    assert (target.index.key_of(two) == target.key) is bool(target.match(two))


@pytest.mark.parametrize("part", ["json", "body"])
def test_objects_in_place_of_bodies(part: str) -> None:
    """Compared as what they were sent as, in any order, masked on both sides."""
    rules = clean_match_on([part], Redaction(query=["key"]))
    sent = {"b": "1", "a": ["x", "y"], "key": "1", "password": "REDACTED"}
    _, condition = target_and_condition(rules, request(), sent)
    assert condition is not None

    def differing(content_type: str, body: bytes) -> list[str]:
        asked = request(body=body, headers={"Content-Type": content_type})
        return [one.part for one in condition.match(asked).mismatches]

    kind = "application/json; charset=utf-8"
    text = b'{"key": "1", "password": "p", "a": ["x", "y"], "b": %s}'
    assert differing(kind, text % b'"1"') == []
    assert differing(kind, text % b"1") == ["$.b"]
    assert differing(kind, b"no") == ["body"]
    kind = "application/x-www-form-urlencoded"
    assert differing(kind, b"key=2&password=p&a=x&b=1&a=y") == []
    assert differing(kind, b"key=2&password=p&a=x&b=2") == ["form['b']", "form['a']"]


@pytest.mark.parametrize("sent", [{"a": None}, [1, {"a": 2}], 5, True])
def test_objects_that_are_sent_as_json(sent: Any) -> None:
    """A function gets the recorded request with the body of the same kind."""

    def same(recorded: Request, asked: Request) -> bool:
        return recorded.json() == asked.json()

    rules = clean_match_on(["json", same])
    _, condition = target_and_condition(rules, request(), sent)
    assert condition is not None
    assert not condition.match(request(body=json.dumps(sent).encode())).mismatches
    assert condition.match(request(body=b"3")).mismatches
