from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from aiointercept.adapters.system_clock import SystemClock
from aiointercept.api.cassette import CassetteRun, clean_cassette, own_version, shown
from aiointercept.api.recording_settings import ENVIRONMENT
from aiointercept.core.calls import CallLog
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.errors import CassetteError
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.recording.entries import Entry
from aiointercept.core.routing.policy import Policy
from aiointercept.core.routing.registry import Registry


def run(path: Path, record: str) -> CassetteRun:
    """Return a loaded run."""
    options, _ = clean_cassette(path, record, None, None)
    assert options is not None
    one = CassetteRun(options)
    one.load()
    return one


def dispatcher() -> MockDispatcher:
    """Return the core of a mock."""
    clock = SystemClock()
    return MockDispatcher(Registry(), CallLog(clock), Policy(), clock)


def record_one(one: CassetteRun, core: MockDispatcher) -> None:
    """Record one exchange."""
    upstreams: Any = core.upstreams
    slot = upstreams.recorder.begin()
    slot.finish(Entry(Request("GET", URL("https://a.test/")), Response(200)))
    assert one.recorded


def test_a_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message tells how to record, and what is in the way of that."""
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    with pytest.raises(CassetteError, match="record='once'.*aiointercept-record=once$"):
        run(tmp_path / "a.har", "none")
    monkeypatch.setenv(ENVIRONMENT, "none")
    with pytest.raises(CassetteError, match=f"Unset {ENVIRONMENT} before"):
        run(tmp_path / "a.har", "once")


def test_recording(tmp_path: Path) -> None:
    """The mock forwards what no route takes while it records, and is as before when it ends."""
    path = tmp_path / "a.har"
    core = dispatcher()
    before = core.policy, core.upstreams
    one = run(path, "once")
    one.begin(core, lambda _entries: pytest.fail("there is nothing to replay"))
    assert core.policy.forward_unmatched
    assert core.hint is not None
    assert "record='once'" in core.hint
    record_one(one, core)
    one.end(core)
    assert (core.policy, core.upstreams, core.hint) == (*before, None)
    one.save(failed=False)
    again = run(path, "once")
    found: list[Any] = []
    again.begin(core, found.extend)
    assert len(found) == 1
    assert core.upstreams is None
    assert "record='new'" in (core.hint or "")
    again.end(core)
    again.save(failed=False)


def test_all_replays_nothing(tmp_path: Path) -> None:
    """What was there is asked for anew; if nothing was asked, it stays."""
    path = tmp_path / "a.har"
    core = dispatcher()
    first = run(path, "new")
    first.begin(core, lambda _: None)
    record_one(first, core)
    first.end(core)
    first.save(failed=False)
    text = path.read_bytes()
    second = run(path, "all")
    second.begin(core, lambda _: pytest.fail("it must not replay"))
    second.end(core)
    second.save(failed=False)
    assert path.read_bytes() == text


async def test_settle(tmp_path: Path) -> None:
    """Exchanges that are about to end are waited for, others not for ever."""
    core = dispatcher()
    one = run(tmp_path / "a.har", "all")
    await one.settle()
    one.begin(core, lambda _: None)
    upstreams: Any = core.upstreams
    upstreams.recorder.begin()
    await one.settle()
    one.end(core)
    assert one.recorded == []


def test_no_file(tmp_path: Path) -> None:
    """The error names the option."""
    with pytest.raises(CassetteError, match=r"a\.har: .*pytest --aiointercept-record=once"):
        run(tmp_path / "a.har", "none")


def test_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The shorter of two ways to write a path."""
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "sub" / "a.har") == str(Path("sub") / "a.har")
    assert shown(Path("/a.har")) == "/a.har"
    assert own_version()
