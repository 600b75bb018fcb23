"""The cassette of a mock: read when the block begins, replayed, recorded, written at its end."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from attrs import define, evolve, field, frozen

from aiointercept.adapters.files import Cassette, clean_path, load, save
from aiointercept.adapters.passthrough.body_sink import TemporaryFolder
from aiointercept.adapters.side_files import with_bodies_read, with_files_found
from aiointercept.api.recording_settings import ENVIRONMENT, SETTINGS
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.errors import CassetteError
from aiointercept.core.ports.upstream import UpstreamFactory
from aiointercept.core.recording.entries import Entry
from aiointercept.core.recording.match_on import DEFAULT_PARTS, MatchOn, clean_match_on
from aiointercept.core.recording.modes import RecordMode, choose_mode
from aiointercept.core.recording.recorder import Recorder
from aiointercept.core.recording.redacting.redaction import Redaction, clean_redaction
from aiointercept.core.reporting.wording import count
from aiointercept.core.routing.policy import Policy

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

# Data between the two ends of a connection arrives within a few iterations of the loop.
_MOST_TURNS: Final = 20
_logger: Final = logging.getLogger("aiointercept")


@lru_cache(maxsize=1)
def own_version() -> str:
    """Return the version of aiointercept, which is looked up when it is first wanted."""
    from importlib.metadata import version  # noqa: PLC0415  few need it, and it is slow to import

    return version("aiointercept")


@frozen(eq=False, repr=False)
class CassetteOptions:
    """The options ``cassette``, ``record``, ``redact`` and ``match_on``, validated.

    Args:
        path: of the file.
        mode: what is recorded.
        redaction: masks secrets; ``None`` for none.
        rules: which parts of requests are compared.
    """

    path: Path
    mode: RecordMode
    redaction: Redaction | None
    rules: MatchOn


def clean_cassette(
    cassette: Any, record: Any, redact: Any, match_on: Any
) -> tuple[CassetteOptions | None, Redaction | None]:
    """Return what the options of a mock say, and what it masks.

    Raises:
        TypeError: for a value of the wrong type, naming the argument.
        ValueError: for a mode or a suffix that does not exist, and for ``record`` or ``match_on``
            without a cassette.
    """
    redaction = clean_redaction(redact)
    if cassette is None:
        for name, value in (("record", record), ("match_on", match_on)):
            if value is not None:
                msg = f"{name} needs a cassette: give cassette='cassettes/users.har' too"
                raise ValueError(msg)
        return None, redaction
    rules = clean_match_on(DEFAULT_PARTS if match_on is None else match_on, redaction)
    mode = choose_mode(SETTINGS.environment, SETTINGS.command_line, record, SETTINGS.ini)
    return CassetteOptions(clean_path(cassette), mode, redaction, rules), redaction


@define(eq=False, repr=False)
class CassetteRun:
    """A cassette in one block of a mock.

    Args:
        options: which file, and what to record.
    """

    options: CassetteOptions
    _old: Cassette | None = field(default=None, init=False)
    _recorder: Recorder | None = field(default=None, init=False)
    _folder: TemporaryFolder = field(factory=TemporaryFolder, init=False)
    _ended: bool = field(default=False, init=False)
    _before: tuple[Policy, UpstreamFactory | None] | None = field(default=None, init=False)

    def load(self) -> None:
        """Read the file; blocks.

        Raises:
            CassetteError: if it cannot be read, or is missing though nothing is to be recorded.
        """
        path, mode = self.options.path, self.options.mode
        if path.exists() or path.is_symlink():
            self._old = load(path)
            if mode.replays():
                entries = with_files_found(path, self._old.entries)
                if self.options.rules.needs_body:
                    entries = with_bodies_read(entries, path.parent)
                self._old = evolve(self._old, entries=entries)
        elif mode is RecordMode.NONE:
            msg = (
                "there is no such file: record it with record='once', or by running "
                "pytest --aiointercept-record=once"
            )
            if SETTINGS.environment:
                msg += f". Unset {ENVIRONMENT} before, as it comes first"
            raise CassetteError(msg, file=str(path))
        if mode.records(file_exists=self._old is not None):
            self._recorder = Recorder()

    def begin(
        self, dispatcher: MockDispatcher, replay: Callable[[Sequence[Entry]], object]
    ) -> None:
        """Make the mock replay the file, and record if the mode says so.

        Args:
            dispatcher: of the mock.
            replay: adds a route for each entry.
        """
        if self._old is not None and self.options.mode.replays():
            replay(self._old.entries)
        dispatcher.hint = self._hint()
        if self._recorder is None:
            return
        self._before = dispatcher.policy, dispatcher.upstreams
        dispatcher.policy = evolve(
            dispatcher.policy,
            forward_unmatched=True,
            carry_forwarded=True,
            leave_loopback=False,
        )
        # Few mocks record: the package is to be imported quickly.
        from aiointercept.adapters.passthrough.recording import RecordingUpstreams  # noqa: PLC0415

        inner = dispatcher.upstreams
        dispatcher.upstreams = RecordingUpstreams(self._recorder, self._folder, inner)

    def _hint(self) -> str:
        mode = "new" if self._old is not None else "once"
        file = shown(self.options.path)
        return (
            f"the cassette {file} has no such request left; record={mode!r}, or pytest "
            f"--aiointercept-record={mode}, records it"
        )

    async def settle(self) -> None:
        """Let exchanges finish whose clients have their answer, or have given up."""
        recorder = self._recorder
        for _ in range(_MOST_TURNS):
            if recorder is None or not recorder.is_waiting:
                break
            await asyncio.sleep(0)

    def end(self, dispatcher: MockDispatcher) -> None:
        """Stop recording; later exchanges are not recorded."""
        dispatcher.hint = None
        if self._recorder is not None:
            self._recorder.seal()
        if self._before is not None:
            dispatcher.policy, dispatcher.upstreams = self._before
            self._before = None

    @property
    def recorded(self) -> list[Entry]:
        """The exchanges recorded so far; after the block, without the bodies that were in files."""
        entries = [] if self._recorder is None else self._recorder.entries()
        if not self._ended:
            return entries
        return [evolve(entry, request_file=None, response_file=None) for entry in entries]

    def flush(self) -> None:
        """Flush temporary files, so that the bodies in them can be read; blocks."""
        self._folder.flush()

    def save(self, *, failed: bool) -> None:
        """Write the file if there is something to write; blocks.

        Args:
            failed: whether an exception leaves the block: then an empty file is not made.

        Raises:
            OSError: if it cannot be written.
        """
        try:
            self._folder.close_files()
            if self._recorder is None:
                return
            recorded = self._recorder.entries()
            if recorded or (self._old is None and not failed):
                options = self.options
                written = save(
                    options.path,
                    self._old,
                    recorded,
                    options.redaction,
                    version=own_version(),
                    anew=options.mode is RecordMode.ALL,
                )
                if written:
                    _warn_of_failures(options.path, recorded)
                    if SETTINGS.saved is not None:
                        SETTINGS.saved.append(str(options.path.absolute()))
        finally:
            self._ended = True
            self._folder.remove()


def _warn_of_failures(path: Path, recorded: Sequence[Entry]) -> None:
    """Warn of exchanges without a response: a server that was not running fails in replays, too."""
    number = sum(entry.response is None for entry in recorded)
    if number:
        _logger.warning(
            "the cassette %s has recorded %s without a response, which will fail in replays as it "
            "did now. If that is not intended, delete the file or record it with 'all'",
            shown(path),
            count(number, "request", "requests"),
        )


def shown(path: Path) -> str:
    """Return a path as messages show it: relative to the working directory if that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # on another drive
        return str(path)
    return min(relative, str(path), key=len)
