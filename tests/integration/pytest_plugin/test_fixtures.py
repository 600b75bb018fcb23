from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_a_sync_test_gets_a_started_mock(run: Run) -> None:
    """No loop is needed: a blocking client is answered."""
    result = run("""
        from client import read

        def test_server(aiointercept_mock):
            aiointercept_mock.get("/users", body="ada")
            assert read(aiointercept_mock.server_url + "/users") == (200, "ada")
            aiointercept_mock.assert_called_once()
    """)
    result.assert_outcomes(passed=1)


def test_each_test_gets_a_mock_of_its_own(run: Run) -> None:
    """Routes and calls of one test are unknown to the next."""
    result = run("""
        import pytest
        from client import read

        mocks = []

        @pytest.mark.parametrize("number", range(2))
        def test_clean(number, aiointercept_mock):
            mocks.append(aiointercept_mock)
            assert len({id(mock) for mock in mocks}) == number + 1
            assert aiointercept_mock.calls == []
            aiointercept_mock.get("/", repeat=True)
            read(aiointercept_mock.server_url)
    """)
    result.assert_outcomes(passed=2)


def test_the_mock_ends_with_its_test(run: Run) -> None:
    """Its port is closed and its patches are undone, also in intercept mode."""
    result = run("""
        import aiohttp, pytest

        before = aiohttp.BaseConnector.connect
        mocks = []

        @pytest.mark.aiointercept(mock_external_urls=True)
        def test_active(aiointercept_mock):
            assert aiohttp.BaseConnector.connect is not before
            mocks.append(aiointercept_mock)

        def test_over():
            assert aiohttp.BaseConnector.connect is before
            with pytest.raises(RuntimeError, match="^Server not started"):
                mocks[0].server_url
    """)
    result.assert_outcomes(passed=2)


def test_intercept_mode_in_a_sync_test(run: Run) -> None:
    """A loop that the test itself runs is served, and nothing is left when it is closed."""
    result = run("""
        import asyncio, gc, pytest
        from client import fetch

        @pytest.mark.aiointercept(mock_external_urls=True)
        @pytest.mark.parametrize("number", range(3))
        def test_remote(number, aiointercept_mock):
            async def answer(url, **kwargs):
                from aiointercept import CallbackResult
                await asyncio.sleep(0)
                return CallbackResult(body=str(asyncio.get_running_loop() is loop))

            async def ask():
                nonlocal loop
                loop = asyncio.get_running_loop()
                return await fetch("https://api.test/users")

            loop = None
            aiointercept_mock.get("https://api.test/users", callback=answer)
            assert asyncio.run(ask()) == (200, "True")

        def test_nothing_is_left():
            gc.collect()
    """)
    result.assert_outcomes(passed=4)


def test_async_callbacks_without_a_loop_to_run_on(run: Run) -> None:
    """A sync test that entered no loop has them run on the helper's."""
    result = run("""
        import asyncio
        from client import read
        from aiointercept import CallbackResult

        def test_callback(aiointercept_mock):
            async def answer(url, **kwargs):
                await asyncio.sleep(0)
                return CallbackResult(body="async")

            aiointercept_mock.get("/", callback=answer)
            assert read(aiointercept_mock.server_url) == (200, "async")
    """)
    result.assert_outcomes(passed=1)


def test_used_by_name_and_by_other_fixtures(run: Run) -> None:
    """It is a fixture as any other: other fixtures build on it, classes use it."""
    result = run("""
        import pytest
        from client import read

        @pytest.fixture
        def users(aiointercept_mock):
            aiointercept_mock.get("/users", body="ada", repeat=True)
            return aiointercept_mock.server_url + "/users"

        @pytest.mark.usefixtures("aiointercept_mock")
        class TestUsers:
            def test_one(self, users):
                assert read(users) == (200, "ada")

            def test_again(self, users, aiointercept_mock):
                assert read(users) == (200, "ada")
                assert aiointercept_mock.call_count == 1
    """)
    result.assert_outcomes(passed=2)


