"""Lease for the tests of a run, and tell about it."""

from __future__ import annotations

import time
from _thread import allocate_lock

from rotest_core.errors import LeaseLostError
from rotest_core.events import ResourceLeased, ResourceReleased, ResourceWaiting
from rotest_core.execution.interrupts import interruptible
from rotest_core.plugin.protocols.executor import LeasedResource
from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from rotest_core.allocation.leases import AllocatedResource, Allocation, Leases
    from rotest_core.execution.tree import PlannedTest
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.plugin.protocols.locks import Lease


class _Holding(NamedTuple):
    """One allocation of a test, and what of it was not given back yet, by the names of the requests."""

    leases: Leases
    allocation: Allocation
    left: dict[str, AllocatedResource]


class Lessor:
    """Know what each running test holds.

    Args:
        open_leases: gives the leases of the run; called when something is first to be leased.
        emit: takes the events.
        wait: seconds that a claim may wait; None for as long as it takes.

    Attributes:
        later: takes events that need not be told before others follow; by default what takes all.
    """

    def __init__(
        self, open_leases: Callable[[], Leases], emit: Callable[..., None], *, wait: float | None
    ) -> None:
        self.later: Callable[..., None] = emit
        self._open_leases = open_leases
        self._leases: Leases | None = None
        self._emit = emit
        self._wait = wait
        self._lock = allocate_lock()
        self._held: dict[int, list[_Holding]] = {}
        self._labels: dict[int, str] = {}

    def open(self) -> Leases:
        """Open the leases of the run, unless they are.

        Raises:
            RotestError: store, inventory or lock strategy cannot be used.
        """
        with self._lock:
            if self._leases is None:
                self._leases = self._open_leases()
            return self._leases

    def lease(self, test: PlannedTest) -> tuple[LeasedResource, ...]:
        """Lease what a test declares, all together.

        Raises:
            ClaimError: it cannot be had.
        """
        self._labels[test.number] = test.id
        return self.claim(test.number, [request for request in test.requests if not request.is_service], None)

    @interruptible
    def claim(
        self, test: int, requests: Sequence[Request[AnyResource]], wait: float | None
    ) -> tuple[LeasedResource, ...]:
        """Lease more for a running test, all or none; see `Coordinator.claim`."""
        if not requests:
            return ()
        from rotest_core.allocation.leases import ClaimWithdrawn

        leases, holdings = self.open(), self._held.setdefault(test, [])
        self._emit()
        allocation = leases.acquire(
            requests,
            label=self._labels.get(test, ""),
            wait=self._wait if wait is None else wait,
            on_waiting=lambda reason: self._emit(ResourceWaiting(time.time(), test, reason)),
            within=[holding.allocation for holding in holdings if holding.left],
            wanted=lambda: self._held.get(test) is holdings,
        )
        if self._held.get(test) is not holdings:
            # The worker that asked is gone, and its test with it.
            leases.release(allocation)
            raise ClaimWithdrawn
        return self.take(test, allocation)

    def take(self, test: int, allocation: Allocation, label: str = "") -> tuple[LeasedResource, ...]:
        """Count what was leased elsewhere to a test.

        Args:
            test: its number.
            allocation: what was leased.
            label: what the records of the test are for, as others see it.
        """
        if label:
            self._labels[test] = label
        left = {entry.request.name: entry for entry in allocation.entries}
        self._held.setdefault(test, []).append(_Holding(self.open(), allocation, left))
        return tuple(self._hand_over(test, entry, allocation.waited) for entry in allocation.entries)

    def give_back(self, test: int, names: Collection[str], *, dirty: bool) -> None:
        """Release resources of a running test, by the names of their requests; others are left alone."""
        for holding in tuple(self._held.get(test, ())):
            self._release(test, holding, names, dirty=dirty)

    def settle(self, test: PlannedTest, dirty: Collection[str]) -> list[LeaseLostError]:
        """Release all that a test still holds.

        Args:
            test: the test, which is over.
            dirty: the names of those that are in doubt.

        Returns:
            One error for each record whose lease ended before its time.
        """
        holdings = self._held.pop(test.number, [])
        self._labels.pop(test.number, None)
        for holding in holdings:
            if dirty:
                self._release(test.number, holding, dirty, dirty=True)
            self._release(test.number, holding, tuple(holding.left), dirty=False)
        losses = self._leases.lost if holdings and self._leases is not None else ()
        if not losses:
            return []
        tokens = {lease.token for holding in holdings for lease in _leases_of(holding.allocation)}
        return [
            LeaseLostError([str(loss.lease.key)], loss.reason)
            for loss in losses
            if loss.lease.token in tokens
        ]

    def _hand_over(self, test: int, entry: AllocatedResource, waited: float) -> LeasedResource:
        if entry.record is None or entry.data is None:
            raise AssertionError(f"{entry.request} is a service, which nobody leases")
        request, record = entry.request.name, entry.record
        self.later(
            ResourceLeased(
                time.time(), test, request, record.type, record.name, entry.token, waited, entry.dirty
            )
        )
        return LeasedResource(request, record.type, entry.data, entry.token, entry.dirty)

    def _release(self, test: int, holding: _Holding, names: Collection[str], *, dirty: bool) -> None:
        entries = [entry for name, entry in holding.left.items() if name in names]
        if not entries:
            return
        released = [entry.request.name for entry in entries]
        holding.leases.release(holding.allocation, dirty=dirty, names=released)
        for entry in entries:
            del holding.left[entry.request.name]
            if entry.record is not None:
                key = entry.record.key
                self.later(ResourceReleased(time.time(), test, entry.request.name, key.type, key.name, dirty))


def _leases_of(allocation: Allocation) -> list[Lease]:
    return [
        lease for entry in allocation.entries for lease in (entry.lease, *entry.parts) if lease is not None
    ]
