"""The whole way of a call, between a client that is made up and routes that are real."""

import re
from collections.abc import Sequence
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDictProxy

from aiointercept.aioresponses.answers import AnswerOptions
from aiointercept.aioresponses.client_calls import ClientCall
from aiointercept.aioresponses.dispatcher import DropIn, dispatch
from aiointercept.aioresponses.routes import Uses, callback_reply, reply, url_matcher
from aiointercept.core.http.messages import Response
from aiointercept.core.routing.policy import Policy
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.replies import CallbackReply
from aiointercept.core.routing.routes import Route

API = "https://api.test/items"
ORIGINAL = vars(aiohttp.ClientSession)["_request"]


class Native:
    """An active native mock, as far as it is looked at."""

    def __init__(self, *routes: Route, **policy: Any) -> None:
        self.registry = Registry()
        self.policy = Policy(**policy)
        for route in routes:
            self.registry.add(route)


class Mock:
    """One drop-in, and what it was told."""

    def __init__(
        self,
        *routes: Route,
        passthrough: tuple[str, ...] = (),
        forwards: bool = False,
        outer: Sequence[Native] = (),
    ) -> None:
        self.recorded: list[str] = []
        self.checked: list[str] = []
        self.drop_in = DropIn(
            Registry(),
            passthrough,
            forwards,
            outer,
            lambda call: self.recorded.append(call.method),
            lambda call: self.checked.append(call.method),
        )
        for route in routes:
            self.drop_in.registry.add(route)


def route(url: Any = API, method: str = "GET", raised: Any = None, **options: Any) -> Route:
    """Return a route that answers once."""
    answer = reply(AnswerOptions(**options), raised, 1)
    return Route(method, None, url_matcher(url), answer)


async def ask(
    *mocks: Mock, natives: Sequence[Native] = (), url: str = API, method: str = "GET", **kwargs: Any
) -> Any:
    """Return a response, or the arguments with which aiohttp goes its own way."""

    async def original(session: Any, *args: Any, **options: Any) -> Any:
        if session is client:
            return args, options
        return await ORIGINAL(session, *args, **options)

    async with aiohttp.ClientSession() as client:
        call = ClientCall(client, method, url, kwargs, original)
        return await dispatch(call, [mock.drop_in for mock in mocks], natives)


async def test_route_answers() -> None:
    """The call is recorded and looked at by the mock that answers, and by no other."""
    inner, outer = Mock(), Mock(route(body="x", status=201))
    response = await ask(inner, outer)
    assert (response.status, await response.text()) == (201, "x")
    assert (inner.recorded, outer.recorded, outer.checked) == ([], ["GET"], ["GET"])


async def test_nothing_matches() -> None:
    """The innermost records the call; the error has its words, and explains in a note."""
    inner, outer = Mock(), Mock(route(f"{API}/other"))
    with pytest.raises(aiohttp.ClientConnectionError) as raised:
        await ask(inner, outer, method="get")
    assert str(raised.value) == f"Connection refused: get {API}"
    assert type(raised.value) is aiohttp.ClientConnectionError
    assert (inner.recorded, inner.checked, outer.recorded) == (["get"], [], [])


@pytest.mark.parametrize(
    ("mocks", "recorded"),
    [
        ([Mock(passthrough=("https://api",))], [[]]),
        ([Mock(forwards=True)], [["PUT"]]),
        ([Mock(), Mock(forwards=True)], [["PUT"], []]),
        ([Mock(passthrough=(API,)), Mock(forwards=True)], [[], ["PUT"]]),
        ([], []),
    ],
)
async def test_call_goes_its_own_way(mocks: list[Mock], recorded: list[list[str]]) -> None:
    """By prefix, or as nothing matches; with its own arguments."""
    got = await ask(*mocks, method="PUT", json=[1])
    assert got == (("PUT", API), {"json": [1]})
    assert [mock.recorded for mock in mocks] == recorded


@pytest.mark.parametrize("error", [KeyError("x"), aiohttp.ServerDisconnectedError(), OSError(5)])
async def test_exception_is_raised_just_as_it_is(error: Exception) -> None:
    """Neither wrapped nor, by aiohttp's silent repetition, asked for twice."""
    mock = Mock(route(raised=error), route(raised=error))
    with pytest.raises(type(error)) as raised:
        await ask(mock)
    assert raised.value is error
    assert raised.value.__context__ is None


