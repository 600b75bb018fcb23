"""Every page's examples do what the page says: each page is run as a small test suite of its own.

How blocks of Python become files:

- a block that begins with an import (or a comment or docstring above one) begins a test file;
- one that does not goes on with the file before it;
- ``python client.py`` behind the fence names a file that the others import, or a ``conftest.py``;
- ``python sheet`` are statements, run in one test with the names of ``SHEET``;
- ``python before`` is what another library is used for, see ``test_migrating.py``.

A block ``toml pyproject.toml`` is the configuration of the run; the default is that of the first
steps. ``python tests/docs/test_pages.py README.md DIRECTORY`` writes the files of one page, for an
environment that is to run them.
"""

import re
import sys
import textwrap
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
FENCE: Final = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BEGINS: Final = re.compile(r"\A(?:#.*\n|\"\"\".*\"\"\"\n|\n)*(?:import|from) ")
TEST: Final = re.compile(r"^\s*(?:async )?def test_", re.MULTILINE)
CONFIGURATION: Final = """\
[tool.pytest.ini_options]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
aiointercept_mock_external_urls = true
aiointercept_strict = true
"""
# What the statements of a sheet see.
SHEET: Final = """import asyncio
import re
from pathlib import Path
from unittest.mock import ANY

import aiohttp
import pytest
from aiohttp import web
from aiointercept import (
    CallbackResult, Fault, Redaction, ServerSentEvent, Tls, aiointercept, errors, matchers
)

URL = "https://api.test/users"


async def chunks():
    yield b"one"
    yield b"two"


def answer(url, **kwargs):
    return CallbackResult()


async def talk(ws, request):
    await ws.send_str("hello")


async def test_sheet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("report.pdf").write_bytes(b"%PDF")
    app = web.Application()
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.add(URL, "*", name="those that were made", repeat=2)
        await session.get(URL)
        await session.post(URL, json={"name": "Ada"}, headers={"X-Token": "t"})
"""
# Pages whose examples are run by a test of their own: some are to fail, some need a server.
OTHERS: Final = {
    ROOT / "docs" / page: test
    for page, test in {
        "messages.md": "tests/docs/test_messages.py",
        "pytest.md": "tests/integration/pytest_plugin/test_docs.py",
        "recording.md": "tests/docs/test_recording.py",
    }.items()
}


def pages() -> list[Path]:
    """Return all pages that have examples in Python for this test."""
    found = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    return [page for page in found if page not in OTHERS and "```python" in page.read_text("utf-8")]


def files_of(page: Path) -> dict[str, str]:
    """Return the files of a page, by their names."""
    files = {"pyproject.toml": CONFIGURATION}
    current = ""
    for language, name, code in FENCE.findall(page.read_text("utf-8")):
        if language == "toml" and name:
            files[name] = code
        elif language != "python" or name == "before":
            continue
        elif name == "sheet":
            files[f"test_{len(files)}.py"] = SHEET + textwrap.indent(code, " " * 8)
        elif name:
            files[name] = code
        elif BEGINS.match(code):
            current = f"test_{len(files)}.py"
            files[current] = code
        else:
            assert current, f"the first example of {page} imports nothing:\n{code}"
            files[current] += f"\n\n{code}"
    for name, code in files.items():
        if name.startswith("test_") and not TEST.search(code):
            files[name] = f"{code}\n\ndef test_that_it_runs() -> None: ...\n"
    return files


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages()]
)
def test_page(page: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests of the page pass; a warning is an error."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    files = files_of(page)
    for name, code in files.items():
        (pytester.path / name).write_text(code, "utf-8")
    plugins = ("pytest_asyncio.plugin", "pytest_socket", "aiointercept.pytest_plugin")
    options = [option for plugin in plugins for option in ("-p", plugin)]
    outcomes = pytester.runpytest_subprocess(*options, "-W", "error").parseoutcomes()
    written = sum(len(TEST.findall(code)) for code in files.values())
    assert set(outcomes) == {"passed"}, outcomes
    assert outcomes["passed"] >= written


@pytest.mark.parametrize("page", ["README.md", "docs/start.md"])
def test_the_first_steps_have_this_configuration(page: str) -> None:
    """What people are told to put into ``pyproject.toml`` is what the pages are run with."""
    assert files_of(ROOT / page)["pyproject.toml"] == CONFIGURATION
    assert f"```toml pyproject.toml\n{CONFIGURATION}```" in (ROOT / page).read_text("utf-8")


def test_pages_that_others_run() -> None:
    """Each page that this test leaves out is named by the test that runs it."""
    for page, test in OTHERS.items():
        assert page.name in (ROOT / test).read_text("utf-8")


def test_every_fence_is_read() -> None:
    """No block is indented, and none has a language that nobody looks at."""
    known = {"python", "text", "bash", "sh", "toml", "ini", "html", "json", "yaml"}
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text("utf-8")
        assert not re.findall(r"^[ >]+```", text, re.MULTILINE), page
        opened = re.findall(r"^```+(?!`)([^\n`{][^\n ]*)", text, re.MULTILINE)
        assert set(opened) <= known, page


def main(page: str, directory: str) -> None:
    """Write the files of a page into a directory."""
    for name, code in files_of(Path(page).resolve()).items():
        Path(directory, name).write_text(code, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
