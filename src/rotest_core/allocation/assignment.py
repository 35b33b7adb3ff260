"""Find different records for the demands of one claim."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import TypeAlias

from rotest_core.allocation.board import Board, Demand, numbers

Assignment: TypeAlias = tuple[int, ...]
"""The record for each demand, in order."""

Partial: TypeAlias = dict[int, int]
"""The records for some of the demands, by the demand's place."""


def assign(demands: Sequence[Demand], board: Board) -> Assignment | None:
    """Find a different free record for every demand, with its parts, or tell that there is no way.

    If there is a way it is found: by matching, and where parts of one demand may stand in the way of another, by
    searching. The more preferred records go to the earlier demands where that leaves a way for the others.
    """
    if len(demands) == 1:
        record = _first_open(demands[0], board)
        return None if record is None else (record,)
    opens = [open_records(demand, board) for demand in demands]
    if not all(opens):
        return None
    matching = match(demands, opens)
    if len(matching) < len(demands):
        return None
    chosen = tuple(matching[place] for place in range(len(demands)))
    if not any(demand.pool.parts for demand in demands) or _fits(demands, chosen, board):
        return chosen
    found = _search(demands, board, {})
    return None if found is None else tuple(found[place] for place in range(len(demands)))


def target(demands: Sequence[Demand], board: Board) -> Assignment:
    """Choose the records that a claim shall wait for when it cannot have all it wants now.

    As many as can be of those that are free, so that nothing free that it needs goes to others; for the rest those
    with the fewest records in the way.
    """
    opens = [open_records(demand, board) for demand in demands]
    matching = match(demands, opens)
    chosen = 0
    for record in matching.values():
        chosen |= 1 << record
    for place, demand in enumerate(demands):
        if place not in matching:
            record = _least_busy(demand, demand.pool.mask & ~chosen or demand.pool.mask, board)
            matching[place] = record
            chosen |= 1 << record
    return tuple(matching[place] for place in range(len(demands)))


def open_records(demand: Demand, board: Board) -> int:
    """Return the bits of the records that could serve a demand now, their parts included."""
    shut = board.shut(demand.exclusive)
    pool = demand.pool
    is_open = pool.mask ^ (pool.mask & shut)
    if pool.parts and shut & pool.reach:
        for record in numbers(is_open):
            if pool.parts.get(record, 0) & shut:
                is_open ^= 1 << record
    return is_open


def match(demands: Sequence[Demand], opens: Sequence[int]) -> Partial:
    """Match as many demands as can be with different records (augmenting paths, after Kuhn and Berge).

    Args:
        demands: give the preference among the records.
        opens: for each demand the bits of the records that may serve it.
    """
    matching: Partial = {}
    holder: dict[int, int] = {}
    used = 0

    def augment(place: int, seen: int) -> tuple[bool, int]:
        nonlocal used
        free = opens[place] & ~used
        if free:
            record = demands[place].pool.preferred(free)
            used |= 1 << record
            matching[place], holder[record] = record, place
            return True, seen
        for record in numbers(opens[place] & ~seen):
            if seen >> record & 1:
                continue
            seen |= 1 << record
            found, seen = augment(holder[record], seen)
            if found:
                matching[place], holder[record] = record, place
                return True, seen
        return False, seen

    for place in range(len(demands)):
        augment(place, 0)
    return matching


def _first_open(demand: Demand, board: Board) -> int | None:
    shut = board.shut(demand.exclusive)
    pool = demand.pool
    is_open = pool.mask ^ (pool.mask & shut)
    if not is_open:
        return None
    if not pool.parts or not shut & pool.reach:
        return pool.preferred(is_open)
    records = (
        numbers(is_open) if pool.ascending else (record for record in pool.order if is_open >> record & 1)
    )
    return next((record for record in records if not pool.parts.get(record, 0) & shut), None)


def _least_busy(demand: Demand, among: int, board: Board) -> int:
    shut = board.shut(demand.exclusive)
    pool = demand.pool
    if not pool.parts:
        return pool.preferred(among)
    order = (record for record in pool.order if among >> record & 1)
    busy = ((demand.footprint(record) & shut).bit_count() for record in order)
    order = (record for record in pool.order if among >> record & 1)
    return min(zip(busy, order, strict=True), key=itemgetter(0))[1]


def _fits(demands: Sequence[Demand], chosen: Assignment, board: Board) -> bool:
    """Tell whether the demands can have these records together: two wholes may need the same part."""
    trial = board.copy()
    for demand, record in zip(demands, chosen, strict=True):
        footprint = demand.footprint(record)
        if footprint & trial.shut(demand.exclusive):
            return False
        trial.take_all(footprint, demand.exclusive)
    return True


def _search(demands: Sequence[Demand], board: Board, chosen: Partial) -> Partial | None:
    """Try the demand with the fewest ways first, and give up where matching shows that no way is left."""
    left = [place for place in range(len(demands)) if place not in chosen]
    if not left:
        return chosen
    used = 0
    for record in chosen.values():
        used |= 1 << record
    rest = [demands[place] for place in left]
    opens = [open_records(demand, board) & ~used for demand in rest]
    if len(match(rest, opens)) < len(rest):
        return None
    place, is_open = min(zip(left, opens, strict=True), key=lambda way: way[1].bit_count())
    demand = demands[place]
    for record in demand.pool.order:
        if is_open >> record & 1:
            trial = board.copy()
            trial.take_all(demand.footprint(record), demand.exclusive)
            found = _search(demands, trial, {**chosen, place: record})
            if found is not None:
                return found
    return None
