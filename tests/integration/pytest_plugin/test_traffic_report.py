"""``pytest --aiointercept-report`` writes what all mocks of a run were asked."""

import json
import re
from pathlib import Path

import pytest

SUITE = """
    import asyncio, aiohttp, pytest
    import aiointercept
    from aiointercept import Fault
    from client import fetch, read

    @pytest.fixture(scope="module")
    def shared():
        with aiointercept.aiointercept() as mock:
            mock.get("/shared", repeat=True)
            mock.get("/never")
            yield mock

    @pytest.mark.aiointercept(mock_external_urls=True)
    def test_users(aiointercept_mock):
        aiointercept_mock.get("https://api.test/users", json={"name": "Ada"})
        aiointercept_mock.get("https://api.test/unused")
        aiointercept_mock.post("https://api.test/pay", fault=Fault.CONNECTION_RESET)
        secret = {"Authorization": "Bearer hush"}
        asyncio.run(fetch("https://api.test/users", headers=secret))
        aiointercept_mock.clear_calls()
        with pytest.raises(aiohttp.ClientConnectionError):
            url = "https://api.test/user?token=hush"
            asyncio.run(fetch(url, "POST", json={"password": "hush"}))
        with pytest.raises(aiohttp.ClientOSError):
            asyncio.run(fetch("https://api.test/pay", "POST"))
        aiointercept_mock.get("https://api.test/slow", raises=LookupError("late"))
        with pytest.raises(LookupError):
            asyncio.run(fetch("https://api.test/slow"))

    def test_server(aiointercept_server):
        aiointercept_server.get("/health", body="x" * 1_100_000)
        aiointercept_server.get("/idle")
        read(aiointercept_server.server_url + "/health")

    def test_fails(shared):
        read(shared.server_url + "/shared")
        assert False

    def test_shares(shared):
        read(shared.server_url + "/shared")

    def test_silent():
        pass
"""


def of(log, test):
    """Return the entries of one test."""
    return [one for one in log["entries"] if one["_aiointercept"]["test"].endswith(f"::{test}")]


def check(log):
    """Check what the suite above was asked."""
    ours = log["_aiointercept"]
    assert {one["test"].partition("::")[2]: one["outcome"] for one in ours["tests"]} == {
        "test_users": "passed",
        "test_server": "passed",
        "test_fails": "failed",
        "test_shares": "passed",
    }
    # What was cleared is there too.
    matched, unmatched, fault, raised = of(log, "test_users")
    assert matched["_aiointercept"]["route"] == "GET https://api.test/users"
    assert matched["_aiointercept"]["declared_at"] == "test_inside.py:15"
    assert json.loads(matched["response"]["content"]["text"]) == {"name": "Ada"}
    assert unmatched["_aiointercept"]["outcome"] == "unmatched"
    assert unmatched["response"]["status"] == 0
    nearest = unmatched["_aiointercept"]["near_misses"][0]
    assert nearest["route"] == "GET https://api.test/users"
    assert nearest["declared_at"] == "test_inside.py:15"
    assert {"part": "path", "expected": "/users", "actual": "/user"} in nearest["differences"]
    assert fault["_aiointercept"]["outcome"] == "fault"
    assert fault["_aiointercept"]["fault"] == "CONNECTION_RESET"
    assert raised["_aiointercept"]["outcome"] == "fault"
    assert raised["response"]["_failureText"] == "LookupError: late"
    (large,) = of(log, "test_server")
    assert large["response"]["content"]["size"] == 1_100_000
    assert len(large["response"]["content"]["text"]) == 1 << 20
    assert len(of(log, "test_fails")) == len(of(log, "test_shares")) == 1
    unused = {(one["test"].partition("::")[2], one["route"]) for one in ours["unused_routes"]}
    assert ("test_users", "GET https://api.test/unused") in unused
    routes = [re.sub(r":\d+/", "/", route) for _, route in unused]
    assert "GET http://127.0.0.1/idle" in routes
    assert "GET http://127.0.0.1/never" in routes
    assert "hush" not in json.dumps(log)


def test_har(run, pytester):
    """HAR that other tools read, redacted as cassettes are."""
    result = run(SUITE, "--aiointercept-report=out/traffic.har")
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["*- aiointercept report of 7 exchanges: out/traffic.har -*"])
    log = json.loads((pytester.path / "out" / "traffic.har").read_text("utf-8"))["log"]
    check(log)
    assert [one["test"].partition("::")[2] for one in log["_aiointercept"]["tests"]] == [
        "test_users",
        "test_server",
        "test_fails",
        "test_shares",
    ]


