"""``Exchange``: a logged call, the answer to perform, and the mock to report the outcome to."""

from typing import Protocol

from attrs import define

from aiointercept.core.calls import Call
from aiointercept.core.http.messages import HeaderSource, Response
from aiointercept.core.ports.upstream import Upstream
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import Answer


class ExchangeOwner(Protocol):
    """The mock that answers an exchange, as far as those who perform the answer need it.

    Safe to use from several threads and loops. Nothing here raises, not even after the block.
    """

    def finish(
        self,
        call: Call,
        status: int | None = None,
        headers: HeaderSource = None,
        body: bytes | None = None,
    ) -> None:
        """Note that a call has ended, with what was answered if anything was."""
        ...

    def answered(self, call: Call, response: Response) -> None:
        """Note that a call has ended with just this response."""
        ...

    def fail(self, exchange: "Exchange", fault: Fault) -> None:
        """Note that ``fault`` is performed in place of a response."""
        ...

    def complete(self, exchange: "Exchange", body: bytes) -> None:
        """Add the body of a request that is never sent."""
        ...

    async def delay(self, exchange: "Exchange") -> None:
        """Wait as long as the route wants its client to wait, on the core's clock."""
        ...

    def defer_error(self, error: BaseException) -> None:
        """Keep an error of the user's code; it is raised when the block ends."""
        ...

    @property
    def takes_streams(self) -> bool:
        """Whether a request that is still coming in can go on to the real server."""
        ...

    def upstream_for(self, client: Upstream | None) -> Upstream | None:
        """Return what carries a forwarded request to the real server.

        Args:
            client: what reaches it as the client itself would; ``None`` where that is not known.
        """
        ...


@define(eq=False, repr=False)
class Exchange:
    """A call with its answer, to be performed by an adapter and then finished.

    Made for each request, it is not frozen: attrs takes twice as long to make what is.

    Args:
        call: the call, already in the log.
        answer: what is to be performed.
        dispatcher: the mock that answers; it may be another one than the one that was asked.
    """

    call: Call
    answer: Answer
    dispatcher: ExchangeOwner
