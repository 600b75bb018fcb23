"""Recorded values as patterns, in which a mask stands for any value, and recorded objects.

VCR.py's stub for aiohttp writes the object that the client was given as ``json=`` or ``data=``, not
the body that was sent. Which of the two it was is seen from the request that is compared.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from attrs import evolve
from multidict import CIMultiDict, CIMultiDictProxy
from typing_extensions import override

from aiointercept.core.http.forms import MULTIPART, URLENCODED, Part
from aiointercept.core.http.messages import Request
from aiointercept.core.matching.comparing import field_mismatches
from aiointercept.core.matching.json_diff import json_mismatches
from aiointercept.core.matching.results import Mismatch
from aiointercept.core.recording.redacting.masking import MASK
from aiointercept.core.text import Unquoted
from aiointercept.core.type_guards import is_list, is_mapping


class _AnyValue:
    """Equals everything: what stands for a mask."""

    def __eq__(self, other: object) -> bool:
        return True

    @override
    def __hash__(self) -> int:
        return 0

    @override
    def __repr__(self) -> str:
        return MASK


ANY_VALUE: Final = _AnyValue()


def pattern(recorded: str) -> Any:
    """Return what a recorded text agrees with: the same, with anything in place of a mask."""
    if MASK not in recorded:
        return recorded
    parts = map(re.escape, recorded.split(MASK))
    return re.compile(rf"\A{'.*'.join(parts)}\Z", re.DOTALL)


def json_pattern(recorded: Any) -> Any:
    """Return what a recorded JSON value agrees with."""
    if isinstance(recorded, str):
        return ANY_VALUE if recorded == MASK else pattern(recorded)
    if is_mapping(recorded):
        return {name: json_pattern(value) for name, value in recorded.items()}
    if is_list(recorded):
        return [json_pattern(value) for value in recorded]
    return recorded


def is_form(request: Request) -> bool:
    """Whether the body of ``request`` is a form by its type."""
    return request.content_type in (URLENCODED, MULTIPART)


def with_object(request: Request, sent: Any, *, form: bool) -> Request:
    """Return ``request`` with the body that a client makes of an object.

    Args:
        request: its type stays if it fits.
        sent: the object.
        form: whether it is sent as a form, else as JSON.
    """
    form = form and is_mapping(sent)
    text = urlencode(list(sent.items()), doseq=True) if form else json.dumps(sent, default=str)
    headers = request.headers
    if "Content-Type" not in headers or is_form(request) is not form:
        changed = CIMultiDict(headers)
        changed["Content-Type"] = URLENCODED if form else "application/json"
        headers = CIMultiDictProxy(changed)
    return evolve(request, headers=headers, body=text.encode())


def object_mismatches(recorded: Request, request: Request) -> Sequence[Mismatch]:
    """Compare what two bodies hold: the fields of forms, else JSON."""
    if is_form(recorded):
        found = _form_fields(request)
        if found is None:
            return (Mismatch("body", Unquoted("a form"), Unquoted("something else")),)
        wanted = {
            name: list(map(pattern, values))
            for name, values in (_form_fields(recorded) or {}).items()
        }
        return field_mismatches("form", wanted, found, exact=True)
    return parsed_mismatches(json.loads(recorded.body or b"null"), request)


def parsed_mismatches(wanted: Any, request: Request) -> Sequence[Mismatch]:
    """Compare a recorded JSON value with a body."""
    try:
        found = json.loads(request.body or b"null")
    except ValueError:
        return (Mismatch("body", Unquoted("JSON"), Unquoted("something else")),)
    return json_mismatches(json_pattern(wanted), found)


def _form_fields(request: Request) -> dict[str, list[str]] | None:
    """Return the fields of a form; ``None`` if it is not one."""
    fields: dict[str, list[str]] = {}
    try:
        for name, value in request.form().items():
            text = (value.text or "") if isinstance(value, Part) else value
            fields.setdefault(name, []).append(text)
    except ValueError:
        return None
    return fields
