"""One self-contained HTML page from one HAR: ``render_page``, a pure function.

The template and its parts are in the folder ``template``. The HAR is embedded unchanged, as JSON
escaped so that no HTML parser misreads it; the page's script shows it as text only. A content
security policy allows that script, that style and images in ``data:`` URLs, and nothing else, so
the page makes no requests and nothing in the traffic can run.
"""

import json
import math
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any, Final

from aiointercept.core.type_guards import is_list, is_mapping

_SCRIPTS: Final = ("dom.js", "model.js", "bodies.js", "details.js", "list.js", "main.js")
_PLACEHOLDER: Final = re.compile(r"\{\{(\w+)\}\}")
# Characters that could end a script element or start another one, those that older JavaScript
# parsers treat as line ends, and lone surrogates, which UTF-8 cannot encode.
_UNSAFE: Final = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def render_page(har: Mapping[str, Any], *, title: str = "HTTP traffic") -> str:
    """Return an HTML page that shows the content of ``har``.

    The page shows a HAR of aiointercept by test, with routes, near misses and unused routes, which
    are in fields named ``_aiointercept``. It shows any other HAR, as browsers write it, by page.

    Args:
        har: a HAR 1.2 document: ``{"log": {"entries": [...], ...}}``, as ``json.load`` returns it.
        title: the title of the page.

    Returns:
        The page, to be written as UTF-8. It loads nothing.

    Raises:
        ValueError: if ``har`` has no list ``log.entries``, or is not JSON-serialisable.

    .. versionadded:: 1.1
    """
    log = har.get("log")
    if not is_mapping(log) or not is_list(log.get("entries")):
        msg = "har must be a HAR document with a list at log.entries, as json.load returns it"
        raise ValueError(msg)
    style, script = _style(), _script()
    parts = {
        "title": escape(title),
        "policy": (
            f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        ),
        "style": style,
        "script": script,
        "har": _embed(har),
    }
    return _PLACEHOLDER.sub(lambda found: parts[found[1]], _read("page.html"))


def _embed(har: Mapping[str, Any]) -> str:
    """Return ``har`` as JSON for a script element of type ``application/json``."""
    try:
        text = _dump(har)
    except ValueError:
        text = _dump(_finite(har))
    except TypeError as error:
        msg = f"har cannot be serialised as JSON: {error}"
        raise ValueError(msg) from None
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _finite(value: Any) -> Any:
    """Replace infinite numbers and NaN by ``None``, because browsers do not parse them."""
    if is_mapping(value):
        return {key: _finite(item) for key, item in value.items()}
    if is_list(value):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _script() -> str:
    # In a function, so that its names do not clash with those of the browser.
    return "\n".join(["(() => {", *map(_read, _SCRIPTS), "})();"])


@cache
def _style() -> str:
    return _read("page.css")


@cache
def _read(name: str) -> str:
    return (files("aiointercept.report") / "template" / name).read_text(encoding="utf-8")
