import datetime as dt
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiointercept.core.errors import CassetteError
from aiointercept.core.http.encodings import encode
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry, RecordedMessage, StoredBody
from aiointercept.core.recording.formats.vcr import from_vcr, to_vcr
from aiointercept.core.routing.faults import Fault

POST = Request("POST", URL("https://a.test/?a=1"), CIMultiDict([("A", "1"), ("a", "2")]), body=b"x")


def one(request: Any = None, response: Any = None, **more: Any) -> Entry:
    """Read one interaction."""
    interaction = {
        "request": {"method": "GET", "uri": "https://a.test/", **(request or {})},
        "response": {"status": {"code": 200, "message": "OK"}, **(response or {})},
        **more,
    }
    (entry,) = from_vcr({"version": 1, "interactions": [interaction]})
    return entry


def test_round_trip() -> None:
    """What is written is read again, what VCR.py has no place for included."""
    headers = CIMultiDict(
        [("Content-Encoding", "gzip"), ("Content-Length", "99"), ("S", "1"), ("S", "2")]
    )
    messages = (RecordedMessage(True, "a"), RecordedMessage(False, b"\x00"))
    entries = [
        Entry(POST, Response(200, "Fine", headers, b"plain"), messages=messages, notes={"a": 1}),
        Entry(POST, None, Fault.DNS_FAILURE),
        Entry(POST, Response(200, "Fine", headers, b"raw"), encoded=True),
        Entry(
            POST,
            Response(200, None, None, None),
            request_file=StoredBody("a", 1),
            response_file=StoredBody("b", 2),
        ),
    ]
    found = from_vcr(to_vcr(entries))
    for entry, again in zip(entries, found, strict=True):
        assert str(again.request) == str(entry.request)
        assert again.request_body == entry.request_body
        assert again.response_body == entry.response_body
        assert again.fault == entry.fault
        assert again.messages == entry.messages
        assert again.notes == entry.notes
        assert again.encoded == entry.encoded
    first = found[0].response
    assert first is not None
    assert first.headers["Content-Encoding"] == "gzip"
    assert first.headers.getall("S") == ["1", "2"]
    assert found[0].request.headers.getall("A") == ["1", "2"]


def test_written_for_every_stub() -> None:
    """Decompressed, without the header, and with the length that the body has then."""
    headers = CIMultiDict([("Content-Encoding", "gzip"), ("Content-Length", "99")])
    written = to_vcr([Entry(POST, Response(200, None, headers, "é".encode()))])["interactions"][0]
    assert written["response"] == {
        "body": {"string": "é"},
        "headers": {"Content-Length": ["2"]},
        "status": {"code": 200, "message": ""},
    }
    assert written["request"]["headers"] == {"A": ["1", "2"]}
    assert written["aiointercept"] == {"content_encoding": ["gzip"]}
    kept = {"anything": 1}
    assert to_vcr([Entry(POST, source=kept)])["interactions"] == [kept]


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (None, b""),
        ("é", "é".encode()),
        (b"\xff", b"\xff"),
        ({"string": "x"}, b"x"),
        ({"string": b"x"}, b"x"),
        ({"base64_string": "eA=="}, b"x"),
        ({}, b""),
    ],
)
def test_bodies(body: Any, read: bytes) -> None:
    """Texts and bytes, as VCR.py has written them over the years."""
    entry = one({"body": body if body != {} else None}, {"body": body})
    assert entry.request.body == read
    assert entry.response is not None
    assert entry.response.body == read


def test_bodies_of_the_stub_for_aiohttp() -> None:
    """It writes the arguments of the call."""
    form = one({"body": {"a": "b c"}}).request
    assert (form.body, form.content_type) == (b"a=b+c", "application/x-www-form-urlencoded")
    parsed = one({"body": {"a": [1]}, "headers": {"Content-Type": ["application/json"]}}).request
    assert parsed.body == b'{"a": [1]}'
    assert one({"body": [1]}).request.body == b"[1]"
    assert one({"body": {"a": None}}).request.body == b'{"a": null}'
    assert one({"body": 3}).request.body == b"3"
    assert one({"body": {"a": dt.date(2026, 1, 2)}}).request.body == b"a=2026-01-02"
    assert one({"body": {"a": "b c"}}).sent == {"a": "b c"}
    assert one({"body": {"string": "x"}}).sent is None


@pytest.mark.parametrize("body", [encode(b"text", ["gzip"]), b"text"])
def test_encodings(body: bytes) -> None:
    """A body is encoded as its header says, or decoded already."""
    headers = {"content-encoding": ["gzip"], "X": "plain"}
    entry = one({"body": body, "headers": headers}, {"body": {"string": body}, "headers": headers})
    assert entry.request.body == b"text"
    assert entry.response is not None
    assert entry.response.body == b"text"
    assert entry.response.headers["Content-Encoding"] == "gzip"
    assert entry.response.headers["X"] == "plain"
    other = one(None, {"body": {"string": "text"}, "headers": {"Content-Encoding": ["br"]}})
    assert other.response is not None
    assert "Content-Encoding" not in other.response.headers


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ([], None),
        ({}, "interactions"),
        ({"interactions": [], "version": 2}, "version"),
        ({"interactions": 1}, "interactions"),
        ({"interactions": [{"request": {}}]}, "request.method"),
        ({"interactions": [{"request": {"method": "GET", "uri": "/x"}}]}, None),
        (
            {"interactions": [{"request": {"method": "GET", "uri": "http://a/", "body": 3}}]},
            "response",
        ),
    ],
)
def test_errors(data: Any, field: str | None) -> None:
    """Each says where."""
    with pytest.raises(CassetteError) as caught:
        from_vcr(data)
    if field is not None:
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("request_", "response", "more", "field"),
    [
        ({"uri": "/x"}, {}, {}, "request.uri"),
        ({"uri": "http://[/"}, {}, {}, "request.uri"),
        ({"body": dt.date(2026, 1, 2)}, {}, {}, "request.body"),
        ({}, {"body": {"base64_string": 3}}, {}, "response.body.base64_string"),
        ({}, {"status": {"code": 20}}, {}, "response.status.code"),
        ({}, {"status": {"code": 0}}, {}, "response.status.code"),
        ({}, {}, {"aiointercept": {"fault": "X"}}, "aiointercept.fault"),
        ({}, {}, {"aiointercept": {"messages": [{"data": 3}]}}, "aiointercept.messages[0].data"),
    ],
)
def test_errors_in_entries(request_: Any, response: Any, more: Any, field: str) -> None:
    """The number of the entry, and the field in it."""
    with pytest.raises(CassetteError) as caught:
        one(request_, response, **more)
    assert (caught.value.entry, caught.value.field) == (1, field)
