"""The reference names everything that is public, and Troubleshooting quotes what is really said."""

import importlib
import inspect
import re
from pathlib import Path
from typing import Final

import pytest

import aiointercept
from aiointercept import errors
from aiointercept.core.recording.redacting.masking import MASK

DOCS: Final = Path(__file__).parents[2] / "docs"
REFERENCE: Final = "\n".join(page.read_text("utf-8") for page in (DOCS / "reference").glob("*.md"))
# Messages of others: of pytest and its plugins, and of aiohttp.
FOREIGN: Final = {
    "500 Internal Server Error",
    "A test tried to use socket.socket",
    "Cannot connect to host …",
    "Server disconnected",
    "Unknown config option: aiointercept_mock_external_urls",
    "async def functions are not natively supported",
    "fixture 'aiointercept_mock' not found",
}


def test_every_member_of_the_mock() -> None:
    """Each is listed by name, as the page sorts them by purpose."""
    members = [name for name in dir(aiointercept.aiointercept) if not name.startswith("_")]
    missing = [name for name in members if not re.search(rf":: aiointercept\.{name}\b", REFERENCE)]
    assert missing == []


@pytest.mark.parametrize("name", [*aiointercept.__all__, *errors.__all__])
def test_every_public_name(name: str) -> None:
    """Has an entry, or its module has."""
    if inspect.ismodule(getattr(aiointercept, name, None)):
        assert f"aiointercept.{name}" in REFERENCE
    else:
        assert re.search(rf":: (?:aiointercept\.)?{name}\b", REFERENCE)


@pytest.mark.parametrize("module", ["matchers", "testing", "compat"])
def test_every_name_of_a_module(module: str) -> None:
    """Is documented by itself: the module says which names are public."""
    home = importlib.import_module(f"aiointercept.{module}")
    assert f".. automodule:: aiointercept.{module}\n   :members:" in REFERENCE
    for name in home.__all__:
        assert inspect.getdoc(getattr(home, name)), name


def test_everything_of_the_pytest_plugin(request: pytest.FixtureRequest) -> None:
    """Fixtures, the marker, options and ini options are listed with their defaults and versions."""
    page = (DOCS / "reference" / "pytest.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`=(]+)[^|]*\|(.*)\| (\d\.\d) \|$", page, re.MULTILINE)
    listed = {name: rest for name, rest, _ in rows}
    parser = request.config._parser  # noqa: SLF001  pytest has no public way to list its options
    (group,) = [one for one in parser._groups if one.name == "aiointercept"]  # noqa: SLF001
    options = {name for option in group.options for name in option.names()}
    ini = {name: one for name, one in parser._inidict.items() if name.startswith("aiointercept")}  # noqa: SLF001
    others = {"aiointercept_mock", "aiointercept_server", "@pytest.mark.aiointercept"}
    assert set(listed) == {*options, *ini, *others, "AIOINTERCEPT_RECORD"}
    assert ini
    for name in ini:
        default = request.config.getini(name)
        if name != "aiointercept_cassette_dir" and default not in ("", None):
            assert f"`{str(default).lower()}`" in listed[name]


def said() -> str:
    """Return all text of the package with quotes and line breaks of string literals taken out."""
    root = Path(aiointercept.__file__).parent
    text = "\n".join(file.read_text("utf-8") for file in root.rglob("*.py"))
    text = text.replace("{MASK}", MASK)
    return re.sub(r"[\"']\s*\n\s*f?[\"']", "", text)


def headings() -> list[str]:
    """Return the messages that Troubleshooting explains."""
    found: list[str] = re.findall(
        r"^### (.+)$", (DOCS / "troubleshooting.md").read_text("utf-8"), re.MULTILINE
    )
    return found


@pytest.mark.parametrize("heading", [one for one in headings() if one not in FOREIGN])
def test_troubleshooting_quotes_messages(heading: str) -> None:
    """What stands in a heading is said by the package, word for word."""
    quoted = heading.partition("…")[0].strip()
    assert quoted in said()


def test_foreign_messages() -> None:
    """No message is excepted that is not on the page."""
    assert set(headings()) >= FOREIGN
