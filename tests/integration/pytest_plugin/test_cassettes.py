"""Cassettes by marker, option, ini option and environment, as a project uses them."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aiointercept import aiointercept

Run = Callable[..., pytest.RunResult]

TEST = """
    import asyncio
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    import pytest
    from client import fetch

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"real")

        def log_message(self, *args):
            pass

    @pytest.fixture(scope="session")
    def real():
        server = HTTPServer(("127.0.0.1", {port}), Answers)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield "http://127.0.0.1:%d" % server.server_port
        server.shutdown()
        server.server_close()
        thread.join()

    @pytest.mark.aiointercept(cassette=True)
    @pytest.mark.parametrize("name", ["a", "A", "x/y: ?"])
    def test_ask(aiointercept_mock, real, name):
        assert asyncio.run(fetch(real + "/x")) == (200, "real")

    class TestGroup:
        @pytest.mark.aiointercept(cassette=True, strict=True)
        def test_inside(self, aiointercept_mock, real):
            assert asyncio.run(fetch(real + "/x")) == (200, "real")

    @pytest.mark.aiointercept(cassette=True)
    class TestNone:
        @pytest.mark.aiointercept(cassette=False)
        def test_without(self, aiointercept_mock):
            assert aiointercept_mock.server_url
"""


@pytest.fixture
def source(unused_tcp_port: int) -> str:
    """Give the test file, whose real server is at one port."""
    return TEST.replace("{port}", str(unused_tcp_port))


@pytest.fixture
def unused_tcp_port() -> int:
    """Give a port that is free now; a cassette needs the same one twice."""
    import socket  # noqa: PLC0415  for this alone

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def test_marker_and_option(run: Run, source: str, pytester: pytest.Pytester) -> None:
    """Each test has a file of its own, by its name; without them, errors name the option."""
    run(source).assert_outcomes(passed=1, errors=4)
    result = run(source, "--aiointercept-record=once")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(
        ["aiointercept: cassettes record what has no file yet (--aiointercept-record is 'once')"]
    )
    names = sorted(path.name for path in (pytester.path / "cassettes" / "test_inside").iterdir())
    assert len({name.lower() for name in names}) == 4
    assert "TestGroup.test_inside.har" in names
    assert "test_ask[a].har" in names
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyzATGI_.[]-0123456789") for name in names)
    replayed = run(source.replace('b"real"', 'b"gone"'))
    replayed.assert_outcomes(passed=5)
    assert "aiointercept: " not in replayed.stdout.str()


def test_ini(run: Run, source: str, pytester: pytest.Pytester) -> None:
    """The ini options say what is recorded, and where."""
    ini = "aiointercept_record = new\naiointercept_cassette_dir = recorded"
    result = run(source, ini=ini)
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["aiointercept: cassettes record what is not in them (the ini *"])
    assert len(list((pytester.path / "recorded" / "test_inside").iterdir())) == 4
    assert not (pytester.path / "cassettes").exists()


def test_precedence(
    run: Run, source: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Environment, command line, marker, ini."""
    monkeypatch.setenv("AIOINTERCEPT_RECORD", "none")
    run(source, "--aiointercept-record=all").assert_outcomes(passed=1, errors=4)
    monkeypatch.setenv("AIOINTERCEPT_RECORD", "once")
    run(source, "--aiointercept-record=none").assert_outcomes(passed=5)
    monkeypatch.delenv("AIOINTERCEPT_RECORD")
    marked = source.replace("cassette=True", "cassette=True, record='none'")
    for file in pytester.path.glob("cassettes/*/*"):
        file.unlink()
    run(marked, ini="aiointercept_record = once").assert_outcomes(passed=1, errors=4)
    run(marked, "--aiointercept-record=once").assert_outcomes(passed=5)


def test_bad_names(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mode that does not exist is told before any test runs."""
    result = run("", "--aiointercept-record=sometimes")
    result.stderr.fnmatch_lines(["*argument --aiointercept-record: invalid choice: 'sometimes'*"])
    result = run("", ini="aiointercept_record = sometimes")
    result.stderr.fnmatch_lines(["*aiointercept_record must be one of none, once, new, all*"])
    monkeypatch.setenv("AIOINTERCEPT_RECORD", "sometimes")
    result = run(
        """
        import pytest

        @pytest.mark.aiointercept(cassette=True)
        def test_it(aiointercept_mock):
            pass
        """
    )
    result.stdout.fnmatch_lines(["*environment variable AIOINTERCEPT_RECORD must be one of*"])


MARKED = """
    import asyncio
    import unittest

    import pytest
    from client import fetch

    URL = "http://remote.test/x"
    marked = pytest.mark.aiointercept(cassette="file.har")

    async def ask():
        assert await fetch(URL) == (200, "recorded")

    @pytest.fixture(scope="module")
    def early():
        return "early"

    @pytest.fixture
    def answered(early):
        asyncio.run(ask())

    @marked
    def test_blocking():
        asyncio.run(ask())

    @marked
    def test_fixture_that_asks(early, answered):
        pass

    @marked
    @pytest.mark.asyncio
    async def test_async():
        await ask()

    @marked
    class TestGroup:
        def test_inside(self):
            asyncio.run(ask())

        @pytest.mark.asyncio
        async def test_async_inside(self, early):
            await ask()

        @pytest.mark.aiointercept(cassette=False)
        def test_without(self, request):
            assert "aiointercept_mock" not in request.fixturenames

    @pytest.mark.parametrize("number", [pytest.param(1, marks=marked), 2])
    def test_marked_parameter(number, request):
        assert ("aiointercept_mock" in request.fixturenames) == (number == 1)
        if number == 1:
            asyncio.run(ask())

    class TestOld(unittest.TestCase):
        @marked
        def test_old(self):
            asyncio.run(ask())

    class TestOldAsync(unittest.IsolatedAsyncioTestCase):
        @marked
        async def test_old(self):
            await ask()

    @marked
    def test_another_way(aiointercept_mock):
        asyncio.run(ask())
        aiointercept_mock.assert_called_once_with(URL)

    @pytest.mark.aiointercept(mock_external_urls=True)
    def test_no_cassette(request):
        assert "aiointercept_mock" not in request.fixturenames
"""


def test_the_marker_alone(run: Run, pytester: pytest.Pytester) -> None:
    """A test with a cassette does not have to name the fixture, whatever kind of test it is."""
    with aiointercept() as m:
        m.get("/x", body="recorded")
        with urllib.request.urlopen(m.server_url + "/x"):
            pass
        m.save(pytester.path / "file.har")
        text = (pytester.path / "file.har").read_text("utf-8")
        text = text.replace(m.server_url, "http://remote.test")
    (pytester.path / "file.har").write_text(text, "utf-8")
    result = run(
        MARKED,
        ini="asyncio_default_fixture_loop_scope = function",
        plugins=["pytest_asyncio.plugin"],
    )
    result.assert_outcomes(passed=12)


def test_xdist(run: Run, source: str, pytester: pytest.Pytester) -> None:
    """Workers record what the controller was told to."""
    served = source.replace('scope="session"', 'scope="session", autouse=False')
    result = run(
        served.replace('("127.0.0.1", ', '("127.0.0.1", 0 and '),
        "-n2",
        "--aiointercept-record=once",
        plugins=["xdist"],
        subprocess=True,
    )
    result.assert_outcomes(passed=5)
    files: list[Any] = list(Path(pytester.path, "cassettes", "test_inside").iterdir())
    assert len(files) == 4
    assert all(json.loads(file.read_text("utf-8"))["log"]["entries"] for file in files)
