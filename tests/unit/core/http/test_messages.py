import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

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


def test_cookies_are_read_from_their_header() -> None:
    """Unless they are given."""
    headers = {"Cookie": "a=1; b=two"}
    assert Request("GET", "http://h/", headers).cookies == {"a": "1", "b": "two"}
    assert Request("GET", "http://h/", headers, {"c": "3"}).cookies == {"c": "3"}
    assert Request("GET", "http://h/").cookies == {}


def test_a_cookie_header_that_is_none_has_no_cookies() -> None:
    """A broken header is the client's affair, not an error here."""
    assert Request("GET", "http://h/", {"Cookie": "a=1; \x00=2"}).cookies in ({}, {"a": "1"})
    assert Request("GET", "http://h/", {"Cookie": "(x)=1"}).cookies == {}


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
