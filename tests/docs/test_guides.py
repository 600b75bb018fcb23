"""The Python blocks of the guides do what the guides say."""

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def functions_of(guide: str) -> dict[str, Any]:
    """Run the blocks of a guide in order, as one module, and return what they define."""
    text = (DOCS / guide).read_text("utf-8")
    names: dict[str, Any] = {"__name__": guide}
    for block in BLOCK.findall(text):
        exec(compile(block, str(DOCS / guide), "exec"), names)  # noqa: S102 - our own guide
    return names


@pytest.mark.parametrize(
    "name",
    [
        "test_signed_by",
        "test_with_built_in_matchers",
        "test_transport",
        "test_socketless_transport",
        "test_interceptor",
        "test_upstream",
    ],
)
def test_extending(name: str) -> None:
    """Each test in the guide to extending passes."""
    functions_of("extending.md")[name]()
