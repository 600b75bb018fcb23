"""``record=``: what a cassette does with requests that it contains, and with others."""

import enum
from typing import Any, Final

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class RecordMode(enum.Enum):
    """What is recorded."""

    NONE = "none"
    ONCE = "once"
    NEW = "new"
    ALL = "all"

    def replays(self) -> bool:
        """Whether recorded exchanges answer requests."""
        return self is not RecordMode.ALL

    def records(self, *, file_exists: bool) -> bool:
        """Whether requests that are not in the file go to the real servers and are recorded."""
        if self is RecordMode.ONCE:
            return not file_exists
        return self is not RecordMode.NONE


_OF_VCR: Final = "new_episodes"


def clean_mode(given: Any, origin: str = "record") -> RecordMode | None:
    """Return the mode of this name; ``None`` for ``None``.

    Args:
        given: the name.
        origin: where it was given, for the message.

    Raises:
        ValueError: for another name.
        TypeError: if it is not a text.
    """
    if given is None or isinstance(given, RecordMode):
        return given
    names = ", ".join(repr(mode.value) for mode in RecordMode)
    msg = f"{origin} must be one of {names}, not {given!r}"
    if given == _OF_VCR:
        msg += f". Did you mean {RecordMode.NEW.value!r}?"
    if not isinstance(given, str):
        raise TypeError(msg)
    try:
        return RecordMode(given)
    except ValueError:
        raise ValueError(msg) from None


def choose_mode(
    environment: str | None, run: str | None, given: Any, default: str | None
) -> RecordMode:
    """Return the mode to use: the first one that is given.

    Args:
        environment: of the variable ``AIOINTERCEPT_RECORD``.
        run: of the command line.
        given: of ``record=``, or of a marker.
        default: of the ini file.

    Raises:
        ValueError: for a name that is not one.
        TypeError: for what is not a name.
    """
    modes = (
        clean_mode(environment or None, "the environment variable AIOINTERCEPT_RECORD"),
        clean_mode(run or None, "--aiointercept-record"),
        clean_mode(given),
        clean_mode(default or None, "the ini option aiointercept_record"),
    )
    return next((mode for mode in modes if mode is not None), RecordMode.NONE)
