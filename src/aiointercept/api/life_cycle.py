"""The life cycle of a block: what is started, stopped and awaited, and in which order."""

from abc import ABC, abstractmethod
from contextlib import ExitStack
from functools import partial
from types import TracebackType

from typing_extensions import Self

from aiointercept.adapters.apps.app_host import AppHost
from aiointercept.adapters.blocking import beside_loop, in_thread
from aiointercept.api.cassette import CassetteOptions, CassetteRun
from aiointercept.api.claiming import Claim
from aiointercept.core.dispatcher import MockDispatcher
from aiointercept.core.ports.transport import Listener

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class LifeCycle(ABC):
    """The part of the mock that begins and ends a block."""

    _claim: Claim
    _started: bool
    _undo: ExitStack
    _apps: AppHost
    _transport: Listener
    _dispatcher: MockDispatcher
    _cassette: CassetteOptions | None
    _cassette_run: CassetteRun | None

    @abstractmethod
    def _begin(self, undo: ExitStack) -> None:
        """Start all parts, and push on ``undo``, at once, what stops each."""
        ...

    @abstractmethod
    def _conclude(self, leaving: BaseException | None) -> None:
        """Verify what happened in the block, and release the claim.

        Args:
            leaving: the exception that ends the block, if one does.
        """
        ...

    def __enter__(self) -> Self:
        self._claim.take()
        cassette = self._cassette
        if cassette is not None:
            with self._claim.released_on_error():
                self._cassette_run = beside_loop(partial(_load, cassette))
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        if not self._started:  # stopped inside the block
            return
        run = self._cassette_run
        try:
            self._stop()
            self._apps.join()
        finally:
            if run is not None:
                beside_loop(partial(self._save, run, error))
            self._conclude(error)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        if not self._started:  # stopped inside the block
            return
        run = self._cassette_run
        try:
            try:
                if run is not None:
                    await run.settle()
                self._stop()
            finally:
                try:
                    await self._transport.wait_closed()
                    await self._apps.wait_closed()
                finally:
                    if run is not None:
                        await in_thread(partial(self._save, run, error))
        finally:
            self._conclude(error)

    async def start(self) -> None:
        """Begin, as at the beginning of a block.

        Raises:
            RuntimeError: if it is already started.
        """
        self._claim.take()
        cassette = self._cassette
        if cassette is not None:
            with self._claim.released_on_error():
                self._cassette_run = await in_thread(partial(_load, cassette))
        self._start()

    async def stop(self) -> None:
        """End, as at the end of a block; harmless if it has ended already.

        Raises:
            Exception: errors in callbacks, and what ``strict`` finds missing.
        """
        if self._started:
            await self.__aexit__(None, None, None)

    def _start(self) -> None:
        with self._claim.released_on_error(), ExitStack() as undo:
            self._begin(undo)
            self._undo = undo.pop_all()
        self._started = True

    def _stop(self) -> None:
        self._started = False
        self._undo.close()

    def _save(self, run: CassetteRun, leaving: BaseException | None) -> None:
        """Write the cassette if there is something to write; blocks."""
        try:
            run.save(failed=leaving is not None)
        except Exception as error:  # noqa: BLE001  it is raised when the block ends
            self._dispatcher.defer_error(error)


def _load(cassette: CassetteOptions) -> CassetteRun:
    """Return a cassette for one block, read from its file; blocks."""
    run = CassetteRun(cassette)
    run.load()
    return run
