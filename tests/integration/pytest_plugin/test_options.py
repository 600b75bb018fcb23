from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

INTERCEPTS = """
    import asyncio
    from client import fetch

    def test_remote(aiointercept_mock):
        aiointercept_mock.get("http://api.test/", body="mocked")
        assert asyncio.run(fetch("http://api.test/")) == (200, "mocked")
"""

UNUSED = """
    def test_unused(aiointercept_mock):
        aiointercept_mock.get("/unused")
"""


def test_ini_option_for_intercept_mode(run: Run) -> None:
    """``aiointercept_mock_external_urls`` makes the fixture intercept in every test."""
    result = run(INTERCEPTS, ini="aiointercept_mock_external_urls = true")
    result.assert_outcomes(passed=1)


def test_ini_option_for_intercept_mode_is_not_for_the_server(run: Run) -> None:
    """The server outlives the test, so it intercepts nothing."""
    result = run(
        """
        import aiohttp

        before = aiohttp.BaseConnector.connect

        def test_server(aiointercept_server):
            assert aiohttp.BaseConnector.connect is before
        """,
        ini="aiointercept_mock_external_urls = true",
    )
    result.assert_outcomes(passed=1)


def test_ini_option_for_strictness(run: Run) -> None:
    """``aiointercept_strict`` makes an unused route an error of the test, in readable words."""
    result = run(UNUSED, ini="aiointercept_strict = true")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_unused*",
            "E*1 route was never used: GET http://127.0.0.1:*/unused",
            "*GET http://127.0.0.1:*/unused, registered at *test_inside.py:2",
        ]
    )
    result.stdout.no_fnmatch_line("*def verify*")


def test_not_strict_by_default(run: Run) -> None:
    """Without the option nobody minds."""
    run(UNUSED).assert_outcomes(passed=1)


