"""The guide to the traffic page says what the page does."""

import re
from pathlib import Path
from typing import Final

from aiointercept.report.page import render_page

ROOT: Final = Path(__file__).parents[2]
GUIDE: Final = ROOT / "docs" / "traffic.md"
KEY: Final = re.compile(r"<kbd>(.+?)</kbd>")


def test_it_lists_the_keys_that_the_page_lists() -> None:
    """In the same order."""
    rows = re.findall(r"^\| (<kbd>.*?) \| .*? \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    page = render_page({"log": {"entries": []}})
    listed = re.findall(r"<dt>(.*?)</dt>", page)
    assert [KEY.findall(row) for row in rows] == [KEY.findall(row) for row in listed]
    table = page.partition("const KEYS = {")[2].partition("};")[0]
    handled = re.findall(r'^  "?(.+?)"?: \(\) =>', table, re.MULTILINE)
    told = [key for row in listed for key in KEY.findall(row)]
    assert sorted({*handled, "Enter", "Esc"}) == sorted(told)


def test_its_picture_is_small() -> None:
    """Less than 150 kB."""
    (picture,) = re.findall(r"!\[.+?\]\((.+?)\)", GUIDE.read_text("utf-8"))
    file = GUIDE.parent / picture
    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size < 150_000
