"""Commands on the pages are real: CI runs them, or what they name is there."""

import re
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement

ROOT: Final = Path(__file__).parents[2]
BLOCK: Final = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE: Final = re.compile(r"`(pip install [^`]+|pytest --[^`]+)`")
# Run by .ci/run, by another test, or by those who work on the project, as the page says.
ELSEWHERE: Final = (
    "pip uninstall aioresponses",
    "grep -rnE ",
    "python -m venv",
    "source ",
    "uv ",
    "python -m pip install uv",
    "bash .ci/run",
    "python -m benchmarks",
    "python -m pip install --group benchmarks",
    "sphinx-build",
    "grep -rlE",  # the sed of MIGRATING.md: test_migrating.py
)


def commands() -> list[Any]:
    """Return each command with the page that gives it."""
    found: dict[tuple[Path, str], None] = {}
    for page in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]):
        text = page.read_text("utf-8")
        for block in BLOCK.findall(text):
            for line in block.replace("\\\n", " ").splitlines():
                if command := line.partition("  #")[0].strip():
                    found[page, command] = None
        for command in INLINE.findall(text):
            found[page, command] = None
    return [
        pytest.param(command, id=f"{page.relative_to(ROOT)}: {command[:60]}")
        for page, command in found
    ]


@pytest.mark.parametrize("command", commands())
def test_command(command: str, request: pytest.FixtureRequest) -> None:
    """Extras exist, pytest has the option, and whatever else CI runs."""
    ci = ROOT / ".ci" / "run"
    if installed := re.fullmatch(r"pip install (.+)", command):
        extras = set(metadata.metadata("aiointercept").get_all("Provides-Extra") or ())
        for one in installed[1].replace("'", "").split():
            requirement = Requirement(one.replace("[...]", ""))
            if requirement.name == "aiointercept":
                assert requirement.extras <= extras
    elif command == "pytest" or command.startswith("pytest "):
        known = {name for option in _options(request.config) for name in option}
        given = re.findall(r"(--[\w-]+)", command)
        assert set(given) <= known
    elif not command.startswith(ELSEWHERE):
        assert command in ci.read_text("utf-8")


def _options(config: pytest.Config) -> list[list[str]]:
    parser = config._parser  # noqa: SLF001  pytest has no public way to list its options
    groups = [parser._anonymous, *parser._groups]  # noqa: SLF001  as above
    return [option.names() for group in groups for option in group.options]


def test_commands_were_found() -> None:
    """The commands of the README are among them."""
    assert len([one for one in commands() if one.id.startswith("README.md")]) >= 3
