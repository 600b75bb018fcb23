"""How Sphinx builds the documentation: ``sphinx-build -W -n docs build/docs``.

The build needs no network. References to other projects are resolved with the inventories in
``_inventories/``, which list only the names that we link to: see :func:`_inventories`.
"""

import os
import re
import zlib
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent

project = "aiointercept"
author = "the aiointercept authors"
copyright = f"2026, {author}"  # noqa: A001  Sphinx's name for it
release = metadata.version("aiointercept")
version = release

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
exclude_patterns = ["_inventories", "_search"]
nitpicky = True
# Signatures name types that are no part of the public interface, ours and aiohttp's.
nitpick_ignore_regex = [
    ("py:class", r"aiointercept\.(adapters|aioresponses|api|core)\..*"),
    ("py:class", r"aiohttp\.(_\w+|abc|client\w*|helpers|streams|web_\w+)\..*"),
    ("py:class", r"RequestHandler|multidict\..*|asyncio\.(events|tasks)\..*"),
]

html_theme = "furo"
html_title = f"aiointercept {release}"
html_static_path = ["_static"]
html_search_scorer = str(HERE / "_search" / "scorer.js")
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
# What is copied from an example are the commands, without the prompt and the output.
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True

myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
maximum_signature_line_length = 80
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_attr_annotations = True

# Modules whose names are documented; an object that was made elsewhere is linked to its name there.
PUBLIC: Final = (
    "aiointercept",
    "aiointercept.errors",
    "aiointercept.matchers",
    "aiointercept.testing",
    "aiointercept.aioresponses",
    "aiointercept.compat",
)
# Files outside this folder, by the page that shows them. (The page itself, for those who read the
# folder as it is, only links to the file.)
SHOWN: Final = {
    "migrating": "MIGRATING.md",
    "changelog": "CHANGELOG.md",
    "contributing": "CONTRIBUTING.md",
    "security": "SECURITY.md",
}
# The name of a file behind a fence, as in ``python client.py``, which MyST would drop.
FILE: Final = re.compile(r"^```(\w+) (\w+\.\w+)$", re.MULTILINE)
LINK: Final = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")


def _inventory(text: str) -> bytes:
    """Return an inventory in Sphinx's format, made of lines ``name domain:role priority uri -``."""
    header, _, lines = text.partition("\n\n")
    return f"{header}\n".encode() + zlib.compress(lines.encode())


def _inventories() -> dict[str, tuple[str, tuple[str]]]:
    """Write the inventories where Sphinx can read them, and return its mapping.

    Each file begins with a comment line that gives the address of the project's documentation.
    """
    target = ROOT / "build" / "inventories"
    target.mkdir(parents=True, exist_ok=True)
    mapping: dict[str, tuple[str, tuple[str]]] = {}
    for source in sorted((HERE / "_inventories").glob("*.txt")):
        address, _, text = source.read_text("utf-8").partition("\n")
        inventory = target / f"{source.stem}.inv"
        inventory.write_bytes(_inventory(text))
        mapping[source.stem] = (address.removeprefix("# "), (str(inventory),))
    return mapping


intersphinx_mapping = _inventories()


