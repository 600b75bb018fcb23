from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

# What must work under every plugin that runs coroutine functions as tests.
SUITE = """
    import asyncio, aiohttp, pytest
    from aiointercept import CallbackResult
    from client import fetch, read
    {more}

    class Answer:
        def __init__(self):
            self.loops = []

        async def __call__(self, url, **kwargs):
            self.loops.append(asyncio.get_running_loop())
            await asyncio.sleep(0)
            return CallbackResult(body="async")

    @{fixture}
    async def session():
        async with aiohttp.ClientSession() as session:
            yield session

    class TestMock:
        @pytest.mark.aiointercept(mock_external_urls=True)
        @pytest.mark.parametrize("number", range(2))
        @{mark}
        async def test_intercept_mode(self, number, session, aiointercept_mock):
            answer = Answer()
            aiointercept_mock.get("https://api.test/users", callback=answer)
            async with session.get("https://api.test/users") as response:
                assert await response.text() == "async"
            assert answer.loops == [asyncio.get_running_loop()]

        @pytest.mark.aiointercept(strict=True)
        @pytest.mark.parametrize("number", range(2))
        @{mark}
        async def test_server_mode(self, number, aiointercept_mock, session):
            aiointercept_mock.get("/users", callback=Answer(), repeat=True)
            url = aiointercept_mock.server_url + "/users"
            async with session.get(url) as response:
                assert await response.text() == "async"
            assert read(url) == (200, "async")

        @pytest.mark.parametrize("number", range(2))
        @{mark}
        async def test_server(self, number, aiointercept_server, session):
            aiointercept_server.get("/users", callback=Answer(), repeat=True)
            url = aiointercept_server.server_url + "/users"
            async with session.get(url) as response:
                assert await response.text() == "async"
            assert read(url) == (200, "async")
            assert aiointercept_server.call_count == 2

    def test_sync(aiointercept_mock, aiointercept_server):
        aiointercept_mock.get("/", body="mock")
        assert read(aiointercept_mock.server_url) == (200, "mock")
        assert aiointercept_server.calls == []

    ended = []

    async def leave_in_flight(mock, session):
        begun = asyncio.Event()

        async def answer(url, **kwargs):
            begun.set()
            await asyncio.get_running_loop().create_future()

        mock.get("http://api.test/", callback=answer)
        task = asyncio.ensure_future(session.get("http://api.test/"))
        task.add_done_callback(ended.append)
        await begun.wait()

    @pytest.mark.aiointercept(mock_external_urls=True)
    @{mark}
    async def test_client_ends_first(aiointercept_mock, session):
        await leave_in_flight(aiointercept_mock, session)

    @pytest.mark.aiointercept(mock_external_urls=True)
    @{mark}
    async def test_mock_ends_first(session, aiointercept_mock):
        await leave_in_flight(aiointercept_mock, session)

    @{mark}
    async def test_held_back(aiointercept_server, session):
        def answer(url, **kwargs):
            raise LookupError("no such user")

        aiointercept_server.get("/", callback=answer)
        async with session.get(aiointercept_server.server_url) as response:
            assert response.status == 500

    def test_nothing_is_left_in_flight():
        assert len(ended) == 2
        for task in ended:
            assert task.cancelled() or isinstance(task.exception(), aiohttp.ClientConnectionError)
"""

PLAIN = "pytest.mark.aiointercept()"
LOOP_SCOPES = ["function", "class", "module", "package", "session"]


