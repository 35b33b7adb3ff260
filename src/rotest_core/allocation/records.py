"""Numbers for the records that claims name, so that sets of them are bits of whole numbers."""

from __future__ import annotations

from rotest_core.allocation.board import Pool
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate

_POOLS_KEPT = 512


class Records:
    """Number records in the order in which they are first named, and turn candidates into pools.

    Attributes:
        keys: the record of each number.
        capacity: units of the records that have more than one.
        capacity_changed: set when a claim told of another capacity than was known; whoever sees to it clears it.
    """

    def __init__(self) -> None:
        self.keys: list[RecordKey] = []
        self.capacity: dict[int, int] = {}
        self.capacity_changed = False
        self._numbers: dict[RecordKey, int] = {}
        self._pools: dict[tuple[Candidate, ...], Pool] = {}
        # The very tuple of an earlier claim need not even be hashed: the inventory hands out one per revision.
        self._known: dict[int, tuple[tuple[Candidate, ...], Pool]] = {}

    def number(self, key: RecordKey) -> int:
        """Return the number of a record, a new one for a new record."""
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return number

    def find(self, key: RecordKey) -> int | None:
        """Return the number of a record, or None if no claim ever named it."""
        return self._numbers.get(key)

    def pool(self, candidates: tuple[Candidate, ...]) -> Pool:
        """Return the pool of some candidates; equal candidates give the very same pool."""
        known = self._known.get(id(candidates))
        if known is not None and known[0] is candidates:
            return known[1]
        pool = self._pools.get(candidates)
        if pool is None:
            pool = self._build(candidates)
            if len(self._pools) >= _POOLS_KEPT:
                del self._pools[next(iter(self._pools))]
            self._pools[candidates] = pool
        if len(self._known) >= _POOLS_KEPT:
            del self._known[next(iter(self._known))]
        self._known[id(candidates)] = (candidates, pool)
        return pool

    def _build(self, candidates: tuple[Candidate, ...]) -> Pool:
        order: list[int] = []
        parts: dict[int, int] = {}
        for candidate in candidates:
            record = self.number(candidate.key)
            self._set_capacity(record, candidate.capacity)
            order.append(record)
            bits = 0
            for part in candidate.parts:
                number = self.number(part.key)
                self._set_capacity(number, part.capacity)
                bits |= 1 << number
            bits &= ~(1 << record)
            if bits:
                parts[record] = bits
        return Pool.of(tuple(order), parts)

    def _set_capacity(self, record: int, capacity: int) -> None:
        if self.capacity.get(record, 1) == capacity:
            return
        self.capacity_changed = True
        # What is told last counts, also when an earlier claim's candidates come again.
        self._pools.clear()
        self._known.clear()
        if capacity == 1:
            del self.capacity[record]
        else:
            self.capacity[record] = capacity
