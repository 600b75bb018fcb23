"""Values of a parsed file with their position, so that errors can name it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

from attrs import frozen

from aiointercept.core.errors import CassetteError
from aiointercept.core.type_guards import is_mapping

T = TypeVar("T")

_NAMES: Final[Mapping[type, str]] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    int: "a number",
}
_SHOWN: Final = 60


@frozen
class Node:
    """An object in a file.

    Args:
        value: its fields.
        path: where it stands in its entry, or in the file; ``""`` for the whole.
        entry: the number of its entry, counted from 1.
    """

    value: Mapping[str, Any]
    path: str = ""
    entry: int | None = None

    def error(self, problem: str, name: str | None = None) -> CassetteError:
        """Return an error about the field called ``name``, or about this object."""
        field = self.path if name is None else self._path_of(name)
        return CassetteError(problem, entry=self.entry, field=field or None)

    def _path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether there is such a field, with a value."""
        return self.value.get(name) is not None

    def object(self, name: str, *, optional: bool = False) -> "Node":
        """Return the object in the field called ``name``; an empty one if it may be missing.

        Raises:
            CassetteError: if it is missing, or not an object.
        """
        empty: dict[str, Any] = {}
        value: Mapping[str, Any] = self._get(name, dict, empty if optional else None)
        return Node(value, self._path_of(name), self.entry)

    def objects(self, name: str) -> "Iterator[Node]":
        """Yield the objects of the list in the field called ``name``, which may be missing.

        Raises:
            CassetteError: if it is not a list of objects.
        """
        for at, value in enumerate(self._get(name, list, [])):
            path = f"{self._path_of(name)}[{at}]"
            if not is_mapping(value):
                msg = f"must be an object, not {_shown(value)}"
                raise CassetteError(msg, entry=self.entry, field=path)
            yield Node(value, path, self.entry)

    def text(self, name: str, default: str | None = None) -> str:
        """Return the text in the field called ``name``.

        Raises:
            CassetteError: if it is missing and there is no default, or not a text.
        """
        return self._get(name, str, default)

    def integer(self, name: str, default: int | None = None) -> int:
        """Return the whole number in the field called ``name``.

        Raises:
            CassetteError: if it is missing and there is no default, or not a whole number.
        """
        value = self.value.get(name)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return self._get(name, int, default)

    def number(self, name: str, default: float) -> float:
        """Return the number in the field called ``name``; ``default`` if it is not one."""
        value = self.value.get(name)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return float(value) if is_number and value is not None else default

    def _get(self, name: str, kind: type[T], default: T | None) -> T:
        value = self.value.get(name)
        if value is None:
            if default is None:
                msg = f"must be {_NAMES[kind]}, but it is missing"
                raise self.error(msg, name)
            return default
        if not isinstance(value, kind) or isinstance(value, bool):
            msg = f"must be {_NAMES[kind]}, not {_shown(value)}"
            raise self.error(msg, name)
        return value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
