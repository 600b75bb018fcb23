"""A day's work in one go: many threads with loops of their own, everything mixed, counts exact."""

import asyncio
import random
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import pytest
import requests
from campaign_modes import nothing_left, uvloop

from aiointercept import CallbackResult, Fault, aiointercept, matchers

THREADS = 8
KINDS = ("plain", "json", "callback", "stream", "reset", "empty", "none", "finite")


def _register(mock: aiointercept, base: str, finite: int) -> None:
    async def callback(url: Any, *, json: Any, **_: Any) -> CallbackResult:
        await asyncio.sleep(0)
        return CallbackResult(payload=json)

    async def chunks() -> Any:
        for number in range(3):
            yield b"%d" % number

    mock.get(f"{base}/plain", body="plain", repeat=True)
    mock.post(f"{base}/json", payload={"ok": 1}, match=matchers.json_body({"n": 1}), repeat=True)
    mock.post(f"{base}/callback", callback=callback, repeat=True)
    mock.get(f"{base}/stream", body=chunks, repeat=True)
    mock.post(f"{base}/reset", fault=Fault.CONNECTION_RESET, repeat=True)
    mock.post(f"{base}/empty", exception=True, repeat=True)
    mock.post(f"{base}/finite", body="one of them", repeat=finite)


async def _ask(session: aiohttp.ClientSession, base: str, kind: str) -> str:
    method = "GET" if kind in {"plain", "stream"} else "POST"
    options = {"json": {"n": 1}} if kind in {"json", "callback"} else {}
    try:
        async with session.request(method, f"{base}/{kind}", **options) as response:
            return f"{kind} {response.status} {await response.text()}"
    except aiohttp.ClientOSError:
        return f"{kind} reset"
    except aiohttp.ServerDisconnectedError as error:
        return f"{kind} {'unmatched' if 'No route' in str(error) else 'disconnected'}"
    except aiohttp.ClientConnectionError:
        return f"{kind} unmatched"


async def _work(base: str, number: int, seed: int, options: dict[str, Any]) -> Counter[str]:
    mine = random.Random(seed)
    found: Counter[str] = Counter()
    left = number
    connector = aiohttp.TCPConnector(limit=20)
    async with aiohttp.ClientSession(connector=connector, **options) as session:
        while left:
            some = min(left, mine.choice([1, 5, 40]))
            left -= some
            asking = (_ask(session, base, mine.choice(KINDS)) for _ in range(some))
            found.update(await asyncio.gather(*asking))
    return found


def _run(base: str, number: int, seed: int) -> Counter[str]:
    """Work on a loop of this thread's own; every second one is uvloop's."""
    loop = uvloop.new_event_loop() if uvloop and seed % 2 else asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_work(base, number, seed, {}))
    finally:
        loop.close()


EXPECTED = {
    "plain": "plain 200 plain",
    "json": 'json 200 {"ok": 1}',
    "callback": 'callback 200 {"n": 1}',
    "stream": "stream 200 012",
    "reset": "reset reset",
    "empty": "empty disconnected",
    "none": "none unmatched",
}


@pytest.mark.parametrize("socketless", [False, True])
def test_many_threads_with_loops_get_their_answers_and_counts_are_exact(
    campaign: Any,
    socketless: bool,  # noqa: FBT001  it is a parameter
) -> None:
    """No answer is wrong, none is missing, and the log holds each call once."""
    from aiointercept.testing import SocketlessTransport  # noqa: PLC0415  for this case alone

    number = campaign.times(800, 12_500)
    base = "http://h.test"
    finite = number // 10
    options: dict[str, Any] = {"transport": SocketlessTransport()} if socketless else {}
    with nothing_left(), aiointercept(mock_external_urls=True, **options) as mock:
        _register(mock, base, finite)
        with ThreadPoolExecutor(THREADS) as pool:
            jobs = [pool.submit(_run, base, number, seed) for seed in range(THREADS)]
            found: Counter[str] = sum((job.result() for job in jobs), Counter())
        assert found.total() if hasattr(found, "total") else sum(found.values()) == number * THREADS
        assert found["finite 200 one of them"] == finite
        _compare(mock, base, found)
    campaign.count("requests of many threads", number * THREADS)


