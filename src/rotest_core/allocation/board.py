"""Which units of which records are taken, as bits of whole numbers.

Records are numbered; bit `n` of a mask stands for record `n`. Whether one of a thousand records is free is then a few
operations on whole numbers instead of a thousand on objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple


class Pool(NamedTuple):
    """List the records that could serve a demand.

    Args:
        order: the records, in order of preference.
        mask: the same as bits.
        parts: for a record that is a whole, the bits of what is leased along with it.
        reach: bits of all records and parts together.
        ascending: whether `order` rises, so that the lowest bit is the most preferred.
    """

    order: tuple[int, ...]
    mask: int
    parts: Mapping[int, int]
    reach: int
    ascending: bool

    @staticmethod
    def of(order: tuple[int, ...], parts: Mapping[int, int]) -> Pool:
        """Build a pool from its records, in order of preference, and the parts of those that are wholes."""
        mask = mask_of(order)
        reach = mask
        for part_bits in parts.values():
            reach |= part_bits
        ascending = all(first < second for first, second in pairwise(order))
        return Pool(order, mask, parts, reach, ascending)

    def preferred(self, among: int) -> int:
        """Return the most preferred of some records, which may not be none."""
        if self.ascending:
            return (among & -among).bit_length() - 1
        return next(record for record in self.order if among >> record & 1)


class Demand(NamedTuple):
    """Ask for one record of a pool, for oneself or to share."""

    pool: Pool
    exclusive: bool

    def footprint(self, record: int) -> int:
        """Return the bits of all that is taken when this record serves the demand."""
        return 1 << record | self.pool.parts.get(record, 0)


class Board:
    """Count which units of which records are taken.

    Args:
        capacity: units of the records that have more than one.

    Attributes:
        taken: bits of the records of which nobody can have a unit for himself.
        closed: bits of the records that nobody can come to share.
    """

    __slots__ = ("_barred", "_capacity", "_exclusive", "_sharers", "closed", "taken")

    def __init__(self, capacity: Mapping[int, int]) -> None:
        self._capacity = capacity
        self._exclusive: dict[int, int] = {}
        self._sharers: dict[int, int] = {}
        self.taken: int = 0
        self.closed: int = 0
        self._barred = 0

    def copy(self) -> Board:
        """Return a board of its own in the same state."""
        other = Board(self._capacity)
        other._exclusive = self._exclusive.copy()
        other._sharers = self._sharers.copy()
        other.taken = self.taken
        other.closed = self.closed
        other._barred = self._barred
        return other

    def shut(self, exclusive: bool) -> int:
        """Return the bits of the records that a demand of this kind cannot have."""
        return self.taken if exclusive else self.closed | self._barred

    def take(self, record: int, exclusive: bool) -> bool:
        """Take a unit of a record, or come to share it; more may be taken than there are, to keep others out.

        Returns:
            Whether that leaves less to others.
        """
        counts = self._exclusive if exclusive else self._sharers
        count = counts.get(record, 0)
        counts[record] = count + 1
        if not exclusive and count:
            return False
        return self._weigh(record)

    def bar(self, records: int) -> None:
        """Let nobody come to share those of a mask that are shared: somebody waits for one of them to be free."""
        for record in self._sharers:
            self._barred |= 1 << record & records

    def give(self, record: int, exclusive: bool) -> None:
        """Give back what was taken."""
        counts = self._exclusive if exclusive else self._sharers
        count = counts[record] - 1
        if count:
            counts[record] = count
        else:
            del counts[record]
        if exclusive or not count:
            self._weigh(record)

    def set_capacity(self, record: int) -> None:
        """Count a record anew whose capacity changed."""
        self._weigh(record)

    def take_all(self, bits: int, exclusive: bool) -> bool:
        """Take a unit of each record of a mask; tell whether that leaves less to others."""
        less = False
        for record in numbers(bits):
            less |= self.take(record, exclusive)
        return less

    def _weigh(self, record: int) -> bool:
        shared = record in self._sharers
        left = self._capacity.get(record, 1) - self._exclusive.get(record, 0) - shared
        bit = 1 << record
        before = self.taken, self.closed
        if left > 0:
            self.taken &= ~bit
        else:
            self.taken |= bit
        if left > 0 or (shared and left == 0):
            self.closed &= ~bit
        else:
            self.closed |= bit
        # A record of several units has less to give although neither bit has changed.
        return left >= 0 or before != (self.taken, self.closed)


def mask_of(records: tuple[int, ...]) -> int:
    """Return the bits of some records."""
    if not records:
        return 0
    cells = bytearray(max(records) // 8 + 1)
    for record in records:
        cells[record >> 3] |= 1 << (record & 7)
    return int.from_bytes(cells, "little")


def numbers(bits: int) -> Iterator[int]:
    """Yield the records of a mask, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
