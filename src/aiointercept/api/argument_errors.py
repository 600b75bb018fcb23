"""Messages about unknown keywords: what was meant, by meaning first, then by spelling."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar, get_args

from aiointercept.core.reporting.spelling import unexpected_keyword

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

POSITIONAL: Final = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)
"""Kinds of parameters that take an argument by position."""

# Options of aioresponses, respx, pytest-httpx, responses and aiohttp's own client, and what means
# the same here. The text completes "did you mean ...?".
_OF_ROUTES: Final = {
    "timeout": "raises=asyncio.TimeoutError",
    "status_code": "status=",
    "code": "status=",
    "text": "body=",
    "content": "body=",
    "data": "body=",
    "html": "body= with content_type='text/html'",
    "stream": "body= with an async iterable",
    "times": "repeat=",
    "count": "repeat=",
    "is_reusable": "repeat=True",
    "is_optional": "optional=True",
    "persist": "repeat=True",
    "params": "a query in the URL, or match=matchers.query(...)",
    "query": "a query in the URL, or match=matchers.query(...)",
    "match_querystring": "ignore_query=",
    "match_headers": "match=matchers.headers(...)",
    "match_params": "match=matchers.query(...)",
    "match_content": "match=matchers.body(...)",
    "match_data": "match=matchers.form(...)",
    "match_files": "match=matchers.multipart(...)",
    "match_json": "match=matchers.json_body(...)",
    "matcher": "match=",
    "matchers": "match=",
    "side_effect": "callback=, or raises= for an exception",
    "handler": "callback=",
    "error": "raises=",
    "latency": "delay=",
    "adding_headers": "headers=",
    "mimetype": "content_type=",
    "set_cookies": "cookies=",
    "response_class": "ClientSession(response_class=...) of the client",
    "throttle": "rate=",
}
_OF_MOCKS: Final = {
    "passthru_prefixes": "passthrough=",
    "assert_all_called": "strict=True",
    "assert_all_mocked": "strict=True",
    "assert_all_requests_are_fired": "strict=True",
    "mock_external": "mock_external_urls=True",
    "external": "mock_external_urls=True",
    "url": "base_url=",
    "record_mode": "record=",
    "ignore_hosts": "passthrough=",
    "filter_headers": "redact=Redaction(headers=...)",
    "filter_query_parameters": "redact=Redaction(query=...)",
    "filter_post_data_parameters": "redact=Redaction(fields=...)",
    "before_record_request": "redact=Redaction(also=...)",
    "before_record_response": "redact=Redaction(also=...)",
}
MEANINGS: Final[Mapping[str, str]] = {**_OF_ROUTES, **_OF_MOCKS}


def unexpected(name: str, known: Iterable[str], meanings: Mapping[str, str] = MEANINGS) -> str:
    """Return a message that names what may have been meant.

    Args:
        name: the keyword that does not exist.
        known: those that do.
        meanings: keywords of other libraries, and what means the same here.
    """
    return unexpected_keyword(name, known, meanings.get(name))


def _names_of(parameter: inspect.Parameter) -> Iterable[str]:
    if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
        return (parameter.name,)
    (unpacked,) = get_args(parameter.annotation)
    return tuple(unpacked.__annotations__)


def explains_arguments(function: FunctionT, meanings: Mapping[str, str] = MEANINGS) -> FunctionT:
    """Explain wrong arguments of a public method before it is called.

    Type checkers see the signature of ``function``; a keyword that does not exist, or an option
    that is passed by position, gets a message that names what was meant. A ``**`` parameter that is
    unpacked from a ``TypedDict`` adds its names.

    Args:
        function: takes ``self`` first.
        meanings: keywords of other libraries, and what means the same here.
    """
    parameters = inspect.signature(function).parameters
    names = [name for one in parameters.values() if one.name != "self" for name in _names_of(one)]
    known = frozenset(names)
    positional = sum(one.kind in POSITIONAL for one in parameters.values())
    needed = [
        one.name
        for one in parameters.values()
        if one.default is one.empty and one.kind in POSITIONAL
    ]

    @functools.wraps(function)
    def explained(*args: Any, **kwargs: Any) -> Any:
        if not kwargs.keys() <= known:
            wrong = next(name for name in kwargs if name not in known)
            raise TypeError(unexpected(wrong, names, meanings))
        if len(args) > positional:
            given = ", ".join(names[: positional - 1]) or "nothing"
            msg = (
                f"{function.__name__}() takes {given} by position, and options by name, such as "
                f"{names[positional - 1]}=...; {args[positional]!r} has no name"
            )
            raise TypeError(msg)
        if len(args) < len(needed) and (missing := needed[len(args)]) not in kwargs:
            msg = f"{function.__name__}() needs {missing}"
            raise TypeError(msg)
        return function(*args, **kwargs)

    same: Any = explained  # it takes what the function takes
    return same  # type: ignore[no-any-return]  # as above
