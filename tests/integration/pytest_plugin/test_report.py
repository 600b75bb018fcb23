from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

SECTION = "*- aiointercept -*"


def test_a_failed_test_tells_what_its_mock_was_asked(run: Run) -> None:
    """Calls, unmatched requests with the nearest route, and unused routes."""
    result = run("""
        import asyncio, aiohttp, pytest
        from aiointercept import Fault
        from client import fetch

        @pytest.mark.aiointercept(mock_external_urls=True)
        def test_users(aiointercept_mock):
            aiointercept_mock.get("https://api.test/users", status=404)
            aiointercept_mock.post("https://api.test/users", fault=Fault.CONNECTION_RESET)
            aiointercept_mock.get("https://api.test/unused")
            assert asyncio.run(fetch("https://api.test/users"))[0] == 404
            with pytest.raises(aiohttp.ClientOSError):
                asyncio.run(fetch("https://api.test/users", "POST"))
            asyncio.run(fetch("https://api.test/user"))
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*aiointercept.errors.NoRouteError: No route matches GET *",
            "*- aiointercept -*",
            "3 calls:",
            (
                "  GET https://api.test/users -> 404, * ms, by GET https://api.test/users, "
                "registered at *test_inside.py:7"
            ),
            (
                "  POST https://api.test/users -> CONNECTION_RESET, * ms, by POST "
                "https://api.test/users, registered at *test_inside.py:8"
            ),
            "  GET https://api.test/user -> connection error, * ms, no route matched",
            "1 request matched no route: GET https://api.test/user",
            "  GET https://api.test/user",
            "    nearest route: GET *, registered at *test_inside.py:*, differs in path: *",
            "1 route was never used: GET https://api.test/unused",
            "  GET https://api.test/unused, registered at *test_inside.py:9",
        ]
    )


def test_no_section_without_a_failure(run: Run) -> None:
    """Not for what passed, was skipped, or failed as expected; not even when asked for all."""
    result = run(
        """
        import pytest

        def test_pass(aiointercept_mock):
            aiointercept_mock.get("/unused")

        def test_skip(aiointercept_mock):
            aiointercept_mock.get("/unused")
            pytest.skip()

        @pytest.mark.xfail
        def test_xfail(aiointercept_mock):
            aiointercept_mock.get("/unused")
            assert False
        """,
        "-rA",
    )
    result.assert_outcomes(passed=1, skipped=1, xfailed=1)
    result.stdout.no_fnmatch_line(SECTION)


def test_no_section_when_there_is_nothing_to_say(run: Run) -> None:
    """A mock that was not used, and no mock at all."""
    result = run("""
        def test_unused(aiointercept_mock, aiointercept_server):
            assert False

        def test_without():
            assert False
    """)
    result.assert_outcomes(failed=2)
    result.stdout.no_fnmatch_line(SECTION)


def test_a_failed_setup_tells(run: Run) -> None:
    """What a fixture asked for before it failed."""
    result = run("""
        import pytest
        from client import read

        @pytest.fixture
        def users(aiointercept_mock):
            aiointercept_mock.get("/users", status=503)
            assert read(aiointercept_mock.server_url + "/users")[0] == 200

        def test_users(users):
            pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([SECTION, "  GET http://127.0.0.1:*/users -> 503, *"])


def test_a_failed_teardown_tells(run: Run) -> None:
    """What the mock was asked is still known when its block has ended."""
    result = run("""
        from client import read

        def test_callback(aiointercept_mock):
            def answer(url, **kwargs):
                raise LookupError("no such user")

            aiointercept_mock.get("/users", callback=answer)
            assert read(aiointercept_mock.server_url + "/users")[0] == 500
    """)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([SECTION, "  GET http://127.0.0.1:*/users -> 500, *"])


def test_one_section_for_a_test_that_fails_twice(run: Run) -> None:
    """The report of the test has it, that of its teardown does not repeat it."""
    result = run("""
        from client import read

        def test_callback(aiointercept_mock):
            def answer(url, **kwargs):
                raise LookupError("no such user")

            aiointercept_mock.get("/users", callback=answer)
            assert read(aiointercept_mock.server_url + "/users")[0] == 200
    """)
    result.assert_outcomes(failed=1, errors=1)
    assert result.stdout.str().count("- aiointercept -") == 1


def test_the_server_tells_of_this_test_only(run: Run) -> None:
    """What earlier tests asked is not repeated."""
    result = run("""
        from client import read

        def test_first(aiointercept_server):
            aiointercept_server.get("/first")
            read(aiointercept_server.server_url + "/first")

        def test_second(aiointercept_server):
            aiointercept_server.get("/second")
            read(aiointercept_server.server_url + "/second")
            assert False

        def test_without():
            assert False
    """)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines([SECTION, "1 call:", "  GET http://127.0.0.1:*/second -> 200, *"])
    assert result.stdout.str().count("- aiointercept -") == 1
    result.stdout.no_fnmatch_line("*/first*")


def test_a_mock_entered_by_hand_tells(run: Run) -> None:
    """Blocks and decorators need no fixture: the exception that leaves them takes nothing away."""
    result = run("""
        from aiointercept import aiointercept
        from client import read

        def test_block():
            with aiointercept() as m:
                m.get("/block")
                m.get("/unused")
                assert read(m.server_url + "/block")[0] == 404

        @aiointercept()
        def test_decorated(m):
            m.get("/decorated")
            assert read(m.server_url + "/decorated")[0] == 404
    """)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*_ test_block _*",
            SECTION,
            "1 call:",
            "  GET http://127.0.0.1:*/block -> 200, *",
            "1 route was never used: GET http://127.0.0.1:*/unused",
            "*_ test_decorated _*",
            SECTION,
            "1 call:",
            "  GET http://127.0.0.1:*/decorated -> 200, *",
        ]
    )


