"""Find claims that would wait for one another for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rotest_core.allocation.assignment import assign
from rotest_core.allocation.board import Board
from rotest_core.allocation.rows import ClaimRow, LeaseRow


def find_cycle(asking: ClaimRow, queue: Iterable[ClaimRow], leases: Sequence[LeaseRow], board: Board) -> str:
    """Tell whether a claim that is made while others are held could never be granted.

    Suppose that every holder who does not wait for something himself gives back what he holds, that whoever can be
    granted then is, and gives back too, and so on. Who is left waits in a circle. This is exact also where claims have
    several records to choose from.

    Args:
        asking: the claim that is about to wait.
        queue: the claims that wait already while others are held.
        leases: the leases that stand.
        board: what they take.

    Returns:
        A text that names the circle, or an empty one if there is none.
    """
    waiting = [row for row in queue if row.claim.id != asking.claim.id]
    stuck = {row.claim.id: row for row in [*waiting, asking]}
    trial = board.copy()
    standing = list(leases)
    while True:
        bound = {claim for row in stuck.values() for claim in row.claim.within}
        for lease in [lease for lease in standing if lease.lease.claim not in bound]:
            trial.give(lease.record, lease.exclusive)
            standing.remove(lease)
        able = [claim for claim, row in stuck.items() if assign(row.demands, trial) is not None]
        if asking.claim.id in able:
            return ""
        if not able:
            return _tell(asking, stuck, standing)
        for claim in able:
            del stuck[claim]


def _tell(asking: ClaimRow, stuck: dict[str, ClaimRow], standing: Sequence[LeaseRow]) -> str:
    """Follow the circle from the asking claim to the first one that is met again."""
    told: list[str] = []
    row = asking
    seen: set[str] = set()
    while row.claim.id not in seen:
        seen.add(row.claim.id)
        blocker = _blocker(row, standing)
        if blocker is None:
            break
        wanted = ", ".join(want.name for want in row.claim.wants)
        told.append(
            f"{_name(row)} wants {wanted}: {blocker.lease.key} is held by {blocker.label or 'itself'}"
        )
        row = next((other for other in stuck.values() if blocker.lease.claim in other.claim.within), row)
    return f"{_name(asking)} would wait for ever: " + "; ".join(told)


def _name(row: ClaimRow) -> str:
    return row.claim.label or row.claim.id


def _blocker(row: ClaimRow, standing: Sequence[LeaseRow]) -> LeaseRow | None:
    return next((lease for lease in standing if row.reach >> lease.record & 1), None)
