"""The message for a request that no route takes: why not, and what would have."""

from typing import Final

from aiointercept.core.http.messages import Request
from aiointercept.core.recording.messages import masked_mismatch
from aiointercept.core.recording.redaction import Redaction
from aiointercept.core.reporting.near_misses import NearMiss, rank
from aiointercept.core.reporting.rendering import clip, render_mismatch
from aiointercept.core.routing.registry import Registry
from aiointercept.core.routing.routes import Registration

_SHOWN: Final = 3
_LONGEST_URL: Final = 300
_REPEAT: Final = "  repeat=True, or repeat=N, lets a route answer more than once"


def explain(
    request: Request,
    registry: Registry,
    redaction: Redaction | None = None,
    hint: str | None = None,
) -> str:
    """Say why no route of ``registry`` takes ``request``, and which ones come nearest.

    Args:
        request: what was asked for.
        registry: all routes of the mock.
        redaction: masks secrets; ``None`` for none.
        hint: what else there is to say.
    """
    text = _explain(request, registry, redaction)
    return text if hint is None else f"{text}\n  {hint}"


def _explain(request: Request, registry: Registry, redaction: Redaction | None) -> str:
    shown = str(request) if redaction is None else f"{request.method} {redaction.url(request.url)}"
    head = f"No route matches {clip(shown, _LONGEST_URL)}"
    used_up = registry.used_up(request)
    if used_up:
        lines = [f"  {_place(one)}, {_spent(one)}" for one in used_up[-_SHOWN:]]
        return "\n".join([f"{head}: the routes for it were already used", *lines, _REPEAT])
    registrations = list(registry)
    if not registrations:
        return f"{head}: no route is registered"
    lines = [_miss(miss, redaction) for miss in rank(request, registrations, limit=_SHOWN)]
    return "\n".join([f"{head}. The nearest of {len(registrations):,}:", *lines])


def _miss(miss: NearMiss[Registration], redaction: Redaction | None) -> str:
    registration = miss.candidate
    mismatches = miss.mismatches[:_SHOWN]
    if redaction is not None:
        mismatches = tuple(masked_mismatch(one, redaction) for one in mismatches)
    differences = "; ".join(map(render_mismatch, mismatches))
    if not differences:
        return f"  {_place(registration)}, {_spent(registration)}"
    also = "" if registration.active else f" (and {_spent(registration)})"
    return f"  {_place(registration)}, differs in {differences}{also}"


def _place(registration: Registration) -> str:
    return f"{clip(str(registration), _LONGEST_URL)}, registered at {registration.declared_at}"


def _spent(registration: Registration) -> str:
    times = "1 time" if registration.used == 1 else f"{registration.used:,} times"
    return f"was already used {times}"
