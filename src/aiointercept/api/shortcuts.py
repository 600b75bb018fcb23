"""The verbs with a method in their name. Each calls ``add`` with what it was given.

The options are written out once, for editors and type checkers; a test checks that they are those
of :meth:`.Verbs.add`.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Concatenate

from typing_extensions import ParamSpec

from aiointercept.api.argument_errors import explains_arguments
from aiointercept.api.callback import Callback
from aiointercept.api.content import BodyLike, HeadersLike
from aiointercept.api.handle import MockResponse
from aiointercept.api.options import MatchLike
from aiointercept.api.verbs import Verbs
from aiointercept.core.reporting.expectations import UrlLike
from aiointercept.core.routing.faults import Fault

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

P = ParamSpec("P")


def _signature(
    self: Verbs,
    url: UrlLike,
    *,
    status: int = 200,
    body: BodyLike | None = b"",
    json: Any = None,
    payload: Any = None,
    headers: HeadersLike = None,
    content_type: str | None = None,
    repeat: bool | int = False,
    callback: Callback | None = None,
    reason: str | None = None,
    exception: Any = None,
    match: MatchLike = None,
    delay: float = 0.0,
    rate: float | None = None,
    fault: Fault | None = None,
    raises: BaseException | type[BaseException] | None = None,
    cookies: Mapping[str, str] | None = None,
    ignore_query: bool = False,
    optional: bool = False,
    name: str | None = None,
) -> MockResponse:
    raise NotImplementedError


def _shortcut(
    method: str, signature: Callable[Concatenate[Verbs, P], MockResponse]
) -> Callable[Concatenate[Verbs, P], MockResponse]:
    """Make a method that calls ``add``, with a signature whose body is never run."""

    @functools.wraps(signature)
    def verb(self: Verbs, url: UrlLike, **options: Any) -> MockResponse:
        return self.add(url, method=method, **options)

    verb.__name__ = method.lower()
    verb.__qualname__ = f"Shortcuts.{method.lower()}"
    verb.__doc__ = f"Register for {method}; see :meth:`add`."
    made: Any = explains_arguments(verb)
    return made  # type: ignore[no-any-return]  # as the signature says


class Shortcuts(Verbs):
    """The verbs with a method in their name."""

    get = _shortcut("GET", _signature)
    """Register for GET; see :meth:`add`."""
    post = _shortcut("POST", _signature)
    """Register for POST; see :meth:`add`."""
    put = _shortcut("PUT", _signature)
    """Register for PUT; see :meth:`add`."""
    patch = _shortcut("PATCH", _signature)
    """Register for PATCH; see :meth:`add`."""
    delete = _shortcut("DELETE", _signature)
    """Register for DELETE; see :meth:`add`."""
    head = _shortcut("HEAD", _signature)
    """Register for HEAD; see :meth:`add`."""
    options = _shortcut("OPTIONS", _signature)
    """Register for OPTIONS; see :meth:`add`."""