def test_an_error_in_a_callback_is_an_error_of_the_test(run: Run) -> None:
    """It is held back for the end of the test, where it appears with its own traceback."""
    result = run("""
        from client import read

        def test_callback(aiointercept_mock):
            def answer(url, **kwargs):
                raise LookupError("no such user")

            aiointercept_mock.get("/", callback=answer)
            assert read(aiointercept_mock.server_url)[0] == 500

        def test_next(aiointercept_mock):
            pass
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_callback*", '>*raise LookupError("no such user")']
    )
    result.stdout.fnmatch_lines(["E*LookupError: no such user"])


def test_the_server_is_one_for_all_tests_and_clean_for_each(run: Run) -> None:
    """Its URL stays; routes and calls go, so that an endless route can be registered anew."""
    result = run("""
        import pytest
        from client import read

        urls = set()

        @pytest.mark.parametrize("number", range(3))
        def test_clean(number, aiointercept_server):
            urls.add(aiointercept_server.server_url)
            assert len(urls) == 1
            assert aiointercept_server.calls == []
            aiointercept_server.get("/", body=str(number), repeat=True)
            assert read(aiointercept_server.server_url) == (200, str(number))
    """)
    result.assert_outcomes(passed=3)


def test_routes_of_the_server_from_fixtures_of_the_test(run: Run) -> None:
    """What a fixture of the same test registers, an automatic one too, is there for the test."""
    result = run("""
        import pytest
        from client import read

        @pytest.fixture(autouse=True)
        def health(aiointercept_server):
            aiointercept_server.get("/health", body="fine")

        @pytest.mark.parametrize("number", range(2))
        def test_health(number, aiointercept_server):
            assert read(aiointercept_server.server_url + "/health") == (200, "fine")
    """)
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("selection", "passed"), [("test", 3), ("callback", 1)], ids=["tests_to_come", "last_test"]
)
def test_an_error_held_back_by_the_server_belongs_to_its_test(
    run: Run, selection: str, passed: int
) -> None:
    """It is that test's error, not the next one's and not the session's."""
    result = run(
        """
        from client import read

        def test_callback(aiointercept_server):
            def answer(url, **kwargs):
                raise LookupError("no such user")

            aiointercept_server.get("/", callback=answer)
            assert read(aiointercept_server.server_url)[0] == 500

        def test_next(aiointercept_server):
            aiointercept_server.get("/")
            assert read(aiointercept_server.server_url)[0] == 200

        def test_without():
            pass
        """,
        "-k",
        selection,
    )
    result.assert_outcomes(passed=passed, errors=1, deselected=3 - passed)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_callback*"])
    result.stdout.fnmatch_lines(["E*LookupError: no such user"])


def test_the_server_is_judged_by_the_strictness_of_each_test(run: Run) -> None:
    """What one test left unused is told in its own teardown; a test that is not strict may."""
    result = run("""
        import pytest

        @pytest.mark.aiointercept(strict=True)
        def test_strict(aiointercept_server):
            aiointercept_server.get("/unused")

        def test_lax(aiointercept_server):
            aiointercept_server.get("/unused")

        @pytest.mark.aiointercept(strict=True)
        def test_strict_and_content(aiointercept_server):
            pass
    """)
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_strict _*"])
    result.stdout.fnmatch_lines(["E*1 route was never used: GET http://127.0.0.1:*/unused"])


def test_the_server_asked_for_while_the_test_runs(run: Run) -> None:
    """It is judged and cleared as well when no signature tells of it."""
    result = run("""
        import pytest
        from client import read

        @pytest.mark.aiointercept(strict=True)
        @pytest.mark.parametrize("number", range(2))
        def test_dynamic(number, request):
            server = request.getfixturevalue("aiointercept_server")
            assert server.calls == []
            server.get("/", repeat=True)
            server.get("/unused", optional=bool(number))
            assert read(server.server_url)[0] == 200
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_dynamic?0?*"])


def test_both_fixtures_in_one_test(run: Run) -> None:
    """They are two servers."""
    result = run("""
        from client import read

        def test_both(aiointercept_mock, aiointercept_server):
            aiointercept_mock.get("/", body="mock")
            aiointercept_server.get("/", body="server")
            assert read(aiointercept_mock.server_url) == (200, "mock")
            assert read(aiointercept_server.server_url) == (200, "server")
    """)
    result.assert_outcomes(passed=1)


def test_an_error_in_the_teardown_is_not_masked(run: Run) -> None:
    """What the server held back becomes a note of the error that is there already."""
    result = run("""
        import pytest
        from client import read

        @pytest.fixture
        def broken(aiointercept_server):
            yield
            raise OSError("disk full")

        def test_callback(aiointercept_server, broken):
            def answer(url, **kwargs):
                raise LookupError("no such user")

            aiointercept_server.get("/", callback=answer)
            assert read(aiointercept_server.server_url)[0] == 500

        def test_next(aiointercept_server):
            pass
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["E*OSError: disk full"])
    result.stdout.fnmatch_lines(["*aiointercept also reports: LookupError: no such user"])
