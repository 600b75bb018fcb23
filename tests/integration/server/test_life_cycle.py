import asyncio
import threading
from typing import Any

import aiohttp
import pytest
from yarl import URL

from aiointercept import aiointercept
from aiointercept.adapters.local_server.listener import LoopbackServer


async def fetch(url: URL | str, **options: Any) -> tuple[int, str]:
    """Ask with a session of its own, so that nothing is kept between calls."""
    async with aiohttp.ClientSession() as session, session.get(url, **options) as response:
        return response.status, await response.text()


async def test_async_with_starts_and_stops_around_the_block():
    """Inside the block the server answers; after it the port is closed."""
    async with aiointercept() as m:
        m.get("/users", body="all")
        url = m.server_url + "/users"
        assert await fetch(url) == (200, "all")
    with pytest.raises(aiohttp.ClientConnectorError):
        await fetch(url)


async def test_with_works_inside_a_running_loop():
    """A sync block in async code serves the clients of that loop."""
    with aiointercept() as m:
        m.get("/users", body="all")
        url = m.server_url + "/users"
        assert await fetch(url) == (200, "all")
    with pytest.raises(aiohttp.ClientConnectorError):
        await fetch(url)


def test_with_works_where_no_loop_runs():
    """A sync block in sync code serves whoever comes, here a loop begun inside it."""
    with aiointercept() as m:
        m.get("/users", body="all")
        url = m.server_url + "/users"
        assert asyncio.run(fetch(url)) == (200, "all")
    with pytest.raises(aiohttp.ClientConnectorError):
        asyncio.run(fetch(url))


async def test_start_and_stop_do_what_a_block_does():
    """`start` and `stop` are the block in two calls; a second `stop` is harmless."""
    m = aiointercept()
    await m.stop()
    await m.start()
    m.get("/users", body="all")
    url = m.server_url + "/users"
    assert await fetch(url) == (200, "all")
    await m.stop()
    await m.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await fetch(url)


async def test_starting_twice_is_refused():
    """An instance that is in use cannot be entered once more; it goes on undisturbed."""
    async with aiointercept() as m:
        m.get("/", body="still there")
        with pytest.raises(RuntimeError, match="already started"):
            await m.start()
        with pytest.raises(RuntimeError, match="already started"), m:
            pass
        assert await fetch(m.server_url) == (200, "still there")


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_route_needs_a_running_server(moment: Any):
    """Outside of the block every way to register says that the server is not started."""
    m = aiointercept()
    if moment == "after":
        async with m:
            pass

    async def handler(ws: Any, request: Any):
        """Never runs."""

    for register in (
        lambda: m.add("https://api.test/"),
        lambda: m.get("/users"),
        lambda: m.route(lambda request: True),
        lambda: m.ws("/ws", handler),
        lambda: m.sse("/events", []),
        lambda: m.server_url,
        lambda: m.server_host,
        lambda: m.server_port,
        m.connector,
        m.session,
    ):
        with pytest.raises(RuntimeError, match=r"^Server not started"):
            register()


async def test_an_instance_can_be_entered_again_and_again():
    """Each start begins with an empty log and without routes; the log stays readable in between."""
    m = aiointercept()
    for number in range(3):
        async with m:
            assert m.calls == []
            assert m.call_count == 0
            assert m.last_request is None
            m.get("/", body=str(number))
            assert await fetch(m.server_url) == (200, str(number))
            url = m.server_url
        assert m.call_count == 1
        assert list(m.requests) == [("GET", URL(url) / "")]
        assert m.calls[0].response.body == str(number).encode()
        m.assert_called_once_with(url)
        m.assert_called_once_with("/")


async def test_routes_end_with_the_block():
    """What was registered in one block answers nothing in the next."""
    m = aiointercept()
    async with m:
        m.get("/", repeat=True)
    async with m:
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(m.server_url)
        assert not m.calls[0].matched


async def test_all_forms_of_entering_work_on_one_instance():
    """`with`, `async with` and `start` may take turns."""
    m = aiointercept()
    with m:
        m.get("/", body="1")
        assert await fetch(m.server_url) == (200, "1")
    async with m:
        m.get("/", body="2")
        assert await fetch(m.server_url) == (200, "2")
    await m.start()
    m.get("/", body="3")
    assert await fetch(m.server_url) == (200, "3")
    await m.stop()


async def test_where_it_is():
    """Host and port are those of the URL, which names loopback in full."""
    async with aiointercept() as m:
        assert m.server_host == "127.0.0.1"
        assert m.server_port > 0
        assert m.server_url == f"http://127.0.0.1:{m.server_port}"


async def test_a_start_that_fails_halfway_undoes_what_it_did():
    """An interceptor that cannot be installed leaves no server behind, and a retry works."""

    class Unwilling:
        uninstalled = 0

        def bind(self, dispatcher: Any, transport: Any):
            self.url = transport.url

        def install(self):
            raise OSError("not today")

        def uninstall(self):
            self.uninstalled += 1

    interceptor = Unwilling()
    m = aiointercept(mock_external_urls=True, interceptor=interceptor)
    with pytest.raises(OSError, match="not today"):
        await m.start()
    assert interceptor.uninstalled == 1
    with pytest.raises(aiohttp.ClientConnectorError):
        await fetch(interceptor.url)
    with pytest.raises(RuntimeError, match="Server not started"):
        m.get("/")
    interceptor.install = lambda: None
    async with m:
        m.get("/", body="now")
        assert await fetch(m.server_url) == (200, "now")


