"""Misspelt keywords, and keywords that an assertion cannot compare."""

import difflib
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Final

from typing_extensions import TypedDict

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class UntracedKeywords(TypedDict, total=False):
    """Keywords of ``ClientSession.request`` that leave no trace in a request.

    An assertion takes them, so that all arguments of a call can be passed on, and warns.
    """

    allow_redirects: Any
    auto_decompress: Any
    chunked: Any
    compress: Any
    expect100: Any
    max_field_size: Any
    max_headers: Any
    max_line_size: Any
    max_redirects: Any
    middlewares: Any
    proxy: Any
    proxy_auth: Any
    proxy_headers: Any
    raise_for_status: Any
    read_bufsize: Any
    read_until_eof: Any
    server_hostname: Any
    skip_auto_headers: Any
    ssl: Any
    timeout: Any
    trace_request_ctx: Any
    upload_tracker: Any
    verify_ssl: Any


_CLOSE: Final = 0.7


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is spelt most like ``name``, if one is close."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=_CLOSE)
    return found[0] if found else None


def unexpected_keyword(name: str, known: Iterable[str], meant: str | None = None) -> str:
    """Return a message that names what may have been meant, else the valid names.

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


_MEANINGS: Final = {
    # Of aioresponses.
    "args_to_match": "to leave it out, as what is not named is not compared",
}


def refuse_untraced(unknown: Mapping[str, object], known: Iterable[str], level: int) -> None:
    """Warn of expectations that cannot be compared, and refuse those that do not exist.

    Args:
        unknown: keywords that an assertion does not have.
        known: those that it has.
        level: of the frame of the user, counted from here, for the warning.

    Raises:
        TypeError: for a keyword that clients do not have either; else a misspelt expectation
            would pass.
    """
    for name in unknown:
        if name not in UntracedKeywords.__annotations__:
            raise TypeError(unexpected_keyword(name, known, _MEANINGS.get(name)))
    if unknown:
        names = ", ".join(map(repr, unknown))
        it, verb = ("it", "is") if len(unknown) == 1 else ("they", "are")
        them = "it" if len(unknown) == 1 else "them"
        msg = (
            f"no request shows {names}, so {it} {verb} not compared: remove {them} from the "
            "assertion"
        )
        warnings.warn(msg, DeprecationWarning, stacklevel=level)
