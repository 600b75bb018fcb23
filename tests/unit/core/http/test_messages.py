import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.core.http.forms import Part
from aiointercept.core.http.messages import Origin, Request, Response, header_fields


def test_headers_compare_without_case_and_may_repeat() -> None:
    """Pairs, mappings and multidicts all become a read-only multidict."""
    fields = header_fields([("X-A", "1"), ("x-a", "2")])
    assert fields.getall("X-a") == ["1", "2"]
    assert header_fields({"A": "1"})["a"] == "1"
    assert len(header_fields(None)) == 0


def test_a_read_only_multidict_is_taken_as_it_is() -> None:
    """Nothing is copied that cannot change."""
    proxy = CIMultiDictProxy(CIMultiDict({"A": "1"}))
    assert header_fields(proxy) is proxy


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("http://h/x?a=1", "http://h"),
        ("http://h:80", "http://h"),
        ("https://h:443/", "https://h"),
        ("https://h:8443/", "https://h:8443"),
        ("wss://H.test./", "https://h.test"),
        ("ws://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, prefix: str) -> None:
    """It is written as the beginning of a URL, without the default port."""
    origin = Origin.of(URL(url))
    assert origin.prefix == prefix
    assert str(origin) == prefix


def test_origins_differ_in_scheme_and_port() -> None:
    """Three servers on one host are three origins."""
    urls = ["http://h", "https://h", "https://h:8443"]
    assert len({Origin.of(URL(url)) for url in urls}) == 3


@pytest.mark.parametrize("url", ["/x", ""])
def test_a_url_without_host_has_no_origin(url: str) -> None:
    """The message says what is missing."""
    with pytest.raises(ValueError, match="has no host"):
        Origin.of(URL(url))


def test_a_request_normalises_its_method_and_keeps_its_url() -> None:
    """The URL stays as it was sent; its canonical spelling is there beside it."""
    request = Request("post", "https://h/x?b=2&a=1#f")
    assert request.method == "POST"
    assert str(request) == "POST https://h/x?b=2&a=1#f"
    assert str(request.canonical_url) == "https://h/x?a=1&b=2"
    assert request.origin == Origin("https", "h", 443)
    assert request.body is None


@pytest.mark.parametrize("url", ["/x", "ftp://h/x"])
def test_a_request_needs_an_absolute_http_url(url: str) -> None:
    """An invalid request cannot exist."""
    with pytest.raises(ValueError, match=r"absolute URL|scheme must be"):
        Request("GET", url)


def test_the_query_has_every_value_in_the_order_sent() -> None:
    """Values are decoded; names repeat."""
    request = Request("GET", "http://h/?b=x%20y&a=2&a=1&c=")
    assert request.query == {"b": ["x y"], "a": ["2", "1"], "c": [""]}


def posted(body: bytes, content_type: str) -> Request:
    """Return a request with a body."""
    return Request("POST", "http://h/", {"Content-Type": content_type}, body=body)


def test_cookies_are_read_from_their_header() -> None:
    """Unless they are given."""
    headers = {"Cookie": "a=1; b=two"}
    assert Request("GET", "http://h/", headers).cookies == {"a": "1", "b": "two"}
    assert Request("GET", "http://h/", headers, {"c": "3"}).cookies == {"c": "3"}
    assert Request("GET", "http://h/").cookies == {}


@pytest.mark.parametrize(
    ("header", "content_type", "charset"),
    [
        ("Text/HTML; Charset=ISO-8859-1", "text/html", "ISO-8859-1"),
        ('text/plain; a=b; charset="latin-1"', "text/plain", "latin-1"),
        ("text/plain; charset=", "text/plain", "utf-8"),
        ("application/json", "application/json", "utf-8"),
        ("", "", "utf-8"),
    ],
)
def test_content_type_and_charset_come_from_one_header(
    header: str, content_type: str, charset: str
) -> None:
    """The media type is in lower case; text is UTF-8 unless told."""
    request = Request("POST", "http://h/", {"Content-Type": header})
    assert (request.content_type, request.charset) == (content_type, charset)


def test_a_response_is_ok_and_empty_unless_told() -> None:
    """Its headers are a multidict as those of a request are."""
    response = Response(headers={"A": "1"})
    assert (response.status, response.reason, response.body) == (200, None, b"")
    assert response.headers["a"] == "1"


def test_a_websocket_handshake_can_be_spelt_with_ws() -> None:
    """It is sent as a request for http; patterns may be written for either."""
    headers = {"Upgrade": "WebSocket"}
    assert Request("GET", "https://H.test/x", headers).spellings == (
        "https://h.test/x",
        "https://h.test/x",
        "wss://h.test/x",
    )
    assert Request("GET", "https://h.test/x").spellings == ("https://h.test/x",)
    assert Request("GET", "https://h.test").spellings == ("https://h.test", "https://h.test/")


def test_a_body_is_read_as_text_in_its_charset() -> None:
    """Nothing is guessed but UTF-8."""
    assert posted("é".encode(), "text/plain").text() == "é"
    assert posted(b"\xe9", "text/plain; charset=latin-1").text() == "é"
    assert Request("GET", "http://h/").text() == ""
    for content_type in ("text/plain", "text/plain; charset=x"):
        with pytest.raises(ValueError, match="."):
            posted(b"\xe9", content_type).text()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"a": "\xc3\xa9"}', "application/json"),
        (b'{"a": "\xc3\xa9"}', "text/plain"),
        ('\ufeff{"a": "é"}'.encode(), "application/json"),
        ('{"a": "é"}'.encode("utf-16"), "application/json"),
        (b'{"a": "\xe9"}', "application/json; charset=latin-1"),
    ],
)
def test_a_body_is_read_as_json(body: bytes, content_type: str) -> None:
    """In the encoding that it names, else in the one that JSON shows by itself."""
    assert posted(body, content_type).json() == {"a": "é"}


def test_a_body_that_is_not_json_says_so() -> None:
    """An empty one too."""
    for body in (b"", b"{", b"\xff"):
        with pytest.raises(ValueError, match="."):
            posted(body, "application/json").json()


def test_a_form_is_read_field_by_field() -> None:
    """In the order sent, repeated ones too."""
    form = posted(b"a=1&b=%C3%A9&a=", "application/x-www-form-urlencoded").form()
    assert list(form.items()) == [("a", "1"), ("b", "é"), ("a", "")]
    assert posted(b"a=1", "text/plain").form() == {}
    assert Request("POST", "http://h/").form() == {}


def test_a_multipart_form_has_texts_and_files() -> None:
    """A file, and what is not text, is a part with all that is known of it."""
    lines = [
        "--x",
        'Content-Disposition: form-data; name="t"',
        "",
        "é",
        "--x",
        'Content-Disposition: form-data; name="f"; filename="f.txt"',
        "Content-Type: text/plain",
        "",
        "text",
        "--x--",
        "",
    ]
    form = posted("\r\n".join(lines).encode(), "multipart/form-data; boundary=x").form()
    assert form["t"] == "é"
    assert form["f"] == Part("f", b"text", "f.txt", "text/plain")
    with pytest.raises(ValueError, match="boundary"):
        posted(b"", "multipart/form-data").form()


def test_bytes_of_a_query_that_are_not_utf_8_stay_percent_encoded() -> None:
    """So that they can be told apart."""
    query = Request("GET", URL("http://h/?a=%ff&b=%C3%A9&a=+%2B", encoded=True)).query
    assert query == {"a": ["%FF", " +"], "b": ["é"]}
