"""Forks, spawns and exits while mocks are live: each process is fine, and none disturbs another."""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
import time
import urllib.request
from typing import Any

import aiohttp
import pytest
from campaign_modes import ANSWER, CALLS, MODES, WITHOUT_READERS, loop_kinds, new_loop, register

from aiointercept import aiointercept

SECONDS = 30.0
can_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
# Python 3.12 warns of forks beside threads; that they work here is what is tried.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

# Put before each program: whatever leaves loopback ends it with a status of its own.
GUARD = """
import sys, os
def _guard(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple) and not str(arguments[1][0]).startswith(("127.", "::1")):
        os._exit(99)
    if event == "socket.getaddrinfo" and arguments[0] not in (None, "127.0.0.1", "localhost", "::1"):
        os._exit(99)
sys.addaudithook(_guard)
"""


async def _use(mode: Any, mock: Any) -> str:
    base = mode.base(mock)
    async with mode.session(mock) as session:
        return await asyncio.wait_for(CALLS["plain"](session, base), SECONDS)


def _status(pid: int) -> int:
    """Wait for a child, however it ends; return its status."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return -1000


def _in_child(work: Any) -> int:
    """Fork, and do ``work`` in the child; return its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os._exit(0 if work() else 1)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(2)
    return 0


@can_fork
@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("kind", [*loop_kinds(), WITHOUT_READERS])
def test_a_forked_child_and_its_parent_use_one_mock(campaign: Any, name: str, kind: str) -> None:
    """At the same time, each on a loop of its own: nobody gets the other's connections."""
    mode = MODES[name]

    def ask(times: int) -> bool:
        loop = new_loop(kind)
        try:
            answers = [loop.run_until_complete(_use(mode, mock)) for _ in range(times)]
        finally:
            loop.close()
        return answers == [ANSWER] * times

    for _ in range(campaign.times(2, 20)):
        mock = mode.make()
        with mock:
            register(mode, mock, mode.base(mock))
            assert ask(2)
            children = [_in_child(lambda: ask(150)) for _ in range(2)]
            assert ask(150)
            assert [_status(pid) for pid in children] == [0, 0]
            assert ask(2)
        campaign.count("forks with live mocks", 2)


@can_fork
@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("kind", loop_kinds())
def test_a_child_that_leaves_the_block_does_not_wait_or_disturb(
    campaign: Any, name: str, kind: str
) -> None:
    """Loops of the parent do not run in the child; those of the parent go on."""
    mode = MODES[name]
    loop = new_loop(kind)
    mock = mode.make()

    def leave() -> bool:
        waited: list[Any] = []
        # Whoever waits in the child waits for a thread of the parent.
        threading.Event.wait = lambda _, timeout=None: bool(waited.append(timeout))
        mock.__exit__(None, None, None)
        return not waited

    def begin_anew() -> bool:
        mock.__exit__(None, None, None)
        other = new_loop(kind)
        with mode.make() as second:
            register(mode, second, mode.base(second))
            return other.run_until_complete(_use(mode, second)) == ANSWER

    async def main() -> None:
        with mock:
            base = mode.base(mock)
            register(mode, mock, base)
            async with mode.session(mock) as session:
                assert await CALLS["plain"](session, base) == ANSWER
                children = [_in_child(leave), _in_child(begin_anew)]
                statuses = asyncio.gather(*(asyncio.to_thread(_status, pid) for pid in children))
                while not statuses.done():
                    assert await CALLS["plain"](session, base) == ANSWER
                    await asyncio.sleep(0.001)
                assert await statuses == [0, 0]
                # The parent's connections and readers are as they were.
                assert await asyncio.wait_for(CALLS["plain"](session, base), SECONDS) == ANSWER
                assert await _use(mode, mock) == ANSWER

    try:
        for _ in range(campaign.times(2, 20)):
            loop.run_until_complete(asyncio.wait_for(main(), 2 * SECONDS))
            campaign.count("forks with live mocks", 2)
    finally:
        loop.close()


def _ask_url(url: str) -> str:
    with urllib.request.urlopen(url, timeout=SECONDS) as response:
        return response.read().decode()


