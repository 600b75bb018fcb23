from yarl import URL

from aiointercept.core.matching.results import ABSENT, Mismatch
from aiointercept.core.recording.redacting.messages import masked_message, masked_mismatch
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.reporting.rendering import render_mismatch
from aiointercept.core.text import Unquoted

REDACTION = Redaction()


def shown(part: str, expected: object, actual: object) -> str:
    """Return a difference as it is written."""
    return render_mismatch(masked_mismatch(Mismatch(part, expected, actual), REDACTION))


def test_differences() -> None:
    """Values of secret names are masked, others searched."""
    assert shown("headers['X-Api-Key']", "a", "b") == (
        "headers['X-Api-Key']: expected REDACTED, got REDACTED (another value)"
    )
    assert shown("cookies['any']", ABSENT, "b") == (
        "cookies['any']: expected <absent>, got REDACTED"
    )
    assert "s3" not in shown("$.a[0].password", "s3", ["s3"])
    assert "s3" not in shown("query['token']", ["s3", "s3"], ABSENT)
    assert shown("query['page']", "1", "2") == "query['page']: expected '1', got '2'"
    assert "s3" not in shown("body", b'{"token": "s3"}', Unquoted('"token": "s3"'))
    assert "s3" not in shown("$", {"password": "s3"}, 3)
    assert shown("path", URL("/a"), 3) == "path: expected '/a', got 3"


def test_reports() -> None:
    """A whole text, with what others have written."""
    text = (
        '1 call: GET https://u:s3@h/?token=s3 with body \'{"password": "s3"}\'\n'
        "differs in headers['Authorization']: expected 'a, b', got 's3'; "
        "$.a.token: expected <absent>, got \"s3\"; query['page']: expected '1', got '2'"
    )
    masked = masked_message(text, REDACTION)
    assert "s3" not in masked
    assert "query['page']: expected '1', got '2'" in masked
    assert "headers['Authorization']: expected REDACTED, got REDACTED" in masked
    assert "$.a.token: expected <absent>, got REDACTED" in masked
