"""Pass leases on from one test of the run to the next that asks for the same: nobody need write down that they ended.

They are kept for as long as it takes to choose the next tests, and only where nobody else waits for them.
"""

from __future__ import annotations

from rotest_core.quick_typing import NamedTuple
from rotest_core.scheduling.broker import leased_requests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from rotest_core.allocation.leases import Allocation
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.protocols.locks import Candidate
    from rotest_core.scheduling.backlog import Backlog
    from rotest_core.scheduling.broker import Broker
    from rotest_core.scheduling.lessor import Lessor


class _Spare(NamedTuple):
    """Hold leases that no test has.

    Args:
        allocation: the leases.
        candidates: for each request, the records that could serve it when it was leased.
        records: bits of what is held.
    """

    allocation: Allocation
    candidates: tuple[Sequence[Candidate], ...]
    records: int


class Spares:
    """Hold what a test has left to the next one.

    Args:
        lessor: knows what tests hold.
        broker: knows what the run holds.
        backlog: knows what is wanted.
        active: whether leases may be passed on at all.
    """

    def __init__(self, lessor: Lessor, broker: Broker, backlog: Backlog, *, active: bool) -> None:
        self._lessor = lessor
        self._broker = broker
        self._backlog = backlog
        self._active = active
        self._spares: dict[Hashable, list[_Spare]] = {}

    def offer(self, test: PlannedTest) -> None:
        """Take from a test that ended well what the next one in its queue could use."""
        key = tuple(request.bound("") for request in leased_requests(test))
        if not (self._active and key and self._backlog.queued(key)):
            return
        allocation = self._lessor.part(test.number)
        if allocation is not None:
            found = self._broker.found(test.number)
            self._spares.setdefault(key, []).append(_Spare(allocation, found, self._broker.held(test.number)))

    def claim(self, key: Hashable, requests: Sequence[Request[AnyResource]]) -> Allocation | None:
        """Return leases that serve the requests of a test, if there are any and the inventory is what it was."""
        spares = self._spares.get(key)
        if not spares:
            return None
        spare = spares.pop()
        candidates = self._lessor.open().candidates
        # The very same candidates: no record has changed since, neither in what it is nor in who may have it.
        if all(
            candidates(request) is before for request, before in zip(requests, spare.candidates, strict=True)
        ):
            return spare.allocation
        self._lessor.open().release(spare.allocation)
        return None

    def withdraw(self, reach: int) -> None:
        """Release what a test that asks for something else could use."""
        for spares in self._spares.values():
            for spare in tuple(spares):
                if spare.records & reach:
                    spares.remove(spare)
                    self._lessor.open().release(spare.allocation)

    def release(self) -> None:
        """Release all that nobody took."""
        self.withdraw(-1)
        self._spares.clear()
