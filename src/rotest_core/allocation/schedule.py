"""Decide who gets what: one pure function for all lock strategies.

The queue is in order (see `rank`). Each claim in turn is granted whole if different free records can be found for all
that it wants. One that cannot be granted *pins* a target set: what it takes of free units is kept from all that come
after it, so that a younger claim overtakes only where it cannot make an older one wait longer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from rotest_core.allocation.assignment import Assignment, assign, target
from rotest_core.allocation.board import Board, Demand

AGING = 300.0
"""A claim of one higher priority goes before those that are older by up to this many seconds."""


class Waiting(NamedTuple):
    """Stand in the queue.

    Args:
        ticket: identifies the claim; among claims of the same rank the lower goes first.
        rank: the place in the order; see `rank`.
        demands: what is wanted.
        shape: equal for claims with equal demands, so that the same question is asked but once.
        pins: False for a claim whose holder already holds others: such a claim goes first, and keeps nothing from
            its like.
    """

    ticket: int
    rank: float
    demands: tuple[Demand, ...]
    shape: Hashable
    pins: bool = True


class Snapshot(NamedTuple):
    """Show all that a decision depends on: what is taken, and who waits, in order."""

    board: Board
    queue: Iterable[Waiting]


class Grant(NamedTuple):
    """Give a waiting claim a record for each of its demands."""

    ticket: int
    records: Assignment


class Schedule(NamedTuple):
    """Say who is granted what.

    Args:
        grants: in the order of the queue.
        outlook: the board as it looks to a claim that comes after all who wait: what is granted is taken, and so is
            what is pinned.
    """

    grants: tuple[Grant, ...]
    outlook: Board


def rank(since: float, priority: int) -> float:
    """Return the place in the order: the moment of asking, earlier by `AGING` for each step of priority.

    A waiting claim so gains on every later one of higher priority, and none waits for ever.
    """
    return since - priority * AGING


def schedule(snapshot: Snapshot) -> Schedule:
    """Grant what can be granted, in order.

    Args:
        snapshot: left as it is.
    """
    board = snapshot.board.copy()
    grants: list[Grant] = []
    # Once a claim was refused that pins nothing free, all of its shape will be: there is only less for them.
    refused: set[Hashable] = set()
    for waiting in snapshot.queue:
        if waiting.shape in refused:
            continue
        records = assign(waiting.demands, board)
        if records is not None:
            occupy(board, waiting.demands, records)
            grants.append(Grant(waiting.ticket, records))
        elif not waiting.pins or not pin(board, waiting.demands):
            refused.add(waiting.shape)
    return Schedule(tuple(grants), board)


def pin(board: Board, demands: tuple[Demand, ...]) -> bool:
    """Keep the target set of a claim that waits from those that come after it; tell whether that takes anything."""
    return occupy(board, demands, target(demands, board))


def occupy(board: Board, demands: tuple[Demand, ...], records: Assignment) -> bool:
    """Take the records for the demands, with their parts; tell whether that leaves less to others."""
    less = False
    for demand, record in zip(demands, records, strict=True):
        less |= board.take_all(demand.footprint(record), demand.exclusive)
    return less
