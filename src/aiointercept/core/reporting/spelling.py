"""Misspelt keywords: the nearest name, and what an assertion cannot compare."""

import difflib
import warnings
from collections.abc import Iterable, Mapping
from typing import Final

# Keywords of ``ClientSession.request`` that leave no trace in a request.
_WITHOUT_TRACE: Final = frozenset(
    {
        "allow_redirects",
        "auto_decompress",
        "chunked",
        "compress",
        "expect100",
        "max_field_size",
        "max_line_size",
        "max_redirects",
        "middlewares",
        "proxy",
        "proxy_auth",
        "proxy_headers",
        "raise_for_status",
        "read_bufsize",
        "read_until_eof",
        "server_hostname",
        "skip_auto_headers",
        "ssl",
        "timeout",
        "trace_request_ctx",
        "verify_ssl",
    }
)
_CLOSE: Final = 0.7


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is spelt most like ``name``, if one is close."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=_CLOSE)
    return found[0] if found else None


def unexpected_keyword(name: str, known: Iterable[str], meant: str | None = None) -> str:
    """Return a message that names what may have been meant, else what there is.

    Args:
        name: the keyword that does not exist.
        known: those that do.
        meant: what means the same here, where that is known.
    """
    names = list(known)
    near = nearest(name, names)
    if meant is None and near is not None:
        meant = repr(near)
    hint = f"valid ones are {', '.join(names)}" if meant is None else f"did you mean {meant}?"
    return f"unexpected keyword argument {name!r}: {hint}"


def refuse_untraced(unknown: Mapping[str, object], known: Iterable[str], level: int) -> None:
    """Warn of expectations that cannot be compared, and refuse those that do not exist.

    Args:
        unknown: keywords that an assertion does not have.
        known: those that it has.
        level: of the frame of the user, counted from here, for the warning.

    Raises:
        TypeError: for a keyword that clients do not have either: a misspelt expectation would pass.
    """
    for name in unknown:
        if name not in _WITHOUT_TRACE:
            raise TypeError(unexpected_keyword(name, known))
    if unknown:
        names = ", ".join(map(repr, unknown))
        msg = f"{names}: leaves no trace in a request, so it is not compared; leave it out"
        warnings.warn(msg, DeprecationWarning, stacklevel=level)