def test_page(run, pytester):
    """The same, as a page."""
    run(SUITE, "--aiointercept-report=traffic.html").assert_outcomes(passed=4, failed=1)
    page = (pytester.path / "traffic.html").read_text("utf-8")
    check(json.loads(re.search(r'id="har">(.*?)</script>', page)[1])["log"])


def test_with_workers(run, pytester):
    """Under pytest-xdist one file tells of all workers."""
    result = run(
        SUITE, "--aiointercept-report=traffic.har", "-n2", plugins=["xdist"], subprocess=True
    )
    result.assert_outcomes(passed=4, failed=1)
    log = json.loads((pytester.path / "traffic.har").read_text("utf-8"))["log"]
    check(log)


def test_nothing_was_asked(run, pytester):
    """The file is there all the same."""
    run("def test_it(): pass", "--aiointercept-report=traffic.har").assert_outcomes(passed=1)
    log = json.loads((pytester.path / "traffic.har").read_text("utf-8"))["log"]
    assert log["entries"] == []


@pytest.mark.parametrize("path", ["traffic.txt", "traffic", "."])
def test_the_name_must_say_what_is_written(run, path):
    """Before any test runs."""
    result = run("def test_it(): pass", f"--aiointercept-report={path}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--aiointercept-report must name a file that ends*{path!r}"])


def test_what_cannot_be_shown_ends_no_run(run, pytester):
    """A user's function that fails while secrets are masked is told of in the entry."""
    result = run(
        """
        import asyncio, pytest
        from aiointercept import Redaction
        from client import read

        def broken(message):
            raise LookupError("hush")

        @pytest.mark.aiointercept(redact=Redaction(also=broken))
        def test_it(aiointercept_mock):
            aiointercept_mock.get("/secret")
            read(aiointercept_mock.server_url + "/secret")
        """,
        "--aiointercept-report=traffic.har",
    )
    result.assert_outcomes(passed=1)
    (entry,) = json.loads((pytester.path / "traffic.har").read_text("utf-8"))["log"]["entries"]
    assert entry["comment"].startswith("LookupError")
    assert "secret" not in entry["request"]["url"]


def test_frozen_time_changes_no_order(run, pytester):
    """Tests stay in the order in which they ran, and the report has the time of the run."""
    run(
        """
        import asyncio
        import time
        import pytest
        from client import fetch

        @pytest.fixture
        def past(monkeypatch):
            monkeypatch.setattr(time, "time", lambda: 1.0)

        @pytest.mark.aiointercept(mock_external_urls=True)
        def test_now(aiointercept_mock):
            aiointercept_mock.get("https://api.test/now")
            asyncio.run(fetch("https://api.test/now"))

        @pytest.mark.aiointercept(mock_external_urls=True)
        def test_past(past, aiointercept_mock):
            aiointercept_mock.get("https://api.test/past")
            asyncio.run(fetch("https://api.test/past"))
        """,
        "--aiointercept-report=traffic.har",
    ).assert_outcomes(passed=2)
    log = json.loads((pytester.path / "traffic.har").read_text("utf-8"))["log"]
    assert [one["request"]["url"][-4:] for one in log["entries"]] == ["/now", "past"]
    assert log["entries"][1]["startedDateTime"].startswith("1970-01-01T00:00:01")
    assert log["_aiointercept"]["started"] > "2020"


def test_no_folder_is_left(run, monkeypatch, tmp_path):
    """What the processes wrote on the way is removed."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run(SUITE, "--aiointercept-report=traffic.har")
    assert list(tmp_path.glob("aiointercept-*")) == []


def test_help_and_markers_tell_of_it(run):
    """With a sentence each."""
    result = run("", "--help")
    result.stdout.re_match_lines([r"\s+--aiointercept-report=PATH", r"\s+write the traffic of all"])


async def test_one_mock_saves_a_page(tmp_path: Path):
    """``m.save`` does it for one mock, with near misses and unused routes."""
    from aiointercept import aiointercept  # noqa: PLC0415  as it is forgotten by runs inside

    file = tmp_path / "folder" / "one.html"
    async with aiointercept() as mock:
        mock.get("/users")
        async with mock.session() as session:
            with pytest.raises(Exception, match="No route|disconnected"):
                await session.get(f"{mock.server_url}/user")
        mock.save(file)
    page = file.read_text("utf-8")
    log = json.loads(re.search(r'id="har">(.*?)</script>', page)[1])["log"]
    (entry,) = log["entries"]
    (miss,) = entry["_aiointercept"]["near_misses"]
    assert miss["differences"] == [{"part": "path", "expected": "/users", "actual": "/user"}]
    (unused,) = log["_aiointercept"]["unused_routes"]
    assert unused["route"].endswith("/users")
