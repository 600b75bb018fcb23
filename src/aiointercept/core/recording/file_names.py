"""File names made of the names of tests, valid and distinct on every file system."""

import hashlib
import re
from typing import Final

_LONGEST: Final = 120
_UNSAFE: Final = re.compile(r"[^\w.,=+\-\[\]]+", re.ASCII)
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """Return a file name for ``name``, without suffix.

    If part of it has to be replaced or cut off, or if it may differ from another name only in
    case, a part of its hash is added.
    """
    safe = _UNSAFE.sub("_", name).strip(". ")[:_LONGEST]
    _, bracket, parameters = name.partition("[")
    plain = safe == name and not (bracket and parameters != parameters.lower())
    if _RESERVED.match(safe) or not safe:
        safe, plain = f"_{safe}", False
    if plain:
        return safe
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{safe}-{digest[:8]}"