async def test_an_undo_that_fails_does_not_keep_the_rest_from_being_undone():
    """The server is closed although uninstalling raised, and that error is not lost."""

    class Stuck:
        def bind(self, dispatcher: Any, transport: Any):
            self.url = transport.url

        def install(self):
            """Nothing to do."""

        def uninstall(self):
            raise OSError("stuck")

    interceptor = Stuck()
    m = aiointercept(mock_external_urls=True, interceptor=interceptor)
    for enter_again in range(2):
        with pytest.raises(OSError, match="stuck"):
            async with m:
                m.get("/", json=enter_again)
                assert await fetch(m.server_url) == (200, str(enter_again))
        with pytest.raises(aiohttp.ClientConnectorError):
            await fetch(interceptor.url)


async def test_a_start_without_a_free_socket_is_reported_as_it_is(monkeypatch: pytest.MonkeyPatch):
    """The error of the operating system reaches whoever enters."""

    def refuse(self):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(LoopbackServer, "url", property(refuse))
    with pytest.raises(OSError, match="Too many open files"):
        async with aiointercept():
            pytest.fail("the block must not be entered")


async def test_nested_blocks_have_servers_of_their_own():
    """Each server answers with its own routes and logs its own calls."""
    async with aiointercept() as outer, aiointercept() as inner:
        outer.get("/", body="outer")
        inner.get("/", body="inner")
        assert await fetch(outer.server_url) == (200, "outer")
        assert await fetch(inner.server_url) == (200, "inner")
        assert outer.call_count == inner.call_count == 1


async def test_blocks_may_overlap():
    """The one that began first may end first."""
    first, second = aiointercept(), aiointercept()
    await first.start()
    await second.start()
    second.get("/", body="second")
    await first.stop()
    assert await fetch(second.server_url) == (200, "second")
    await second.stop()


async def test_several_tasks_have_a_mock_each():
    """Mocks of concurrent tasks do not see each other."""

    async def one(number: int) -> None:
        async with aiointercept() as m:
            m.get("/", body=str(number), repeat=3)
            for _ in range(3):
                assert await fetch(m.server_url) == (200, str(number))
                await asyncio.sleep(0)
            assert m.call_count == 3

    await asyncio.gather(*map(one, range(10)))


def test_several_threads_have_a_loop_and_a_mock_each():
    """Mocks of concurrent loops do not see each other."""
    finished = []

    async def one(number: int) -> None:
        async with aiointercept() as m:
            m.get("/", body=str(number), repeat=3)
            for _ in range(3):
                assert await fetch(m.server_url) == (200, str(number))
            assert m.call_count == 3
        finished.append(number)

    threads = [threading.Thread(target=lambda n=n: asyncio.run(one(n))) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(finished) == [0, 1, 2, 3, 4]


async def test_one_mock_serves_clients_of_several_loops():
    """Whoever knows the URL may come, from another thread's loop too."""
    async with aiointercept() as m:
        m.get("/", body="all", repeat=True)
        answers = await asyncio.gather(
            *(asyncio.to_thread(lambda: asyncio.run(fetch(m.server_url))) for _ in range(5)),
            *(fetch(m.server_url) for _ in range(5)),
        )
        assert answers == [(200, "all")] * 10
        assert m.call_count == 10


async def test_clear_forgets_routes_and_log_but_the_server_stays():
    """After `clear` the mock is as after its start, at the same URL."""
    async with aiointercept() as m:
        url = m.server_url
        m.get("/", repeat=True)
        await fetch(url)
        m.clear()
        assert m.calls == []
        assert m.requests == {}
        m.get("/", body="new")
        assert await fetch(url) == (200, "new")
        assert m.server_url == url


async def test_clear_calls_forgets_the_log_alone():
    """After `clear_calls` the routes go on where they were."""
    async with aiointercept() as m:
        m.get("/", repeat=2)
        await fetch(m.server_url)
        m.clear_calls()
        m.assert_not_called()
        assert (await fetch(m.server_url))[0] == 200
        m.assert_called_once()


async def test_a_loop_that_is_gone_does_not_keep_a_mock_from_stopping():
    """A mock whose loop was closed in between can be left, and its port is free again."""
    m = aiointercept()

    def in_a_loop_of_its_own() -> str:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(m.start())
        m.get("/", repeat=True)
        url = m.server_url
        assert loop.run_until_complete(fetch(url))[0] == 200
        loop.close()
        m.__exit__(None, None, None)
        return url

    url = await asyncio.to_thread(in_a_loop_of_its_own)
    with pytest.raises(aiohttp.ClientConnectorError):
        await fetch(url)


def test_unknown_keyword_names_the_nearest_valid_one():
    """A misspelt setting is refused with the right spelling."""
    with pytest.raises(TypeError, match="did you mean 'mock_external_urls'"):
        aiointercept(mock_external_url=True)
    with pytest.raises(TypeError, match="'zzz': valid ones are mock_external_urls, passthrough"):
        aiointercept(zzz=True)


@pytest.mark.parametrize(
    "settings", [{"passthrough": ["https://api.test"]}, {"passthrough_unmatched": True}]
)
def test_passthrough_needs_interception(settings: Any):
    """Where no client is intercepted there is nothing to pass through."""
    with pytest.raises(ValueError, match="need mock_external_urls=True"):
        aiointercept(**settings)
