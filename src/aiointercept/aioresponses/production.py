"""Finds calls that aiohttp would refuse in production, although a mock answers them.

The checks have no side effects: they send and read nothing, and do not change the session.
"""

import asyncio
import io
import ssl
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final

import aiohttp
from aiohttp import hdrs, payload

from aiointercept.aioresponses.client_calls import ClientCall
from aiointercept.core.type_guards import is_list, is_mapping

_LINE_BREAKS: Final = ("\r", "\n", "\x00")
_SENT_AS_THEY_ARE: Final = (
    bytes,
    bytearray,
    memoryview,
    str,
    io.IOBase,
    aiohttp.FormData,
    aiohttp.Payload,
)
_SSL: Final = (bool, ssl.SSLContext, aiohttp.Fingerprint)


def refusal(call: ClientCall) -> Exception | None:
    """Return the exception that aiohttp would raise for ``call`` without a mock; or ``None``."""
    return next(_refusals(call), None)


def _refusals(call: ClientCall) -> Iterator[Exception]:
    kwargs = call.kwargs
    for check in (_session, _url, _headers):
        yield from check(call)
    if kwargs.keys() & _CHECKED.keys():
        for name, check_value in _CHECKED.items():
            if kwargs.get(name) is not None:
                yield from check_value(call, kwargs[name])


def _session(call: ClientCall) -> Iterator[Exception]:
    if call.loop is not asyncio.get_running_loop():
        other = "a closed event loop" if call.loop.is_closed() else "another event loop"
        yield RuntimeError(f"the session was made on {other}")


def _url(call: ClientCall) -> Iterator[Exception]:
    if call.url.scheme not in call.connector.allowed_protocol_schema_set:
        yield aiohttp.NonHttpUrlClientError(call.url)
    elif not call.url.raw_host:
        yield aiohttp.InvalidUrlClientError(call.url)


def _headers(call: ClientCall) -> Iterator[Exception]:
    for pair in call.headers.items():
        texts: tuple[Any, ...] = pair
        for text in texts:
            if not isinstance(text, str):
                yield TypeError(f"Cannot serialize non-str key {text!r}")
            elif any(sign in text for sign in _LINE_BREAKS):
                yield ValueError(f"Newline or carriage return detected in headers: {pair[0]!r}")


def _json(call: ClientCall, value: Any) -> Iterator[Exception]:
    if call.kwargs.get("data") is not None:
        yield ValueError("data and json parameters can not be used at the same time")
    yield from _raised_by(call.serialise_json, value)


def _data(call: ClientCall, value: Any) -> Iterator[Exception]:
    if call.kwargs.get("compress") and hdrs.CONTENT_ENCODING in call.headers:
        yield ValueError("compress can not be set if Content-Encoding header is set")
    if not isinstance(value, _SENT_AS_THEY_ARE):
        yield from _raised_by(_make_payload, value)


def _make_payload(value: Any) -> object:
    with warnings.catch_warnings():
        # aiohttp would warn in production; suppress that here.
        warnings.simplefilter("ignore")
        return _payload_of(value)


def _payload_of(value: Any) -> object:
    if is_mapping(value) or is_list(value):
        return aiohttp.FormData(value)()
    try:
        return payload.PAYLOAD_REGISTRY.get(value, disposition=None)
    except payload.LookupError:
        return aiohttp.FormData(value)()


def _chunked(call: ClientCall, value: Any) -> Iterator[Exception]:
    if value and "chunked" in call.headers.get(hdrs.TRANSFER_ENCODING, "").lower():
        yield ValueError('chunked can not be set if "Transfer-Encoding: chunked" header is set')
    if value and hdrs.CONTENT_LENGTH in call.headers:
        yield ValueError("chunked can not be set if Content-Length header is set")


def _auth(call: ClientCall, _value: Any) -> Iterator[Exception]:
    if hdrs.AUTHORIZATION in call.headers:
        yield ValueError(
            "Cannot combine AUTHORIZATION header with AUTH argument or credentials encoded in URL"
        )


def _cookies(_call: ClientCall, value: Any) -> Iterator[Exception]:
    yield from _raised_by(aiohttp.CookieJar().update_cookies, value)


def _ssl(_call: ClientCall, value: Any) -> Iterator[Exception]:
    if not isinstance(value, _SSL):
        yield TypeError(
            f"ssl should be SSLContext, bool, Fingerprint or None, got {value!r} instead."
        )


def _timeout(_call: ClientCall, value: Any) -> Iterator[Exception]:
    if not isinstance(value, (int, float, aiohttp.ClientTimeout)):
        yield TypeError(f"timeout must be a ClientTimeout, not {value!r}")


def _raised_by(function: Callable[[Any], object], value: Any) -> Iterator[Exception]:
    try:
        function(value)
    except Exception as error:  # noqa: BLE001  the caller wants to know which one
        yield error


_CHECKED: Final[dict[str, Callable[[ClientCall, Any], Iterator[Exception]]]] = {
    "json": _json,
    "data": _data,
    "chunked": _chunked,
    "auth": _auth,
    "cookies": _cookies,
    "ssl": _ssl,
    "timeout": _timeout,
}
