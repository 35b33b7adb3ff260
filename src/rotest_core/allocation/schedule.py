"""Decide who gets what: one pure function for all lock strategies.

Claims are served in order (see `place_of`). Each in turn is granted whole if different free records can be found for
all that it wants. One that cannot be granted *pins* a target set: what it takes of free units is kept from all that
come after it, so that a younger claim overtakes only where it cannot make an older one wait longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

from rotest_core.allocation.assignment import Assignment, assign, target
from rotest_core.allocation.board import Board, Demand

AGING = 300.0
"""A claim of one higher priority goes before those that are older by up to this many seconds."""

_TICKET_BITS = 20


class Line(NamedTuple):
    """Claims that want the same, so that the same question need be asked but once.

    Args:
        demands: what each of them wants.
        places: theirs in the queue, rising.
        pins: False for claims whose holders already hold others: they go before all that pin, and keep nothing from
            one another.
    """

    demands: tuple[Demand, ...]
    places: Iterable[int]
    pins: bool = True

    @property
    def reach(self) -> int:
        """Give the bits of all records and parts that could serve these claims."""
        reach = 0
        for demand in self.demands:
            reach |= demand.pool.reach
        return reach


class Snapshot(NamedTuple):
    """Show all that a decision depends on: what is taken, and who waits."""

    board: Board
    lines: Sequence[Line]


class Decision(NamedTuple):
    """Give the claim in a place of the queue a record for each of its demands."""

    place: int
    records: Assignment


class Schedule(NamedTuple):
    """Say who is granted what.

    Args:
        grants: in the order of the queue.
        heirs: places of claims that are next in line for something that was granted, with the bits of what that is.
        outlook: the board as it looks to a claim that comes after all who wait: what is granted is taken, and so is
            what is pinned.
    """

    grants: tuple[Decision, ...]
    heirs: tuple[tuple[int, int], ...]
    outlook: Board


def place_of(since: float, priority: int, ticket: int) -> int:
    """Return a claim's place in the queue; a lower one goes first, and no two claims have the same.

    It is the moment of asking, earlier by `AGING` for each step of priority: a waiting claim so gains on every later
    one of higher priority, and none waits for ever. Within a millisecond the lower ticket goes first.

    Args:
        since: the moment of asking, in seconds of a clock that never goes back.
        priority: of the claim.
        ticket: rises from claim to claim.
    """
    moment = int((since - priority * AGING) * 1000)
    return (moment << _TICKET_BITS) + (ticket & ((1 << _TICKET_BITS) - 1))


def schedule(snapshot: Snapshot) -> Schedule:
    """Grant what can be granted, in order.

    Args:
        snapshot: left as it is; but for the places, which are read as far as they are needed.
    """
    board = snapshot.board.copy()
    grants: list[Decision] = []
    heirs: list[tuple[int, int]] = []
    fresh = 0
    queues = [iter(line.places) for line in snapshot.lines]
    # The first of each line; those that pin nothing come before all others.
    heads = [
        (line.pins, next(queue), number)
        for number, (line, queue) in enumerate(zip(snapshot.lines, queues, strict=True))
    ]
    heapify(heads)
    while heads:
        pins, place, number = heads[0]
        line = snapshot.lines[number]
        records = assign(line.demands, board)
        if records is not None:
            occupy(board, line.demands, records)
            grants.append(Decision(place, records))
            for demand, record in zip(line.demands, records, strict=True):
                fresh |= demand.footprint(record)
        else:
            if fresh and (due := fresh & line.reach):
                heirs.append((place, due))
                fresh ^= due
            if not pins or not pin(board, line.demands):
                # Whatever comes after it in its line finds no more than it did.
                heappop(heads)
                continue
        following = next(queues[number], None)
        if following is None:
            heappop(heads)
        else:
            heapreplace(heads, (pins, following, number))
    return Schedule(tuple(grants), tuple(heirs), board)


def pin(board: Board, demands: tuple[Demand, ...]) -> bool:
    """Keep the target set of a claim that waits from those that come after it; tell whether that takes anything.

    Nobody comes to share what it could have instead for itself once the last sharer has left, and what it would share
    now is kept for it alone if it may come to want that alone.
    """
    records = target(demands, board)
    alone = 0
    for demand in demands:
        if demand.exclusive:
            alone |= demand.pool.reach
    board.bar(alone)
    less = occupy(board, demands, records)
    for demand, record in zip(demands, records, strict=True):
        if not demand.exclusive and alone >> record & 1:
            less |= board.take(record, exclusive=True)
    return less


def occupy(board: Board, demands: tuple[Demand, ...], records: Assignment) -> bool:
    """Take the records for the demands, with their parts; tell whether that leaves less to others."""
    less = False
    for demand, record in zip(demands, records, strict=True):
        if demand.pool.parts:
            less |= board.take_all(demand.footprint(record), demand.exclusive)
        else:
            less |= board.take(record, demand.exclusive)
    return less
