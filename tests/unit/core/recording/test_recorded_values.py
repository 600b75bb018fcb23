from typing import Any

import pytest
from yarl import URL

from aiointercept.core.http.messages import Request
from aiointercept.core.recording.recorded_values import (
    is_form,
    json_pattern,
    object_mismatches,
    with_object,
)

BLANK = Request("POST", URL("https://a.test/"))
FORM = "application/x-www-form-urlencoded"


def test_masks_stand_for_any_value() -> None:
    """Alone for anything, within a text for any text."""
    assert json_pattern({"a": ["REDACTED"]}) == {"a": [3]}
    assert json_pattern("id-REDACTED").fullmatch("id-7")


@pytest.mark.parametrize(
    ("sent", "form", "body", "kind"),
    [
        ({"a": [1, 2]}, True, b"a=1&a=2", FORM),
        ({"a": [1, 2]}, False, b'{"a": [1, 2]}', "application/json"),
        ([1], True, b"[1]", "application/json"),
    ],
)
def test_bodies_of_objects(sent: Any, form: Any, body: bytes, kind: str) -> None:
    """As aiohttp sends them; a type that fits stays."""
    made = with_object(BLANK, sent, form=form)
    assert (made.body, made.content_type, is_form(made)) == (body, kind, kind == FORM)
    typed = Request("POST", BLANK.url, {"Content-Type": "a/b"})
    assert with_object(typed, sent, form=form).content_type == (kind if kind == FORM else "a/b")
    other = with_object(made, sent, form=kind != FORM)
    assert is_form(other) is (kind != FORM and isinstance(sent, dict))


def test_forms_with_files() -> None:
    """A field that is not text differs from every recorded one."""
    recorded = with_object(BLANK, {"a": "1"}, form=True)
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    text = b'--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n%s\r\n--x--\r\n'
    assert not object_mismatches(recorded, Request("POST", BLANK.url, kind, body=text % b"1"))
    [one] = object_mismatches(recorded, Request("POST", BLANK.url, kind, body=text % b"\xff"))
    assert one.part == "form['a']"
    [one] = object_mismatches(recorded, Request("POST", BLANK.url, kind, body=b"no"))
    assert one.part == "body"