def _use_own_mock(url: str) -> list[str]:
    """Ask the parent's server, and a mock of this process."""

    async def own() -> str:
        async with aiointercept(mock_external_urls=True) as mock:
            mock.get("http://h.test/", body="own")
            async with (
                aiohttp.ClientSession() as session,
                session.get("http://h.test/") as response,
            ):
                return await response.text()

    return [_ask_url(url), asyncio.run(own())]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
async def test_worker_processes_work_beside_a_live_mock(campaign: Any, method: str) -> None:
    """However they are started: the parent's server answers them, and mocks of theirs do."""
    context = multiprocessing.get_context(method)
    async with aiointercept(mock_external_urls=True) as mock:
        mock.get("/plain", body="parent", repeat=True)
        url = f"{mock.server_url}/plain"
        with context.Pool(2) as pool:
            job = pool.map_async(_use_own_mock, [url] * campaign.times(4, 40))
            answers = await asyncio.to_thread(job.get, 2 * SECONDS)
            pool.close()
            await asyncio.to_thread(pool.join)
        assert answers == [["parent", "own"]] * len(answers)
        assert mock.call_count == len(answers)
    campaign.count(f"worker processes' jobs ({method})", len(answers))


PROGRAMS = {
    "returns with a mock started": """
        async def main():
            m = aiointercept(mock_external_urls=True)
            await m.start()
            m.get("http://h.test/", body="x")
            async with aiohttp.ClientSession() as s, s.get("http://h.test/") as r:
                await r.text()
        asyncio.run(main())
    """,
    "exits inside a block": """
        with aiointercept() as m:
            m.get("/", body="x")
            urllib.request.urlopen(m.server_url).read()
            sys.exit(0)
    """,
    "exits inside an asynchronous block": """
        async def main():
            async with aiointercept(mock_external_urls=True) as m:
                m.get("http://h.test/", body="x", repeat=True)
                async with aiohttp.ClientSession() as s, s.get("http://h.test/") as r:
                    await r.text()
                sys.exit(0)
        asyncio.run(main())
    """,
    "exits with a call in flight": """
        async def main():
            async with aiointercept(mock_external_urls=True) as m:
                m.get("http://h.test/", delay=600)
                async with aiohttp.ClientSession() as s:
                    task = asyncio.ensure_future(s.get("http://h.test/"))
                    await asyncio.sleep(0.01)
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
        asyncio.run(main())
    """,
    "exits in a callback on the helper's thread": """
        def callback(url, **_):
            raise SystemExit(0)
        with aiointercept() as m:
            m.get("/exit", callback=callback)
            m.get("/", body="x")
            try:
                urllib.request.urlopen(m.server_url + "/exit").read()
            except urllib.error.HTTPError as error:
                assert error.code == 500
            assert urllib.request.urlopen(m.server_url).read() == b"x"
    """,
    "leaves a helper's thread at work": """
        m = aiointercept()
        m.__enter__()
        m.get("/", body="x", delay=600)
        threading.Thread(target=lambda: urllib.request.urlopen(m.server_url), daemon=True).start()
        while not m.calls:
            threading.Event().wait(0.001)
    """,
    "raises inside a block": """
        try:
            with aiointercept(mock_external_urls=True, strict=True) as m:
                m.get("http://h.test/")
                raise KeyError("mine")
        except KeyError:
            pass
    """,
    "stops inside a block": """
        async def main():
            async with aiointercept() as m:
                await m.stop()
            try:
                async with aiointercept() as m:
                    await m.stop()
                    raise KeyError("mine")
            except KeyError:
                pass
        asyncio.run(main())
    """,
    "ends with a block open in a thread": """
        def work():
            m = aiointercept(mock_external_urls=True)
            m.__enter__()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_end_as_they_should(campaign: Any, name: str) -> None:
    """In time, with their own status, and without a word about the mock."""
    imports = "import asyncio, sys, threading, urllib.error, urllib.request, aiohttp\n"
    program = (
        GUARD
        + imports
        + "from aiointercept import aiointercept\n"
        + textwrap.dedent(PROGRAMS[name])
    )
    for _ in range(campaign.times(1, 10)):
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", "-c", program],
            capture_output=True,
            text=True,
            timeout=2 * SECONDS,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        campaign.count("programs that end in the middle of something")
