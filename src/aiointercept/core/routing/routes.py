"""One route: which requests it takes, what it answers, how often, and how often it was used.

A :class:`Registration` counts, but only the registry that holds it may change it.
"""

import re
from functools import cached_property
from typing import Any

from attrs import define, field, frozen

from aiointercept.core.errors import add_note
from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import decided_by_head, may_match, rules_out
from aiointercept.core.matching.indexed import IndexedMatcher
from aiointercept.core.matching.results import MATCH, Matcher, MatchResult
from aiointercept.core.matching.url_prefix import UrlPrefix
from aiointercept.core.matching.urls import (
    ANY_METHOD,
    Method,
    Url,
    UrlIgnoringQuery,
    UrlPattern,
)
from aiointercept.core.routing.replies import Answer, CallbackReply, Reply
from aiointercept.core.text import printable


@frozen(eq=False, repr=False)
class Route:
    """A rule: requests like these get this reply.

    Args:
        method: upper case, or ``*`` for any.
        target: an exact URL, a pattern, a recorded URL, the prefix of a mount, or ``None`` where
            ``condition`` alone decides.
        condition: what must hold besides method and URL.
        reply: what is answered.
        limit: how many requests it takes; ``None`` for any number.
        declared_at: ``file:line`` of its registration.
        delay: seconds before the answer starts.
        optional: whether it may stay unused in a strict mock.
        name: what messages call it, besides method and URL.
        rate: bytes a second at which the body is sent; ``None`` for no limit.
    """

    method: str
    target: Url | UrlIgnoringQuery | UrlPattern | IndexedMatcher | UrlPrefix | None
    condition: Matcher | None
    reply: Reply
    limit: int | None = 1
    declared_at: str = ""
    delay: float = 0.0
    optional: bool = False
    name: str | None = None
    rate: float | None = None

    @cached_property
    def matchers(self) -> tuple[Matcher, ...]:
        """Everything that must hold of a request, part by part."""
        parts = (Method(self.method), self.target, self.condition)
        return tuple(part for part in parts if part is not None)

    @cached_property
    def immediate_reply(self) -> Answer | None:
        """The answer, if nothing has to be waited for or computed."""
        return None if self.delay or isinstance(self.reply, CallbackReply) else self.reply

    @cached_property
    def takes_streams(self) -> bool:
        """Whether its answer can begin while the request is still coming in."""
        return not self.delay and bool(getattr(self.reply, "takes_streams", False))

    def takes_method(self, method: str) -> bool:
        """Whether requests with this method, in upper case, are for it."""
        return self.method in (method, ANY_METHOD)

    def check_condition(self, request: Request) -> MatchResult:
        """Compare what must hold besides method and URL."""
        if self.condition is None:
            return MATCH
        try:
            return self.condition.match(request)
        except BaseException as error:
            note = f"raised by the matcher {self._condition_text} of {self} ({self.declared_at})"
            add_note(error, printable(note))
            raise

    def is_ruled_out_by(self, request: Request) -> bool:
        """Whether it is sure, before anything is explained, that the condition does not hold."""
        return self.condition is not None and rules_out(self.condition, request)

    def is_decided_by(self, request: Request) -> bool:
        """Whether what is known of ``request``, perhaps without its body, suffices to decide."""
        return self.condition is None or request.body is not None or decided_by_head(self.condition)

    def preview(self, request: Request) -> MatchResult | None:
        """Compare what is known of ``request``, whose body may still be unknown; the URL fits.

        Returns:
            ``None`` if the route cannot take it; else what is known of the match by now.
        """
        if not self.takes_method(request.method):
            return None
        if self.condition is None:
            return MATCH
        if rules_out(self.condition, request):
            return None
        if self.is_decided_by(request):
            return self.check_condition(request) or None
        return MATCH if may_match(self.condition, request) else None

    @property
    def _condition_text(self) -> str:
        """The condition, without the place of the registration, which messages add once."""
        text = str(self.condition)
        if not self.declared_at or self.declared_at not in text:
            return text
        return re.sub(rf" at {re.escape(self.declared_at)}(?!\d)", "", text)

    def __str__(self) -> str:
        place = "*" if self.target is None else str(self.target)
        conditions = "" if self.condition is None else f" where {self._condition_text}"
        name = "" if self.name is None else f" ({self.name})"
        return f"{self.method} {place}{conditions}{name}"


@define(eq=False, repr=False)
class Registration:
    """A route in a registry, and how often it was used.

    Attributes:
        route: the rule.
        number: its place in the order of registration.
        used: how many requests it took.
        removed: whether it was taken away.
        handle: the user's handle.
    """

    route: Route
    number: int
    used: int = 0
    removed: bool = False
    handle: Any = field(default=None, repr=False)
    _text: str | None = field(default=None, init=False, repr=False)

    @property
    def active(self) -> bool:
        """Whether it can still take a request."""
        limit = self.route.limit
        return not self.removed and (limit is None or self.used < limit)

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """Everything that must hold of a request."""
        return self.route.matchers

    @property
    def declared_at(self) -> str:
        """``file:line`` of its registration."""
        return self.route.declared_at

    @property
    def limit(self) -> int | None:
        """How many requests it takes; ``None`` for any number."""
        return self.route.limit

    @property
    def optional(self) -> bool:
        """Whether it may stay unused."""
        return self.route.optional

    def __str__(self) -> str:
        # Kept, as each request that nothing matches is compared with the texts of all routes.
        if self._text is None:
            self._text = str(self.route)
        return self._text
