"""Matchers that are found by a key, for thousands of them: a request is not compared with each."""

from abc import abstractmethod
from collections.abc import Hashable
from typing import Protocol

from aiointercept.core.http.messages import Origin, Request
from aiointercept.core.matching.combinators import HeadMatcher


class KeyIndex(Protocol):
    """Computes the key of a request. Hashable; equal indexes share a table."""

    def key_of(self, request: Request, /) -> Hashable:
        """Return the key of a request."""
        ...


class IndexedMatcher(HeadMatcher):
    """A matcher that holds for every request with its key in its index, and for no others.

    Routes for such a matcher come after all others.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def index(self) -> KeyIndex:
        """Tells the keys of requests."""

    @property
    @abstractmethod
    def key(self) -> Hashable:
        """The key that a request must have."""

    @property
    @abstractmethod
    def named_origin(self) -> Origin | None:
        """The server whose requests are meant; ``None`` if it is not looked at."""
