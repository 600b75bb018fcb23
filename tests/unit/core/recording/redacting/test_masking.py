import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.recording.redacting.masking import MASK, Masker

MASKER = Masker(
    lambda name: name == "token",
    lambda name: name in ("token", "password"),
    lambda text: text.replace("everywhere", "gone"),
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("https://u:p@h/?token=x&a=1#token=y", f"https://{MASK}@h/?token={MASK}&a=1#token={MASK}"),
        ("/cb?a=b;token=x", f"/cb?a=b;token={MASK}"),
        ("<https://h/?token=x>; rel=next", f"<https://h/?token={MASK}>; rel=next"),
        ("https://h/a@b?mail=a@b", "https://h/a@b?mail=a@b"),
        ("https://h/?token=&tok%65n=x", f"https://h/?token=&tok%65n={MASK}"),
        ("https://h/everywhere", "https://h/gone"),
    ],
)
def test_urls(text: str, masked: str) -> None:
    """User info, and parameters by their names; all else stays as it was."""
    assert MASKER.url(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("token=a+b&x=%20&x=1", f"token={MASK}&x=%20&x=1"),
        ("a=1&password=x", f"a=1&password={MASK}"),
        ("data=%7B%22token%22%3A+%22x%22%7D", 'data={"token": "REDACTED"}'),
    ],
)
def test_forms(text: str, masked: str) -> None:
    """Fields by their names, and JSON in them."""
    assert MASKER.form(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"token":"x","é":1}', '{"token":"REDACTED","é":1}'),
        ('{"token": "x", "\\u00e9": [1.5]}', '{"token": "REDACTED", "\\u00e9": [1.5]}'),
        ('{\n    "token": "x"\n}', '{\n    "token": "REDACTED"\n}'),
        ('{"token": 12, "password": null}', '{"token": "REDACTED", "password": null}'),
        ('{"token": {"a": ["x", 1, true]}}', '{"token": {"a": ["REDACTED", "REDACTED", true]}}'),
        ('{"tokens": ["x", "12", 3]}', '{"tokens": ["REDACTED", "12", 3]}'),
        ('{"url": "https://h/?token=x"}', '{"url": "https://h/?token=REDACTED"}'),
        ('{"s": "{\\"token\\": \\"x\\"}"}', '{"s": "{\\"token\\": \\"REDACTED\\"}"}'),
        ('["everywhere"]', '["gone"]'),
        ('{"a": 1.0, "b": 1e5}', '{"a": 1.0, "b": 1e5}'),
    ],
)
def test_json(text: str, masked: str) -> None:
    """Members at any depth; what has no secret is not written anew."""
    assert MASKER.text(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('data: {"token": "x"}\n\n', 'data: {"token": "REDACTED"}\n\n'),
        ('{"a": 1}\n{"token": ["x", {"b": 2}], "c": 3}', None),
        ('{"a": {"token": "cut off in the mid', '{"a": {"token": "REDACTED"'),
        ('{"token": ["x", "y', '{"token": ["REDACTED", "REDACTED"'),
        ('var a = {"token" : "x\\"y"};', 'var a = {"token" : "REDACTED"};'),
        ('say "token": nothing', 'say "token": nothing'),
        ('{"token": true} x', '{"token": true} x'),
        ("see https://h/?token=x", "see https://h/?token=REDACTED"),
    ],
)
def test_json_among_other_text(text: str, masked: str | None) -> None:
    """Events, lines of JSON, scripts, and bodies that were cut off."""
    found = MASKER.text(text)
    if masked is None:
        masked = '{"a": 1}\n{"token": ["REDACTED", {"b": "REDACTED"}], "c": 3}'
    assert found == masked


def test_deep_values() -> None:
    """What is nested too deeply for Python is searched as text."""
    text = "[" * 5000 + '{"token": "x"}' + "]" * 5000
    assert MASKER.text(text) == text.replace('"x"', f'"{MASK}"')


def test_bodies() -> None:
    """By their types, or by what they look like; bytes that are no text stay as they are."""

    def body(data: bytes, content_type: str = "", charset: str = "utf-8") -> bytes:
        return MASKER.body(data, content_type, charset)

    assert body(b"token=x&a=1") == b"token=REDACTED&a=1"
    assert body(b'{"token": "x"}') == b'{"token": "REDACTED"}'
    assert body(b'{"token": "x"}', "text/plain") == b'{"token": "REDACTED"}'
    assert body('{"token": "é"}'.encode("latin-1"), "a/b", "latin-1") == b'{"token": "REDACTED"}'
    binary = b"\xff\x00token=x everywhere"
    assert body(binary) == b"\xff\x00token=x gone"
    assert body(b"\xff\x00") == b"\xff\x00"
    assert body(b"x", "a/b", "unheard-of") == b"x"


def test_multipart() -> None:
    """Each part by its name and type, all else byte for byte."""
    content_type = 'multipart/form-data; boundary="b o"'
    parts = (
        b'preamble\r\n--b o\r\nContent-Disposition: form-data; name="token"\r\n\r\nx\r\n'
        b'--b o\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: application/json'
        b'\r\n\r\n{"password": "x"}\r\n'
        b'--b o\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n\xff\x00\r\n'
        b"--b o--\r\nepilogue"
    )
    masked = parts.replace(b"\r\n\r\nx\r\n", b"\r\n\r\nREDACTED\r\n").replace(
        b'"x"}', b'"REDACTED"}'
    )
    assert MASKER.body(parts, content_type, "utf-8") == masked
    assert MASKER.body(b"not so everywhere", content_type, "utf-8") == b"not so gone"
    nameless = b"--b o\r\n\r\nx\r\n--b o--"
    assert MASKER.body(nameless, content_type, "utf-8") == nameless


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_nothing_to_mask(value: Any) -> None:
    """A value without secrets is the very same one."""
    masker = Masker(lambda _: False, lambda _: False, lambda text: text)
    if "tokens" not in str(value).lower():
        assert masker.value(value) is value


@given(inner=values, before=values)
def test_masked_at_any_depth(inner: Any, before: Any) -> None:
    """No text below a secret name stays."""
    value = {"a": [before, {"password": ["s3cr3t", {"x": "s3cr3t"}, inner]}]}
    assert "s3cr3t" not in json.dumps(MASKER.value(value))
