"""Which kind of value a user gave, asked so that type checkers know the answer too."""

import re
from collections.abc import Mapping
from typing import Any

from typing_extensions import TypeIs


def is_pattern(value: object) -> TypeIs[re.Pattern[Any]]:
    """Say whether ``value`` is a compiled regular expression, for text or for bytes."""
    return isinstance(value, re.Pattern)


def is_list(value: object) -> TypeIs[list[Any] | tuple[Any, ...]]:
    """Say whether ``value`` is a list or a tuple."""
    return isinstance(value, list | tuple)


def is_mapping(value: object) -> TypeIs[Mapping[Any, Any]]:
    """Say whether ``value`` is a mapping."""
    # A dict is recognised much faster by its own type than by what is registered as a mapping.
    return isinstance(value, dict | Mapping)
