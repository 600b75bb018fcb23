"""The pytest plugin: two fixtures, a marker, options, and sections in reports.

pytest loads this module in every run, whether or not a test uses a mock. So the rest of the package
is imported when the first mock is created. Other modules render the reports.
"""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import pytest

from aiointercept.api.recording_settings import RECORDED, SETTINGS
from aiointercept.api.watching import (
    add_hint_listener,
    add_watcher,
    remove_hint_listener,
    remove_watcher,
    watching,
)
from aiointercept.pytest_cassettes import cassette_of, give_fixture
from aiointercept.report.run_summary import HINTS, RECORDED_CASSETTES, RunSummary

if TYPE_CHECKING:
    # See above.
    from aiointercept.api.mock import aiointercept
    from aiointercept.api.run import MockRun

_MARKER: Final = "aiointercept"
_MOST_SECTIONS: Final = 5  # the latest mocks are closest to the failure
_STRICT: Final = "aiointercept_strict"
_MOCK_EXTERNAL_URLS: Final = "aiointercept_mock_external_urls"
_TRANSPORT: Final = "aiointercept_transport"
_RECORD: Final = "aiointercept_record"
_RECORD_OPTION: Final = "--aiointercept-record"
_CASSETTE_DIR: Final = "aiointercept_cassette_dir"
_REPORT_OPTION: Final = "--aiointercept-report"


class _TestRun:
    """The state of one running test.

    Attributes:
        mocks: the mocks that were active in the test, in the order of their start.
        left_by_exception: whether an exception has ended the test itself or its setup.
        reported: whether one of its reports already describes the mocks.
        hints: hints for the user that do not fail the test, by subject.
    """

    def __init__(self) -> None:
        self.hints: dict[str, str] = {}
        self.mocks: list[MockRun] = []
        self.left_by_exception = False
        self.reported = False

    def note(self, run: "MockRun") -> None:
        """Add a mock that has started."""
        self.mocks.append(run)

    def hear(self, subject: str, text: str) -> bool:
        """Add a hint. Return whether its subject is new."""
        new = subject not in self.hints
        self.hints.setdefault(subject, text)
        return new


_RUN: Final = pytest.StashKey[_TestRun]()
_SETTINGS: Final = pytest.StashKey[tuple[str | None, str | None, list[str] | None]]()
_SERVER: Final = pytest.StashKey["MockRun"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and ini options."""
    parser.getgroup("aiointercept").addoption(
        _RECORD_OPTION,
        choices=tuple(RECORDED),
        help="the mode of all cassettes of this run: none (replay only), once (record if there is "
        "no file), new (add what is not in the file), or all (record everything anew)",
    )
    parser.getgroup("aiointercept").addoption(
        _REPORT_OPTION,
        metavar="PATH",
        help="write the traffic of all mocks of this run to PATH, as a page to look at (.html) or "
        "as HAR (.har)",
    )
    parser.addini(
        _RECORD,
        "the mode of cassettes that nothing else sets: none, once, new or all (default: none)",
    )
    parser.addini(
        _CASSETTE_DIR,
        "where cassette=True of the marker has its files, relative to the root of the project "
        "(default: a folder 'cassettes' beside each test file)",
    )
    parser.addini(
        _STRICT,
        "whether a test fails when a request to an aiointercept fixture matched no route, or a "
        "route was never used (default: false)",
        type="bool",
        default=False,
    )
    parser.addini(
        _TRANSPORT,
        "how clients reach the mock of the fixture aiointercept_mock: loopback, or socketless for "
        "suites that forbid sockets (default: loopback)",
        default="loopback",
    )
    parser.addini(
        _MOCK_EXTERNAL_URLS,
        "whether the fixture aiointercept_mock intercepts every aiohttp client (default: false)",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and configure recording and reporting for this run."""
    ini: str = config.getini(_RECORD)
    if ini and ini not in RECORDED:
        msg = f"the ini option {_RECORD} must be one of {', '.join(RECORDED)}, not {ini!r}"
        raise pytest.UsageError(msg)
    config.stash[_SETTINGS] = SETTINGS.command_line, SETTINGS.ini, SETTINGS.saved
    SETTINGS.command_line, SETTINGS.ini = config.getoption(_RECORD_OPTION), ini or None
    SETTINGS.saved = []
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(mock_external_urls=True, strict=True, ...): how the fixture aiointercept_mock "
        "is made for this test; takes the keywords of aiointercept(...). A test with cassette=... "
        "does not have to name the fixture",
    )
    config.pluginmanager.register(RunSummary(), "aiointercept-summary")
    path: str | None = config.getoption(_REPORT_OPTION)
    if path is not None:
        _begin_report(config, path)


