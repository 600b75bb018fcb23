"""Secrets in texts and bodies, each replaced by a mask, and all the rest left as it stands.

Which names are secret is told by functions that are handed in. Everything is pure text: nothing is
parsed that need not be, and what is not changed stays the same byte for byte.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote_plus

from attrs import frozen

from aiointercept.core.http.forms import parse_part, part_slices
from aiointercept.core.recording.redacting.sensitive_names import is_plural
from aiointercept.core.type_guards import is_list, is_mapping

MASK: Final = "REDACTED"
"""What stands in place of a secret."""

FORM: Final = "application/x-www-form-urlencoded"

_USER_INFO: Final = re.compile(r"(://)[^/?#@\s\"'<>]+@")
# A URL may have apostrophes; one that ends a text is followed by something else.
_PARAMETER: Final = re.compile(
    r"([?&#;])([^=&#?;\s\"'<>]+)=([^&#;\s\"'<>]+(?:'+[^&#;\s\"'<>,:)\]}]+)*)"
)
# Where it is known what is a URL: an apostrophe is part of it, not the quote around it.
_USER_INFO_OF_URL: Final = re.compile(r"(://)[^/?#@\s\"<>]+@")
_PARAMETER_OF_URL: Final = re.compile(r"([?&#;])([^=&#?;\s\"<>]+)=([^&#;\s\"<>]+)")
_IS_URL: Final = re.compile(r"(?:[a-z][a-z0-9+.\-]*:/)?/[^\s\"<>]*\Z", re.IGNORECASE)
_FORM_FIELD: Final = re.compile(r"(^|&)([^=&]*)=([^&]*)")
_LOOKS_LIKE_FORM: Final = re.compile(r"[\w.%+\-\[\]]+=[^\s<>{]*\Z", re.ASCII)
_LOOKS_LIKE_PARTS: Final = re.compile(r"--([^\s\"\\]{1,70})\r\n(?i:content-)")
# The name of a member of a JSON object in a text that is not JSON as a whole: a stream of events,
# lines of JSON, a script, a body that was cut off.
_NAME: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*', re.DOTALL)
# What the value of such a member is made of; the last text may be cut off.
_TOKEN: Final = re.compile(
    r'"(?:[^"\\]|\\.)*(?:"(?P<name>\s*:)?|\\?\Z)|-?\d[\d.eE+\-]*|(?P<open>[\[{])|(?P<close>[\]}])',
    re.DOTALL,
)
_SEPARATORS: Final = ((",", ":"), (", ", ": "))
_DEEPEST: Final = 200


@frozen
class Masker:
    """Replaces secrets in texts.

    Args:
        in_query: whether a parameter with this name is secret.
        in_fields: whether a field with this name is secret.
        replace: what is done to every text besides.
    """

    in_query: Callable[[str], bool]
    in_fields: Callable[[str], bool]
    replace: Callable[[str], str]

    def url(self, text: str) -> str:
        """Mask user info, and parameters in query and fragment, of every URL in ``text``."""
        return self._url(text, _USER_INFO, _PARAMETER)

    def whole_url(self, text: str) -> str:
        """Mask the same in a URL, or in a header of URLs, where nothing is in quotes."""
        return self._url(text, _USER_INFO_OF_URL, _PARAMETER_OF_URL)

    def _url(self, text: str, user_info: re.Pattern[str], parameter: re.Pattern[str]) -> str:
        if "@" in text:
            text = user_info.sub(rf"\1{MASK}@", text)
        if "=" in text:
            text = parameter.sub(self._parameter, text)
        return self.replace(text)

    def _parameter(self, found: re.Match[str]) -> str:
        # The mask at the end of a sentence is no other value.
        if not self.in_query(unquote_plus(found[2])) or found[3].rstrip(".,:!)") == MASK:
            return found[0]
        return f"{found[1]}{found[2]}={MASK}"

    def in_form(self, name: str) -> bool:
        """Whether a field of a form with this name is secret."""
        return self.in_fields(name) or self.in_query(name)

    def form(self, text: str) -> str:
        """Mask the fields of a URL-encoded form."""
        return self.replace(_FORM_FIELD.sub(self._form_field, text))

    def _form_field(self, found: re.Match[str]) -> str:
        if not found[3]:
            return found[0]
        name = unquote_plus(found[2])
        if self.in_form(name):
            return f"{found[1]}{found[2]}={MASK}"
        value = unquote_plus(found[3])
        if value[:1] in "{[":
            masked = self.text(value)
            if masked != value:
                return f"{found[1]}{found[2]}={masked}"
        return found[0]

    def text(self, text: str) -> str:
        """Mask a text of whatever kind: JSON, or JSON and URLs among other things."""
        if text.lstrip()[:1] in ("{", "["):
            try:
                value = json.loads(text)
                masked = self.value(value)
            except (ValueError, RecursionError):
                pass
            else:
                # What was not changed is written as it was.
                return self.replace(text if masked is value else _dumps(masked, text, value))
        return self.url(self._members(text))

    def text_or_form(self, text: str) -> str:
        """Mask a text of which nothing is known: a form, or a multipart one, if it looks so."""
        parts = _LOOKS_LIKE_PARTS.match(text)
        if parts is not None:
            content_type = f'multipart/form-data; boundary="{parts[1]}"'
            masked = self._multipart(text.encode("utf-8", "surrogatepass"), content_type)
            return masked.decode("utf-8", "surrogatepass")
        return self.form(text) if _LOOKS_LIKE_FORM.match(text) else self.text(text)

    def _members(self, text: str) -> str:
        """Mask the secret members of JSON objects among other text."""
        result: list[str] = []
        end = 0
        position = 0
        while (found := _NAME.search(text, position)) is not None:
            position = found.end()
            secret = self.in_fields(found[1])
            if secret or is_plural(found[1]):
                masked, position = _mask_value(text, position, numbers=secret)
                result += [text[end : found.end()], masked]
                end = position
        return "".join([*result, text[end:]]) if result else text

    def value(self, value: Any, depth: int = 0) -> Any:
        """Mask the members of a JSON value; return the very same object if there are none.

        Raises:
            RecursionError: for a value that is nested too deeply.
        """
        if depth > _DEEPEST:
            raise RecursionError
        if isinstance(value, str):
            return self._string(value)
        if is_list(value):
            items = [self.value(item, depth + 1) for item in value]
            changed = any(new is not old for new, old in zip(items, value, strict=True))
            return items if changed else value
        if is_mapping(value):
            members = {name: self._named(name, item, depth) for name, item in value.items()}
            changed = any(members[name] is not item for name, item in value.items())
            return members if changed else value
        return value

    def _string(self, value: str) -> str:
        if value[:1] in ("{", "[") and '"' in value:
            masked = self.text(value)
        elif _IS_URL.match(value):
            masked = self.whole_url(value)
        elif "://" in value:
            masked = self.url(value)
        else:
            masked = self.replace(value)
        return value if masked == value else masked

    def _named(self, name: str, value: Any, depth: int) -> Any:
        if self.in_fields(name):
            return _mask_all(value)
        if is_plural(name):
            return _mask_all(value, numbers=False)
        return self.value(value, depth + 1)

    def body(self, body: bytes, content_type: str, charset: str) -> bytes:
        """Mask a body.

        Args:
            body: decoded from its ``Content-Encoding``.
            content_type: the whole header; ``""`` if there is none.
            charset: of a text.
        """
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type.startswith("multipart/"):
            return self._multipart(body, content_type)
        try:
            text = body.decode(charset)
            if text.encode(charset) != body:
                return self._binary(body)
        except (ValueError, LookupError):
            return self._binary(body)
        if media_type == FORM:
            masked = self.form(text)
        else:
            masked = self.text(text) if media_type else self.text_or_form(text)
        return body if masked == text else masked.encode(charset, "replace")

    def _binary(self, body: bytes) -> bytes:
        # Latin 1 has a character for every byte.
        text = body.decode("latin-1")
        masked = self.replace(text)
        return body if masked == text else masked.encode("latin-1", "replace")

    def _multipart(self, body: bytes, content_type: str) -> bytes:
        try:
            slices = part_slices(body, content_type)
        except ValueError:
            return self._binary(body)
        result: list[bytes] = []
        end = 0
        for where in slices:
            result += [body[end : where.start], self._part(body[where])]
            end = where.stop
        return b"".join([*result, body[end:]])

    def _part(self, data: bytes) -> bytes:
        head, separator, content = data.partition(b"\r\n\r\n")
        try:
            part = parse_part(data)
        except (ValueError, LookupError):
            return self._binary(data)
        if content and self.in_form(part.name):
            content = MASK.encode()
        else:
            content = self.body(content, part.content_type or "text/plain", part.charset)
        return self._binary(head) + separator + content


def _mask_value(text: str, start: int, *, numbers: bool) -> tuple[str, int]:
    """Mask the JSON value that begins at ``start``; return it, and where it ends."""
    result: list[str] = []
    depth = 0
    position = start
    while (found := _TOKEN.search(text, position)) is not None:
        between = text[position : found.start()]
        if not depth and between.strip():
            break  # true, false, null, or not JSON at all
        word = found[0]
        is_text = word.startswith('"')
        if found["open"]:
            depth += 1
        elif found["close"]:
            depth -= 1
        elif not found["name"] and (numbers or (is_text and not word.strip('"').isdigit())):
            word = f'"{MASK}"' if word != '""' else word
        if depth < 0:
            break
        result += [between, word]
        position = found.end()
        if not depth:
            break
    return "".join(result), position


def _mask_all(value: Any, *, numbers: bool = True) -> Any:
    """Mask all texts and numbers in a value that is secret as a whole."""
    if is_mapping(value):
        return {name: _mask_all(item, numbers=numbers) for name, item in value.items()}
    if is_list(value):
        return [_mask_all(item, numbers=numbers) for item in value]
    if value is None or isinstance(value, bool) or value in ("", MASK):
        return value
    if not numbers and (not isinstance(value, str) or value.isdigit()):
        return value
    return MASK


def _dumps(masked: Any, text: str, value: Any) -> str:
    """Write ``masked`` as ``text`` was written, which is what ``value`` was read from."""
    plain = text.strip()
    before, _, after = text.partition(plain)
    for separators in _SEPARATORS:
        for escaped in (True, False):
            if json.dumps(value, separators=separators, ensure_ascii=escaped) == plain:
                written = json.dumps(masked, separators=separators, ensure_ascii=escaped)
                return f"{before}{written}{after}"
    found = re.search(r"\n( +)", plain)
    indent = len(found[1]) if found else None
    return f"{before}{json.dumps(masked, ensure_ascii=False, indent=indent)}{after}"
