from typing import Any

import pytest
from yarl import URL

from aiointercept import matchers
from aiointercept.core.http.messages import Request
from aiointercept.core.recording.match_on import DEFAULT_PARTS, clean_match_on
from aiointercept.core.recording.redacting.redaction import Redaction


def test_parts() -> None:
    """A URL is five parts; bodies and functions need more than the head of a request."""
    assert clean_match_on(DEFAULT_PARTS).parts == {
        "method",
        "scheme",
        "host",
        "port",
        "path",
        "query",
    }
    assert not clean_match_on(["method"]).compares_more
    assert clean_match_on(["headers"]).compares_more
    assert not clean_match_on(["headers"]).needs_body
    for given in (["json"], ["body"], lambda one, other: True, matchers.method("GET")):
        assert clean_match_on(given).needs_body


def test_seen() -> None:
    """Requests are compared normalised, and masked if they are to be."""
    request = Request("GET", URL("HTTPS://a.test:443/?token=x&a=1"))
    plain, masked = clean_match_on("url"), clean_match_on("url", Redaction())
    assert plain.seen(request) is request
    assert str(plain.seen_url(request)) == "https://a.test/?a=1&token=x"
    assert str(masked.seen_url(request)) == "https://a.test/?a=1&token=REDACTED"
    assert "token=x" not in str(masked.seen(request))


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (["methods"], ValueError, "'methods' is not one of method, scheme"),
        (["uri"], ValueError, "headers. Did you mean 'url'"),
        (["raw_body"], ValueError, "headers. Did you mean 'body'"),
        ([], ValueError, "match_on is empty"),
        (3, TypeError, "match_on must be a list"),
        ([3], TypeError, "match_on: 3 is not"),
    ],
)
def test_bad_values(given: Any, error: type[Exception], words: str) -> None:
    """Each says what is wrong."""
    with pytest.raises(error, match=words):
        clean_match_on(given)