def _begin_report(config: pytest.Config, path: str) -> None:
    from aiointercept.report.pytest_hooks import TrafficReport  # noqa: PLC0415  see above

    report = TrafficReport(config, path, lambda: config.stash.get(_SERVER, None))
    add_watcher(report.collector.add)
    config.add_cleanup(lambda: remove_watcher(report.collector.add))
    config.pluginmanager.register(report, "aiointercept-report")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Restore the settings for recording."""
    before = config.stash.get(_SETTINGS, None)
    if before is not None:
        SETTINGS.command_line, SETTINGS.ini, SETTINGS.saved = before


def pytest_report_header() -> str | None:
    """Print the record mode if this run records."""
    recorded = SETTINGS.described()
    return recorded and f"aiointercept: {recorded}"


@pytest.fixture
def aiointercept_mock(request: pytest.FixtureRequest) -> "Iterator[aiointercept]":
    """A mock of remote HTTP servers for one test; the marker ``aiointercept`` configures it."""
    __tracebackhide__ = True
    item: pytest.Item = request.node
    options = _options(item)
    strict = options.pop("strict")
    if _is_overridden(request, "aiointercept_server"):
        # The project has its own server fixture, which its tests use as the mock.
        server: aiointercept = request.getfixturevalue("aiointercept_server")
        server.clear()
        yield server
        server.clear()
        return
    mock, run = _started(options)
    with ExitStack() as block:
        block.push(mock)
        yield mock
        run.verify(strict=strict and not item.stash[_RUN].left_by_exception)


@pytest.fixture(scope="session")
def aiointercept_server(request: pytest.FixtureRequest) -> "Iterator[aiointercept]":
    """A mock HTTP server at the same URL in all tests; each test begins without routes or calls."""
    __tracebackhide__ = True
    mock, run = _started({})
    with ExitStack() as block:
        block.push(mock)
        request.config.stash[_SERVER] = run
        yield mock


def _is_overridden(request: pytest.FixtureRequest, name: str) -> bool:
    """Whether a conftest or test module overrides a fixture of this plugin."""
    # pytest has no public API for this.
    manager: Any = vars(request.session)["_fixturemanager"]
    found = manager.getfixturedefs(name, request.node)
    return bool(found) and found[-1].func.__module__ != __name__


def _started(options: dict[str, Any]) -> "tuple[aiointercept, MockRun]":
    """Return a mock whose block has begun, and its run."""
    from aiointercept.api.mock import aiointercept  # noqa: PLC0415  see the module's docstring

    __tracebackhide__ = True
    mock = aiointercept(**options)
    found: list[MockRun] = []
    with watching(found.append):
        mock.__enter__()
    return mock, found[0]


def _options(item: pytest.Item) -> dict[str, Any]:
    """Return the options for a test's mock, from its markers and otherwise from the ini file."""
    __tracebackhide__ = True
    options: dict[str, Any] = {"mock_external_urls": item.config.getini(_MOCK_EXTERNAL_URLS)}
    transport = item.config.getini(_TRANSPORT)
    if transport == "socketless":
        from aiointercept.testing import SocketlessTransport  # noqa: PLC0415  see the docstring

        options["transport"] = SocketlessTransport()
    elif transport != "loopback":
        msg = f"the ini option {_TRANSPORT} must be 'loopback' or 'socketless', not {transport!r}"
        raise pytest.UsageError(msg)
    options |= _marked(item)
    if options.get("cassette") is True:
        options["cassette"] = cassette_of(item, item.config.getini(_CASSETTE_DIR))
    elif options.get("cassette") is False:
        for name in ("cassette", "record", "match_on"):
            options.pop(name, None)
    return options


