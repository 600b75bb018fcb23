"""The error for ``with aiointercept``, which lacks the parentheses."""

from abc import ABCMeta
from typing import NoReturn

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class Uncalled(ABCMeta):
    """A metaclass whose classes explain that they must be called before they are entered."""

    def __enter__(cls) -> NoReturn:
        raise TypeError(_message(cls, "with"))

    def __exit__(cls, *_: object) -> None:
        """Do nothing: it is never entered."""

    async def __aenter__(cls) -> NoReturn:
        raise TypeError(_message(cls, "async with"))

    async def __aexit__(cls, *_: object) -> None:
        """Do nothing: it is never entered."""


def _message(cls: type, statement: str) -> str:
    name = cls.__name__
    return f"{name} is a class: write '{statement} {name}() as m:' instead of '{statement} {name}'"
