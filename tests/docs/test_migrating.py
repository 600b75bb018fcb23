"""What MIGRATING.md shows is run: each block before, and each line of its tables.

The blocks after are run by ``test_pages.py``.
"""

import inspect
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib import metadata
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import aiohttp
import pytest

import aiointercept
from aiointercept import Call, CallbackResult, Fault, matchers

GUIDE = (Path(__file__).parents[2] / "MIGRATING.md").read_text("utf-8")
BLOCK = re.compile(r"^```python( \S+)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (.*) \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def blocks(kind: str) -> list[str]:
    """Return the blocks of one kind: ``shop.py``, ``before``, or without a name."""
    return [text for name, text in BLOCK.findall(GUIDE) if name.strip() == kind]


def run_blocks(pytester: pytest.Pytester, texts: list[str]) -> dict[str, int]:
    """Run blocks as test files of a suite, any warning an error; return the outcomes."""
    [shop] = blocks("shop.py")
    pytester.makepyfile(shop=shop)
    pytester.makepyfile(**{f"test_{number}": text for number, text in enumerate(texts)})
    pytester.makeini(
        "[pytest]\nfilterwarnings = error\nasyncio_mode = auto\n"
        "asyncio_default_fixture_loop_scope = function\n"
    )
    plugins = "-p", "pytest_asyncio.plugin", "-p", "aiointercept.pytest_plugin"
    return pytester.runpytest_subprocess(*plugins).parseoutcomes()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run of pytest load no plugin but those it is told."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_what_was_written_runs_with_the_drop_in(pytester: pytest.Pytester) -> None:
    """Each block of before passes with its import line changed."""
    texts = [
        text.replace("from aioresponses", "from aiointercept.aioresponses")
        for text in blocks("before")
    ]
    outcomes = run_blocks(pytester, texts)
    assert outcomes == {"passed": sum(text.count("def test_") for text in texts)}


IMPORTS = {
    "import aioresponses": "from aiointercept import aioresponses",
    "    import aioresponses  # here": "    from aiointercept import aioresponses",
    "import aioresponses as mocked": "from aiointercept import aioresponses as mocked",
    "import aioresponses.core": (
        "from aiointercept import aioresponses\nimport aiointercept.aioresponses.core"
    ),
    "import aioresponses.core as core": "import aiointercept.aioresponses.core as core",
    'pytest.importorskip("aioresponses")': 'pytest.importorskip("aiointercept.aioresponses")',
    "import asyncio, aioresponses": "import asyncio, aioresponses",  # the guide says so
    "from aioresponses import aioresponses": "from aiointercept.aioresponses import aioresponses",
    "from aioresponses.core import RequestCall": (
        "from aiointercept.aioresponses.core import RequestCall"
    ),
    "    from aioresponses import CallbackResult as Result": (
        "    from aiointercept.aioresponses import CallbackResult as Result"
    ),
    'mock.patch("aioresponses.core.ClientResponse")': (
        'mock.patch("aiointercept.aioresponses.core.ClientResponse")'
    ),
    "with aioresponses() as m:": "with aioresponses() as m:",
    "class Fake(aioresponses.aioresponses):": "class Fake(aioresponses.aioresponses):",
}


@pytest.mark.skipif(sys.platform != "linux", reason="needs GNU sed")
def test_sed_finds_every_form_of_import(tmp_path: Path) -> None:
    """And changes nothing else; what it is run on again stays as it is."""
    [script] = re.findall(r"^```bash\n(grep.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    file = tmp_path / "tests" / "test_it.py"
    file.parent.mkdir()
    file.write_text("\n".join(IMPORTS))
    prose = file.with_name("README.md")
    prose.write_text("moved from aioresponses")
    for _ in range(2):
        subprocess.run(["sh", "-c", script], cwd=tmp_path, check=True)  # noqa: S607 - our own guide
        assert file.read_text() == "\n".join(IMPORTS.values())
    assert prose.read_text() == "moved from aioresponses"
    [search] = re.findall(r"^(grep -rnE.*)$", GUIDE, re.MULTILINE)
    found = subprocess.run(["sh", "-c", search], cwd=tmp_path, check=True, capture_output=True)  # noqa: S607 - as above
    assert found.stdout.decode().endswith(":import asyncio, aioresponses\n")
    assert len(found.stdout.splitlines()) == 1


def _runs_aioresponses() -> bool:
    try:
        metadata.version("aioresponses")
    except metadata.PackageNotFoundError:
        return False
    return aiohttp.__version__.startswith("3.13.")


@pytest.mark.skipif(not _runs_aioresponses(), reason="needs aioresponses 0.7.9 and aiohttp 3.13")
def test_what_was_written_ran(pytester: pytest.Pytester) -> None:
    """Each block of before is a test that passed with aioresponses."""
    texts = blocks("before")
    outcomes = run_blocks(pytester, texts)
    assert outcomes == {"passed": sum(text.count("def test_") for text in texts)}


def rows(heading: str) -> list[str]:
    """Return the last cells of the rows of the table under a heading."""
    section = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [row.split(" | ")[-1] for row in ROW.findall(section)]
    return [cell for cell in cells if cell != "what you write"]


def expressions(heading: str) -> list[str]:
    """Return what can be evaluated of those cells."""
    found = [code for cell in rows(heading) for code in CODE.findall(cell)]
    return [code for code in found if code.startswith(("m.", "route.", "aiointercept("))]


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param(code, id=f"{heading}: {code}")
        for heading in ("From respx", "From pytest-httpx", "From pytest-httpserver")
        for code in expressions(heading)
    ],
)
async def test_tables_for_users_of_other_libraries(expression: str) -> None:
    """What stands in the column "what you write" can be written."""

    def function(url: object, **_: object) -> CallbackResult:
        return CallbackResult()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"

    async with aiointercept.aiointercept(mock_external_urls=True) as m:
        names: dict[str, Any] = {
            "ANY": ANY,
            "Fault": Fault,
            "aiointercept": aiointercept.aiointercept,
            "chunks": chunks,
            "function": function,
            "m": m,
            "matchers": matchers,
            "re": re,
            "route": m.get("https://elsewhere.test/"),
        }
        eval(expression, names)  # noqa: S307 - our own guide
        assert all(isinstance(call, Call) for call in m.calls)


def test_tables_have_been_read() -> None:
    """The tables were found, and most of their rows are code that is evaluated."""
    for heading in ("From respx", "From pytest-httpx", "From pytest-httpserver"):
        assert len(rows(heading)) >= 15
        assert len(expressions(heading)) >= 12


def test_every_public_name_of_the_drop_in_is_in_the_table() -> None:
    """Each method and each keyword of it is told where it went."""
    drop_in = __import__("aiointercept.aioresponses", fromlist=["x"]).aioresponses
    table = GUIDE.split("### Every feature of aioresponses")[1].split("\n## ")[0]
    verbs = {"get", "post", "put", "patch", "delete", "head", "options", "method", "self"}
    names = {name for name in dir(drop_in) if not name.startswith("_")} - verbs
    names |= inspect.signature(drop_in.add).parameters.keys() - verbs
    names |= inspect.signature(drop_in).parameters.keys()
    assert [name for name in sorted(names) if name not in table] == []