def test_each_mock_has_a_section(run: Run) -> None:
    """In the order of their start."""
    result = run("""
        from aiointercept import aiointercept
        from client import read

        def test_two(aiointercept_mock):
            with aiointercept() as m:
                m.get("/inner")
                read(m.server_url + "/inner")
            aiointercept_mock.get("/outer")
            read(aiointercept_mock.server_url + "/outer")
            assert False
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [SECTION, "1 call:", "*/outer -> 200*", SECTION, "1 call:", "*/inner -> 200*"]
    )


def test_one_instance_started_twice_in_a_test(run: Run) -> None:
    """Each of its runs is told."""
    result = run("""
        from aiointercept import aiointercept
        from client import read

        def test_twice():
            m = aiointercept()
            for path in ("/first", "/second"):
                with m:
                    m.get(path)
                    read(m.server_url + path)
            assert False
    """)
    result.stdout.fnmatch_lines([SECTION, "*/first -> 200*", SECTION, "*/second -> 200*"])


def test_a_report_is_bounded(run: Run) -> None:
    """Thousands of calls and large bodies make a section that can be read."""
    result = run("""
        import asyncio, aiohttp, pytest

        @pytest.mark.aiointercept(mock_external_urls=True)
        def test_many(aiointercept_mock):
            async def ask():
                async with aiohttp.ClientSession() as session:
                    for number in range(300):
                        with pytest.raises(aiohttp.ClientConnectionError):
                            await session.post(f"http://api.test/{number}", data=b"x" * 10_000)

            for number in range(50):
                aiointercept_mock.get(f"http://api.test/{number}")
            asyncio.run(ask())
            assert False
    """)
    result.assert_outcomes(failed=1)
    text = result.stdout.str().partition("- aiointercept -")[2]
    assert len(text) < 20_000
    result.stdout.fnmatch_lines(["300 calls, of which the latest 20:"])


def test_what_cannot_be_shown_does_no_harm(run: Run) -> None:
    """A matcher that fails to say what it is costs the section, not the run."""
    result = run("""
        from aiointercept import matchers

        class FaultReply:
            def match(self, request):
                return matchers.MatchResult()

            def __repr__(self):
                raise LookupError("no words")

        def test_broken(aiointercept_mock):
            aiointercept_mock.get("/", match=FaultReply())
            assert False
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([SECTION, "the mock cannot be described: LookupError: *"])


def test_nothing_is_kept_alive(run: Run) -> None:
    """When a test is over, its calls and their bodies are gone with its mock."""
    result = run(
        """
        import gc, weakref
        from client import read

        calls = []

        def test_asks(aiointercept_mock):
            aiointercept_mock.get("/")
            read(aiointercept_mock.server_url)
            calls.extend(map(weakref.ref, aiointercept_mock.calls))

        def test_later():
            gc.collect()
            assert [call() for call in calls] == [None]
        """,
        # Here, the run around this one watches too.
        subprocess=True,
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("block", ["with", "async with"])
def test_the_end_of_a_block_shows_the_users_line(run: Run, block: str) -> None:
    """None of our own frames stands between the block and what it raised."""
    result = run(f"""
        import asyncio
        from aiointercept import aiointercept

        def test_block():
            async def use():
                {block} aiointercept(strict=True) as m:
                    m.get("/unused")
            asyncio.run(use())
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*1 route was never used: GET http://127.0.0.1:*/unused"])
    result.stdout.no_fnmatch_line("*mock.py*")
    result.stdout.no_fnmatch_line("*run.py*")


def test_a_mistake_is_shown_at_the_line_of_the_test(run: Run) -> None:
    """None of our own frames stands below it, whichever part of the package refuses it."""
    result = run(
        """
        import pytest
        from aiointercept import Fault, aiointercept, matchers

        def test_option(aiointercept_mock):
            aiointercept_mock.get("/", status="200")

        def test_contradiction(aiointercept_mock):
            aiointercept_mock.sse("/", [], body=b"x")

        def test_url(aiointercept_mock):
            aiointercept_mock.get(3)

        def test_not_started():
            aiointercept().get("/")

        def test_keyword():
            aiointercept(mock_external_url=True)

        def test_started_twice(aiointercept_mock):
            with aiointercept_mock:
                pass

        def test_matcher():
            matchers.headers("x")

        def test_cassette():
            with aiointercept(cassette="none.har"):
                pass

        def test_replay(aiointercept_mock):
            aiointercept_mock.replay("none.har")

        @pytest.mark.aiointercept(cassette=True)
        def test_of_the_fixture(aiointercept_mock):
            pass
        """,
        "--tb=short",
    )
    result.assert_outcomes(failed=9, errors=1)
    result.stdout.no_re_match_line(r".*\baiointercept/\w+(/\w+)*\.py:\d+: in ")


def test_why_no_client_came(run: Run) -> None:
    """Also where the call that failed ended the block, which then gives no warning."""
    result = run("""
        import asyncio
        from aiointercept import aiointercept
        from client import fetch

        async def ask():
            async with aiointercept() as m:
                m.get("http://127.0.0.1:9/users")
                m.get("http://127.0.0.1:9/groups")
                await fetch("http://127.0.0.1:9/users")

        def test_own_mock():
            asyncio.run(ask())

        def test_fixture(aiointercept_mock):
            aiointercept_mock.get("https://api.test/users")
            assert aiointercept_mock.calls

        def test_client(aiointercept_mock):
            aiointercept_mock.get("https://api.test/users")
            with aiointercept_mock.proxied():
                assert aiointercept_mock.calls
    """)
    result.assert_outcomes(failed=3, errors=1)
    reason = "without mock_external_urls=True clients reach the real server there. Set it, or use *"
    result.stdout.fnmatch_lines(
        ["2 routes were never used: *", f"  {reason}", "1 route was never used: *", f"  {reason}"]
    )
    assert result.stdout.str().count("\n  without mock_external_urls=True") == 2
