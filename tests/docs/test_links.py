"""Every link of every page leads somewhere: to a file, to a heading in it, or to an address.

Pages elsewhere cannot be fetched in a test; their addresses are checked for being well formed.
"""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from yarl import URL

ROOT: Final = Path(__file__).parents[2]
FENCE: Final = re.compile(r"^(`{3,}|:{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
CODE: Final = re.compile(r"`[^`\n]+`")
LINK: Final = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
SHOWN: Final = re.compile(r"This page is \[(\S+)\]")
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


def pages() -> list[Path]:
    """Return all pages of Markdown, those for people who open an issue included."""
    folders = (ROOT.glob("*.md"), (ROOT / "docs").rglob("*.md"), (ROOT / ".github").rglob("*.md"))
    return sorted(page for folder in folders for page in folder)


def prose(page: Path) -> str:
    """Return the text of a page without its blocks of code."""
    return FENCE.sub("", page.read_text("utf-8"))


def anchor(heading: str) -> str:
    """Return the anchor that GitHub and MyST make of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def links() -> list[Any]:
    """Return each link with the page it stands on."""
    return [
        pytest.param(page, target, id=f"{page.relative_to(ROOT)}: {target}")
        for page in pages()
        for target in sorted(set(LINK.findall(CODE.sub("code", prose(page)))))
    ]


@pytest.mark.parametrize(("page", "target"), links())
def test_link(page: Path, target: str) -> None:
    """A link leads to a file, and to a heading in it, or is a proper address."""
    if re.match(r"\w+:", target):
        url = URL(target)
        assert url.scheme in {"http", "https", "mailto"}
        assert url.scheme == "mailto" or "." in (url.host or "")
        return
    path, _, fragment = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    assert file.is_file()
    assert file.is_relative_to(ROOT)
    if fragment:
        if shown := SHOWN.match(file.read_text("utf-8")):  # the site shows another file there
            file = ROOT / shown[1]
        assert fragment in {anchor(heading) for heading in HEADING.findall(prose(file))}


def test_links_were_found() -> None:
    """The pattern for links finds those that a page is known to have."""
    assert len(links()) > 50
    assert anchor("`m.get` and [a link](x.md), too!") == "mget-and-a-link-too"
