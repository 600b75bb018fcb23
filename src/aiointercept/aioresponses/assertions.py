"""The assertions of ``aioresponses``, over the arguments that clients passed."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

from typing_extensions import TypedDict
from yarl import URL

from aiointercept.compat import merge_params, normalize_url
from aiointercept.core.recording.redacting.masking import MASK
from aiointercept.core.recording.redacting.messages import masked_message, told
from aiointercept.core.recording.redacting.redaction import DEFAULT_REDACTION
from aiointercept.core.reporting.diffs import unified_lines
from aiointercept.core.text import clip, short

WHERE_SECRETS_ARE_HERE: Final = (
    f"({MASK} stands for what is secret by its name. The recorded call itself has it, in the "
    "requests of the mock.)"
)
_SHOWN = 5
_LONGEST = 300


class RequestCall(NamedTuple):
    """The arguments of one call of a client.

    Attributes:
        args: positional arguments besides method and URL; aiohttp takes none.
        kwargs: keyword arguments as they were passed.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class CallArguments(TypedDict, total=False):
    """The keyword arguments of a client's call, as assertions accept them."""

    params: Any
    data: Any
    json: Any
    cookies: Any
    headers: Any
    skip_auto_headers: Any
    auth: Any
    allow_redirects: Any
    max_redirects: Any
    compress: Any
    chunked: Any
    expect100: Any
    raise_for_status: Any
    read_until_eof: Any
    proxy: Any
    proxy_auth: Any
    timeout: Any
    verify_ssl: Any
    fingerprint: Any
    ssl_context: Any
    ssl: Any
    server_hostname: Any
    proxy_headers: Any
    trace_request_ctx: Any
    read_bufsize: Any
    auto_decompress: Any
    max_line_size: Any
    max_field_size: Any
    max_headers: Any
    middlewares: Any
    upload_tracker: Any


RequestCalls: TypeAlias = dict[tuple[str, URL], list[RequestCall]]


def fail_unless_called(requests: RequestCalls) -> None:
    """Fail if there was no call."""
    __tracebackhide__ = True
    if not requests:
        msg = "Expected 'aioresponses' to have been called."
        raise AssertionError(msg)


def fail_if_called(requests: RequestCalls) -> None:
    """Fail if there was a call."""
    __tracebackhide__ = True
    if requests:
        count = sum(map(len, requests.values()))
        msg = f"Expected 'aioresponses' to not have been called. Called {count} times."
        _fail(msg, *_recorded(requests))


def fail_unless_called_once(requests: RequestCalls) -> None:
    """Fail unless there was exactly one call."""
    __tracebackhide__ = True
    count = sum(map(len, requests.values()))
    if count != 1:
        msg = f"Expected 'aioresponses' to have been called once. Called {count} times."
        _fail(msg, *_recorded(requests))


def find_calls(
    requests: RequestCalls, url: Any, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> list[RequestCall]:
    """Return the calls to ``url`` with ``params`` merged into it; fail if there is none."""
    __tracebackhide__ = True
    wanted = normalize_url(merge_params(url, kwargs.get("params")))
    found = requests.get((method.upper(), wanted))
    if found is None:
        parts = [repr(wanted), f"method={method!r}", *map(short, args)]
        parts += [f"{name}={short(value)}" for name, value in kwargs.items()]
        msg = f"aioresponses({', '.join(parts)}) call not found"
        _fail(msg, *_recorded(requests))
    return found


def compare(
    actual: RequestCall, expected: RequestCall, names: Sequence[str] | None, place: str
) -> None:
    """Fail unless two calls have the same arguments.

    Args:
        actual: the arguments that the client passed.
        expected: the expected arguments.
        names: if given, compare only these keyword arguments.
        place: the method and URL of the call, for the message.
    """
    __tracebackhide__ = True
    if names is None:
        same = actual == expected
    else:
        same = all(
            name in actual.kwargs
            and name in expected.kwargs
            and actual.kwargs[name] == expected.kwargs[name]
            for name in names
        )
    if not same:
        head = (
            f"aioresponses({_signature(actual)}) != aioresponses({_signature(expected)}): the last "
            f"{place} had other arguments"
        )
        wanted, found = _lines(expected), _lines(actual)
        _fail(head, *unified_lines(wanted, _with_other_secrets(wanted, found)))


def expected_call(method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> RequestCall:
    """Return the arguments of a call, including those that a session adds."""
    allow_redirects = kwargs.get("allow_redirects", True)
    others = {name: value for name, value in kwargs.items() if name != "allow_redirects"}
    expected = {**others, "allow_redirects": allow_redirects}
    if method.upper() == "POST":
        expected.setdefault("data", None)
    return RequestCall(args, expected)


def recorded_call(method: str, kwargs: Mapping[str, Any]) -> RequestCall:
    """Return copies of a call's arguments, so that the client can change its objects."""
    recorded = {name: value for name, value in kwargs.items() if name != "allow_redirects"}
    recorded["allow_redirects"] = kwargs.get("allow_redirects", True)
    if method == "POST":
        # As a session's ``post`` passes it on, in case ``request`` was called directly.
        recorded.setdefault("data", None)
    try:
        return RequestCall((), copy.deepcopy(recorded))
    except Exception:  # noqa: BLE001  what cannot be copied is recorded itself
        return RequestCall((), recorded)


def _fail(*lines: str) -> NoReturn:
    __tracebackhide__ = True
    raise AssertionError(told("\n".join(lines), DEFAULT_REDACTION, WHERE_SECRETS_ARE_HERE))


def _signature(call: RequestCall) -> str:
    return clip(repr(call), _LONGEST)


def _lines(call: RequestCall) -> list[str]:
    lines = [f"args: {short(call.args)}"]
    return lines + [f"{name}: {short(value)}" for name, value in sorted(call.kwargs.items())]


def _with_other_secrets(wanted: Sequence[str], found: Sequence[str]) -> list[str]:
    """Return ``found`` with a remark where a line differs in secrets only."""
    masked = {masked_message(line, DEFAULT_REDACTION) for line in wanted if line not in found}
    return [
        f"{line} (another value)"
        if line not in wanted and masked_message(line, DEFAULT_REDACTION) in masked
        else line
        for line in found
    ]


def _recorded(requests: RequestCalls) -> list[str]:
    if not requests:
        return ["Nothing was called."]
    lines = [f"  {method} {clip(str(url), _LONGEST)}" for method, url in list(requests)[:_SHOWN]]
    more = len(requests) - _SHOWN
    return ["Called were:", *lines, *([f"  and {more} more"] if more > 0 else [])]
