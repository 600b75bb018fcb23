"""Hints: what a user ought to know though no test fails for it, each told once in a test.

A test runner's plugin collects them while a test runs, to tell of them in its report. Such a plugin
is there in every run of the tests, so this module imports nothing that it could do without.
"""

import logging
from typing import Final

_logger: Final = logging.getLogger("aiointercept")


class Hints:
    """What has been told: in one test, or in one block where no test is known."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    @property
    def texts(self) -> list[str]:
        """Everything that was told, in order."""
        return list(self._told.values())

    def add(self, subject: str, text: str) -> bool:
        """Add ``text``. Return whether ``subject`` is new."""
        new = subject not in self._told
        self._told.setdefault(subject, text)
        return new

    def clear(self) -> None:
        """Begin anew."""
        self._told.clear()


_collecting: Final[list[Hints]] = []


def collect(hints: Hints) -> None:
    """Have ``hints``, and no other, collect what is told, until :func:`stop_collecting`."""
    _collecting.append(hints)


def stop_collecting(hints: Hints) -> None:
    """Undo one :func:`collect`."""
    _collecting.remove(hints)


def tell(subject: str, text: str, block: Hints) -> None:
    """Log ``text``, unless ``subject`` was told already.

    Args:
        subject: what it is about; the same subject is told once.
        text: for the user.
        block: what was told in the block of the mock; for where nobody collects.
    """
    if (_collecting[-1] if _collecting else block).add(subject, text):
        _logger.warning("%s", text)
