"""The ``Cookie`` header of a request, read as leniently as servers read it."""

import re
from typing import Final

_NAME: Final = re.compile(r"[!#$%&'()*+\-./0-9:<>?@A-Z\[\]^_`a-z{|}~]+")
_QUOTED: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*(?:;|\Z)')
_ESCAPED: Final = re.compile(r"\\(?:([0-3][0-7][0-7])|(.))")


def parse_cookies(header: str) -> dict[str, str]:
    """Return the cookies by name.

    A part that is not a cookie is skipped, and the cookies behind it are read all the same. Where a
    name repeats, the last one counts.
    """
    cookies: dict[str, str] = {}
    at = 0
    while at < len(header):
        end = header.find(";", at)
        part = header[at:] if end == -1 else header[at:end]
        name, _, value = part.partition("=")
        quoted = _QUOTED.match(header, at + len(name) + 1) if '"' in value else None
        if quoted is None:
            at += len(part) + 1
        else:
            value, at = _ESCAPED.sub(_unescaped, quoted[1]), quoted.end()
        if _NAME.fullmatch(name.strip()):
            cookies[name.strip()] = value if quoted else value.strip()
    return cookies


def _unescaped(found: re.Match[str]) -> str:
    octal, char = found.groups()
    return chr(int(octal, 8)) if octal else str(char)
