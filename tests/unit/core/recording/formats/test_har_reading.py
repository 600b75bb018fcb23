from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from aiointercept.core.errors import CassetteError
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, RecordedMessage, StoredBody
from aiointercept.core.recording.formats.har import to_har
from aiointercept.core.recording.formats.har_reading import from_har, with_all_entries
from aiointercept.core.routing.faults import Fault

names = st.from_regex(r"\A[A-Za-z][A-Za-z-]{0,9}\Z").filter(
    lambda name: "content" not in name.lower()
)
values = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=9)
headers = st.lists(st.tuples(names, values), max_size=4)
bodies = st.binary(max_size=40) | st.text(max_size=20).map(
    lambda text: text.encode("utf-8", "replace")
)


def one(**more: Any) -> Entry:
    """Read one entry."""
    data = {
        "request": {"method": "GET", "url": "https://a.test/"},
        "response": {"status": 200},
        **more,
    }
    (entry,) = from_har({"log": {"entries": [data]}})
    return entry


@given(
    sent=headers,
    got=headers,
    body=bodies,
    answer=bodies,
    status=st.integers(200, 599).filter(lambda status: status not in (204, 304)),
    fault=st.none() | st.sampled_from(Fault),
    messages=st.lists(st.builds(RecordedMessage, st.booleans(), values | bodies), max_size=3),
)
def test_round_trip(  # noqa: PLR0913, PLR0917  fixtures, and all that a case has
    sent: Any, got: Any, body: bytes, answer: bytes, status: int, fault: Any, messages: Any
) -> None:
    """What is written is read again."""
    request = Request("POST", URL("https://a.test/?a=1&a=2"), CIMultiDict(sent), body=body)
    response = Response(status, "Reason", CIMultiDict(got), answer)
    entry = Entry(request, response, fault, started=12.25, duration=0.5, notes={"a": 1})
    if messages:
        entry = Entry(request, Response(101), None, tuple(messages))
    (found,) = from_har(to_har([entry]))
    assert str(found.request) == str(request)
    assert list(found.request.headers.items()) == list(request.headers.items())
    assert found.request.body == body
    assert found.response is not None
    assert entry.response is not None
    assert found.response.status == entry.response.status
    assert list(found.response.headers.items()) == list(entry.response.headers.items())
    assert found.response.body == entry.response.body
    assert found.fault == entry.fault
    assert found.messages == entry.messages
    assert (found.started, found.duration) == (entry.started, entry.duration)
    assert found.notes == entry.notes
    assert found.source is not None


def test_oddities() -> None:
    """Each is put right where it is read."""
    entry = one(
        request={
            "method": "get",
            "url": "HTTPS://A.test:443/p#frag",
            "headers": [{"name": ":authority", "value": "a"}, {"name": "x", "value": " y "}],
            "postData": {
                "mimeType": "application/x-www-form-urlencoded",
                "params": [{"name": "a", "value": "b c"}],
            },
        },
        response={
            "status": 200.0,
            "statusText": "Two\r\nLines",
            "headers": [
                {"name": "set-cookie", "value": "a=1\nb=2"},
                {"name": "content-encoding", "value": "br"},
            ],
            "content": {"mimeType": "text/plain; charset=latin-1", "text": "é", "size": -1},
            "redirectURL": "https://b.test/",
        },
        startedDateTime="2026-01-02T03:04:05.123456789Z",
        time=-1,
    )
    assert entry.request.method == "GET"
    assert "frag" not in str(entry.request.url)
    assert entry.request.headers["X"] == "y"
    assert entry.request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert entry.request.body in (b"a=b+c", b"a=b%20c")
    assert len(entry.request.headers) == 2
    response = entry.response
    assert response is not None
    assert response.reason == "TwoLines"
    assert response.headers.getall("Set-Cookie") == ["a=1", "b=2"]
    assert "Content-Encoding" not in response.headers
    assert response.headers["Location"] == "https://b.test/"
    assert response.body == b"\xe9"
    assert entry.duration == 0
    assert entry.started == pytest.approx(1767323045.123456)


