"""``match_on=``: which parts of a request are compared with the recorded one."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from attrs import frozen
from yarl import URL

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import as_matcher
from aiointercept.core.matching.results import Matcher
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.type_guards import is_iterable

Comparison: TypeAlias = Callable[[Request, Request], object]

DEFAULT_PARTS: Final = ("method", "url")
PARTS_OF_URL: Final = ("scheme", "host", "port", "path", "query")
# Names of VCR.py, and what means the same here.
_OF_VCR: Final = {"uri": "url", "raw_body": "body"}
_PARTS: Final = ("method", *PARTS_OF_URL, "url", "body", "json", "headers")


@frozen(eq=False, slots=False)
class MatchOn:
    """Which parts of a request are compared with the recorded one.

    Args:
        parts: names of parts; ``url`` stands for all of a URL.
        functions: what else must hold of a recorded request and a new one.
        redaction: is applied to both before they are compared.
    """

    parts: frozenset[str]
    functions: tuple[Comparison | Matcher, ...] = ()
    redaction: Redaction | None = None

    @property
    def compares_more(self) -> bool:
        """Whether anything besides method and URL is compared."""
        return "headers" in self.parts or self.needs_body

    @property
    def needs_body(self) -> bool:
        """Whether the body of a request must be known to compare it."""
        return bool(self.parts & {"body", "json"} or self.functions)

    def seen(self, request: Request) -> Request:
        """Return ``request`` as it is compared."""
        return request if self.redaction is None else self.redaction.request(request)

    def seen_url(self, request: Request) -> URL:
        """Return the URL of ``request`` as it is compared."""
        if self.redaction is None:
            return request.canonical_url
        if self.redaction.also is not None:
            return self.redaction.request(request).canonical_url
        return self.redaction.normalised_url(request.canonical_url)


def clean_match_on(given: Any, redaction: Redaction | None = None) -> MatchOn:
    """Return what ``match_on=`` stands for.

    Args:
        given: names of parts, matchers, and functions of a recorded request and a new one.
        redaction: is applied to both before they are compared.

    Raises:
        TypeError: for what is none of these.
        ValueError: for a name of another part, and for nothing at all.
    """
    if isinstance(given, (str, Matcher)) or callable(given):
        given = [given]
    if not is_iterable(given):
        msg = f"match_on must be a list of names such as 'method' and 'url', not {given!r}"
        raise TypeError(msg)
    parts: set[str] = set()
    functions: list[Comparison | Matcher] = []
    for one in given:
        if isinstance(one, str):
            if one not in _PARTS:
                msg = f"match_on: {one!r} is not one of {', '.join(_PARTS)}"
                if one in _OF_VCR:
                    msg += f". Did you mean {_OF_VCR[one]!r}?"
                raise ValueError(msg)
            parts |= set(PARTS_OF_URL) if one == "url" else {one}
        elif isinstance(one, Matcher) and not isinstance(one, type):
            functions.append(as_matcher(one))
        elif callable(one):
            functions.append(one)
        else:
            msg = (
                f"match_on: {one!r} is not the name of a part, a matcher, or a function "
                "(recorded, request) -> bool"
            )
            raise TypeError(msg)
    if not parts and not functions:
        msg = "match_on is empty: name at least one part, such as 'method'"
        raise ValueError(msg)
    return MatchOn(frozenset(parts), tuple(functions), redaction)