async def test_redirects_are_followed_with_get_first() -> None:
    """Then with the method that aiohttp would use, and each response tells which one it was."""
    there = f"{API}/there"
    for status, method, left in (
        (307, "POST", "POST"),
        (301, "POST", None),
        (302, "PUT", "PUT"),
        (303, "PUT", None),
        (303, "HEAD", "HEAD"),
    ):
        routes = [route(there, "GET", body="by GET"), route(there, method, body="by its own")]
        for expected in ("get", left):
            moved = route(API, method, status=status, headers={"Location": there})
            mock = Mock(moved, *(routes if expected == "get" else routes[1:]))
            if expected is None:
                with pytest.raises(aiohttp.ClientConnectionError, match=f"refused: {method} "):
                    await ask(mock, method=method)
                continue
            response = await ask(mock, method=method)
            assert response.method == expected
            assert [hop.method for hop in response.history] == [method]


async def test_redirect_leads_on() -> None:
    """To where no drop-in answers, if it may."""
    moved = route(status=308, method="POST", headers={"Location": "/there"})
    got: list[Any] = []

    class Response:
        _history = ()

    async def original(session: Any, *args: Any, **options: Any) -> Any:
        if session is not client:
            return await ORIGINAL(session, *args, **options)
        got.append((args, options))
        return Response()

    async with aiohttp.ClientSession() as client:
        call = ClientCall(client, "POST", API, {"json": [1], "params": {}}, original)
        response: Any = await dispatch(call, [Mock(moved, forwards=True).drop_in], ())
    [(args, options)] = got
    assert (args[0], str(args[1]), options) == ("POST", "https://api.test/there", {"json": [1]})
    assert [hop.status for hop in response._history] == [308]  # noqa: SLF001 - as set


def native_route(url: str = API, method: str = "GET") -> Route:
    """Return a route of a native mock."""
    return Route(method, None, url_matcher(url), Response())


async def test_native_mock_inside() -> None:
    """It comes before the drop-in, if it has a route."""
    native = Native(native_route())
    mock = Mock(route(body="x"), route(f"{API}/2", body="y"))
    assert await ask(mock, natives=[native]) == (("GET", API), {})
    assert mock.recorded == ["GET"]
    response = await ask(mock, natives=[native], url=f"{API}/2")
    assert await response.text() == "y"


async def test_native_mock_inside_explains_what_nothing_matches() -> None:
    """But what it leaves alone is not left to the network."""
    native = Native()
    assert await ask(Mock(), natives=[native]) == (("GET", API), {})
    with pytest.raises(aiohttp.ClientConnectionError, match="Connection refused: GET"):
        await ask(Mock(), natives=[native], url="http://localhost/x")
    with pytest.raises(aiohttp.ClientConnectionError, match="Connection refused: GET"):
        await ask(Mock(), natives=[native], url="/no/host")


async def test_native_mock_outside() -> None:
    """It comes after the drop-in, which refuses what neither has."""
    native = Native(native_route())
    mock = Mock(route(body="x"), outer=[native])
    response = await ask(mock, natives=[native])
    assert await response.text() == "x"
    assert await ask(mock, natives=[native]) == (("GET", API), {})
    with pytest.raises(aiohttp.ClientConnectionError, match="Connection refused: GET"):
        await ask(mock, natives=[native], url=f"{API}/none")


async def test_matcher_of_a_native_mock_that_raises() -> None:
    """The call goes there, where the error is told."""

    class Broken:
        def match(self, request: object) -> Any:
            raise LookupError(request)

    native = Native(Route("GET", None, Broken(), Response()))
    assert await ask(Mock(route()), natives=[native]) == (("GET", API), {})


async def test_callback_chooses_the_class_of_the_response() -> None:
    """The callback's own method and class count for that response."""

    class OwnResponse(aiohttp.ClientResponse):
        """A class of the user's."""

    answer = callback_reply(
        lambda url, **_: None, AnswerOptions(response_class=OwnResponse), None, Uses(1)
    )
    mock = Mock(Route("GET", None, url_matcher(re.compile("")), answer))
    response = await ask(mock)
    assert type(response) is OwnResponse
    assert isinstance(response.request_info.headers, CIMultiDictProxy)
    assert isinstance(answer, CallbackReply)
