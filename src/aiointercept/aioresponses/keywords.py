"""Messages about wrong arguments of ``aioresponses``: what was meant."""

import functools
from collections.abc import Mapping
from typing import Any, Final

from aiointercept.api.argument_errors import FunctionT, explains_arguments

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

# Options of the native object and of other libraries, and what means the same in aioresponses.
_MEANINGS: Final[Mapping[str, str]] = {
    "json": "payload=",
    "text": "body=",
    "content": "body=",
    "data": "body=",
    "raises": "exception=",
    "error": "exception=",
    "side_effect": "callback=, or exception=",
    "handler": "callback=",
    "status_code": "status=",
    "code": "status=",
    "times": "repeat=",
    "params": "a query in the URL",
    "query": "a query in the URL",
    "cookies": "headers={'Set-Cookie': ...}",
}


def explains(function: FunctionT) -> FunctionT:
    """Explain wrong arguments of a method before it is called; type checkers see the method."""
    return explains_arguments(function, _MEANINGS)


def explains_parentheses(init: FunctionT) -> FunctionT:
    """Explain ``@aioresponses``, which lacks the parentheses."""

    @functools.wraps(init)
    def explained(self: Any, *args: Any, **kwargs: Any) -> None:
        if args and callable(args[0]):
            msg = "write the decorator with parentheses: @aioresponses() instead of @aioresponses"
            raise TypeError(msg)
        init(self, *args, **kwargs)

    same: Any = explained  # it takes what the method takes
    return same  # type: ignore[no-any-return]  # as above
