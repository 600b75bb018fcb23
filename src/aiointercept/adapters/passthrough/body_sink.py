"""Stores a body while it is relayed: in memory while it is small, else in a temporary file."""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Final

from aiointercept.core.recording.entries import AnyBody, StoredBody

MOST_IN_MEMORY: Final = 1 << 20


class TemporaryFolder:
    """Stores large bodies until a cassette is saved; a separate thread writes the files."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._executor: ThreadPoolExecutor | None = None
        self._files: list[IO[bytes]] = []

    @property
    def executor(self) -> ThreadPoolExecutor:
        """The executor whose single thread writes the files."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="aiointercept-recording")
        return self._executor

    def open(self) -> IO[bytes]:
        """Create a new file; call this in the thread that writes."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="aiointercept-")
        file = tempfile.NamedTemporaryFile(dir=self._folder.name, delete=False)  # noqa: SIM115  closed by close_files()
        self._files.append(file)
        return file

    def flush(self) -> None:
        """Flush all files, so that their content can be read; blocks."""
        if self._executor is not None:
            self._executor.submit(lambda: [file.flush() for file in self._files]).result()

    def close_files(self) -> None:
        """End the thread, and close all files; blocks."""
        if self._executor is not None:
            self._executor.shutdown(wait=True)
            self._executor = None
        while self._files:
            self._files.pop().close()

    def remove(self) -> None:
        """Remove all files; blocks."""
        self.close_files()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


class BodySink:
    """Collects the chunks of one body. Used on one loop."""

    def __init__(self, folder: TemporaryFolder) -> None:
        self._temporary = folder
        self._chunks: list[bytes] = []
        self._size = 0
        self._file: IO[bytes] | None = None

    async def write(self, chunk: bytes) -> None:
        """Add a chunk."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > MOST_IN_MEMORY:
            chunks, self._chunks = self._chunks, []
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._temporary.executor, self._append, chunks)

    def _append(self, chunks: list[bytes]) -> None:
        if self._file is None:
            self._file = self._temporary.open()
        self._file.writelines(chunks)

    def result(self) -> AnyBody:
        """Return everything written; a file is complete once its folder has closed it."""
        if self._file is None:
            return b"".join(self._chunks)
        return StoredBody(self._file.name, self._size)
