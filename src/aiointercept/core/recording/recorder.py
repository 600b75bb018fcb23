"""The exchanges that a mock records, in the order in which they began."""

from collections.abc import Callable

from attrs import define, field

from aiointercept.core.recording.entries import Entry


@define(eq=False, repr=False)
class Slot:
    """The place of one exchange among those recorded, from its beginning on.

    Attributes:
        entry: the exchange, once it has ended.
        so_far: returns what was received so far, once the answer has begun; ``None`` before.
    """

    _recorder: "Recorder"
    entry: Entry | None = None
    so_far: Callable[[], Entry] | None = None

    def finish(self, entry: Entry) -> None:
        """Note how the exchange ended; ignored if it has ended already, or the block has."""
        self._recorder.finish(self, entry)

    def begin_again(self) -> None:
        """Forget how it ended: the client repeats it silently, and the user sees one exchange."""
        self._recorder.reopen(self)


@define(eq=False, repr=False)
class Recorder:
    """Collects exchanges. Safe to use from several threads: each step is atomic in Python."""

    _slots: list[Slot] = field(factory=list[Slot], init=False)
    _sealed: bool = field(default=False, init=False)

    def begin(self) -> Slot:
        """Return the place for an exchange that begins now."""
        slot = Slot(self)
        self._slots.append(slot)
        return slot

    def finish(self, slot: Slot, entry: Entry) -> None:
        """See :meth:`Slot.finish`."""
        if slot.entry is None and not self._sealed:
            slot.entry = entry

    def reopen(self, slot: Slot) -> None:
        """See :meth:`Slot.begin_again`."""
        if not self._sealed:
            slot.entry = slot.so_far = None

    @property
    def is_waiting(self) -> bool:
        """Whether an exchange has begun and not ended."""
        return any(slot.entry is None for slot in tuple(self._slots))

    def entries(self) -> list[Entry]:
        """Return the exchanges that have ended, in order of their beginning."""
        return [slot.entry for slot in tuple(self._slots) if slot.entry is not None]

    def seal(self) -> None:
        """End the recording. An answer that is still being received is recorded as far as it came.

        Exchanges without an answer are forgotten.
        """
        for slot in tuple(self._slots):
            if slot.entry is None and slot.so_far is not None and not self._sealed:
                slot.entry = slot.so_far()
        self._sealed = True
