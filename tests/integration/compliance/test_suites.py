"""Whole suites, as users have them, run with only the import line changed."""

import importlib.util
import textwrap
from importlib import metadata

import aiohttp
import pytest

OURS = "from aiointercept.aioresponses import CallbackResult, aioresponses"
THEIRS = "from aioresponses import CallbackResult, aioresponses"


def _theirs_runs() -> bool:
    try:
        version = metadata.version("aioresponses")
    except metadata.PackageNotFoundError:
        return False
    return version == "0.7.9" and aiohttp.__version__.startswith("3.13.")


IMPORTS = [
    pytest.param(OURS, id="ours"),
    pytest.param(
        THEIRS,
        id="aioresponses",
        marks=pytest.mark.skipif(
            not _theirs_runs(), reason="needs aioresponses 0.7.9 and aiohttp 3.13"
        ),
    ),
]

# The examples of aioresponses' documentation; what they call was named example.com there, and
# sessions were left open.
DOCUMENTED = """
    import asyncio
    import re

    import aiohttp
    import pytest

    @pytest.fixture
    def loop():
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()

    @pytest.fixture
    def session(loop):
        async def make():
            return aiohttp.ClientSession()
        session = loop.run_until_complete(make())
        yield session
        loop.run_until_complete(session.close())

    def test_request(loop, session):
        @aioresponses()
        def request(mocked):
            mocked.get("http://example.test", status=200, body="test")
            resp = loop.run_until_complete(session.get("http://example.test"))

            assert resp.status == 200
            mocked.assert_called_once_with("http://example.test")

        request()

    def test_http_call(loop, session):
        with aioresponses() as m:
            m.get("http://test.example.test", payload=dict(foo="bar"))

            resp = loop.run_until_complete(session.get("http://test.example.test"))
            data = loop.run_until_complete(resp.json())

            assert dict(foo="bar") == data
            m.assert_called_once_with("http://test.example.test")

    def test_multiple_responses(loop, session):
        with aioresponses() as m:
            m.get("http://example.test", status=500)
            m.get("http://example.test", status=200)

            resp1 = loop.run_until_complete(session.get("http://example.test"))
            resp2 = loop.run_until_complete(session.get("http://example.test"))

            assert resp1.status == 500
            assert resp2.status == 200

    def test_repeat(loop, session):
        with aioresponses() as m:
            m.get("http://example.test", status=200, repeat=True)
            for _ in range(3):
                resp = loop.run_until_complete(session.get("http://example.test"))
                assert resp.status == 200

    def test_match_urls_with_regular_expressions(loop, session):
        pattern = re.compile(r"^http://example\\.test/api\\?foo=.*$")
        with aioresponses() as m:
            m.get(pattern, status=200)
            resp = loop.run_until_complete(session.get("http://example.test/api?foo=bar"))
            assert resp.status == 200

    def test_redirects(loop, session):
        with aioresponses() as m:
            m.get("http://example.test/", headers={"Location": "http://another.test/"}, status=307)
            m.get("http://another.test/")
            resp = loop.run_until_complete(
                session.get("http://example.test/", allow_redirects=True)
            )
            assert str(resp.url) == "http://another.test/"

            m.get("http://example.test/", headers={"Location": "/test"}, status=307)
            m.get("http://example.test/test")
            resp = loop.run_until_complete(session.get("http://example.test/"))
            assert str(resp.url) == "http://example.test/test"

    def test_how_to_throw_an_exception(loop, session):
        with aioresponses() as m:
            m.get("http://example.test/api", exception=Exception("Message"))
            with pytest.raises(Exception, match="Message"):
                loop.run_until_complete(session.get("http://example.test/api"))

    def test_callback(loop, session):
        def callback(url, **kwargs):
            return CallbackResult(status=418)

        with aioresponses() as m:
            m.get("http://example.test", callback=callback)
            resp = loop.run_until_complete(session.get("http://example.test"))
            assert resp.status == 418

    def test_assertions(loop, session):
        with aioresponses() as m:
            m.post("http://example.test", payload={})
            loop.run_until_complete(session.post("http://example.test", json={"a": 1}))
            m.assert_called_once()
            m.assert_called_with("http://example.test", method="POST", json={"a": 1})
            m.assert_any_call("http://example.test", method="POST")

    @pytest.fixture
    def mock_aioresponse():
        with aioresponses() as m:
            yield m

    def test_fixture(mock_aioresponse, loop, session):
        mock_aioresponse.get("http://example.test", body="from the fixture")
        resp = loop.run_until_complete(session.get("http://example.test"))
        assert loop.run_until_complete(resp.text()) == "from the fixture"
"""