def _marked(item: pytest.Item) -> dict[str, Any]:
    """Return the keywords of a test's markers, each from the closest marker that has it.

    ``strict`` is always among them; its default is the ini option.

    Raises:
        TypeError: for a marker with positional arguments.
    """
    __tracebackhide__ = True
    keywords: dict[str, Any] = {"strict": item.config.getini(_STRICT)}
    for marker in reversed(list(item.iter_markers(_MARKER))):
        if marker.args:
            msg = (
                f"the marker {_MARKER} takes keywords only, as in "
                f"@pytest.mark.{_MARKER}(mock_external_urls=True)"
            )
            raise TypeError(msg)
        keywords |= marker.kwargs
    return keywords


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the fixture to tests whose marker has a cassette, and which do not ask for it."""
    for item in items:
        give_fixture(item, _MARKER, "aiointercept_mock", unless="aiointercept_server")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Begin to watch mocks; clear what the session's server received between two tests."""
    __tracebackhide__ = True
    run = item.stash[_RUN] = _TestRun()
    add_watcher(run.note)
    add_hint_listener(run.hear)
    server = item.config.stash.get(_SERVER, None)
    if server is not None:
        server.clear()
        run.note(server)
    result = yield
    _check_marker_of_server(item)
    return result


def _check_marker_of_server(item: pytest.Item) -> None:
    """Fail a test whose marker sets options that the session's server has for all tests."""
    fixtures = getattr(item, "fixturenames", ())
    if "aiointercept_server" not in fixtures or "aiointercept_mock" in fixtures:
        return
    asked = {name for marker in item.iter_markers(_MARKER) for name in marker.kwargs} - {"strict"}
    if asked:
        pytest.fail(
            f"the marker {_MARKER} can only set strict for a test that uses aiointercept_server, "
            f"because all tests share that server, but it sets {', '.join(sorted(asked))}: "
            "use the fixture aiointercept_mock instead",
            pytrace=False,
        )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Verify the session's server at the end of a test."""
    __tracebackhide__ = True
    leaving: BaseException | None = None
    try:
        return (yield)
    except BaseException as error:
        leaving = error
        raise
    finally:
        _end(item, leaving)


def _end(item: pytest.Item, leaving: BaseException | None) -> None:
    __tracebackhide__ = True
    run = item.stash.get(_RUN, None)
    if run is None:
        # Another plugin failed the test before its setup reached us.
        return
    remove_watcher(run.note)
    remove_hint_listener(run.hear)
    server = item.config.stash.get(_SERVER, None)
    if server is not None:
        strict = _marked(item)["strict"] and not run.left_by_exception
        server.verify(leaving, strict=strict)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the calls of the test's mocks to the first report of a failure."""
    report = yield
    run = item.stash.get(_RUN, None)
    if run is None:
        return report
    if call.excinfo is not None:
        run.left_by_exception = True
    if report.failed and not run.reported:
        texts = [text for text in map(_describe, run.mocks[-_MOST_SECTIONS:]) if text]
        report.sections += [(_MARKER, text) for text in texts]
        run.reported = True
    if call.when == "teardown":
        report.sections += [(HINTS, text) for text in run.hints.values()]
        if SETTINGS.saved:
            setattr(report, RECORDED_CASSETTES, SETTINGS.saved)
            SETTINGS.saved = []
        # Requests and their bodies should not live as long as the session.
        del item.stash[_RUN]
    return report


def _describe(run: "MockRun") -> str:
    try:
        return run.report()
    except Exception as error:  # noqa: BLE001  an error of a user's matcher or value
        return f"the mock cannot be described: {type(error).__name__}: {error}"
