"""Hints: what a user ought to know though no test fails for it, each told once in a test."""

import logging
from typing import Final

from aiointercept.api.watching import hint_listener

_logger: Final = logging.getLogger("aiointercept")


class Hints:
    """The hints of one block. Where no test is known, they are told once in a block."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, subject: str, text: str) -> None:
        """Log ``text``, unless ``subject`` was told already.

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