def check(result: pytest.RunResult) -> None:
    """All tests of the suite pass, and what one of them held back is its error."""
    result.assert_outcomes(passed=11, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_held_back*"])
    result.stdout.fnmatch_lines(["E*LookupError: no such user"])


@pytest.mark.parametrize("scope", LOOP_SCOPES)
def test_pytest_asyncio_in_auto_mode(run: Run, scope: str) -> None:
    """A plain fixture needs no loop, whichever scope the loop of the test has."""
    result = run(
        SUITE.format(mark=PLAIN, fixture="pytest.fixture", more=""),
        ini=(
            "asyncio_mode = auto\n"
            f"asyncio_default_fixture_loop_scope = {scope}\n"
            f"asyncio_default_test_loop_scope = {scope}\n"
        ),
        plugins=["pytest_asyncio.plugin"],
    )
    check(result)


@pytest.mark.parametrize("scope", LOOP_SCOPES)
def test_pytest_asyncio_in_strict_mode(run: Run, scope: str) -> None:
    """The fixtures are no coroutines, so nobody has to adopt them."""
    result = run(
        SUITE.format(
            mark=f'pytest.mark.asyncio(loop_scope="{scope}")',
            fixture=f'pytest_asyncio.fixture(loop_scope="{scope}")',
            more="import pytest_asyncio",
        ),
        ini="asyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n",
        plugins=["pytest_asyncio.plugin"],
    )
    check(result)


def test_anyio(run: Run) -> None:
    """Its runner enters and leaves plain fixtures outside of the loop."""
    backend = """
    @pytest.fixture
    def anyio_backend():
        return "asyncio"
    """
    check(
        run(
            SUITE.format(mark="pytest.mark.anyio", fixture="pytest.fixture", more=backend),
            plugins=["anyio"],
        )
    )


def test_pytest_aiohttp(run: Run) -> None:
    """Also beside its test client, whose application asks a remote server."""
    result = run(
        SUITE.format(mark=PLAIN, fixture="pytest.fixture", more=""),
        ini="asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
        plugins=["pytest_asyncio.plugin", "pytest_aiohttp.plugin"],
    )
    check(result)
    result = run(
        """
        import pytest
        from aiohttp import web
        from client import fetch

        async def relay(request):
            status, text = await fetch("https://api.test/users")
            return web.Response(status=status, text=text)

        @pytest.mark.aiointercept(mock_external_urls=True, strict=True)
        @pytest.mark.parametrize("number", range(2))
        async def test_application(number, aiohttp_client, aiointercept_mock):
            aiointercept_mock.get("https://api.test/users", status=418, body="short and stout")
            application = web.Application()
            application.router.add_get("/", relay)
            client = await aiohttp_client(application)
            response = await client.get("/")
            assert (response.status, await response.text()) == (418, "short and stout")
        """,
        ini="asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
        plugins=["pytest_asyncio.plugin", "pytest_aiohttp.plugin"],
    )
    result.assert_outcomes(passed=2)


def test_a_client_that_outlives_its_mocks(run: Run) -> None:
    """A session of the module, warm from one test's mock, finds the next one's."""
    result = run(
        """
        import aiohttp, pytest

        @pytest.fixture(scope="module")
        async def session():
            async with aiohttp.ClientSession() as session:
                yield session

        @pytest.mark.aiointercept(mock_external_urls=True, strict=True)
        @pytest.mark.parametrize("number", range(3))
        async def test_remote(number, session, aiointercept_mock):
            aiointercept_mock.get("https://api.test/", body=str(number))
            async with session.get("https://api.test/") as response:
                assert await response.text() == str(number)
        """,
        ini=(
            "asyncio_mode = auto\n"
            "asyncio_default_fixture_loop_scope = module\n"
            "asyncio_default_test_loop_scope = module\n"
        ),
        plugins=["pytest_asyncio.plugin"],
    )
    result.assert_outcomes(passed=3)


def test_unittest(run: Run) -> None:
    """The fixture comes through another one, as pytest's fixtures do there."""
    result = run(
        """
        import unittest

        import pytest
        from client import fetch

        class TestRemote(unittest.IsolatedAsyncioTestCase):
            @pytest.fixture(autouse=True)
            def _mock(self, aiointercept_mock):
                self.mock = aiointercept_mock

            async def test_remote(self):
                self.mock.get("https://api.test/", body="mocked")
                self.assertEqual(await fetch("https://api.test/"), (200, "mocked"))
        """,
        ini="aiointercept_mock_external_urls = true\naiointercept_strict = true\n",
    )
    result.assert_outcomes(passed=1)


def test_xdist(run: Run) -> None:
    """Workers have a server each, and reports come with their sections."""
    result = run(
        """
        import pytest
        from client import read

        @pytest.mark.parametrize("number", range(4))
        def test_server(number, aiointercept_server):
            assert aiointercept_server.calls == []
            aiointercept_server.get("/", body=str(number), repeat=True)
            assert read(aiointercept_server.server_url) == (200, str(number))

        def test_failing(aiointercept_mock):
            aiointercept_mock.get("/failing")
            assert read(aiointercept_mock.server_url + "/failing")[0] == 404
        """,
        "-n2",
        plugins=["xdist"],
        subprocess=True,
    )
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(
        ["*- aiointercept -*", "1 call:", "  GET http://127.0.0.1:*/failing -> 200, *"]
    )


def test_other_plugins_beside_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """As installed: pytest finds it by itself, and whatever else there is."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    result = run(
        """
        from client import fetch

        async def test_found(aiointercept_mock):
            aiointercept_mock.get("/", body="found")
            assert await fetch(aiointercept_mock.server_url) == (200, "found")
        """,
        ini="asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)


def test_runs_without_mocks_do_not_pay(run: Run) -> None:
    """The plugin alone imports neither aiohttp nor the rest of the package."""
    result = run(
        """
        import sys

        def test_light():
            ours = [name for name in sys.modules if name.startswith("aiointercept.")]
            assert sorted(ours) == [
                "aiointercept.api",
                "aiointercept.api.recording_settings",
                "aiointercept.api.watching",
                "aiointercept.pytest_cassettes",
                "aiointercept.pytest_plugin",
                "aiointercept.report",
                "aiointercept.report.run_summary",
            ]
            assert "aiohttp" not in sys.modules

        def test_section_without_mocks():
            assert False
        """,
        subprocess=True,
    )
    result.assert_outcomes(passed=1, failed=1)
