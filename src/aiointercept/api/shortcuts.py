"""The verbs with a method in their name. Each calls ``add`` with what it was given.

The options are written out for editors and type checkers; a test sees that they are those of
:meth:`.Verbs.add`.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from aiointercept.api.callback import Callback
from aiointercept.api.content import BodyLike, HeadersLike
from aiointercept.api.handle import MockResponse
from aiointercept.api.keywords import explains_arguments
from aiointercept.api.options import MatchLike
from aiointercept.api.verbs import Verbs
from aiointercept.core.reporting.expectations import UrlLike
from aiointercept.core.routing.replies import Fault

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True

VerbT = TypeVar("VerbT", bound=Callable[..., MockResponse])


def _shortcut(method: str) -> Callable[[VerbT], VerbT]:
    """Make a method that calls ``add`` of a signature, whose body is never run."""

    def decorate(signature: VerbT) -> VerbT:
        @functools.wraps(signature)
        def verb(self: Verbs, url: UrlLike, **options: Any) -> MockResponse:
            return self.add(url, method=method, **options)

        made: Any = explains_arguments(verb)
        return made  # type: ignore[no-any-return]  # as the signature says

    return decorate


class Shortcuts(Verbs):
    """The verbs with a method in their name."""

    @_shortcut("GET")
    def get(
        self,
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
        """Register for GET; see :meth:`add`."""
        raise NotImplementedError

    @_shortcut("POST")
    def post(
        self,
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
        """Register for POST; see :meth:`add`."""
        raise NotImplementedError

    @_shortcut("PUT")
    def put(
        self,
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
        """Register for PUT; see :meth:`add`."""
        raise NotImplementedError

    @_shortcut("PATCH")
    def patch(
        self,
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
        """Register for PATCH; see :meth:`add`."""
        raise NotImplementedError

    @_shortcut("DELETE")
    def delete(
        self,
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
        """Register for DELETE; see :meth:`add`."""
        raise NotImplementedError

    @_shortcut("HEAD")
    def head(
        self,
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
        """Register for HEAD; see :meth:`add`."""
        raise NotImplementedError

    @_shortcut("OPTIONS")
    def options(
        self,
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
        """Register for OPTIONS; see :meth:`add`."""
        raise NotImplementedError
