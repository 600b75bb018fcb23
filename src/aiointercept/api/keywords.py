"""Keywords that do not exist, and the ones that may have been meant."""

import difflib
from collections.abc import Iterable


def unexpected(name: str, known: Iterable[str]) -> str:
    """Return a message that names the nearest of the known keywords."""
    names = [one for one in known if one not in ("self", "unknown", "reply")]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"valid ones are {', '.join(names)}"
    return f"unexpected keyword argument {name!r}: {hint}"
