from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aiointercept.pytest_cassettes import cassette_of

ROOT = Path("/project")


def test_a_cassette_for_each_test() -> None:
    """It is found by the name of the test, beside the module or in one folder."""
    item: Any = SimpleNamespace(
        nodeid="tests/test_api.py::TestUsers::test_one[a/b]",
        name="test_one[a/b]",
        path=ROOT / "tests" / "test_api.py",
        config=SimpleNamespace(rootpath=ROOT),
    )
    beside = cassette_of(item, "")
    assert beside.parent == ROOT / "tests" / "cassettes" / "test_api"
    assert beside.name.startswith("TestUsers.test_one")
    assert beside.suffix == ".har"
    assert "/" not in beside.name
    assert cassette_of(item, "tapes") == ROOT / "tapes" / "tests" / "test_api" / beside.name
