"""What a ``Content-Type`` says: media type and parameters, as the standard library reads them."""

from email.message import Message as _Fields
from functools import lru_cache
from typing import Final

_CACHED: Final = 256


@lru_cache(maxsize=_CACHED)
def parameter(content_type: str, name: str) -> str | None:
    """Return a parameter of a ``Content-Type``, such as ``charset`` or ``boundary``."""
    fields = _Fields()
    fields["Content-Type"] = content_type
    value = fields.get_param(name)
    if isinstance(value, tuple):  # RFC 2231: charset, language, text
        value = value[2]
    return value.strip() or None if isinstance(value, str) else None


def charset_of(content_type: str) -> str:
    """Return the encoding of a text body; UTF-8 if none is given."""
    return parameter(content_type, "charset") or "utf-8"


def media_type_of(content_type: str) -> str:
    """Return the media type in lower case, without parameters."""
    return content_type.partition(";")[0].strip().lower()
