"""The message for a request that no route takes: the reasons, and the nearest routes."""

from collections.abc import Sequence
from typing import Final

from aiointercept.core.http.messages import Request
from aiointercept.core.recording.redacting.concealing import Concealer
from aiointercept.core.recording.redacting.redaction import Redaction
from aiointercept.core.reporting.advice import advise
from aiointercept.core.reporting.near_misses import NearMiss, rank
from aiointercept.core.reporting.rendering import render_mismatch
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.routes import Registration
from aiointercept.core.text import clip, printable

_SHOWN: Final = 3
_LONGEST_URL: Final = 300
_REPEAT: Final = "  repeat=True, or repeat=N, lets a route answer more than once"


def explain(
    request: Request,
    registry: Registry,
    redaction: Redaction | None = None,
    hint: str | None = None,
    *,
    outer: Sequence[Registry] = (),
) -> str:
    """Say why no route takes ``request``, and which ones come nearest.

    Args:
        request: what was asked for.
        registry: all routes of the mock.
        redaction: masks secrets; ``None`` for none.
        hint: added at the end.
        outer: the routes of the mocks around it.
    """
    show = Concealer(redaction)
    head = f"No route matches {printable(clip(str(show.request(request)), _LONGEST_URL))}"
    lines = _used_up(request, [registry, *outer], show) or _nearest(request, registry, outer, show)
    if not lines:
        lines = [": no route is registered"]
    more = [] if hint is None else [f"  {hint}"]
    return show.message("\n".join([f"{head}{lines[0]}", *lines[1:], *more]))


def _used_up(request: Request, registries: Sequence[Registry], show: Concealer) -> list[str]:
    used_up = [one for registry in registries for one in registry.used_up(request)]
    if not used_up:
        return []
    lines = [f"  {_place(one, show)}, {_spent(one)}" for one in used_up[-_SHOWN:]]
    return [": the routes for it were already used", *lines, _REPEAT]


def _nearest(
    request: Request, registry: Registry, outer: Sequence[Registry], show: Concealer
) -> list[str]:
    own = list(registry)
    others = [one for others in outer for one in others]
    if not own and not others:
        return []
    lines = [f". The nearest of {len(own) + len(others):,}:"]
    advice: list[str] = []
    for miss in rank(request, [*own, *others], limit=_SHOWN):
        of = " of an outer mock" if miss.candidate in others else ""
        lines.append(_miss(miss, request, show, of))
        found = advise(request, miss.candidate.route)
        if found is not None and found not in advice:
            advice.append(found)
    return [*lines, *(f"  hint: {text}" for text in advice)]


def _miss(miss: NearMiss[Registration], request: Request, show: Concealer, of: str) -> str:
    registration = miss.candidate
    mismatches = show.mismatches(miss.mismatches[:_SHOWN], request)
    found = "; ".join(map(render_mismatch, mismatches))
    if not found:
        return f"  {_place(registration, show)}{of}, {_spent(registration)}"
    also = "" if registration.active else f" (and {_spent(registration)})"
    return f"  {_place(registration, show)}{of}, differs in {found}{also}"


def _place(registration: Registration, show: Concealer) -> str:
    return (
        f"{clip(show.route(registration), _LONGEST_URL)}, registered at {registration.declared_at}"
    )


def _spent(registration: Registration) -> str:
    times = "1 time" if registration.used == 1 else f"{registration.used:,} times"
    return f"was already used {times}"
