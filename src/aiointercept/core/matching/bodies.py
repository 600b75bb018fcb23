"""The built-in matchers for bodies: raw, JSON, forms, multipart."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen
from typing_extensions import override

from aiointercept.core.http.decoding import decode_text
from aiointercept.core.http.forms import MULTIPART, URLENCODED, Part, parse_form, parse_multipart
from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import Combinable
from aiointercept.core.matching.comparing import (
    MOST_MISMATCHES,
    Fields,
    FieldSource,
    agrees,
    clean_fields,
    clean_form_value,
    clean_text,
    field_mismatches,
)
from aiointercept.core.matching.json_diff import json_mismatches
from aiointercept.core.matching.results import (
    ABSENT,
    MATCH,
    Description,
    MatchResult,
    Mismatch,
    differs,
)
from aiointercept.core.text import Unquoted, render_body, short
from aiointercept.core.type_guards import is_list, is_mapping, is_pattern

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

_FILE_KEYS: Final = frozenset({"filename", "content", "content_type"})


def _not_a(kind: str, request: Request, why: str = "") -> MatchResult:
    def described(request: Request) -> str:
        return f"{_described(request)}{why and f' ({why})'}"

    return differs("body", Unquoted(kind), Description(request, described))


def _described(request: Request) -> str:
    if not request.body:
        return "no body" if request.body is not None else render_body(None)
    return f"{request.content_type or 'no Content-Type'}: {render_body(request.body)}"


def _result(mismatches: list[Mismatch]) -> MatchResult:
    return MatchResult(mismatches) if mismatches else MATCH


@frozen
class Body(Combinable):
    """Requests with this body."""

    wanted: Any

    @override
    def match(self, request: Request, /) -> MatchResult:
        actual = request.body if _is_binary(self.wanted) else _text_or_bytes(request)
        if request.body is None:
            actual = Unquoted(render_body(None))
        elif agrees(self.wanted, actual):
            return MATCH
        return differs("body", self.wanted, actual)

    def __str__(self) -> str:
        return f"body {short(self.wanted)}"


def _is_binary(wanted: object) -> bool:
    return isinstance(wanted.pattern if is_pattern(wanted) else wanted, bytes)


def _text_or_bytes(request: Request) -> str | bytes | None:
    try:
        return None if request.body is None else decode_text(request.body, request.charset)
    except ValueError:
        return request.body


@frozen
class JsonBody(Combinable):
    """Requests whose body is this JSON value."""

    wanted: Any
    partial: bool = False
    any_order: bool = False

    @override
    def match(self, request: Request, /) -> MatchResult:
        if request.body is None:
            return _not_a("JSON", request)
        try:
            actual = request.json()
        except ValueError as error:
            return _not_a("JSON", request, clean_reason(error))
        return _result(self._mismatches(actual))

    def _mismatches(self, actual: Any) -> list[Mismatch]:
        return json_mismatches(self.wanted, actual, partial=self.partial, any_order=self.any_order)

    def __str__(self) -> str:
        return f"json_body {short(self.wanted)}"


def clean_reason(error: Exception) -> str:
    """Return the message of an error that was found in a body, in a bounded line."""
    return short(Unquoted(error))


@frozen
class Form(Combinable):
    """Requests whose body is an encoded form with these fields, and no others if ``exact``."""

    wanted: Fields
    exact: bool = True

    @override
    def match(self, request: Request, /) -> MatchResult:
        if request.body is None or request.content_type not in (URLENCODED, ""):
            return _not_a(f"a form ({URLENCODED})", request)
        try:
            actual = parse_form(request.body, request.charset)
        except ValueError as error:
            return _not_a(f"a form ({URLENCODED})", request, clean_reason(error))
        return _result(field_mismatches("form", self.wanted, actual, exact=self.exact))

    def __str__(self) -> str:
        return f"form {short(self.wanted)}"


@frozen
class Multipart(Combinable):
    """Requests whose body is multipart with these fields, and no others if ``exact``."""

    wanted: Fields
    exact: bool = True

    @override
    def match(self, request: Request, /) -> MatchResult:
        if request.body is None or request.content_type != MULTIPART:
            return _not_a(MULTIPART, request)
        try:
            parts = parse_multipart(request.body, request.headers["Content-Type"])
        except ValueError as error:
            return _not_a(MULTIPART, request, clean_reason(error))
        return _result(self._mismatches(parts))

    def _mismatches(self, parts: list[Part]) -> list[Mismatch]:
        actual: defaultdict[str, list[Part]] = defaultdict(list)
        for part in parts:
            actual[part.name].append(part)
        mismatches: list[Mismatch] = []
        for name, wanted in self.wanted.items():
            mismatches += _part_mismatches(f"multipart[{name!r}]", wanted, actual.pop(name, []))
        if self.exact:
            mismatches += [
                Mismatch(f"multipart[{name!r}]", ABSENT, _shown(others))
                for name, others in actual.items()
            ]
        return mismatches[:MOST_MISMATCHES]

    def __str__(self) -> str:
        return f"multipart {short(self.wanted)}"


def _part_mismatches(label: str, wanted: Any, parts: list[Part]) -> list[Mismatch]:
    each = list(wanted) if is_list(wanted) else [wanted]
    if len(each) != len(parts):
        return [Mismatch(label, wanted, _shown(parts))]
    mismatches: list[Mismatch] = []
    for expected, part in zip(each, parts, strict=True):
        if is_mapping(expected):
            mismatches += _file_mismatches(label, expected, part)
        elif not _content_agrees(expected, part):
            mismatches.append(Mismatch(label, expected, _content(part)))
    return mismatches


def _file_mismatches(label: str, expected: Mapping[str, Any], part: Part) -> list[Mismatch]:
    mismatches: list[Mismatch] = []
    for key, wanted in expected.items():
        if key == "content":
            actual: Any = _content(part)
            same = _content_agrees(wanted, part)
        elif key == "filename":
            actual = ABSENT if part.filename is None else part.filename
            same = any(agrees(wanted, name) for name in part.filenames)
        else:
            actual = part.content_type
            same = agrees(wanted, actual)
        if not same:
            mismatches.append(Mismatch(f"{label}.{key}", wanted, actual))
    return mismatches


def _content_agrees(expected: Any, part: Part) -> bool:
    return agrees(expected, part.content if _is_binary(expected) else _content(part))


def _content(part: Part) -> str | bytes:
    return part.content if part.text is None else part.text


def _shown(parts: list[Part]) -> Any:
    contents = [_content(part) for part in parts]
    return contents[0] if len(contents) == 1 else contents or ABSENT


def clean_part(value: Any, what: str) -> Any:
    """Return what is expected of a multipart field: a text, bytes, or the keys of a file.

    Raises:
        ValueError: for a mapping with other keys than those of a file.
    """
    if not is_mapping(value):
        return bytes(value) if isinstance(value, bytearray | bytes) else clean_text(value, what)
    unknown = [key for key in value if key not in _FILE_KEYS]
    if unknown:
        msg = f"{what} has {unknown[0]!r}; a file has 'filename', 'content' and 'content_type'"
        raise ValueError(msg)
    return {key: clean_part(item, f"{what}.{key}") for key, item in value.items()}


def clean_data_field(value: Any, what: str) -> Any:
    """Return what is expected of a field, in whichever encoding the form was sent."""
    return clean_form_value(value, what) if not _is_content(value) else clean_part(value, what)


def _is_content(value: object) -> bool:
    return isinstance(value, bytes | bytearray) or is_mapping(value)


def body(value: Any) -> Combinable:
    """Match requests with this body.

    Args:
        value: ``bytes``; ``str``, compared with the body decoded by its charset; a pattern that is
            searched in the one or the other; or ``mock.ANY``.

    Raises:
        TypeError: if ``value`` can't be a body.
    """
    if isinstance(value, bytes | bytearray):
        return Body(bytes(value))
    if (
        isinstance(value, bool | int | float)
        or value is None
        or is_list(value)
        or is_mapping(value)
    ):
        msg = (
            f"body() needs bytes, str or a pattern, not {short(value)}; for parsed bodies there "
            "are json_body(), form() and multipart()"
        )
        raise TypeError(msg)
    return Body(value)


def json_body(value: Any, partial: bool = False, any_order: bool = False) -> Combinable:
    """Match requests whose body is this JSON value, whatever their Content-Type says.

    Args:
        value: parsed; patterns and ``mock.ANY`` may stand anywhere in it. ``True`` is not ``1``.
        partial: whether objects may have keys that are not in ``value``, at any depth. Arrays must
            have the same length all the same.
        any_order: whether the elements of arrays may come in any order, at any depth.

            .. versionadded:: 1.1

    Returns:
        A matcher whose mismatches are paths, for example ``$.items[2].price``.
    """
    return JsonBody(value, partial, any_order)


def form(mapping: FieldSource, exact: bool = True) -> Combinable:
    """Match requests whose body is a form, encoded as ``application/x-www-form-urlencoded``.

    Args:
        mapping: expected value by name: ``str``, a number, a pattern, ``mock.ANY``; or a list of
            those, for all values of that name in the order sent.
        exact: whether there may be no other names, and no further values for a name.

    Raises:
        TypeError: if ``mapping`` is not a mapping, or a value can't be that of a form.
    """
    return Form(clean_fields(mapping, "form", clean_form_value), exact)


def multipart(mapping: FieldSource, exact: bool = True) -> Combinable:
    """Match requests whose body is ``multipart/form-data``.

    Args:
        mapping: expected content by name: ``str``, ``bytes``, a number, a pattern, ``mock.ANY``;
            for a file a :func:`part`, or a mapping with some of ``filename``, ``content`` and
            ``content_type``; or a list of those, for all fields of that name in order.
        exact: whether there may be no fields with other names.

    Raises:
        TypeError: if ``mapping`` is not a mapping, or a value can't be that of a field.
        ValueError: if the mapping for a file has other keys.
    """
    return Multipart(clean_fields(mapping, "multipart", clean_part), exact)


def part(content: Any = None, *, filename: Any = None, content_type: Any = None) -> dict[str, Any]:
    """Return what :func:`multipart` expects of one file; what is ``None`` is not compared.

    Args:
        content: ``str``, ``bytes``, a pattern or ``mock.ANY``.
        filename: ``str``, a pattern or ``mock.ANY``.
        content_type: media type without parameters: ``str``, a pattern or ``mock.ANY``.

    .. versionadded:: 1.1
    """
    keys = {"content": content, "filename": filename, "content_type": content_type}
    return {name: value for name, value in keys.items() if value is not None}
