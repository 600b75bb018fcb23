import asyncio
import re
import threading
from typing import Any

import aiohttp
import pytest
import requests
from yarl import URL

from aiointercept import aiointercept


@pytest.fixture
async def m():
    """Return a started mock."""
    async with aiointercept() as started:
        yield started


@pytest.fixture
async def get(m: aiointercept):
    """Return a function that asks for a path of the mock, and gives the text or ``None``."""
    async with aiohttp.ClientSession() as session:

        async def ask(path: str = "/", method: str = "POST") -> str | None:
            url = path if path.startswith("http") else m.server_url + path
            try:
                async with session.request(method, url) as response:
                    return await response.text()
            except aiohttp.ClientConnectionError:
                return None

        yield ask


async def test_first_registered_first_used_up(m: aiointercept, get: Any):
    """Routes for the same URL and method form a queue."""
    for word in ("one", "two", "three"):
        m.post("/", body=word)
    assert [await get() for _ in range(4)] == ["one", "two", "three", None]


async def test_methods_have_queues_of_their_own(m: aiointercept, get: Any):
    """The same URL under another method is another queue; `*` stands in each."""
    m.post("/", body="post")
    m.add("/", "*", body="any", repeat=2)
    m.put("/", body="put")
    assert await get(method="PUT") == "any"
    assert await get() == "post"
    assert await get() == "any"
    assert await get() is None
    assert await get(method="PUT") == "put"


@pytest.mark.parametrize(
    ("repeat", "times"), [(False, 1), (0, 1), (1, 1), (2, 2), (5, 5), (True, 7)]
)
async def test_repeat(m: aiointercept, get: Any, repeat: Any, times: Any):
    """False, 0 and 1 mean once, N means N times, True for ever."""
    m.post("/", body="seen", repeat=repeat)
    answers = [await get() for _ in range(7)]
    assert answers == ["seen"] * times + [None] * (7 - times)


async def test_a_limited_route_before_an_endless_one_is_used_first(m: aiointercept, get: Any):
    """A failure and then success: the usual way to test a retry."""
    m.post("/", body="first", repeat=2)
    m.post("/", body="for ever", repeat=True)
    assert [await get() for _ in range(4)] == ["first", "first", "for ever", "for ever"]


async def test_a_limited_route_behind_an_endless_one_is_used_first(m: aiointercept, get: Any):
    """A fixture registers a default, and a test its own answer."""
    m.post("/", body="default", repeat=True)
    m.post("/", body="own", repeat=2)
    assert [await get() for _ in range(4)] == ["own", "own", "default", "default"]


@pytest.mark.parametrize("pattern", [False, True])
async def test_the_latest_endless_route_answers(m: aiointercept, get: Any, pattern: Any):
    """A test replaces the default of its fixture, also where a pattern is one."""
    url = re.compile(re.escape(m.server_url) + "/$") if pattern else "/"
    m.post(url, body="old", repeat=True)
    m.post(url, body="new", repeat=True)
    assert [await get() for _ in range(2)] == ["new", "new"]


async def test_an_endless_route_with_a_match_comes_before_one_without(m: aiointercept, get: Any):
    """However late the general one was registered."""
    m.post("/", body="special", repeat=True, match=lambda request: True)
    m.post("/", body="general", repeat=True)
    assert await get() == "special"


async def test_between_patterns_the_first_registered_answers(m: aiointercept, get: Any):
    """They are no queue, whether they end or not."""
    m.post(re.compile(".*/$"), body="first", repeat=True)
    m.post(re.compile(".*"), body="second")
    assert [await get() for _ in range(2)] == ["first", "first"]


async def test_what_an_endless_route_leaves_over(m: aiointercept, get: Any):
    """Another method, another URL, or a condition before it: the second one can be reached."""
    m.add("/x", "GET", repeat=True)
    m.add("/x", "POST", body="post")
    m.add("/y", "POST", body="y", repeat=True)
    m.add("/z", "POST", match=lambda request: False, repeat=True)
    m.add("/z", "POST", body="z")
    m.add("/s", "GET", repeat=True)
    m.add("/s", "*", body="star")
    assert [await get(path) for path in ("/x", "/y", "/z", "/s")] == ["post", "y", "z", "star"]


async def test_a_dead_route_is_alive_once_the_endless_one_is_removed(m: aiointercept, get: Any):
    """`handle.remove()` makes place, as the message says."""
    m.post("/", body="old", repeat=True).remove()
    m.post("/", body="new", repeat=True)
    assert await get() == "new"


async def test_exact_urls_before_patterns_before_matchers(m: aiointercept, get: Any):
    """How exactly a route names its URL decides before the order of registration."""
    m.route(lambda request: True, body="matcher")
    m.post(re.compile(".*/x"), body="pattern")
    m.post("/x", body="exact")
    assert [await get("/x") for _ in range(4)] == ["exact", "pattern", "matcher", None]


