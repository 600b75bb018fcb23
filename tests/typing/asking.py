"""The log and its assertions: types, and every misspelt expectation found."""

from typing_extensions import assert_type
from yarl import URL

from aiointercept import AiointerceptRequest, Call, MockResponse, aiointercept

U = "https://h.test/x"


async def log(m: aiointercept, route: MockResponse) -> None:
    assert_type(m.calls, list[Call])
    assert_type(m.calls[0].request, AiointerceptRequest)
    assert_type(m.calls[0].route, MockResponse | None)
    assert_type(m.calls[0].outcome, str)
    assert_type(m.last_request, AiointerceptRequest | None)
    assert_type(m.requests, dict[tuple[str, URL], list[AiointerceptRequest]])
    assert_type(m.ordered_requests, list[tuple[tuple[str, URL], AiointerceptRequest]])
    assert_type(route.calls, list[Call])
    assert_type(await m.wait_for_calls(2, timeout=1, url=U, method="GET"), list[Call])
    assert_type(m.wait_for_calls_sync(), list[Call])
    assert_type(await route.wait_for_calls(), list[Call])
    assert_type(route.wait_for_calls_sync(2, timeout=1), list[Call])


def expected(m: aiointercept, route: MockResponse) -> None:
    m.assert_called_with(U, "POST", {"a": 1}, b"", {"a": 1}, {"A": "b"}, True)
    m.assert_any_call(U, json={"a": 1}, headers={"A": "b"}, strict_headers=True)
    m.assert_called_once_with(U, data={"a": "b"}, timeout=3, ssl=False)
    m.assert_has_calls([("GET", U), ("POST", URL(U))], any_order=True)
    m.assert_has_calls([("GET", U)], contiguous=False)
    m.assert_call_count(3)
    route.assert_called_with(params={"a": 1}, json=None)
    route.assert_call_count(1)


def misspelt(m: aiointercept, route: MockResponse) -> None:
    m.assert_called_with(U, jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, dta=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.assert_called_with(parms={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_has_calls([("GET", U)], contigous=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_has_calls([U])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    m.assert_called_with(404)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.wait_for_calls_sync(url=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
