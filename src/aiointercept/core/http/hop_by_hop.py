"""Header fields of one connection, which do not go on with a message (RFC 9110, section 7.6.1)."""

from typing import Final

from multidict import CIMultiDict

from aiointercept.core.http.messages import HeaderSource, header_fields

_HOP_BY_HOP: Final = (
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
)


def end_to_end_headers(headers: HeaderSource) -> CIMultiDict[str]:
    """Return the fields of the message itself, without those of one connection."""
    kept = CIMultiDict(header_fields(headers))
    for name in _HOP_BY_HOP:
        kept.popall(name, None)
    return kept
