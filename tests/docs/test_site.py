"""The built reference has an entry for everything public, with the version that brought it.

It needs the built site, at the path that the environment variable ``SITE`` names; `.ci/run` builds
it first.
"""

import importlib
import inspect
import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define, field
from typing_extensions import override

if "SITE" not in os.environ:
    pytest.skip("needs the built site: SITE=build/docs", allow_module_level=True)

ROOT: Final = Path(__file__).parents[2]
MODULES: Final = (
    "aiointercept",
    "aiointercept.aioresponses",
    "aiointercept.compat",
    "aiointercept.errors",
    "aiointercept.matchers",
    "aiointercept.testing",
)
# Classes whose constructor is ours to call, and what of others is not for users.
MADE_BY_US: Final = {
    "aiointercept.AiointerceptRequest",
    "aiointercept.Call",
    "aiointercept.MockResponse",
    "aiointercept.aioresponses.RequestCall",
    "aiointercept.matchers.Matcher",
}
INTERNAL: Final = {
    "aiointercept.Call": {"registration", "sent_again", "show_url_by", "ticked"},
    "aiointercept.Redaction": {
        "body",
        "entry",
        "header",
        "header_fields",
        "hides_header",
        "masker",
        "message",
        "normalised_url",
        "reads_everything",
        "request",
        "response",
        "text",
        "url",
    },
    "aiointercept.ServerSentEvent": {"encode"},
    "aiointercept.errors.CassetteError": {"in_file"},
    "aiointercept.matchers.Request": {"origin", "received", "spellings"},
}


@define
class Entry:
    """What the reference says of one name."""

    parent: "Entry | None"
    text: str = ""
    versions: list[str] = field(factory=list)
    marked: set[str] = field(factory=set)
    refers: bool = False


class Reference(HTMLParser):
    """Reads the entries of a page; the text of an entry does not include those inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[str, Entry] = {}
        self._lists: list[list[Entry]] = []
        self._open: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        classes = (found.get("class") or "").split()
        self._open.append(tag)
        if tag == "dl":
            self._lists.append([])
        elif tag == "a" and "internal" in classes and "#" in (found.get("href") or ""):
            for entries in self._lists[-1:]:
                for entry in entries[-1:]:
                    entry.refers |= "dd" in self._open
        elif tag == "dt" and "sig" in classes and found.get("id"):
            parents = [entries[-1] for entries in self._lists[:-1] if entries]
            entry = Entry(parents[-1] if parents else None)
            self._lists[-1].append(entry)
            self.entries[found["id"] or ""] = entry

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "dl":
            self._lists.pop()

    @override
    def handle_data(self, data: str) -> None:
        current = [entries[-1] for entries in self._lists if entries]
        if not current:
            return
        current[-1].text += data
        if {"strong", "code"} & set(self._open):
            current[-1].marked.add(data)
        current[-1].versions += re.findall(r"Added in version ([\d.]+\d)", data)


@pytest.fixture(scope="module")
def entries() -> dict[str, Entry]:
    """Give all entries of the reference by name."""
    reference = Reference()
    for page in sorted(Path(os.environ["SITE"], "reference").glob("*.html")):
        reference.feed(page.read_text("utf-8"))
    return reference.entries


def public() -> Iterator[tuple[str, Any]]:
    """Yield each public object that is no module, with its first name."""
    seen: list[Any] = []
    for module in MODULES:
        home = importlib.import_module(module)
        for name in home.__all__:
            value = getattr(home, name)
            if not inspect.ismodule(value) and value not in seen:
                seen.append(value)
                yield f"{module}.{name}", value


def members(name: str, value: type) -> Iterator[str]:
    """Yield the public members of a class of ours that are not those of a class of others."""
    for member in dir(value):
        owner = next((one for one in value.__mro__ if member in vars(one)), object)
        if (
            not member.startswith("_")
            and member not in INTERNAL.get(name, ())
            and owner.__module__.startswith("aiointercept")
        ):
            yield member


def told(entry: Entry, name: str) -> bool:
    """Return whether an entry names a parameter or an attribute."""
    return name in entry.marked


@pytest.mark.parametrize("page", ["start", "cookbook/retries", "cookbook/suites", "migrating"])
def test_files_have_their_names_above_them(page: str) -> None:
    """Examples that others import."""
    source = (ROOT / {"migrating": "MIGRATING.md"}.get(page, f"docs/{page}.md")).read_text("utf-8")
    names = re.findall(r"^```\w+ (\w+\.\w+)$", source, re.MULTILINE)
    site = Path(os.environ["SITE"], f"{page}.html").read_text("utf-8")
    assert names
    assert re.findall(r'<span class="caption-text">(\w+\.\w+)</span>', site) == names


def test_every_name_has_an_entry(entries: dict[str, Entry]) -> None:
    """Names that a module exports."""
    assert [name for name, _ in public() if name not in entries] == []


def test_every_entry_tells_its_version(entries: dict[str, Entry]) -> None:
    """It says so itself, unless its class is newer than 1.0 and says so for its members."""
    silent = [
        name
        for name, entry in entries.items()
        if not entry.versions
        and not (entry.parent is not None and entry.parent.versions not in ([], ["1.0"]))
    ]
    assert silent == []
    assert {version for entry in entries.values() for version in entry.versions} == {"1.0", "1.1"}


def test_every_entry_says_something(entries: dict[str, Entry]) -> None:
    """Not only its signature and its version."""
    bare = [name for name, entry in entries.items() if len(entry.text.partition("¶")[2]) < 40]
    assert bare == []


def test_every_member_has_an_entry(entries: dict[str, Entry]) -> None:
    """Or is explained as an option that is also an attribute, as those of a value are."""
    missing = [
        f"{name}.{member}"
        for name, value in public()
        if inspect.isclass(value) and name != "aiointercept.AiointerceptRequest"
        for member in members(name, value)
        if name in entries
        if f"{name}.{member}" not in entries and not told(entries[name], member)
    ]
    assert "\n".join(missing) == ""


def test_every_option_is_explained(entries: dict[str, Entry]) -> None:
    """Parameters of functions, methods and constructors; some entries refer to another one."""
    missing = []
    for name, value in public():
        found = {name: value} if callable(value) and name not in MADE_BY_US else {}
        if inspect.isclass(value):
            if issubclass(value, BaseException) or name == "aiointercept.Fault":
                continue
            for member in members(name, value):
                if inspect.isfunction(getattr(value, member)):
                    found[f"{name}.{member}"] = getattr(value, member)
        for place, function in found.items():
            entry = entries.get(place)
            if entry is None or (entry.refers and inspect.isfunction(function)):
                continue
            parameters = inspect.signature(function).parameters.values()
            missing += [
                f"{place}({one.name})"
                for one in parameters
                if one.name not in {"self", "args"}
                and not one.name.startswith("_")
                and not told(entry, one.name)
            ]
    assert "\n".join(missing) == ""
