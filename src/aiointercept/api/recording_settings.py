"""Settings of a whole test run for recording. Light, because the pytest plugin imports it."""

import os
from typing import Final

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

ENVIRONMENT: Final = "AIOINTERCEPT_RECORD"
RECORDED: Final = {
    "none": "",
    "once": "what has no file yet",
    "new": "what is not in them",
    "all": "everything anew",
}


class RecordingSettings:
    """Settings from outside of the code.

    Attributes:
        command_line: the mode that ``--aiointercept-record`` names.
        ini: the mode that the ini option ``aiointercept_record`` names.
        saved: the cassettes that were written, as paths to show; ``None`` for none.
    """

    def __init__(self) -> None:
        self.command_line: str | None = None
        self.ini: str | None = None
        self.saved: list[str] | None = None

    @property
    def environment(self) -> str | None:
        """The mode from the environment."""
        return os.environ.get(ENVIRONMENT) or None

    def described(self) -> str | None:
        """Return what a test run records, and by which setting; ``None`` if it only replays."""
        for mode, origin in (
            (self.environment, f"the environment variable {ENVIRONMENT}"),
            (self.command_line, "--aiointercept-record"),
            (self.ini, "the ini option aiointercept_record"),
        ):
            if mode:
                recorded = RECORDED.get(mode)
                return f"cassettes record {recorded} ({origin} is {mode!r})" if recorded else None
        return None


SETTINGS: Final = RecordingSettings()
"""Those of this process."""
