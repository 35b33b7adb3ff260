"""The rules of the schedule again, as plainly as they can be written, to hold the fast ones against."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import product

import attrs

from rotest_core.allocation.board import Board, Demand
from rotest_core.allocation.schedule import Line


@attrs.define
class Units:
    """Count what is taken of each record."""

    capacity: Mapping[int, int]
    exclusive: dict[int, int] = attrs.field(factory=dict)
    shared: dict[int, int] = attrs.field(factory=dict)

    def take(self, record: int, exclusive: bool) -> None:
        counts = self.exclusive if exclusive else self.shared
        counts[record] = counts.get(record, 0) + 1

    def valid(self) -> bool:
        return all(
            self.exclusive.get(record, 0) + (record in self.shared) <= self.capacity.get(record, 1)
            for record in {*self.exclusive, *self.shared}
        )

    def copy(self) -> Units:
        return Units(self.capacity, dict(self.exclusive), dict(self.shared))

    def with_all(self, demands: Sequence[Demand], records: Sequence[int]) -> Units:
        other = self.copy()
        for demand, record in zip(demands, records, strict=True):
            for unit in footprint(demand, record):
                other.take(unit, demand.exclusive)
        return other

    def board(self) -> Board:
        board = Board(self.capacity)
        for exclusive, counts in ((True, self.exclusive), (False, self.shared)):
            for record, count in counts.items():
                for _ in range(count):
                    board.take(record, exclusive)
        return board


@attrs.frozen
class Waiting:
    """A claim that waits, of a kind; claims of one kind want the same."""

    place: int
    demands: tuple[Demand, ...]
    kind: Hashable
    pins: bool = True


def lines(queue: Iterable[Waiting]) -> list[Line]:
    """Sort a queue into lines of claims that want the same."""
    places: dict[Hashable, list[Waiting]] = {}
    for waiting in queue:
        places.setdefault(waiting.kind, []).append(waiting)
    return [
        Line(alike[0].demands, [waiting.place for waiting in alike], alike[0].pins)
        for alike in places.values()
    ]


def footprint(demand: Demand, record: int) -> Iterator[int]:
    bits = 1 << record | demand.pool.parts.get(record, 0)
    return (number for number in range(bits.bit_length()) if bits >> number & 1)


def assignments(demands: Sequence[Demand], units: Units) -> Iterator[tuple[int, ...]]:
    """Yield every way to serve the demands with different records."""
    for records in product(*(demand.pool.order for demand in demands)):
        if len(set(records)) == len(records) and units.with_all(demands, records).valid():
            yield records


def possible(demands: Sequence[Demand], units: Units) -> bool:
    return next(assignments(demands, units), None) is not None
