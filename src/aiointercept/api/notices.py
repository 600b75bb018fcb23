"""Hints: what a user should know although no test fails for it, each given once in a test."""

import logging
from typing import Final

from aiointercept.api.watching import hint_listener

_logger: Final = logging.getLogger("aiointercept")


class Hints:
    """The hints of one block. Outside of tests, each is given once in a block."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, subject: str, text: str) -> None:
        """Log ``text``, unless there was a hint on ``subject`` already.

        Args:
            subject: what it is about.
            text: for the user.
        """
        listener = hint_listener()
        new = subject not in self._told if listener is None else listener(subject, text)
        self._told.add(subject)
        if new:
            _logger.warning("%s", text)

    def clear(self) -> None:
        """Begin anew."""
        self._told.clear()