@pytest.mark.parametrize("url", ["data:text/plain,x", "blob:https://a.test/1", "chrome://x/y"])
def test_not_of_http(url: str) -> None:
    """What never was on the wire is left out, and written again where it stood."""
    data = {"log": {"entries": [{"request": {"method": "GET", "url": url}}]}}
    assert from_har(data) == []
    assert with_all_entries([], data) == data["log"]["entries"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("net::ERR_NAME_NOT_RESOLVED", Fault.DNS_FAILURE),
        ("NS_ERROR_UNKNOWN_HOST", Fault.DNS_FAILURE),
        ("net::ERR_CONNECTION_REFUSED", Fault.CONNECTION_REFUSED),
        ("net::ERR_CONNECTION_TIMED_OUT", Fault.CONNECT_TIMEOUT),
        ("net::ERR_CERT_DATE_INVALID", Fault.CERTIFICATE_ERROR),
        ("SSL_ERROR_UNKNOWN", Fault.CERTIFICATE_ERROR),
        ("NS_ERROR_NET_RESET", Fault.CONNECTION_RESET),
        ("net::ERR_EMPTY_RESPONSE", Fault.EMPTY_RESPONSE),
        ("net::ERR_BLOCKED_BY_CLIENT", Fault.EMPTY_RESPONSE),
        ("net::ERR_TIMED_OUT", Fault.HANG),
        ("", Fault.EMPTY_RESPONSE),
    ],
)
@pytest.mark.parametrize("field", ["_error", "_failureText", "statusText"])
def test_failures(text: str, fault: Fault, field: str) -> None:
    """The words of browsers and tools for what went wrong."""
    assert one(response={"status": 0, field: text}).fault is fault
    assert one(response={"status": -1, field: text}).response is None


def test_cut_off() -> None:
    """A response whose body broke off has both."""
    entry = one(response={"status": 200, "_error": "net::ERR_INCOMPLETE_CHUNKED_ENCODING"})
    assert entry.fault is Fault.TRUNCATED_BODY
    assert entry.response is not None


def test_files() -> None:
    """Bodies beside the file are not read here."""
    entry = one(response={"status": 200, "content": {"_file": "a.bin", "size": -1}})
    assert entry.response_file == StoredBody("a.bin", -1)
    assert entry.response_body == StoredBody("a.bin", -1)


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.3"])
def test_versions(version: str) -> None:
    """All of HAR 1 are read."""
    assert from_har({"log": {"version": version, "entries": []}}) == []
    with pytest.raises(CassetteError):
        from_har({"log": {"version": f"2{version}", "entries": []}})


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ([], "must be an object with a log"),
        ({}, "it has no log"),
        ({"log": {"version": "2.0", "entries": []}}, "HAR '2.0' is not known"),
        ({"log": {}}, "must be a list, but it is missing"),
        ({"log": {"entries": [3]}}, "must be an object, not 3"),
    ],
)
def test_what_is_not_a_har_file(data: Any, problem: str) -> None:
    """The message says what it lacks."""
    with pytest.raises(CassetteError, match=problem):
        from_har(data)


@pytest.mark.parametrize(
    ("more", "field", "problem"),
    [
        ({"request": {"method": "GET", "url": "http://h:port/"}}, "request.url", "is not a URL"),
        ({"request": {"method": "GET", "url": "/path"}}, "request.url", "must be an absolute URL"),
        ({"request": {"method": "GET", "url": "http:///x"}}, "request.url", "no host"),
        ({"response": {"status": 99999}}, "response.status", "must be a status such as 200"),
        (
            {"response": {"status": 200, "content": {"text": "%", "encoding": "base64"}}},
            "response.content.text",
            "is not base64",
        ),
        (
            {"_webSocketMessages": [{"type": "x"}]},
            "_webSocketMessages[0].type",
            "must be 'send' or 'receive', not 'x'",
        ),
        (
            {"_webSocketMessages": [{"type": "send", "opcode": 2, "data": "%"}]},
            "_webSocketMessages[0].data",
            "is not base64",
        ),
        ({"_aiointercept": {"fault": "NONE"}}, "_aiointercept.fault", "must be the name of a Faul"),
    ],
)
def test_what_an_entry_may_not_have(more: Any, field: str, problem: str) -> None:
    """The message names the entry and the field."""
    with pytest.raises(CassetteError, match=problem) as caught:
        one(**more)
    assert "entry 1" in str(caught.value)
    assert field in str(caught.value)


def test_a_text_that_its_charset_does_not_have() -> None:
    """It is read as UTF-8."""
    content = {"text": "\u20ac"}
    kind = [{"name": "Content-Type", "value": "text/plain; charset=latin-1"}]
    entry = one(response={"status": 200, "headers": kind, "content": content})
    assert entry.response is not None
    assert entry.response.body == "\u20ac".encode()


def test_a_message_that_tells_of_an_error() -> None:
    """Browsers note it among the messages; nothing was sent."""
    messages = [{"type": "error"}, {"type": "send", "data": "one"}]
    assert len(one(_webSocketMessages=messages).messages) == 1
