"""``m.replay`` and ``m.save``: routes from recorded traffic, and traffic as a file."""

import os
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from yarl import URL

from aiointercept.adapters.blocking import beside_loop, in_thread
from aiointercept.adapters.files import clean_path, load, save
from aiointercept.adapters.side_files import resolve, with_bodies_read, with_files_found
from aiointercept.api.argument_errors import explains_arguments
from aiointercept.api.cassette import own_version, shown
from aiointercept.api.handle import MockResponse, MockWebSocket
from aiointercept.api.life_cycle import LifeCycle
from aiointercept.api.run import MockRun
from aiointercept.api.targets import clean_origin
from aiointercept.api.values import clean_repeat
from aiointercept.core.calls import Call, CallLog
from aiointercept.core.http.encodings import encode_chunks
from aiointercept.core.recording.entries import Entry, StoredBody
from aiointercept.core.recording.match_on import DEFAULT_PARTS, MatchOn, clean_match_on
from aiointercept.core.recording.redacting.concealing import Concealer
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.routing.replies import WebSocket
from aiointercept.core.routing.routes import Registration, Route

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

_CHUNK = 1 << 18


class Cassettes(LifeCycle):
    """The part of the mock that replays and saves traffic."""

    _log: CallLog
    _redaction: Redaction | None
    _run: MockRun

    @abstractmethod
    def _require_start(self) -> None:
        """Raise unless the mock is started."""
        ...

    @abstractmethod
    def _handle(self, route: Route, kind: type[Any]) -> Any:
        """Add ``route`` and return a handle of it."""
        ...

    @explains_arguments
    def replay(
        self,
        path: str | os.PathLike[str],
        *,
        match_on: Iterable[Any] = DEFAULT_PARTS,
        repeat: bool | int = False,
        base_url: str | URL | None = None,
    ) -> list[MockResponse]:
        """Register a route for each exchange of a recorded file, in order.

        These routes come after all others. Files of browsers, Playwright, mitmproxy and Postman
        replay too.

        Args:
            path: of a ``.har`` file, or of a ``.yaml`` or ``.yml`` file of VCR.py.
            match_on: what is compared with the recorded requests: ``method``, ``scheme``,
                ``host``, ``port``, ``path``, ``query``, ``url``, ``body``, ``json``, ``headers``,
                matchers, and functions ``(recorded, request) -> bool``.
            repeat: ``False`` for each exchange once, a number of times, or ``True`` for each once,
                and then the last one for that request indefinitely.
            base_url: replaces the recorded origin, for example by ``m.server_url``.

        Returns:
            The handles, in order.

        Raises:
            CassetteError: if the file is missing or broken, naming file, entry and field.
            RuntimeError: before the start.
            TypeError: for a value of the wrong type, naming the argument.
            ValueError: for a suffix, a part or a ``base_url`` that does not exist.

        .. versionadded:: 1.1
        """
        self._require_start()
        file = clean_path(path, "path")
        rules = clean_match_on(match_on, self._redaction)
        limit = clean_repeat(repeat)
        base = clean_origin(base_url)

        def read() -> Sequence[Entry]:
            entries = with_files_found(file, load(file).entries)
            return with_bodies_read(entries, file.parent) if rules.needs_body else entries

        return self._replay(file, beside_loop(read), rules, limit, base)

    def _replay(
        self,
        file: Path,
        entries: Sequence[Entry],
        rules: MatchOn,
        limit: int | None = 1,
        base_url: URL | None = None,
    ) -> list[MockResponse]:
        # Few mocks replay: the package is to be imported quickly.
        from aiointercept.adapters.handling.recorded_conversation import (  # noqa: PLC0415
            recorded_conversation,
        )
        from aiointercept.core.recording.replaying import Replay  # noqa: PLC0415

        replay = Replay(
            shown(file), rules, _opener(file.parent), recorded_conversation, limit, base_url
        )
        return [
            self._handle(
                route, MockWebSocket if isinstance(route.reply, WebSocket) else MockResponse
            )
            for route in replay.routes(entries)
        ]

    @explains_arguments
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what this mock has seen so far: all calls that have ended, in order.

        Secrets are masked as ``redact=`` says. A ``.har``, ``.yaml`` or ``.yml`` file is one that
        :meth:`replay` takes. An ``.html`` file is a page to look at, with near misses and unused
        routes.

        Args:
            path: of the file, which is replaced; its suffix says what is written.

        Raises:
            OSError: if it cannot be written.
            TypeError: if ``path`` is not a path.
            ValueError: for another suffix.

        .. versionadded:: 1.1
        """
        if str(path).lower().endswith(".html"):
            calls, routes = self._log.snapshot(), self._run.routes
            beside_loop(lambda: _write_page(Path(path), calls, routes, self._redaction))
            return
        from aiointercept.core.recording.from_calls import entries_of  # noqa: PLC0415  as above

        file = clean_path(path, "path")
        run = self._cassette_run
        calls, redaction = self._log.snapshot(), self._redaction

        def write() -> None:
            recorded: Sequence[Entry] = ()
            if run is not None:
                run.flush()
                recorded = run.recorded
            entries = entries_of(calls, recorded, Concealer(redaction))
            save(file, None, entries, redaction, version=own_version(), anew=True)

        beside_loop(write)


def _write_page(
    file: Path, calls: list[Call], routes: list[Registration], redaction: Redaction | None
) -> None:
    # Rarely needed, and the package should be imported quickly.
    from aiointercept.report.collecting import Snapshot, har_of_mock  # noqa: PLC0415
    from aiointercept.report.page import render_page  # noqa: PLC0415

    text = render_page(har_of_mock(Snapshot(calls, routes, redaction), own_version()))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _opener(folder: Path) -> Any:
    def open_body(body: StoredBody, encodings: tuple[str, ...]) -> AsyncIterator[bytes]:
        return _chunks(resolve(body, folder), encodings)

    return open_body


async def _chunks(path: Path, encodings: tuple[str, ...]) -> AsyncIterator[bytes]:
    chunks = encode_chunks(_pieces(path), encodings)
    while chunk := await in_thread(lambda: next(chunks, b"")):
        yield chunk


def _pieces(path: Path) -> Iterator[bytes]:
    """Read a file piece by piece, closed in between, because the client may leave at any time."""
    start = 0
    while True:
        with path.open("rb") as file:
            file.seek(start)
            piece = file.read(_CHUNK)
        if not piece:
            return
        start += len(piece)
        yield piece
