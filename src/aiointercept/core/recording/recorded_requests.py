"""Matchers for recorded requests: the same URL and details, where masks match any value."""

import json
import re
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final

from attrs import frozen
from typing_extensions import override
from yarl import URL

from aiointercept.core.http.messages import Origin, Request
from aiointercept.core.matching.combinators import Combinable
from aiointercept.core.matching.comparing import agrees, field_mismatches
from aiointercept.core.matching.indexed import IndexedMatcher
from aiointercept.core.matching.results import MATCH, Matcher, MatchResult, Mismatch
from aiointercept.core.recording.match_on import PARTS_OF_URL, Comparison, MatchOn
from aiointercept.core.recording.recorded_values import (
    is_form,
    object_mismatches,
    parsed_mismatches,
    pattern,
    with_object,
)
from aiointercept.core.recording.redacting.masking import MASK
from aiointercept.core.type_guards import is_mapping

_CACHED_KINDS: Final = 64
_CACHED_URLS: Final = 4096
_DETAILS: Final = {"headers": "the headers", "json": "the JSON", "body": "the body"}
_VOLATILE: Final = frozenset(
    {
        "accept-encoding",
        "b3",
        "baggage",
        "connection",
        "content-length",
        "date",
        "expect",
        "host",
        "idempotency-key",
        "keep-alive",
        "sec-websocket-key",
        "sentry-trace",
        "traceparent",
        "tracestate",
        "transfer-encoding",
        "user-agent",
        "x-amzn-trace-id",
        "x-correlation-id",
        "x-request-id",
    }
)
_BOUNDARY: Final = re.compile(r'(boundary=)("[^"]*"|[^;\s]+)', re.IGNORECASE)


@frozen
class MaskShape:
    """Where in a URL a recorded mask matches anything.

    Args:
        segments: which segments of the path.
        names: which parameters of the query.
    """

    segments: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()


@frozen(slots=False)
class RecordedIndex:
    """Computes the key under which recorded requests are found.

    Args:
        rules: by what they are compared; the same object for all that share an index.
        shape: where their URLs have masks.
    """

    rules: MatchOn
    shape: MaskShape

    def key_of(self, request: Request, /) -> Hashable:
        """Return the key of a request: equal for those that may be the same."""
        return self.key(self.rules.seen_url(request))

    @cached_property
    def key(self) -> Callable[[URL], Hashable]:
        """Returns the key for a URL that is ready to be compared."""
        return _keys(self.rules.parts, self.shape)


@lru_cache(_CACHED_KINDS)
def _keys(parts: frozenset[str], shape: MaskShape) -> Callable[[URL], Hashable]:
    """Return what makes a key of a URL.

    Keys are remembered: each is asked for several times in the life of a request, and by each mock
    that replays the same cassette.

    Args:
        parts: those that are compared.
        shape: where URLs have masks.
    """
    if shape == MaskShape() and parts.issuperset(PARTS_OF_URL):
        return _url_itself

    @lru_cache(_CACHED_URLS)
    def key(url: URL) -> Hashable:
        path: str | None = None
        if "path" in parts:
            path = url.raw_path
            if shape.segments:
                path = "/".join(
                    MASK if at in shape.segments else segment
                    for at, segment in enumerate(path.split("/"))
                )
        query: str | tuple[Any, ...] | None = None
        if "query" in parts:
            query = url.raw_query_string
            if shape.names and query:
                pairs = url.query.items()
                query = tuple(
                    sorted((name, MASK if name in shape.names else value) for name, value in pairs)
                )
        return (
            url.scheme if "scheme" in parts else None,
            url.raw_host if "host" in parts else None,
            url.port if "port" in parts else None,
            path,
            query,
        )

    return key


def _url_itself(url: URL) -> URL:
    return url


@frozen(eq=False, slots=False)
class RecordedUrl(IndexedMatcher):
    """Requests for the URL of a recorded one, in those parts of it that count.

    Args:
        rules: by what they are compared.
        request: the recorded one.
    """

    rules: MatchOn
    request: Request

    @cached_property
    def _url(self) -> URL:
        return self.rules.seen_url(self.request)

    @cached_property
    @override
    def index(self) -> RecordedIndex:  # pyright: ignore[reportIncompatibleMethodOverride]  # a property too
        segments = enumerate(self._url.raw_path.split("/"))
        shape = MaskShape(
            frozenset(at for at, segment in segments if MASK in segment),
            frozenset(name for name, value in self._url.query.items() if MASK in value),
        )
        return RecordedIndex(self.rules, shape)

    @cached_property
    @override
    def key(self) -> Hashable:  # pyright: ignore[reportIncompatibleMethodOverride]  # a property too
        return self.index.key(self._url)

    @property
    @override
    def named_origin(self) -> Origin | None:
        return self.request.origin if {"host", "port"} <= self.rules.parts else None

    @override
    def mentions(self, host: str) -> bool:
        return self.request.origin.host == host

    @override
    def match(self, request: Request, /) -> MatchResult:
        recorded, parts = self._url, self.rules.parts
        actual = self.rules.seen_url(request)
        if recorded == actual:
            return MATCH
        pairs = (
            ("scheme", recorded.scheme, actual.scheme),
            ("host", recorded.host, actual.host),
            ("port", recorded.port, actual.port),
        )
        mismatches = [Mismatch(*pair) for pair in pairs if pair[0] in parts and pair[1] != pair[2]]
        if {"scheme", "port"} <= {one.part for one in mismatches} and (
            recorded.explicit_port is None and actual.explicit_port is None
        ):
            # Default ports differ because the schemes do: that is one difference, not two.
            mismatches = [one for one in mismatches if one.part != "port"]
        if "path" in parts and not agrees(pattern(recorded.raw_path), actual.raw_path):
            mismatches.append(Mismatch("path", recorded.path_safe, actual.path_safe))
        if "query" in parts and recorded.raw_query_string != actual.raw_query_string:
            wanted = {
                name: [pattern(value) for value in values]
                for name, values in Request("GET", recorded).query.items()
            }
            found = Request("GET", actual).query
            mismatches += field_mismatches("query", wanted, found, exact=True)
        return MatchResult(mismatches) if mismatches else MATCH

    def __str__(self) -> str:
        return str(self._url)