async def test_the_order_of_registration_decides_among_equals(m: aiointercept, get: Any):
    """Patterns, and matchers, are tried in the order in which they were registered."""
    m.post(re.compile(r"http://127\.0\.0\.1:\d+/x"), body="first")
    m.post(re.compile(".*"), body="second")
    m.post(re.compile("http"), body="third")
    m.route(lambda request: True, body="fourth")
    m.route(lambda request: True, body="fifth")
    answers = [await get("/x") for _ in range(6)]
    assert answers == ["first", "second", "third", "fourth", "fifth", None]


async def test_a_route_whose_condition_does_not_hold_is_skipped(m: aiointercept, get: Any):
    """The next one in the order takes the request; the skipped one is not used up."""
    m.post("/x", body="picky", match=lambda request: "yes" in request.query)
    m.post(re.compile(".*"), body="pattern")
    assert await get("/x") == "pattern"
    m.post("/x?yes=1", body="exact")
    m.post(re.compile(r".*\?yes=1"), body="picky", match=lambda request: "yes" in request.query)
    assert await get("/x?yes=1") == "exact"
    assert await get("/x?yes=1") == "picky"


async def test_urls_compare_normalised(m: aiointercept, get: Any):
    """Order of the query, fragment, empty path, default port, case and dot of the host."""
    m.post(f"{m.server_url}?b=2&a=1&b=1#part", body="own", repeat=2)
    assert await get("/?b=1&b=2&a=1") == "own"
    assert await get("/?a=1&b=2&b=1") == "own"
    async with m.session() as session:
        m.get("https://API.test.:443/x", body="far", repeat=True)
        for url in ("https://api.test/x", "https://api.TEST.:443/x#y"):
            async with session.get(url) as response:
                assert await response.text() == "far"
        for url in ("http://api.test/x", "https://api.test:8443/x", "https://api.test/x?y"):
            with pytest.raises(aiohttp.ClientConnectionError):
                await session.get(url)


async def test_duplicates_in_a_query_count(m: aiointercept, get: Any):
    """`a=1&a=1` is not `a=1`."""
    m.post("/?a=1&a=1", body="twice")
    assert await get("/?a=1") is None
    assert await get("/?a=1&a=1") == "twice"


async def test_a_pattern_sees_the_url_as_sent_and_as_normalised(m: aiointercept, get: Any):
    """A pattern may rely on either spelling, from the beginning of the full URL."""
    m.post(re.compile(r"http://127.*/x\?b=2&a=1$"), body="as sent")
    m.post(re.compile(r"http://127.*/x\?a=1&b=2$"), body="normalised")
    m.post(re.compile(r"/x"), body="not from the beginning")
    assert [await get("/x?b=2&a=1") for _ in range(3)] == ["as sent", "normalised", None]


async def test_yarl_urls_are_urls(m: aiointercept, get: Any):
    """A `yarl.URL` means the same as its text; a relative one is a path."""
    m.post(URL(m.server_url) / "x", body="absolute")
    m.post(URL("/y"), body="path")
    assert await get("/x") == "absolute"
    assert await get("/y") == "path"


async def test_remove_takes_a_route_away(m: aiointercept, get: Any):
    """The next one in the queue answers; removing again, or a used one, is harmless."""
    first = m.post("/", body="first", repeat=2)
    second = m.post("/", body="second")
    assert await get() == "first"
    first.remove()
    first.remove()
    assert await get() == "second"
    second.remove()
    assert await get() is None
    assert [first.call_count, second.call_count] == [1, 1]


async def test_remove_works_for_patterns_and_matchers(m: aiointercept, get: Any):
    """Every kind of route can be taken away."""
    m.post(re.compile(".*"), body="pattern", repeat=True).remove()
    m.route(lambda request: True, body="matcher", repeat=True).remove()
    m.post(re.compile(".*"), body="new")
    assert await get() == "new"


async def test_each_route_of_a_queue_answers_as_often_as_it_says_under_concurrency(
    m: aiointercept, get: Any
):
    """Choosing and using up is one step."""
    for number in range(50):
        m.post("/", body=str(number), repeat=2)
    answers = await asyncio.gather(*(get() for _ in range(110)))
    counted = [answers.count(str(number)) for number in range(50)]
    assert counted == [2] * 50
    assert answers.count(None) == 10


def test_a_queue_is_shared_fairly_among_threads():
    """Clients in several threads, a server in another: no answer is given twice."""
    answers = []
    with aiointercept() as m:
        for number in range(60):
            m.get("/", json=number)

        def ask():
            with requests.Session() as session:
                answers.extend(session.get(m.server_url).json() for _ in range(10))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert m.call_count == 60
    assert sorted(answers) == list(range(60))
