"""Functions that suites import from ``aioresponses.compat``."""

from yarl import URL, Query

from aiointercept.core.http.urls import merge_params as _merge_params
from aiointercept.core.http.urls import sorted_query

__all__ = ("merge_params", "normalize_url")


def __dir__() -> list[str]:
    return sorted(__all__)


def normalize_url(url: str | URL) -> URL:
    """Return ``url`` with its query sorted: the form of the keys of ``aioresponses.requests``.

    Raises:
        TypeError: if ``url`` is not a URL.
    """
    return sorted_query(url)


def merge_params(url: str | URL, params: Query = None) -> URL:
    """Return ``url`` with ``params`` added to its query, as a client adds them.

    Args:
        url: its own query is preserved.
        params: a mapping (values may be lists), pairs or a ``str``.

    Raises:
        TypeError: for values that a query cannot have.
    """
    return _merge_params(url, params)
