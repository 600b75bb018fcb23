"""The laws of the house that no linter knows: one name, one place; a test file for each module."""

import ast
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "aiointercept"
MODULES: Final = sorted(SOURCE.rglob("*.py"))
LONGEST: Final = 370

# Names of an interface that others define too: those of aioresponses, and of the drop-in's modules.
DEFINED_AGAIN: Final = {
    "Call": "public in api, typed as users see it; the core's own is its base",
    "merge_params": "public in compat, and used by the core",
    "normalize_url": "public in compat",
}
WITHOUT_TESTS: Final = {"core/clock"}  # a protocol, without code
# Words that this code once had for things that have a common name.
OLD_WORDS: Final = re.compile(
    r"\b(Desk|desks?|Party|parties|Shown|rebuild|LeaveAlone|FailToConnect|witness|_Sight|Unanswered|"
    r"Forwarded|foresee|held_body|Evidence|judge|DeadRouteError)\b"
)


def top_level_names(file: Path) -> Iterator[str]:
    """Yield the public names that a module defines."""
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (one.id for one in node.targets if isinstance(one, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_a_public_name_is_defined_once() -> None:
    """So that it means one thing, wherever it is met. Type variables are not names of things."""
    homes: dict[str, list[str]] = defaultdict(list)
    for file in MODULES:
        for name in top_level_names(file):
            if not name.startswith("_") and len(name) > 1 and name not in DEFINED_AGAIN:
                homes[name].append(str(file.relative_to(SOURCE)))
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_module_says_what_lives_there(file: Path) -> None:
    """In a first docstring, and it is short enough to have one law."""
    text = file.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= LONGEST


def test_unit_tests_mirror_the_source() -> None:
    """Whoever knows the module knows the file of its tests."""
    modules = {
        str(file.relative_to(SOURCE).with_suffix(""))
        for file in MODULES
        if file.stem != "__init__" and "ports" not in file.parts
    }
    unit = ROOT / "tests" / "unit"
    tests = {
        str(file.relative_to(unit).parent / file.stem.removeprefix("test_"))
        for file in unit.rglob("test_*.py")
    }
    assert modules - tests - WITHOUT_TESTS == set()


def test_old_words_are_gone() -> None:
    """From code, tests and docs; decisions and the changelog may tell of what was."""
    command = ["git", "ls-files", "src", "tests", "docs", "examples", "*.md"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not in a git checkout")
    told = {"CHANGELOG.md", "tests/unit/test_house.py"}
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in done.stdout.splitlines()
        if name not in told and not name.startswith("docs/decisions/")
        if (ROOT / name).suffix in {".py", ".md"} and (ROOT / name).exists()
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1)
        if OLD_WORDS.search(line)
    ]
    assert found == []
