"""The message for a request that no route takes: why not, and what would have."""

from typing import Final

from aiointercept.core.http.messages import Request
from aiointercept.core.reporting.near_misses import NearMiss, rank
from aiointercept.core.reporting.rendering import clip, render_mismatch
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.routes import Registration

_SHOWN: Final = 3
_LONGEST_URL: Final = 300
_REPEAT: Final = "  repeat=True, or repeat=N, makes a route answer more often"


def explain(request: Request, registry: Registry) -> str:
    """Say why no route of ``registry`` takes ``request``, and which ones come nearest."""
    head = f"No route matches {clip(str(request), _LONGEST_URL)}"
    used_up = registry.used_up(request)
    if used_up:
        lines = [f"  {_place(one)}, is {_spent(one)}" for one in used_up[-_SHOWN:]]
        return "\n".join([f"{head}: what was registered for it is used up", *lines, _REPEAT])
    registrations = list(registry)
    if not registrations:
        return f"{head}: no route is registered"
    lines = [_miss(miss) for miss in rank(request, registrations, limit=_SHOWN)]
    return "\n".join([f"{head}. The nearest of {len(registrations):,}:", *lines])


def _miss(miss: NearMiss[Registration]) -> str:
    registration = miss.candidate
    differences = "; ".join(render_mismatch(one) for one in miss.mismatches[:_SHOWN])
    if not differences:
        return f"  {_place(registration)}, is {_spent(registration)}"
    also = "" if registration.active else f" (and is {_spent(registration)})"
    return f"  {_place(registration)}, differs in {differences}{also}"


def _place(registration: Registration) -> str:
    return f"{clip(str(registration), _LONGEST_URL)}, registered at {registration.declared_at}"


def _spent(registration: Registration) -> str:
    return f"used up after {registration.used}"
