import json

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, RecordedMessage, StoredBody
from aiointercept.core.recording.formats.har import har_entry, iso_time, plain_text, to_har
from aiointercept.core.routing.faults import Fault

GET = Request("GET", URL("https://a.test/x?b=%20&a=1"), {"Cookie": "one=1; two=2"})


def test_file() -> None:
    """The head of a file, and what stays of a file that is written anew."""
    assert to_har([], version="1.1") == {
        "log": {
            "version": "1.2",
            "creator": {"name": "aiointercept", "version": "1.1"},
            "entries": [],
        }
    }
    source = {"log": {"version": "1.2", "pages": [], "entries": [1]}, "_mine": 1}
    assert to_har([Entry(GET, source={"a": 1}), {"b": 2}], source=source) == {
        "log": {"version": "1.2", "pages": [], "entries": [{"a": 1}, {"b": 2}]},
        "_mine": 1,
    }


def test_entry() -> None:
    """All that HAR 1.2 asks for is there, and in an order that does not change."""
    headers = CIMultiDict(
        [
            ("Content-Type", "text/plain; charset=latin-1"),
            ("Set-Cookie", "a=b=c; Path=/p; HttpOnly; Secure; Domain=a.test; Max-Age=3"),
            ("Location", "/next"),
        ]
    )
    response = Response(302, "Found It", headers, "é".encode("latin-1"))
    entry = Entry(GET, response, started=1.5, duration=0.25, notes={"route": "r"})
    assert har_entry(entry) == {
        "startedDateTime": "1970-01-01T00:00:01.500Z",
        "time": 250.0,
        "request": {
            "method": "GET",
            "url": "https://a.test/x?b=%20&a=1",
            "httpVersion": "HTTP/1.1",
            "cookies": [{"name": "one", "value": "1"}, {"name": "two", "value": "2"}],
            "headers": [{"name": "Cookie", "value": "one=1; two=2"}],
            "queryString": [{"name": "b", "value": " "}, {"name": "a", "value": "1"}],
            "headersSize": -1,
            "bodySize": -1,
        },
        "response": {
            "status": 302,
            "statusText": "Found It",
            "httpVersion": "HTTP/1.1",
            "cookies": [
                {
                    "name": "a",
                    "value": "b=c",
                    "path": "/p",
                    "httpOnly": True,
                    "secure": True,
                    "domain": "a.test",
                }
            ],
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "content": {"size": 1, "mimeType": "text/plain; charset=latin-1", "text": "é"},
            "redirectURL": "/next",
            "headersSize": -1,
            "bodySize": 1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 250.0, "receive": 0},
        "_aiointercept": {"route": "r"},
    }
    json.dumps(har_entry(entry))


def test_bodies() -> None:
    """Text is text, other bytes are base64, large ones are in files."""
    posted = Request("POST", URL("https://a.test/"), {"Content-Type": "x/y"}, body=b"\xff\x00")
    written = har_entry(Entry(posted, Response(200, body=b"\x00")))
    assert written["request"]["postData"] == {
        "mimeType": "x/y",
        "text": "/wA=",
        "_encoding": "base64",
    }
    assert written["response"]["content"]["encoding"] == "base64"
    stored = StoredBody("abc.bin", 99)
    written = har_entry(Entry(posted, Response(200), request_file=stored, response_file=stored))
    assert written["request"]["postData"] == {"mimeType": "x/y", "_file": "abc.bin"}
    assert written["response"]["content"] == {
        "size": 99,
        "mimeType": "x-unknown",
        "_file": "abc.bin",
    }
    unseen = har_entry(Entry(posted, Response(200, body=None)))
    assert "text" not in unseen["response"]["content"]


def test_failures_and_messages() -> None:
    """What Chrome has fields for stands in them."""
    failed = har_entry(Entry(GET, None, Fault.DNS_FAILURE, error="ClientConnectorDNSError: x"))
    assert failed["response"]["status"] == 0
    assert failed["response"]["_error"] == "net::ERR_NAME_NOT_RESOLVED"
    assert failed["response"]["_failureText"] == "ClientConnectorDNSError: x"
    assert failed["_aiointercept"] == {"fault": "DNS_FAILURE"}
    messages = (RecordedMessage(True, "a", 1.0), RecordedMessage(False, b"\x00", 2.0))
    written = har_entry(Entry(GET, Response(101), messages=messages, encoded=True))
    assert written["_webSocketMessages"] == [
        {"type": "send", "time": 1.0, "opcode": 1, "data": "a"},
        {"type": "receive", "time": 2.0, "opcode": 2, "data": "AA=="},
    ]
    assert written["_aiointercept"] == {"encoded": True}
    assert {fault.name for fault in Fault} >= {"HANG"}
    assert all(har_entry(Entry(GET, None, fault))["response"]["_error"] for fault in Fault)


def test_plain_text() -> None:
    """Only what comes back the same is text."""
    assert plain_text("é\r\n\t".encode(), "utf-8") == "é\r\n\t"
    assert plain_text(b"\xff", "utf-8") is None
    assert plain_text(b"a\x00", "utf-8") is None
    assert plain_text(b"a", "unheard-of") is None
    assert iso_time(0) == "1970-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        (404, None, "Not Found"),
        (404, "", ""),
        (404, "Gone Fishing", "Gone Fishing"),
        (799, None, ""),
    ],
)
def test_reason(status: int, reason: str | None, told: str) -> None:
    """What a client saw: the standard phrase where there is no other."""
    entry = Entry(GET, Response(status, reason))
    assert har_entry(entry)["response"]["statusText"] == told