@frozen(eq=False, slots=False)
class RecordedDetails(Combinable):
    """Requests that are the same as a recorded one besides method and URL.

    Args:
        rules: by what they are compared.
        request: the recorded one.
        sent: the object that its client was given, where that was recorded in place of the body.
    """

    rules: MatchOn
    request: Request
    sent: Any = None

    @cached_property
    def _recorded(self) -> Request:
        return self.rules.seen(self.request)

    @cached_property
    def _as_form(self) -> Request:
        return self.rules.seen(with_object(self.request, self.sent, form=True))

    @cached_property
    def _as_json(self) -> Request:
        return self.rules.seen(with_object(self.request, self.sent, form=False))

    def _recorded_for(self, request: Request) -> Request:
        """Return the recorded request, with its body of the kind that ``request`` has."""
        if self.sent is None:
            return self._recorded
        return self._as_form if is_form(request) and is_mapping(self.sent) else self._as_json

    @property
    @override
    def decided_by_head(self) -> bool:
        return not self.rules.needs_body

    @override
    def verdict_by_head(self, request: Request) -> bool | None:
        if "headers" in self.rules.parts and self._header_mismatches(request):
            return False
        return None if self.rules.needs_body else True

    def _header_mismatches(self, request: Request) -> Sequence[Mismatch]:
        return _header_mismatches(self._recorded, self.rules.seen(request))

    @override
    def match(self, request: Request, /) -> MatchResult:
        parts = self.rules.parts
        actual = self.rules.seen(request)
        recorded = self._recorded_for(actual)
        mismatches: list[Mismatch] = []
        if "headers" in parts:
            mismatches += _header_mismatches(self._recorded, actual)
        if self.sent is not None and parts & {"json", "body"}:
            mismatches += object_mismatches(recorded, actual)
        elif self.sent is None:
            if "json" in parts:
                mismatches += _json_mismatches(recorded, actual)
            if "body" in parts:
                mismatches += _raw_mismatches(recorded, actual)
        for function in self.rules.functions:
            mismatches += _asked(function, recorded, actual)
        return MatchResult(mismatches) if mismatches else MATCH

    def __str__(self) -> str:
        names = [name for part, name in _DETAILS.items() if part in self.rules.parts]
        verb = "are" if len(names) > 1 or names == ["the headers"] else "is"
        conditions = [f"{' and '.join(names)} {verb} as recorded"] if names else []
        conditions += [
            f"match_on {getattr(function, '__name__', function)} holds"
            for function in self.rules.functions
        ]
        return " and ".join(conditions)


def target_and_condition(
    rules: MatchOn, request: Request, sent: Any = None
) -> tuple[RecordedUrl, RecordedDetails | RecordedUrl | None]:
    """Return what must hold of the URL of a request, and besides, for it to be the recorded one.

    Args:
        rules: by what they are compared.
        request: the recorded one.
        sent: the object that its client was given, where that was recorded in place of the body.
    """
    target = RecordedUrl(rules, request)
    if rules.compares_more:
        return target, RecordedDetails(rules, request, sent)
    return target, None


def _asked(
    function: Comparison | Matcher, recorded: Request, request: Request
) -> Sequence[Mismatch]:
    if isinstance(function, Matcher):
        return function.match(request).mismatches
    result = function(recorded, request)
    if isinstance(result, MatchResult):
        return result.mismatches
    name = getattr(function, "__name__", repr(function))
    return () if result else (Mismatch(f"match_on {name}", expected=True, actual=result),)


def _json_mismatches(recorded: Request, request: Request) -> Sequence[Mismatch]:
    try:
        wanted = json.loads(recorded.body or b"null")
    except ValueError:
        return _raw_mismatches(recorded, request)
    return parsed_mismatches(wanted, request)


def _raw_mismatches(recorded: Request, request: Request) -> Sequence[Mismatch]:
    wanted, found = _comparable_body(recorded), _comparable_body(request)
    if wanted == found:
        return ()
    mask = MASK.encode()
    if mask in wanted:
        pattern = b".*".join(map(re.escape, wanted.split(mask)))
        if re.fullmatch(pattern, found, re.DOTALL):
            return ()
    return (Mismatch("body", recorded.body, request.body),)


def _comparable_body(request: Request) -> bytes:
    """Return the body, without the random boundary that multipart forms have."""
    body = request.body or b""
    content_type = request.headers.get("Content-Type", "")
    boundary = _BOUNDARY.search(content_type)
    if boundary and content_type.lower().startswith("multipart/"):
        return body.replace(boundary[2].strip('"').encode(), b"boundary")
    return body


def _header_mismatches(recorded: Request, request: Request) -> Sequence[Mismatch]:
    wanted = {name: list(map(pattern, values)) for name, values in _comparable(recorded).items()}
    return field_mismatches("headers", wanted, _comparable(request), exact=True)


def _comparable(request: Request) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        if name.lower() not in _VOLATILE:
            fields.setdefault(name.title(), []).append(_BOUNDARY.sub(r"\1boundary", value))
    return fields
