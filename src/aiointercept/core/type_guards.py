"""Checks of the kind of a value that type checkers understand, too."""

import re
from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Any, Final

from typing_extensions import TypeIs

# Made once, as these are asked for every value of a large body. A dict is recognised much faster by
# its own type than by what is registered as a mapping.
_MAPPINGS: Final = (dict, Mapping)
_LISTS: Final = (list, tuple)

_UNEQUALLED: Final = object()


def is_pattern(value: object) -> TypeIs[re.Pattern[Any]]:
    """Return whether ``value`` is a compiled regular expression, for text or for bytes."""
    return isinstance(value, re.Pattern)


def is_list(value: object) -> TypeIs[list[Any] | tuple[Any, ...]]:
    """Return whether ``value`` is a list or a tuple."""
    return isinstance(value, _LISTS)


def is_mapping(value: object) -> TypeIs[Mapping[Any, Any]]:
    """Return whether ``value`` is a mapping."""
    return isinstance(value, _MAPPINGS)


def is_exception_class(value: object) -> TypeIs[type[BaseException]]:
    """Return whether ``value`` is an exception class, and not an instance."""
    return isinstance(value, type) and issubclass(value, BaseException)


def is_anything(value: object) -> bool:
    """Return whether ``value`` equals everything, as ``unittest.mock.ANY`` does."""
    return not isinstance(value, str) and value == _UNEQUALLED


def is_async_iterable(value: object) -> TypeIs[AsyncIterable[Any]]:
    """Return whether ``async for`` accepts ``value``."""
    return isinstance(value, AsyncIterable)


def is_iterable(value: object) -> TypeIs[Iterable[Any]]:
    """Return whether ``for`` accepts ``value``."""
    return isinstance(value, Iterable)
