"""Calls as users see them: a list of calls, and requests by method and URL."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from typing_extensions import override
from yarl import URL

from aiointercept.adapters.handling.request import AiointerceptRequest
from aiointercept.api.call import Call
from aiointercept.core.http.urls import canonical_url

T = TypeVar("T")


class Calls(list[Call]):
    """All calls, in order of arrival, as they were when this list was made."""

    def __init__(self, calls: Iterable[Any], clear: Callable[[], None]) -> None:
        super().__init__(calls)
        self._clear = clear

    @override
    def clear(self) -> None:
        """Clear this list and the log of the mock."""
        super().clear()
        self._clear()


class Requests(dict[tuple[str, URL], list[AiointerceptRequest]]):
    """The requests by method and normalised URL, as they were when this was made.

    Look-ups take any case of the method, and a URL as text, or a path alone.
    """

    def __init__(
        self,
        requests: Iterable[tuple[tuple[str, URL], AiointerceptRequest]],
        clear: Callable[[], None],
        absolute: Callable[[Any], Any],
        show_url: Callable[[URL], object] = str,
    ) -> None:
        super().__init__()
        for key, request in requests:
            self.setdefault(key, []).append(request)
        self._clear = clear
        self._absolute = absolute
        self._show_url = show_url

    @override
    def clear(self) -> None:
        """Clear this mapping and the log of the mock."""
        super().clear()
        self._clear()

    @override
    def __getitem__(self, key: Any) -> list[AiointerceptRequest]:
        return super().__getitem__(self._key(key))

    @override
    def __contains__(self, key: object) -> bool:
        return super().__contains__(self._key(key))

    @override
    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(self._key(key), default)

    @override
    def __repr__(self) -> str:
        """Show it as a ``dict``, with secrets in URLs masked."""
        items = (
            f"({method!r}, URL({str(self._show_url(url))!r})): {requests!r}"
            for (method, url), requests in self.items()
        )
        return f"{{{', '.join(items)}}}"

    def _key(self, key: Any) -> Any:
        """Return ``key`` in the spelling that is stored; unchanged if it is something else."""
        try:
            method, url = key
            return method.upper(), canonical_url(self._absolute(url))
        except (TypeError, ValueError, AttributeError):
            return key
