"""URL templates such as ``https://h/users/{id}``: read once, then tried on URLs."""

import re
from typing import Final
from urllib.parse import unquote

from attrs import frozen
from yarl import URL

from aiointercept.core.http.urls import canonical_url

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_ANY_ORIGIN: Final = "http://h"


@frozen
class Template:
    """A template that was read.

    Attributes:
        text: as the user wrote it.
        origin: the URL of its server; ``None`` for any.
        path: the part that has the placeholders.
        pattern: matches the encoded paths that fit, with a group for each name.
    """

    text: str
    origin: URL | None
    path: str
    pattern: re.Pattern[str]

    @classmethod
    def parse(cls, text: object) -> "Template":
        """Read a template.

        Raises:
            TypeError: if ``text`` is not a ``str``.
            ValueError: if ``text`` is not a template; the message says what is wrong with it.
        """
        if not isinstance(text, str):
            msg = f"url_template() needs a str such as 'https://h/users/{{id}}', not {text!r}"
            raise TypeError(msg)
        start = 0 if text.startswith("/") else _path_start(text)
        origin = canonical_url(text[:start]) if start else None
        path = text[start:] or "/"
        return cls(text, origin, path, _compiled(text, path))

    def values(self, url: URL) -> dict[str, str] | None:
        """Return the decoded values by name; ``None`` if the path of a URL does not fit."""
        found = self.pattern.fullmatch(url.raw_path)
        if found is None:
            return None
        return {name: unquote(value) for name, value in found.groupdict().items()}


def _path_start(text: str) -> int:
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise _invalid(text, "it must begin with '/' or with a scheme such as 'https://'")
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    if "{" in host or "}" in host:
        raise _invalid(text, "names in braces belong into the path; for hosts use url_pattern()")
    return len(scheme) + len(separator) + len(host)


def _compiled(text: str, path: str) -> re.Pattern[str]:
    if "?" in path or "#" in path:
        raise _invalid(text, "it may have no query or fragment; add query({...}) with '&'")
    names = _PLACEHOLDER.findall(path)
    wrong = [name for name in names if not name.isidentifier()]
    if wrong:
        raise _invalid(
            text, f"{wrong[0]!r} is not a name; for regular expressions use url_pattern()"
        )
    if len(set(names)) < len(names):
        raise _invalid(text, "each name may stand there once")
    literals = _PLACEHOLDER.split(path)[::2]
    if any("{" in literal or "}" in literal for literal in literals):
        raise _invalid(
            text, "a brace is not closed or not opened; write '%7B' and '%7D' for others"
        )
    return re.compile(_regex(literals, names))


def _regex(literals: list[str], names: list[str]) -> str:
    # The path is normalised as a whole, with a marker in place of each name that stays intact.
    mark = "yz"
    while mark in unquote("".join(literals)):
        mark += "z"
    encoded = canonical_url(_ANY_ORIGIN + mark.join(literals)).raw_path
    first, *others = map(re.escape, encoded.split(mark))
    groups = (f"(?P<{name}>[^/]+){rest}" for name, rest in zip(names, others, strict=True))
    return first + "".join(groups)


def _invalid(text: str, reason: str) -> ValueError:
    return ValueError(f"{text!r} is not a URL template: {reason}")
