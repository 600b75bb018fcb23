"""Names of tests as names of files that every file system takes and tells from each other."""

import hashlib
import re
from typing import Final

_LONGEST: Final = 120
_UNSAFE: Final = re.compile(r"[^\w.,=+\-\[\]]+", re.ASCII)
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """Return ``name`` as that of a file, without suffix.

    Where something of it has to be replaced or cut off, or where only case tells its parameters
    from those of another test, a part of its hash is added.
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
