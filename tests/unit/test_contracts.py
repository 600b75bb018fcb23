"""The contracts of import-linter refuse what they should: each is broken once, in a copy."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PYPROJECT: Final = ROOT / "pyproject.toml"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("importlinter") is None or not PYPROJECT.exists(),
    reason="needs import-linter, and the contracts in pyproject.toml",
)

LAYERS: Final = "Dependencies point inwards, and every room has its layer"
STRANGERS: Final = "Adapters do not know each other, but share what performs an answer"
PURE_CORE: Final = "The core decides and never performs"
ACYCLIC: Final = "No circles: not between folders, and not between the files in them"

# What is planted in which file, and which contract refuses it.
VIOLATIONS: Final = [
    ("core/clock.py", "import aiointercept.api.mock", LAYERS),
    ("core/clock.py", "import aiointercept.adapters.errors", LAYERS),
    ("adapters/errors.py", "import aiointercept.api.call", LAYERS),
    ("report/page.py", "import aiointercept.adapters.files", LAYERS),
    ("api/call.py", "import aiointercept.testing", LAYERS),
    ("api/call.py", "import aiointercept.aioresponses.mock", LAYERS),
    ("a_new_room.py", "", LAYERS),
    (
        "adapters/interception/chain.py",
        "import aiointercept.adapters.local_server.listener",
        STRANGERS,
    ),
    (
        "adapters/local_server/memory_connections.py",
        "import aiointercept.adapters.interception.chain",
        STRANGERS,
    ),
    ("adapters/apps/runner.py", "import aiointercept.adapters.passthrough.client", STRANGERS),
    ("adapters/handling/pacing.py", "import aiointercept.adapters.apps.runner", STRANGERS),
    ("adapters/files.py", "import aiointercept.adapters.handling.file", STRANGERS),
    ("adapters/a_new_room.py", "", STRANGERS),
    ("core/clock.py", "import asyncio", PURE_CORE),
    ("core/http/urls.py", "import aiohttp", PURE_CORE),
    ("core/routing/routes.py", "import threading", PURE_CORE),
    ("core/text.py", "import aiointercept.core.reporting.rendering", ACYCLIC),
    ("core/http/urls.py", "import aiointercept.core.matching.urls", ACYCLIC),
    ("api/values.py", "import aiointercept.api.options", ACYCLIC),
]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, which may be changed."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    shutil.copy(PYPROJECT, folder)
    return folder / "src" / "aiointercept"


def broken_contracts(package: Path) -> tuple[set[str], str]:
    """Return which contracts are broken in a copy, and what import-linter says of it."""
    folder = package.parents[1]
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as r; r()"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(package.parent), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts" in done.stdout, done.stdout + done.stderr
    return set(re.findall(r"^(.+) BROKEN\b", done.stdout, re.MULTILINE)), done.stdout


def test_the_copy_keeps_them(package: Path) -> None:
    """So that what is broken below is broken by what is planted."""
    broken, told = broken_contracts(package)
    assert broken == set(), told


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    VIOLATIONS,
    ids=[f"{file}-{line.removeprefix('import ')}" for file, line, _ in VIOLATIONS],
)
def test_a_planted_violation(package: Path, file: str, line: str, contract: str) -> None:
    """The contract that is for it is broken."""
    planted = package / file
    before = planted.read_text("utf-8") if planted.exists() else None
    planted.write_text(f"{before or ''}\n{line}\n", "utf-8")
    try:
        broken, told = broken_contracts(package)
    finally:
        if before is None:
            planted.unlink()
        else:
            planted.write_text(before, "utf-8")
    assert contract in broken, told


def test_every_contract_is_tried() -> None:
    """Whoever adds one shows that it can be broken."""
    named = [
        line.partition(" = ")[2].strip().strip('"')
        for section in PYPROJECT.read_text("utf-8").split("[[tool.importlinter.contracts]]")[1:]
        for line in section.splitlines()
        if line.startswith("name = ")
    ]
    assert set(named) == {contract for _, _, contract in VIOLATIONS}
