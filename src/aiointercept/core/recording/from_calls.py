"""The calls of a mock as entries: for ``m.save()`` and for the traffic page."""

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any

from attrs import evolve

from aiointercept.core.calls import Call
from aiointercept.core.http.encodings import decode, encodings_of
from aiointercept.core.http.messages import Response
from aiointercept.core.recording.entries import Entry, RecordedMessage
from aiointercept.core.recording.redacting.concealing import PLAIN, Concealer
from aiointercept.core.routing.replies import DisconnectReply, RaiseReply


def entry_of(call: Call, show: Concealer = PLAIN) -> Entry:
    """Return a finished call as an entry, with what we know of it in its notes.

    Args:
        call: the call.
        show: masks secrets in the notes, and nowhere else.
    """
    response, encoded = call.response, False
    if response is not None and response.body:
        try:
            body = decode(response.body, encodings_of(response.headers))
        except ValueError:
            encoded = True
        else:
            response = Response(response.status, response.reason, response.headers, body)
    return Entry(
        call.received,
        response,
        call.fault,
        tuple(
            RecordedMessage(one.direction == "received", one.data, call.started)
            for one in call.messages
        ),
        encoded=encoded,
        started=call.started,
        duration=call.duration or 0.0,
        error=_error(call),
        notes=notes_of(call, show),
    )


def notes_of(call: Call, show: Concealer) -> dict[str, Any]:
    """Return what a HAR file has no field for: which route answered, and how the call ended."""
    notes: dict[str, Any] = {"outcome": recorded_outcome(call)}
    registration = call.registration
    if registration is not None:
        notes["route"] = show.route(registration)
        notes["declared_at"] = registration.declared_at
    if call.attempts > 1:
        notes["attempts"] = call.attempts
    return notes


def recorded_outcome(call: Call) -> str:
    """Return ``matched``, ``unmatched``, ``passthrough`` or ``fault``.

    A failure is a ``fault`` whichever option simulates it: ``fault``, ``raises`` or ``exception``.
    """
    if call.fault is not None:
        return "fault"
    if call.registration is not None:
        simulated = isinstance(call.registration.route.reply, (RaiseReply, DisconnectReply))
        return "fault" if simulated else "matched"
    return "passthrough" if call.matched else "unmatched"


def _error(call: Call) -> str | None:
    reply = None if call.registration is None else call.registration.route.reply
    if not isinstance(reply, RaiseReply):
        return None
    error = reply.exception
    return error.__name__ if isinstance(error, type) else f"{type(error).__name__}: {error}"


def entries_of(
    calls: Iterable[Call], recorded: Iterable[Entry] = (), show: Concealer = PLAIN
) -> list[Entry]:
    """Return all finished calls as entries, in order.

    Args:
        calls: of a mock.
        recorded: what it has recorded, which has the bodies that the calls have not.
        show: masks secrets in the notes, and nowhere else.
    """
    whole: defaultdict[str, deque[Entry]] = defaultdict(deque)
    for entry in recorded:
        whole[str(entry.request)].append(entry)
    entries: list[Entry] = []
    for call in calls:
        if call.duration is None:
            continue
        found = whole.get(str(call.received)) if call.registration is None else None
        if found:
            entry = found.popleft()
            entries.append(evolve(entry, notes={**entry.notes, **notes_of(call, show)}))
        else:
            entries.append(entry_of(call, show))
    return entries
