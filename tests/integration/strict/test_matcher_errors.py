"""A matcher that raises: the error is held back, and names the matcher and its route."""

from typing import Any

import aiohttp
import pytest
from attrs import frozen

from aiointercept import aiointercept
from aiointercept.matchers import MatchResult, Request, predicate

URL = "https://api.test/users"


@frozen
class Careless:
    """A custom matcher with a bug."""

    def match(self, request: Request) -> MatchResult:
        """Fail."""
        raise LookupError("my own bug")


def careless(request: Request) -> bool:
    """Fail."""
    raise LookupError("my own bug")


@pytest.mark.parametrize(
    ("matcher", "name"),
    [
        (Careless(), "Careless"),
        (careless, "careless"),
        (predicate(careless, "is an admin"), "is an admin"),
        (~predicate(careless, "is an admin"), "is an admin"),
        (predicate(lambda _: True, "fine") & predicate(careless, "is an admin"), "is an admin"),
    ],
    ids=["object", "function", "predicate", "negated", "combined"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("mode", ["intercept", "server"])
async def test_held_back(matcher: Any, name: str, method: str, mode: str) -> None:
    """The client gets a 500; the error is raised, with its traceback, when the block ends."""

    async def block() -> None:
        async with (
            aiointercept(mock_external_urls=mode == "intercept") as m,
            aiohttp.ClientSession() as session,
        ):
            url = URL if mode == "intercept" else f"{m.server_url}/users"
            m.add(url, method, match=matcher)
            data = b"x" if method == "POST" else None
            async with session.request(method, url, data=data) as response:
                assert response.status == 500
                assert "LookupError" in await response.text()
            assert m.call_count == 1

    with pytest.raises(LookupError, match="my own bug") as caught:
        await block()
    notes = "".join(caught.value.__notes__)
    assert name in notes
    assert "/users" in notes
    assert "test_matcher_errors.py:" in notes
    assert caught.traceback[-1].name in {"match", "careless"}


async def test_of_a_route() -> None:
    """The same with ``m.route``."""

    async def block() -> None:
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.route(Careless())
            async with session.get(URL) as response:
                assert response.status == 500

    with pytest.raises(LookupError, match="my own bug") as caught:
        await block()
    assert "Careless" in "".join(caught.value.__notes__)


async def test_many_errors() -> None:
    """A matcher that fails for each request is reported in a message that stays readable."""

    async def block() -> None:
        async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
            m.get(URL, match=Careless(), repeat=True)
            for _ in range(100):
                async with session.get(URL):
                    pass

    with pytest.raises(LookupError, match="my own bug") as caught:
        await block()
    assert len("".join(caught.value.__notes__)) < 10_000


@pytest.mark.parametrize("match", [3, "text", [None], object()])
async def test_no_matcher(match: Any) -> None:
    """What is not a matcher is refused at registration, naming the argument."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(TypeError, match="match: "):
            m.get(URL, match=match)


async def test_empty_list() -> None:
    """An empty list is no list of matchers."""
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(ValueError, match="match is empty"):
            m.get(URL, match=[])
