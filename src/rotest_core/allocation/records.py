"""Numbers for the records that claims name, so that sets of them are bits of whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from rotest_core.allocation.board import Pool
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate

Candidates: TypeAlias = tuple[Candidate, ...]

_REMEMBERED = 512


class Records:
    """Number records in the order in which they are first named, and turn candidates into pools.

    The inventory hands out the very same candidates until it changes, so most of the work is done once.

    Attributes:
        keys: the record of each number.
        capacity: units of the records that have more than one.
        revision: rises whenever a capacity changes.
    """

    def __init__(self) -> None:
        self.keys: list[RecordKey] = []
        self.capacity: dict[int, int] = {}
        self.revision: int = 0
        self._numbers: dict[RecordKey, int] = {}
        self._pools: dict[Candidates, Pool] = {}
        self._known: dict[int, tuple[Candidates, Pool]] = {}
        self._learned: dict[int, Candidates] = {}

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

    def pool(self, candidates: Candidates) -> Pool:
        """Return the pool of some candidates; equal candidates give the very same pool."""
        known = self._known.get(id(candidates))
        if known is not None and known[0] is candidates:
            return known[1]
        pool = self._pools.get(candidates)
        if pool is None:
            pool = self._build(candidates)
            _make_room(self._pools)
            self._pools[candidates] = pool
        _make_room(self._known)
        self._known[id(candidates)] = (candidates, pool)
        return pool

    def learn(self, candidates: Candidates) -> None:
        """Take over what a new claim tells of records and their capacities: what is told last counts."""
        if self._learned.get(id(candidates)) is candidates:
            return
        for candidate in candidates:
            self._set_capacity(candidate.key, candidate.capacity)
            for part in candidate.parts:
                self._set_capacity(part.key, part.capacity)
        _make_room(self._learned)
        self._learned[id(candidates)] = candidates

    def set_capacities(self, capacity: Mapping[int, int]) -> None:
        """Take over the capacities that another process has learned."""
        if capacity != self.capacity:
            self.capacity.clear()
            self.capacity.update(capacity)
            self._learned.clear()

    def _build(self, candidates: Candidates) -> Pool:
        order: list[int] = []
        parts: dict[int, int] = {}
        for candidate in candidates:
            record = self.number(candidate.key)
            order.append(record)
            bits = 0
            for part in candidate.parts:
                bits |= 1 << self.number(part.key)
            bits &= ~(1 << record)
            if bits:
                parts[record] = bits
        return Pool.of(tuple(order), parts)

    def _set_capacity(self, key: RecordKey, capacity: int) -> None:
        record = self.number(key)
        if self.capacity.get(record, 1) == capacity:
            return
        self.revision += 1
        # What earlier candidates said holds no longer, also when the very same come again.
        self._learned.clear()
        if capacity == 1:
            del self.capacity[record]
        else:
            self.capacity[record] = capacity


def _make_room(cache: dict[Any, Any]) -> None:
    if len(cache) >= _REMEMBERED:
        del cache[next(iter(cache))]
