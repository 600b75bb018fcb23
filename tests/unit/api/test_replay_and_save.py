from pathlib import Path

import pytest

from aiointercept import aiointercept
from aiointercept.core.errors import NotStartedError


def test_before_the_start() -> None:
    """There is nothing to add routes to; what was seen can be saved at any time."""
    with pytest.raises(NotStartedError):
        aiointercept().replay("a.har")


def test_saved_after_the_block(tmp_path: Path) -> None:
    """The log outlives the block, and so does what can be saved of it."""
    with aiointercept() as m:
        pass
    m.save(tmp_path / "a.har")
    assert '"entries": []' in (tmp_path / "a.har").read_text("utf-8")
