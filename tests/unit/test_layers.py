import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "aiointercept"
CORE = sorted((SOURCE / "core").rglob("*.py"))
CORE_NAMES = [
    ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts)
    for file in CORE
    if file.stem != "__init__"
]

FRIENDS = {"attrs", "multidict", "typing_extensions", "yarl"}
PERFORMS = {
    "asyncio",
    "concurrent",
    "http.client",
    "http.server",
    "logging",
    "multiprocessing",
    "select",
    "selectors",
    "signal",
    "socket",
    "socketserver",
    "ssl",
    "subprocess",
    "threading",
    "time",
    "urllib.request",
}

# `import aiointercept` brings the public names and with them aiohttp, so the package itself is
# replaced by an empty one, and each module of the core is imported first among its siblings.
IMPORT_ALONE = """
import importlib, sys, types

class NoOutsiders:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"aiohttp", "pytest"}:
            raise ImportError(f"{name} is not for the core")

def forget():
    for name in [name for name in sys.modules if name.partition(".")[0] == "aiointercept"]:
        del sys.modules[name]
    package = sys.modules["aiointercept"] = types.ModuleType("aiointercept")
    package.__path__ = [sys.argv[1]]

sys.meta_path.insert(0, NoOutsiders())
for name in sys.argv[2:]:
    forget()
    importlib.import_module(name)
    strangers = {name for name in sys.modules if name.startswith("aiointercept.")}
    assert all(name.startswith("aiointercept.core") for name in strangers), strangers
"""


def imported_by(file: Path) -> Iterator[str]:
    """Yield the full name of every module, or name of a module, that ``file`` imports."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def stays_pure(name: str) -> bool:
    """Tell whether the core may import ``name``."""
    if any(f"{name}.".startswith(f"{module}.") for module in PERFORMS):
        return False
    root = name.partition(".")[0]
    return root in FRIENDS | sys.stdlib_module_names or name.startswith("aiointercept.core.")


@pytest.mark.parametrize("file", CORE, ids=lambda file: str(file.relative_to(SOURCE)))
def test_core_imports_its_friends_only(file: Path) -> None:
    """A module of the core imports its siblings, four friends and what performs nothing."""
    strangers = {name for name in imported_by(file) if not stays_pure(name)}
    assert strangers - {"threading"} == set()


def test_core_has_two_locks() -> None:
    """The registry and the log change, and have a lock each; nothing else needs one."""
    uses = [
        (file.name, node.attr)
        for file in CORE
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "threading"
    ]
    assert sorted(uses) == [("calls.py", "Lock"), ("registry.py", "Lock")]


@pytest.mark.parametrize(
    ("name", "pure"),
    [
        ("aiohttp.web", False),
        ("asyncio", False),
        ("http.client.HTTPConnection", False),
        ("http.HTTPStatus", True),
        ("time.monotonic", False),
        ("timeit", True),
        ("aiointercept.api.mock", False),
        ("aiointercept.core.http.messages", True),
        ("yarl.URL", True),
    ],
)
def test_the_law_tells_pure_from_impure(name: str, pure: bool) -> None:  # noqa: FBT001 - a table of cases
    """The law itself refuses what it should, so that the test above can fail."""
    assert stays_pure(name) is pure


def test_core_is_importable_alone() -> None:
    """The core needs neither aiohttp nor the rest of the package, whichever module comes first."""
    command = [sys.executable, "-c", IMPORT_ALONE, str(SOURCE), *CORE_NAMES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_there_is_a_core_to_look_at() -> None:
    """The tests above would prove nothing about an empty folder."""
    assert "aiointercept.core.http.urls" in CORE_NAMES
