"""The names of ``aioresponses.compat``; they live in :mod:`aiointercept.compat`."""

from aiointercept.compat import merge_params, normalize_url

__all__ = ("merge_params", "normalize_url")