def test_marker_configures_the_mock_of_one_test(run: Run) -> None:
    """What the marker says holds for its test and for no other."""
    result = run("""
        import asyncio, pytest
        from client import fetch

        @pytest.mark.aiointercept(mock_external_urls=True, strict=True)
        def test_remote(aiointercept_mock):
            aiointercept_mock.get("http://api.test/", body="mocked")
            aiointercept_mock.get("http://api.test/unused")
            assert asyncio.run(fetch("http://api.test/")) == (200, "mocked")

        def test_other(aiointercept_mock):
            aiointercept_mock.get("/unused")
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_remote*"])


def test_marker_wins_over_the_ini_file(run: Run) -> None:
    """A test can be less strict than the project."""
    result = run(
        """
        import pytest

        @pytest.mark.aiointercept(strict=False)
        def test_unused(aiointercept_mock):
            aiointercept_mock.get("/unused")
        """,
        ini="aiointercept_strict = true",
    )
    result.assert_outcomes(passed=1)


def test_closest_marker_wins_for_each_option(run: Run) -> None:
    """A test's own marker changes what it names; the rest comes from its class and module."""
    result = run("""
        import asyncio, pytest
        from client import fetch

        pytestmark = pytest.mark.aiointercept(strict=True)

        @pytest.mark.aiointercept(mock_external_urls=True)
        class TestRemote:
            @pytest.mark.aiointercept(strict=False)
            def test_lax(self, aiointercept_mock):
                aiointercept_mock.get("http://api.test/", body="mocked")
                aiointercept_mock.get("http://api.test/unused")
                assert asyncio.run(fetch("http://api.test/")) == (200, "mocked")

            def test_strict(self, aiointercept_mock):
                aiointercept_mock.get("http://api.test/unused")
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of TestRemote.test_strict*"])


def test_wrong_keyword_in_the_marker(run: Run) -> None:
    """The test fails with a ``TypeError`` that names the nearest keyword there is."""
    result = run("""
        import pytest

        @pytest.mark.aiointercept(mock_external_url=True)
        def test_typo(aiointercept_mock):
            pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E*TypeError: *'mock_external_url'*'mock_external_urls'*"])


def test_positional_argument_in_the_marker(run: Run) -> None:
    """The test fails with a ``TypeError`` that shows how to write it."""
    result = run("""
        import pytest

        @pytest.mark.aiointercept(True)
        def test_positional(aiointercept_mock):
            pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["E*TypeError: *keywords only*@pytest.mark.aiointercept(mock_external_urls=True)"]
    )


def test_contradicting_options_in_the_marker(run: Run) -> None:
    """The test fails with what the mock itself says of them."""
    result = run("""
        import pytest

        @pytest.mark.aiointercept(passthrough=["api.test"])
        def test_contradiction(aiointercept_mock):
            pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E*ValueError: passthrough *mock_external_urls=True*"])


def test_marker_for_the_server(run: Run) -> None:
    """What cannot change for one test is refused, not ignored."""
    result = run("""
        import pytest

        pytestmark = pytest.mark.aiointercept(mock_external_urls=True)

        def test_server(aiointercept_server):
            pass

        def test_both(aiointercept_server, aiointercept_mock):
            pass

        def test_none():
            pass
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["the marker aiointercept *sets mock_external_urls: use the fixture aiointercept_mock*"]
    )


def test_strict_fails_for_an_error_that_the_code_swallowed(run: Run) -> None:
    """A request that matched nothing is told with the nearest route, though nobody heard of it."""
    result = run("""
        import asyncio, aiohttp, pytest
        from client import fetch

        @pytest.mark.aiointercept(mock_external_urls=True, strict=True)
        def test_swallowed(aiointercept_mock):
            aiointercept_mock.get("http://api.test/users", optional=True)
            with pytest.raises(aiohttp.ClientConnectionError):
                asyncio.run(fetch("http://api.test/user"))
    """)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "E*1 request matched no route: GET http://api.test/user",
            "*nearest route: GET http://api.test/users, registered at *test_inside.py:6, *",
        ]
    )


@pytest.mark.parametrize(
    ("ending", "outcomes"),
    [
        ("assert False", {"failed": 1}),
        ("pytest.skip('not today')", {"skipped": 1}),
        ("pytest.xfail('known')", {"xfailed": 1}),
    ],
    ids=["failure", "skip", "xfail"],
)
@pytest.mark.parametrize("fixture", ["aiointercept_mock", "aiointercept_server"])
def test_strict_adds_nothing_to_an_exception(
    run: Run, fixture: str, ending: str, outcomes: dict[str, int]
) -> None:
    """A test that an exception has ended had no chance to use all its routes."""
    result = run(
        f"""
        import pytest

        def test_unused({fixture}):
            {fixture}.get("/unused")
            {ending}
        """,
        ini="aiointercept_strict = true",
    )
    result.assert_outcomes(**outcomes)


def test_strict_adds_nothing_to_a_failed_setup(run: Run) -> None:
    """The same holds for a test that was not even begun."""
    result = run(
        """
        import pytest

        @pytest.fixture
        def broken(aiointercept_mock):
            aiointercept_mock.get("/unused")
            raise OSError("disk full")

        def test_never_begun(broken):
            pass
        """,
        ini="aiointercept_strict = true",
    )
    result.assert_outcomes(errors=1)


def test_an_error_held_back_by_a_failed_test_is_told(run: Run) -> None:
    """The test fails for what the error caused, and its teardown with the error itself."""
    result = run(
        """
        from client import read

        def test_callback(aiointercept_mock):
            def answer(url, **kwargs):
                raise LookupError("no such user")

            aiointercept_mock.get("/", callback=answer)
            assert read(aiointercept_mock.server_url)[0] == 200
        """,
        ini="aiointercept_strict = true",
    )
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["E*assert 500 == 200", "E*LookupError: no such user"])


def test_pytest_lists_what_there_is(run: Run) -> None:
    """``--markers``, ``--fixtures`` and ``--help`` tell of the marker, fixtures and options."""
    markers = run("", "--markers").stdout.str()
    fixtures = run("", "--fixtures").stdout.str()
    options = run("", "--help").stdout.str()
    assert "@pytest.mark.aiointercept(mock_external_urls=True, strict=True, ...)" in markers
    assert "aiointercept_mock --" in fixtures
    assert "aiointercept_server [session scope] --" in fixtures
    assert "aiointercept_strict (bool)" in options
    assert "aiointercept_mock_external_urls (bool)" in options