def _words() -> dict[str, dict[str, str]]:
    """Return what people search for, by the page and the anchor in it that answers."""
    words: dict[str, dict[str, str]] = {}
    for line in (HERE / "_search" / "words.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            place, _, listed = line.partition(": ")
            page, _, anchor = place.partition("#")
            words.setdefault(page, {})[anchor] = listed
    return words


WORDS: Final = _words()
HEADING: Final = re.compile(r"^#+ (.+)$\n", re.MULTILINE)


def _index(page: str, text: str) -> str:
    """Add entries to the index, which the search finds first, below the headings of a page."""
    places = dict(WORDS.get(page, {}))

    def add(found: "re.Match[str]") -> str:
        heading = re.sub(r"[^\w -]+", "-", found[1].lower()).strip("-").replace(" ", "-")
        anchor = re.sub(r"-+", "-", heading)
        listed = places.pop("" if found.start() == 0 else anchor, None)
        if listed is None:
            return found[0]
        entries = "\n".join(f"   ! single: {word}" for word in listed.split("; "))
        return f"{found[0]}\n```{{eval-rst}}\n.. index::\n{entries}\n```\n"

    text = HEADING.sub(add, text)
    if places:
        msg = f"{page} has no section {', '.join(places)}: see _search/words.txt"
        raise ValueError(msg)
    return text


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Show a file from outside this folder, and make links to such files lead to their pages.

    The name behind the fence of an example becomes its caption.
    """
    file = HERE / f"{docname}.md"
    if docname in SHOWN:
        file = ROOT / SHOWN[docname]
        app.env.note_dependency(str(file))
        source[0] = file.read_text("utf-8")
    pages = {ROOT / shown: HERE / f"{page}.md" for page, shown in SHOWN.items()}

    def lead(found: "re.Match[str]") -> str:
        path, anchor = found[1], found[2] or ""
        target = Path(os.path.normpath(file.parent / path))
        if target.parent == ROOT / "examples":
            target, anchor = HERE / "examples.md", f"#{target.name.replace('.', '').lower()}"
        target = pages.get(target, target)
        return os.path.relpath(target, (HERE / docname).parent).replace(os.sep, "/") + anchor

    text = FILE.sub(r"```{code-block} \1\n:caption: \2\n", LINK.sub(lead, source[0]))
    source[0] = _index(docname, text)
    if docname == "decisions/README":
        source[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"


def _public_names() -> dict[str, str]:
    """Return the documented name of each public object, by the name where it was made."""
    names: dict[str, str] = {}
    for module in PUBLIC:
        home: Any = import_module(module)
        for name in home.__all__:
            value = getattr(home, name)
            made = f"{getattr(value, '__module__', module)}.{getattr(value, '__qualname__', name)}"
            names.setdefault(made, f"{module}.{name}")
    return names


def _resolve(
    _app: Sphinx, env: BuildEnvironment, node: pending_xref, text: nodes.TextElement
) -> nodes.Element | None:
    """Resolve a reference to a public object that names the module where it was made."""
    target = node.get("reftarget", "")
    for made, public in PUBLIC_NAMES.items():
        if target == made or target.startswith(f"{made}."):
            name = public + target.removeprefix(made)
            return env.domains.python_domain.resolve_xref(
                env, node["refdoc"], _app.builder, "obj", name, node, text
            )
    return None


def _complete(
    _app: Sphinx, what: str, name: str, _value: object, _options: object, lines: list[str]
) -> None:
    """Add ``versionadded`` to what 1.0 had, and let the text of properties be text."""
    if what in {"attribute", "property"} and lines:
        lines[0] = lines[0].replace(": ", " \N{EN DASH} ")  # else napoleon takes it for a type
    if name in SINCE_1_0 and not any(line.startswith(".. versionadded:: ") for line in lines):
        at = lines.index("Attributes:") if "Attributes:" in lines else len(lines)
        lines[at:at] = ["", ".. versionadded:: 1.0", ""]


def _complete_attributes(
    _app: Sphinx, what: str, name: str, _value: object, _options: object, lines: list[str]
) -> None:
    """Make entries of the attributes that a docstring lists: a sentence, and ``versionadded``."""
    if what != "class" or name not in SINCE_1_0:
        return
    starts = [at for at, line in enumerate(lines) if line.startswith(".. attribute::")]
    for start in reversed(starts):
        if len(lines) > start + 2:
            lines[start + 2] = (
                f"   {lines[start + 2].strip()[:1].upper()}{lines[start + 2].strip()[1:]}"
            )
        end = start + 1
        while end < len(lines) and (not lines[end] or lines[end].startswith("   ")):
            end += 1
        if not any("versionadded" in line for line in lines[start:end]):
            lines[end:end] = ["", "   .. versionadded:: 1.0", ""]


def _signature(
    _app: Sphinx,
    _what: str,
    _name: str,
    value: Any,
    _options: object,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """Show the defaults of attrs classes, which write ``attr_dict['x'].default`` themselves."""

    def default(found: "re.Match[str]") -> str:
        fields = {field.name: field for field in value.__attrs_attrs__}
        return repr(fields[found[1]].default)

    if signature and hasattr(value, "__attrs_attrs__"):
        signature = re.sub(r"attr_dict\['(\w+)'\]\.default", default, signature)
    return signature, returns


PUBLIC_NAMES: Final = _public_names()
SINCE_1_0: Final = frozenset((HERE / "_inventories" / "names-of-1.0").read_text("utf-8").split())


def setup(app: Sphinx) -> None:
    """Register what this file adds to Sphinx."""
    app.connect("source-read", _read)
    app.connect("missing-reference", _resolve)
    app.connect("autodoc-process-docstring", _complete, priority=400)
    app.connect("autodoc-process-docstring", _complete_attributes, priority=600)
    app.connect("autodoc-process-signature", _signature)
