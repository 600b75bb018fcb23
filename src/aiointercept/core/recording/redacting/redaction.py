"""``Redaction``: which secrets of recorded exchanges are masked, in files and in what is compared.

Live exchanges are never changed. How a text is masked is told in
:mod:`~aiointercept.core.recording.redacting.masking`, which names are secret by default in
:mod:`~aiointercept.core.recording.redacting.sensitive_names`.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any, Final, TypeAlias
from urllib.parse import quote, quote_plus

from attrs import evolve, field, frozen
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiointercept.core.http.media_types import charset_of
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.http.urls import canonical_url
from aiointercept.core.recording.entries import Entry, RecordedMessage
from aiointercept.core.recording.redacting.masking import MASK, Masker
from aiointercept.core.recording.redacting.sensitive_names import (
    NO_NAMES,
    Name,
    NameSet,
    is_sensitive,
    is_sensitive_header,
    names_of,
)
from aiointercept.core.type_guards import is_iterable, is_mapping, is_pattern

Names: TypeAlias = str | re.Pattern[str] | Iterable[Name]
Replacements: TypeAlias = (
    Mapping[str | re.Pattern[str], str] | Iterable[str | re.Pattern[str]] | str | re.Pattern[str]
)

_CACHED_URLS: Final = 4096
# Their values are URLs, or have URLs in them.
_URL_HEADERS: Final = frozenset(
    {"content-location", "link", "location", "origin", "referer", "refresh", "sourcemap"}
)
_COOKIE: Final = re.compile(r"(^|;)(\s*)([^=;]+)=([^;]+)")
_SET_COOKIE: Final = re.compile(r"^([^=;]*)=([^;]+)")


def _header_names(given: Any) -> NameSet:
    return names_of(given, "headers")


def _query_names(given: Any) -> NameSet:
    return names_of(given, "query")


def _field_names(given: Any) -> NameSet:
    return names_of(given, "fields")


def _replacements(given: Any) -> tuple[tuple[re.Pattern[str], str], ...]:
    given = [given] if isinstance(given, str) or is_pattern(given) else given
    if is_mapping(given):
        pairs: list[tuple[Any, Any]] = list(given.items())
    elif is_iterable(given):
        pairs = [one if isinstance(one, tuple) else (one, MASK) for one in given]
    else:
        msg = f"replace must map texts or patterns to what stands for them, not {given!r}"
        raise TypeError(msg)
    result: list[tuple[re.Pattern[str], str]] = []
    for what, by in pairs:
        if not isinstance(by, str):
            msg = f"replace must map texts or patterns to texts, not {what!r} to {by!r}"
            raise TypeError(msg)
        if is_pattern(what) and isinstance(what.pattern, str):
            result.append((what, by))
        elif isinstance(what, str) and what:
            result.append((_spellings(what), by.replace("\\", r"\\")))
        else:
            msg = f"replace must map texts or patterns to texts, but one of them is {what!r}"
            raise TypeError(msg)
    return tuple(result)


def _spellings(text: str) -> re.Pattern[str]:
    """Return a pattern for all spellings of ``text``: as it is, in a URL, in JSON, in bytes."""
    spellings = {
        text,
        quote(text, safe=""),
        quote(text),
        quote_plus(text),
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        text.encode("utf-8", "surrogatepass").decode("latin-1"),
    }
    longest_first = sorted(spellings, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))


def _function(given: Any) -> Any:
    if given is not None and not callable(given):
        msg = f"also must be a function of a request or a response, not {given!r}"
        raise TypeError(msg)
    return given


@frozen(kw_only=True, slots=False)
class Redaction:
    """What is masked in cassettes, reports and messages, besides what is masked by default.

    By default these are masked: the values of ``Authorization``, ``Proxy-Authorization``,
    ``Cookie``, ``Set-Cookie``, ``X-Api-Key`` and headers of similar names; the values of
    parameters of a query, and of fields of forms and JSON at any depth, whose names say that they
    are tokens, secrets, passwords, API keys, signatures and the like; and user info in URLs.

    A name is a text, which is compared without case and with ``-`` and ``_`` alike, or a compiled
    pattern that is searched.

    Args:
        headers: names of further headers.
        query: names of further parameters.
        fields: names of further fields of forms, multipart forms and JSON.
        replace: texts, or compiled patterns, and what stands in their place, wherever they are: in
            URLs, headers and bodies. Given without a replacement, they are masked.
        also: a function that is called with each :class:`aiointercept.matchers.Request` and each
            response (``status``, ``reason``, ``headers``, ``body``), and returns what is to be
            written and compared in its place, for example made by ``attrs.evolve``.

    Raises:
        TypeError: for a value of the wrong type, naming the argument.

    .. versionadded:: 1.1
    """

    headers: NameSet = field(default=NO_NAMES, converter=_header_names)
    query: NameSet = field(default=NO_NAMES, converter=_query_names)
    fields: NameSet = field(default=NO_NAMES, converter=_field_names)
    replace: tuple[tuple[re.Pattern[str], str], ...] = field(default=(), converter=_replacements)
    also: Callable[[Any], Any] | None = field(default=None, converter=_function)

    @cached_property
    def masker(self) -> Masker:
        """Masks texts and bodies."""
        return Masker(
            lambda name: is_sensitive(name) or name in self.query,
            lambda name: is_sensitive(name) or name in self.fields,
            self._replaced,
        )

    @property
    def reads_everything(self) -> bool:
        """Whether a body of any kind may have something to mask."""
        return bool(self.replace) or self.also is not None

    def _replaced(self, text: str) -> str:
        for what, by in self.replace:
            text = what.sub(by, text)
        return text

    def hides_header(self, name: str) -> bool:
        """Whether the values of this header are masked."""
        name = name.lower()
        return is_sensitive_header(name) or name in self.headers

    def url(self, url: URL) -> URL:
        """Return ``url`` with its secrets masked."""
        text = str(url)
        masked = self.masker.whole_url(text)
        return url if masked == text else URL(masked, encoded=masked.isascii())

    @cached_property
    def normalised_url(self) -> Callable[[URL], URL]:
        """Masks normalised URLs, which stay so.

        Each is asked for several times in the life of a request, and by each mock that replays it;
        so they are remembered for as long as the redaction is there.
        """

        @lru_cache(_CACHED_URLS)
        def masked_url(url: URL) -> URL:
            masked = self.url(url)
            if masked is url or not self.replace:
                return masked  # the order of parameters is by their names, which stay
            return canonical_url(masked)

        return masked_url

    def header(self, name: str, value: str) -> str:
        """Return the value of a header with its secrets masked."""
        lower = name.lower()
        if not value:
            return value
        if lower == "cookie":
            return _COOKIE.sub(rf"\1\2\3={MASK}", value)
        if lower == "set-cookie":
            return _SET_COOKIE.sub(rf"\1={MASK}", value)
        if self.hides_header(lower):
            return MASK
        if lower in _URL_HEADERS or "://" in value:
            return self.masker.whole_url(value)
        return self._replaced(value)

    def header_fields(self, headers: CIMultiDictProxy[str]) -> CIMultiDictProxy[str]:
        """Return ``headers`` with their secrets masked."""
        masked = [(name, self.header(name, value)) for name, value in headers.items()]
        if all(new == old for (_, new), old in zip(masked, headers.values(), strict=True)):
            return headers
        return CIMultiDictProxy(CIMultiDict(masked))

    def body(self, body: bytes, headers: CIMultiDictProxy[str]) -> bytes:
        """Return a body, decoded from its ``Content-Encoding``, with its secrets masked."""
        if not body:
            return body
        return self.masker.body(
            body, headers.get("Content-Type", ""), charset_of(headers.get("Content-Type", ""))
        )

    def text(self, text: str) -> str:
        """Return a text of any kind, such as a message of a WebSocket, with its secrets masked."""
        return self.masker.text(text)

    def request(self, request: Request) -> Request:
        """Return ``request`` with its secrets masked; itself if it has none.

        Raises:
            TypeError: if the function ``also`` returned anything but a request.
        """
        if self.also is not None:
            request = _same_kind(self.also(request), Request)
        url, headers = self.url(request.url), self.header_fields(request.headers)
        body = None if request.body is None else self.body(request.body, request.headers)
        if url is request.url and headers is request.headers and body is request.body:
            return request
        return Request(request.method, url, headers, body=body)

    def response(self, response: Response) -> Response:
        """Return ``response`` with its secrets masked; itself if it has none.

        Raises:
            TypeError: if the function ``also`` returned anything but a response.
        """
        if self.also is not None:
            response = _same_kind(self.also(response), Response)
        headers = self.header_fields(response.headers)
        body = None if response.body is None else self.body(response.body, response.headers)
        if headers is response.headers and body is response.body:
            return response
        return Response(response.status, response.reason, headers, body)

    def message(self, message: RecordedMessage) -> RecordedMessage:
        """Return a message of a WebSocket with its secrets masked; itself if it has none."""
        if isinstance(message.data, bytes):
            data: str | bytes = self.masker.body(message.data, "application/octet-stream", "utf-8")
        else:
            data = self.text(message.data)
        return message if data == message.data else evolve(message, data=data)

    def entry(self, entry: Entry) -> Entry:
        """Return ``entry`` with its secrets masked; itself if it has none.

        Bodies in files are not read here; the code that copies them masks them.
        """
        request = self.request(entry.request)
        response = None if entry.response is None else self.response(entry.response)
        messages = tuple(map(self.message, entry.messages))
        error = entry.error and self.text(entry.error)
        changed = (
            request is not entry.request
            or response is not entry.response
            or messages != entry.messages
            or error != entry.error
        )
        if not changed:
            return entry
        return evolve(
            entry, request=request, response=response, messages=messages, error=error, source=None
        )


def _same_kind(returned: Any, kind: type[Any]) -> Any:
    if isinstance(returned, kind):
        return returned
    msg = (
        f"the function also of a Redaction must return a {kind.__name__} when it gets one, such as "
        f"the one it got, but it returned {returned!r}"
    )
    raise TypeError(msg) from None


DEFAULT_REDACTION: Final = Redaction()


def clean_redaction(given: Any) -> Redaction | None:
    """Return what ``redact=`` stands for; ``None`` where nothing is masked.

    Args:
        given: a :class:`Redaction`, ``None`` or ``True`` for the defaults, ``False`` for nothing.

    Raises:
        TypeError: for anything else.
    """
    if given is None or given is True:
        return DEFAULT_REDACTION
    if given is False:
        return None
    if isinstance(given, Redaction):
        return given
    msg = (
        "redact must be a Redaction(...), True for what is masked by default, or False for "
        f"nothing, not {given!r}"
    )
    raise TypeError(msg)