# What suites of today do besides.
MODERN = '''
    import asyncio
    import unittest
    from unittest.mock import patch

    import aiohttp
    import pytest
    from yarl import URL

    URL_OF_API = "https://api.test/items"

    class Client:
        """Code under test: it keeps its session and knows its URL."""

        def __init__(self):
            self.session = aiohttp.ClientSession(headers={"Authorization": "Bearer t"})

        async def items(self):
            async with self.session.get(URL_OF_API, params={"page": 1}) as response:
                response.raise_for_status()
                return await response.json()

        async def add(self, item):
            timeout = aiohttp.ClientTimeout(total=5)
            async with self.session.post(URL_OF_API, json=item, timeout=timeout) as response:
                return response.status

    @pytest.fixture(name="responses")
    def responses_fixture():
        with aioresponses() as mocked:
            yield mocked

    async def test_items(responses):
        responses.get(f"{URL_OF_API}?page=1", payload=[1, 2])
        client = Client()
        assert await client.items() == [1, 2]
        await client.session.close()
        call = responses.requests[("GET", URL(f"{URL_OF_API}?page=1"))][0]
        assert call.kwargs["params"] == {"page": 1}
        assert call.kwargs["headers"]["Authorization"] == "Bearer t"

    async def test_add(responses):
        responses.post(URL_OF_API, status=201, repeat=True)
        client = Client()
        assert await client.add({"name": "x"}) == 201
        await client.session.close()
        responses.assert_called_once_with(
            URL_OF_API,
            method="POST",
            json={"name": "x"},
            headers={"Authorization": "Bearer t"},
            timeout=aiohttp.ClientTimeout(total=5),
        )

    @pytest.mark.parametrize("error", [asyncio.TimeoutError, aiohttp.ClientError("no"), OSError()])
    async def test_errors(responses, error):
        responses.get(f"{URL_OF_API}?page=1", exception=error)
        client = Client()
        with pytest.raises(type(error) if isinstance(error, Exception) else error):
            await client.items()
        await client.session.close()

    class TestCase(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self):
            self.responses = aioresponses()
            self.responses.start()
            self.addCleanup(self.responses.stop)
            self.client = Client()

        async def asyncTearDown(self):
            await self.client.session.close()

        async def test_items(self):
            self.responses.get(f"{URL_OF_API}?page=1", payload=[])
            assert await self.client.items() == []

    class TestByName(unittest.IsolatedAsyncioTestCase):
        @patch("asyncio.sleep")
        @aioresponses(param="mocked")
        async def test_items(self, sleep, mocked=None):
            mocked.get(f"{URL_OF_API}?page=1", payload=[4])
            client = Client()
            assert await client.items() == [4]
            await client.session.close()
            assert sleep is asyncio.sleep

    class TestDecorated(unittest.TestCase):
        @aioresponses()
        def test_items(self, mocked):
            mocked.get(f"{URL_OF_API}?page=1", payload=[3])

            async def run():
                client = Client()
                try:
                    return await client.items()
                finally:
                    await client.session.close()

            assert asyncio.run(run()) == [3]
'''

FORBIDDEN = """
    import socket

    import pytest
    import pytest_socket

    @pytest.mark.filterwarnings("ignore:A test tried")
    def test_sockets_are_forbidden():
        with pytest.raises(pytest_socket.SocketBlockedError):
            socket.socket(socket.AF_INET, socket.SOCK_STREAM)
"""

NATIVE = """
    import aiohttp
    from aiointercept import aiointercept
    from aiointercept.testing import SocketlessTransport

    async def test_native():
        async with aiointercept(mock_external_urls=True, transport=SocketlessTransport()) as m:
            m.get("https://api.test/x", json={"a": 1})
            async with aiohttp.ClientSession() as session:
                async with session.get("https://api.test/x") as response:
                    assert await response.json() == {"a": 1}
"""


@pytest.fixture
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run of pytest load no plugin but those it is told."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run_suite(
    pytester: pytest.Pytester, suites: dict[str, str], *arguments: str
) -> pytest.RunResult:
    """Run suites in an interpreter of their own, any warning an error."""
    pytester.makepyfile(**suites)
    pytester.makeini(
        "[pytest]\nfilterwarnings = error\nasyncio_mode = auto\n"
        "asyncio_default_fixture_loop_scope = function\n"
    )
    return pytester.runpytest_subprocess("-p", "pytest_asyncio.plugin", *arguments)


def suite(line: str, text: str) -> str:
    """Return a test file with this import line."""
    return f"{line}\n{textwrap.dedent(text)}"


@pytest.mark.usefixtures("plain_environment")
@pytest.mark.parametrize("line", IMPORTS)
def test_documented_examples_and_modern_suites(pytester: pytest.Pytester, line: str) -> None:
    """They pass with aioresponses, and with only the import line changed."""
    suites = {"test_documented": suite(line, DOCUMENTED), "test_modern": suite(line, MODERN)}
    result = run_suite(pytester, suites)
    result.assert_outcomes(passed=18)


@pytest.mark.skipif(importlib.util.find_spec("pytest_socket") is None, reason="needs pytest-socket")
@pytest.mark.usefixtures("plain_environment")
def test_suites_that_forbid_sockets(pytester: pytest.Pytester) -> None:
    """None is made, by the drop-in or by the native object with its socketless transport."""
    suites = {
        "test_documented": suite(OURS, DOCUMENTED),
        "test_modern": suite(OURS, MODERN),
        "test_forbidden": suite("", FORBIDDEN),
        "test_native": suite("", NATIVE),
    }
    arguments = "-p", "pytest_socket", "--disable-socket", "--allow-unix-socket"
    result = run_suite(pytester, suites, *arguments)
    result.assert_outcomes(passed=20)
