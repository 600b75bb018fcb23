"""What is said to those who enter the class of the mock, and not a mock."""

from abc import ABCMeta
from typing import NoReturn

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


class Uncalled(ABCMeta):
    """A class that explains that it is to be called before it is entered."""

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
