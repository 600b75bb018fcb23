"""Parameters of header fields such as ``Content-Type`` (RFC 9110, section 5.6.6).

The standard library's parser of mail headers is not used: it loses blanks, and everything after a
quoted string that ends with a backslash.
"""

import re
from contextlib import suppress
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

_PARAMETER: Final = re.compile(r';\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
# Some clients escape blanks too, others write the backslashes of a path as they are.
_ESCAPED: Final = re.compile(r"\\([^A-Za-z0-9])")
_CACHED: Final = 256


@lru_cache(maxsize=_CACHED)
def parameter(header: str, name: str) -> str | None:
    """Return a parameter of a header, such as ``charset``, ``boundary`` or ``filename``.

    If it is given twice, the extended form of RFC 5987 (``filename*=``) wins, else the first one.

    Raises:
        ValueError: if it is not encoded as it says.
        LookupError: if that encoding does not exist.
    """
    first = None
    for key, value in _PARAMETER.findall(header):
        if key.lower() == f"{name}*":
            charset, _, encoded = value.partition("'")
            return unquote(encoded.partition("'")[2], charset or "utf-8", "strict")
        if key.lower() == name and first is None:
            quoted = value.startswith('"')
            first = _ESCAPED.sub(r"\1", value[1:-1]) if quoted else value.strip()
    return first


def charset_of(content_type: str) -> str:
    """Return the encoding of a text body; UTF-8 if none is given."""
    with suppress(LookupError, ValueError):
        charset = parameter(content_type, "charset")
        return "utf-8" if charset is None else charset.strip(" '") or "utf-8"
    return "utf-8"


def media_type_of(content_type: str) -> str:
    """Return the media type in lower case, without parameters."""
    return content_type.partition(";")[0].strip().lower()
