"""Lease for the tests of a run, and tell about it."""

from __future__ import annotations

import time
from _thread import allocate_lock

from rotest_core.errors import ClaimTimeoutError, LeaseLostError
from rotest_core.events import (
    InformationAdded,
    ResourceKept,
    ResourceLeased,
    ResourceReleased,
    ResourceWaiting,
)
from rotest_core.execution.interrupts import interruptible
from rotest_core.plugin.protocols.executor import LeasedResource
from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from typing import Any

    from rotest_core.allocation.leases import AllocatedResource, Allocation, Leases
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.protocols.locks import Lease
    from rotest_core.scheduling.retention import Retained, Retention

_new: Any = getattr(tuple, "__new__")  # noqa: B009 - to type checkers it is of no type that they know
"""Makes a tuple of its fields, given one and all, without looking at them."""


class _Holding(NamedTuple):
    """One allocation of a test, and what of it was not given back yet, by the names of the requests."""

    leases: Leases
    allocation: Allocation
    left: dict[str, AllocatedResource]
    entries: tuple[AllocatedResource, ...]


class Hold(NamedTuple):
    """Say how to keep the resources of a test that failed from others.

    Args:
        name: what the reservation is called.
        seconds: after which it ends by itself.
    """

    name: str
    seconds: float


class Lessor:
    """Know what each running test holds.

    Args:
        open_leases: gives the leases of the run; called when something is first to be leased.
        emit: takes the events.
        wait: seconds that a claim may wait; None for as long as it takes.

    Attributes:
        later: takes events that need not be told before others follow; by default what takes all.
        finalize: finalizes live resources that stayed set up, by the tokens of their leases, and returns those that are
            in doubt. Where it is None, none stay.
        hold: how to keep what a test that failed had from others; None to give it back.
    """

    def __init__(
        self, open_leases: Callable[[], Leases], emit: Callable[..., None], *, wait: float | None
    ) -> None:
        self.later: Callable[..., None] = emit
        self.finalize: Callable[[Collection[int]], Collection[int]] | None = None
        self.hold: Hold | None = None
        self._retention: Retention | None = None
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

    def expect(self, tests: Sequence[PlannedTest]) -> None:
        """Keep leases from now on for those of these tests that are to come; see `execution.keeping`."""
        if self.finalize is not None and self._leases is not None and self.hold is None:
            from rotest_core.scheduling.retention import Retention

            self._retention = Retention(self._leases, tests)

    def lease(self, test: PlannedTest) -> tuple[LeasedResource, ...]:
        """Lease what a test declares, all together.

        Raises:
            ClaimError: it cannot be had.
        """
        self._labels[test.number] = test.id
        requests = [request for request in test.requests if not request.is_service]
        retention = self._retention
        if retention is None or not requests:
            return self._claim(test.number, requests, None)
        retention.begin(test)
        if not retention.all:
            return self._claim(test.number, requests, None)
        chosen = retention.choose(requests)
        try:
            # Nothing is waited for while something is kept: two runs that do so could wait for each other for ever.
            rest = [request for request in requests if request.name not in chosen]
            leased = self._claim(test.number, rest, 0)
        except ClaimTimeoutError:
            self._let_go(retention.all)
            return self._claim(test.number, requests, None)
        again = [self._take_again(test.number, name, one) for name, one in chosen.items()]
        return (*leased, *again)

    def keepable(self, test: int) -> frozenset[str]:
        """Return the names of what a test holds that tests to come want."""
        retention = self._retention
        if retention is None:
            return frozenset()
        return frozenset(
            name
            for holding in self._held.get(test, ())
            for name, entry in holding.left.items()
            if retention.is_wanted(entry)
        )

    def may_keep(self, test: int, names: Collection[str]) -> frozenset[str]:
        """Return the names of what a test may leave set up: that for which nobody else waits."""
        retention = self._retention
        if retention is None:
            return frozenset()
        retention.listen()
        contested = retention.contested
        return frozenset(
            name
            for holding in self._held.get(test, ())
            for name, entry in holding.left.items()
            if name in names and not contested(entry)
        )

    def tidy(self, test: PlannedTest | None) -> None:
        """Give back what is kept in vain, before another test; everything, when there is none."""
        if self._retention is not None:
            superfluous = self._retention.superfluous(test)
            if superfluous:
                self._let_go(superfluous)

    def claim(
        self, test: int, requests: Sequence[Request[AnyResource]], wait: float | None
    ) -> tuple[LeasedResource, ...]:
        """Lease more for a running test, all or none; see `Coordinator.claim`."""
        if self._retention is not None:
            # It may be just that for which the test would wait.
            self._let_go(self._retention.all)
        return self._claim(test, requests, wait)

    @interruptible
    def _claim(
        self, test: int, requests: Sequence[Request[AnyResource]], wait: float | None
    ) -> tuple[LeasedResource, ...]:
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
        holding = _Holding(self.open(), allocation, left, allocation.entries)
        self._held.setdefault(test, []).append(holding)
        return tuple(self._hand_over(test, entry, allocation.waited) for entry in allocation.entries)

    def give_back(self, test: int, names: Collection[str], *, dirty: bool) -> None:
        """Release resources of a running test, by the names of their requests; others are left alone."""
        for holding in tuple(self._held.get(test, ())):
            self._release(test, holding, names, dirty=dirty)

    def settle(
        self,
        test: PlannedTest,
        dirty: Collection[str],
        kept: Collection[str] = (),
        *,
        failed: bool = False,
    ) -> list[LeaseLostError]:
        """Release all that a test still holds.

        Args:
            test: the test, which is over.
            dirty: the names of those that are in doubt.
            kept: the names of those that stay set up; their leases go on.
            failed: whether the test was not good, so that what it had may be held for whoever looks into that.

        Returns:
            One error for each record whose lease ended before its time.
        """
        holdings = self._held.pop(test.number, [])
        self._labels.pop(test.number, None)
        for holding in holdings:
            if failed and self.hold is not None:
                self._hold(test, holding, self.hold)
            if kept:
                self._keep(test.number, holding, kept)
            if dirty:
                self._release(test.number, holding, dirty, dirty=True)
            self._release(test.number, holding, tuple(holding.left), dirty=False)
        leases = self._leases
        if not holdings or leases is None:
            return []
        losses = leases.lost_so_far if kept else leases.lost
        if not losses:
            return []
        tokens = {lease.token for holding in holdings for lease in _leases_of(holding.entries)}
        return [
            LeaseLostError([str(loss.lease.key)], loss.reason)
            for loss in losses
            if loss.lease.token in tokens
        ]

    def _keep(self, test: int, holding: _Holding, names: Collection[str]) -> None:
        for name in [name for name in holding.left if name in names]:
            entry = holding.left.pop(name)
            if self._retention is not None and entry.record is not None:
                self._retention.keep(test, name, holding.allocation, entry)
                key = entry.record.key
                self.later(_new(ResourceKept, (time.time(), test, name, key.type, key.name)))

    def _hold(self, test: PlannedTest, holding: _Holding, hold: Hold) -> None:
        """Keep what a test has from others, beyond the end of the run."""
        keys = [entry.record.key for entry in holding.left.values() if entry.record is not None]
        if not keys:
            return
        reason = f"{test.id} failed"
        holding.leases.hold(holding.allocation, name=hold.name, duration=hold.seconds, reason=reason)
        now = time.time()
        until = time.strftime("%Y-%m-%d %H:%M", time.localtime(now + hold.seconds))
        names = ", ".join(str(key) for key in keys)
        text = (
            f"held as {hold.name!r} until {until}: {names}; rotest locks break {keys[0].name} ends it earlier"
        )
        self._emit(InformationAdded(now, test.number, text))
        for name, key in zip(tuple(holding.left), keys, strict=True):
            self.later(ResourceReleased(now, test.number, name, key.type, key.name))
        holding.left.clear()

    def _take_again(self, test: int, name: str, one: Retained) -> LeasedResource:
        """Hand a test what stayed set up."""
        assert self._retention is not None
        allocation, entry, key = one.allocation, one.entry, one.kept.key
        self._retention.take(one)
        holding: _Holding = _new(_Holding, (self.open(), allocation, {name: entry}, (entry,)))
        self._held.setdefault(test, []).append(holding)
        now = time.time()
        fields = (now, test, name, key.type, key.name, entry.token, 0.0, False, True)
        self.later(_new(ResourceLeased, fields))
        assert entry.data is not None
        again: LeasedResource = _new(LeasedResource, (name, key.type, entry.data, entry.token, False, True))
        return again

    def _let_go(self, retained: Sequence[Retained]) -> None:
        """Finalize what stayed set up, and give it back."""
        if not retained or self._retention is None or self.finalize is None:
            return
        doubtful = self.finalize([one.kept.token for one in retained])
        for one in retained:
            self._retention.take(one)
            dirty = one.kept.token in doubtful
            self.open().release(one.allocation, dirty=dirty, names=[one.entry.request.name])
            key = one.kept.key
            self.later(ResourceReleased(time.time(), one.test, one.name, key.type, key.name, dirty))

    def part(self, test: int) -> Allocation | None:
        """Take from a test, without giving it back, all that it declared, for another test of the run.

        Returns:
            What it had; None, and nothing is taken, where others wait for it, some of it is gone or in doubt, or
            the test asked for more.
        """
        holdings = self._held.get(test, ())
        if len(holdings) != 1:
            return None
        leases, allocation, left, entries = holdings[0]
        if len(left) < len(entries) or any(entry.dirty for entry in entries):
            return None
        tokens = {lease.token for lease in _leases_of(entries)}
        if tokens & leases.wanted or any(loss.lease.token in tokens for loss in leases.lost_so_far):
            return None
        del self._held[test]
        self._labels.pop(test, None)
        for name, entry in left.items():
            if entry.record is not None:
                key = entry.record.key
                self.later(ResourceReleased(time.time(), test, name, key.type, key.name))
        return allocation

    def take_over(
        self, test: int, requests: Sequence[Request[AnyResource]], allocation: Allocation, label: str
    ) -> tuple[LeasedResource, ...]:
        """Count to a test what another had, for the same requests under other names."""
        self._labels[test] = label
        left = {request.name: entry for request, entry in zip(requests, allocation.entries, strict=True)}
        self._held.setdefault(test, []).append(_Holding(self.open(), allocation, left, allocation.entries))
        return tuple(
            self._hand_over(test, entry._replace(request=request), 0.0)
            for request, entry in zip(requests, allocation.entries, strict=True)
        )

    def held(self, test: int) -> list[tuple[Request[AnyResource], LeasedResource]]:
        """Return what a test holds now, each with the request that it serves, as its worker may be told."""
        import attrs  # loaded already, where something is held

        found: list[tuple[Request[AnyResource], LeasedResource]] = []
        for holding in self._held.get(test, ()):
            for name, entry in holding.left.items():
                if entry.record is not None and entry.data is not None:
                    # A condition in Python has done its work, and may be of a process that is gone.
                    request = attrs.evolve(entry.request, name=name, predicate=None)
                    found.append(
                        (
                            request,
                            LeasedResource(name, entry.record.type, entry.data, entry.token, entry.dirty),
                        )
                    )
        return found

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
        entries = {name: entry for name, entry in holding.left.items() if name in names}
        if not entries:
            return
        released = [entry.request.name for entry in entries.values()]
        holding.leases.release(holding.allocation, dirty=dirty, names=released)
        for name, entry in entries.items():
            del holding.left[name]
            if entry.record is not None:
                key = entry.record.key
                self.later(ResourceReleased(time.time(), test, name, key.type, key.name, dirty))


def _leases_of(entries: Iterable[AllocatedResource]) -> list[Lease]:
    return [lease for entry in entries for lease in (entry.lease, *entry.parts) if lease is not None]
