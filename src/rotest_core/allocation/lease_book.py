"""Leases begin, end and change hands, each with its token and its entry in the history."""

from __future__ import annotations

from collections.abc import Sequence

from rotest_core.allocation.assignment import Assignment
from rotest_core.allocation.board import numbers
from rotest_core.allocation.holdings import Holdings
from rotest_core.allocation.records import Records
from rotest_core.allocation.rows import Changes, ClaimRow, EventRow, LeaseRow, SessionRow
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Claim, Grant, Lease, LockStep

_COUNTER_BITS = 40


class LeaseBook:
    """Hold the leases that stand, and write down every step.

    Args:
        records: numbers the records.

    Attributes:
        holdings: the leases.
        counter: rises with every step; the number of the last event.
        epoch: the upper part of every token; a strategy raises it when it cannot be sure of the counter.
        offset: what must be added to a moment to have seconds since the epoch of the calendar.
        changes: what changed since a strategy last took them.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self.holdings: Holdings = Holdings(records)
        self.counter: int = 0
        self.epoch = 1
        self.offset: float = 0.0
        self.changes: Changes = Changes()

    def begin(self, row: ClaimRow, owner: SessionRow, records: Assignment, now: float) -> Grant:
        """Lease to a claim a record for each of its wants, with the parts."""
        claim = row.claim
        rows: list[LeaseRow] = []
        for want, demand, record in zip(claim.wants, row.demands, records, strict=True):
            rows.append(self._lease(row, want.name, record, None, demand.exclusive, now))
            parts = demand.pool.parts.get(record) if demand.pool.parts else None
            if parts:
                whole = self._records.keys[record]
                rows += [
                    self._lease(row, want.name, part, whole, demand.exclusive, now) for part in numbers(parts)
                ]
        self.log_claim(LockStep.GRANTED, now, claim, owner, leases=tuple(rows))
        return Grant(claim.id, tuple([lease_row.lease for lease_row in rows]))

    def finish(
        self,
        rows: Sequence[LeaseRow],
        step: LockStep,
        owner: SessionRow,
        now: float,
        *,
        dirty: bool,
        reason: str = "",
    ) -> None:
        """End leases of one session, claim by claim."""
        ended: dict[str, list[LeaseRow]] = {}
        for row in rows:
            self._remove(row)
            self._stain(row, dirty)
            ended.setdefault(row.lease.claim, []).append(row)
        for claim, of_claim in ended.items():
            self.log(
                step,
                now,
                owner,
                claim=claim,
                label=of_claim[0].label,
                leases=tuple(of_claim),
                dirty=dirty,
                reason=reason,
            )

    def hand_over(
        self,
        rows: Sequence[LeaseRow],
        to: SessionRow,
        step: LockStep,
        now: float,
        *,
        label: str,
        claim: str = "",
    ) -> tuple[Lease, ...]:
        """Move leases to another session; new tokens fence the former holder off.

        Args:
            rows: the leases as they stand.
            to: their new holder.
            step: how the history is to call it.
            now: the moment.
            label: what they are for from now on.
            claim: what they belong to from now on; empty for what they belonged to.
        """
        moved: list[LeaseRow] = []
        for row in rows:
            lease = Lease(
                claim=claim or row.lease.claim,
                want=row.lease.want,
                key=row.lease.key,
                token=self._token(),
                dirty=row.record in self.holdings.dirty,
                part_of=row.lease.part_of,
                exclusive=row.exclusive,
            )
            self._remove(row)
            moved.append(row._replace(lease=lease, session=to.number, label=label, since=now))
            self._add(moved[-1])
        self.log(step, now, to, claim=moved[0].lease.claim, label=label, leases=tuple(moved))
        return tuple([row.lease for row in moved])

    def log_claim(
        self,
        step: LockStep,
        now: float,
        claim: Claim,
        owner: SessionRow,
        *,
        leases: tuple[LeaseRow, ...] = (),
        reason: str = "",
    ) -> None:
        """Write down a step of a claim."""
        asked = step is LockStep.WAITING or step is LockStep.GRANTED
        wants = tuple([want.name for want in claim.wants]) if asked else ()
        self.log(
            step, now, owner, claim=claim.id, label=claim.label, wants=wants, leases=leases, reason=reason
        )

    def log(
        self,
        step: LockStep,
        now: float,
        owner: SessionRow,
        *,
        claim: str = "",
        label: str = "",
        wants: tuple[str, ...] = (),
        leases: tuple[LeaseRow, ...] = (),
        dirty: bool = False,
        reason: str = "",
    ) -> None:
        """Write down a step."""
        self.counter += 1
        self.changes.events.append(
            EventRow(
                self.counter,
                now + self.offset,
                step,
                owner.number,
                owner.owner.run,
                claim,
                label,
                wants,
                leases,
                dirty,
                reason,
            )
        )

    def _lease(
        self, row: ClaimRow, want: str, record: int, whole: RecordKey | None, exclusive: bool, now: float
    ) -> LeaseRow:
        holdings = self.holdings
        lease = Lease(
            claim=row.claim.id,
            want=want,
            key=self._records.keys[record],
            token=self._token(),
            dirty=record in holdings.dirty,
            part_of=whole,
            exclusive=exclusive,
        )
        slot = holdings.free_slot(record, exclusive)
        lease_row = LeaseRow(lease, record, slot, row.session, row.claim.label, now)
        self._add(lease_row)
        return lease_row

    def _add(self, row: LeaseRow) -> None:
        self.holdings.add(row)
        self.changes.made[row.lease.token] = row

    def _remove(self, row: LeaseRow) -> None:
        self.holdings.remove(row)
        if self.changes.made.pop(row.lease.token, None) is None:
            self.changes.ended.append(row)

    def _stain(self, row: LeaseRow, dirty: bool) -> None:
        """Mark a record dirty, or clean if the lease was granted after it became dirty."""
        stains = self.holdings.dirty
        if dirty:
            stains[row.record] = self.changes.dirty[row.record] = self._token()
        elif stains and row.lease.token > stains.get(row.record, row.lease.token):
            del stains[row.record]
            self.changes.dirty[row.record] = 0

    def _token(self) -> int:
        self.counter += 1
        return self.epoch << _COUNTER_BITS | self.counter