def _compare(mock: aiointercept, base: str, found: Counter[str]) -> None:
    allowed = {*EXPECTED.values(), "finite 200 one of them", "finite unmatched"}
    if Fault is None:
        allowed = set()
    wrong = {what for what in found if what not in allowed}
    # A socketless connection is reset without an error of the system.
    assert wrong <= {"reset disconnected"}, wrong
    logged = Counter(call.received.url.path.strip("/") for call in mock.calls)
    asked = Counter()
    for what, number in found.items():
        asked[what.partition(" ")[0]] += number
    assert logged == asked
    assert mock.call_count == sum(found.values())


async def test_clients_of_all_kinds_share_a_server(campaign: Any) -> None:
    """Aiohttp here and in threads, and blocking ones, also on the loop's own thread."""
    number = campaign.times(150, 4000)
    async with aiointercept() as mock:
        base = mock.server_url
        mock.get("/plain", body="plain", repeat=True)

        def with_requests(times: int) -> int:
            with requests.Session() as session:
                return sum(session.get(f"{base}/plain").text == "plain" for _ in range(times))

        def with_urllib(times: int) -> int:
            got = 0
            for _ in range(times):
                with urllib.request.urlopen(f"{base}/plain") as response:
                    got += response.read() == b"plain"
            return got

        async def with_aiohttp(times: int) -> int:
            async with aiohttp.ClientSession() as session:
                found = [await _ask(session, base, "plain") for _ in range(times)]
            return found.count("plain 200 plain")

        jobs = [asyncio.to_thread(with_requests, number), asyncio.to_thread(with_urllib, number)]
        jobs += [asyncio.to_thread(lambda: asyncio.run(with_aiohttp(number)))]
        jobs += [with_aiohttp(number)]
        working = asyncio.gather(*jobs)
        # Meanwhile the loop is blocked again and again.
        blocking = 0
        with requests.Session() as here:
            while not working.done() and blocking < 40:
                blocking += here.get(f"{base}/plain").text == "plain"
                await asyncio.sleep(0.02)
        assert await working == [number] * 4
        assert mock.call_count == 4 * number + blocking
        campaign.count("requests of clients of all kinds", 4 * number + blocking)


@pytest.fixture
def _threads_take_turns_often() -> Iterator[None]:
    """Let threads interrupt each other within microseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_threads_take_turns_often")
async def test_kept_connections_lose_no_request_when_loops_take_turns(campaign: Any) -> None:
    """A loop that is blocked just long enough hands connections over while requests begin."""
    connections, rounds = 300, campaign.times(12, 80)
    async with aiointercept() as mock:

        async def callback(url: Any, **_: Any) -> CallbackResult:
            # A request that the one loop has read must not lose its connection to the other.
            await asyncio.sleep(0.002)
            return CallbackResult(body="plain")

        mock.get("/plain", callback=callback, repeat=True)
        mine = random.Random(6)
        sessions = [requests.Session() for _ in range(connections)]
        for session in sessions:
            session.mount("http://", requests.adapters.HTTPAdapter(max_retries=0))
        barrier = threading.Event()

        def ask(session: requests.Session) -> str:
            barrier.wait()
            return session.get(f"{mock.server_url}/plain", timeout=30).text

        with ThreadPoolExecutor(connections) as pool:
            loop = asyncio.get_running_loop()
            for _ in range(rounds):
                barrier.clear()
                asking = [loop.run_in_executor(pool, ask, session) for session in sessions]
                await asyncio.sleep(0)
                barrier.set()
                # Between one and three ticks of the helper.
                threading.Event().wait(mine.uniform(0.045, 0.085))
                answers = await asyncio.wait_for(asyncio.gather(*asking), 60)
                assert answers == ["plain"] * connections
        for session in sessions:
            session.close()
        assert mock.call_count == connections * rounds
        campaign.count("requests while connections changed hands", connections * rounds)
