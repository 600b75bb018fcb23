"""The error classes, and how one error carries further messages."""

import sys


class NotStartedError(RuntimeError):
    """The test used the mock before its block was entered, or after it was left.

    .. versionadded:: 1.0
    """

    __module__ = "aiointercept.errors"


class UnsupportedAiohttpError(RuntimeError):
    """The installed aiohttp lacks something that interception relies on.

    .. versionadded:: 1.0
    """

    __module__ = "aiointercept.errors"


class UnmetExpectationsError(AssertionError):
    """``strict``: a request matched no route, or a route was used too seldom.

    .. versionadded:: 1.0
    """

    __module__ = "aiointercept.errors"


class AiointerceptWarning(UserWarning):
    """Something in a test is probably not what was meant.

    .. versionadded:: 1.1
    """

    __module__ = "aiointercept.errors"


class CassetteError(Exception):
    """A cassette is missing, cannot be read, or has an invalid entry.

    Args:
        problem: what is wrong, and what to do about it.
        file: the cassette.
        entry: the number of the recorded exchange, counted from 1.
        field: where in the entry, or else in the file, for example ``response.status``.

    .. versionadded:: 1.1
    """

    __module__ = "aiointercept.errors"

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        entry: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.file = file
        self.entry = entry
        self.field = field

    def in_file(self, file: str) -> "CassetteError":
        """Return the same error, with the name of the cassette that it was found in."""
        return CassetteError(self.problem, file=file, entry=self.entry, field=self.field)

    def __str__(self) -> str:
        entry = None if self.entry is None else f"entry {self.entry}"
        place = ", ".join(part for part in (self.file, entry, self.field) if part is not None)
        return f"{place}: {self.problem}" if place else self.problem


class LifespanError(RuntimeError):
    """A mounted ASGI application reports that it could not start, or not clean up.

    .. versionadded:: 1.1
    """

    __module__ = "aiointercept.errors"


class AppUnavailableError(RuntimeError):
    """The event loop of a mounted application cannot serve a request.

    .. versionadded:: 1.1
    """

    __module__ = "aiointercept.errors"


class FurtherErrors(Exception):  # noqa: N818  it is no error of its own but carries the others' notes
    """Further errors, as the context of the one raised, where Python has no exception notes."""


def add_note(error: BaseException, note: str) -> None:
    """Attach ``note`` to ``error``, so that its traceback shows it.

    Python 3.10 shows no notes (PEP 678): there they are shown through an exception that becomes
    the context of ``error``.
    """
    if sys.version_info >= (3, 11):
        error.add_note(note)
        return
    notes: list[str] = getattr(error, "__notes__", [])
    vars(error)["__notes__"] = [*notes, note]
    last = error
    while last.__context__ is not None and not isinstance(last.__context__, FurtherErrors):
        last = last.__context__
    last.__context__ = FurtherErrors("\n".join([*notes, note]))
