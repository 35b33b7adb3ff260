"""The leases that stand, the numbers of records and the history, in their tables."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rotest_core import RecordKey
from rotest_core.leasing import Changes, EventRow, LeaseRow, Ledger, pack_lease
from rotest_core.plugin import Lease
from rotest_postgres.database import Row
from rotest_postgres.locks.script import Script


class LeaseTables:
    """Keep the leases and records of a ledger, and the tables, the same.

    Args:
        ledger: new and empty.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._records = 0
        self._revision = 0

    @property
    def known(self) -> int:
        """Give the number of records that have numbers here."""
        return self._records

    def reset(
        self, names: Iterable[Row], capacities: Iterable[Row], dirty: Iterable[Row], leases: Iterable[Row]
    ) -> None:
        """Bring the ledger up to date.

        Args:
            names: type and name of the records that are not yet known, in order.
            capacities: number and capacity of those that have more than one unit.
            dirty: number of each dirty record, and the token that a later lease must have to clean it.
            leases: all that stand.
        """
        records = self._ledger.records
        for record_type, name in names:
            records.number(RecordKey(record_type, name))
        self._records = len(records.keys)
        records.set_capacities(dict(capacities))
        self._revision = records.revision
        holdings = self._ledger.book.holdings
        holdings.dirty = dict(dirty)
        holdings.replace([self._lease(row) for row in leases])

    def write(self, script: Script, changes: Changes, mark: str) -> None:
        """Write down what changed.

        Args:
            script: where to put the statements.
            changes: what the ledger gave.
            mark: of the turn.
        """
        self._write_records(script)
        for row in changes.ended:
            script.add(
                "DELETE FROM rotest.lock_lease WHERE record = %s AND slot = %s AND seat = %s",
                row.record,
                row.slot,
                row.seat,
            )
        script.add_rows(
            "INSERT INTO rotest.lock_lease VALUES", [self._values(row) for row in changes.made.values()]
        )
        for record, token in changes.dirty.items():
            script.add("UPDATE rotest.lock_record SET dirty = %s WHERE number = %s", token, record)
        script.add_rows(
            "INSERT INTO rotest.lock_event VALUES", [_event(event, mark) for event in changes.events]
        )

    def _write_records(self, script: Script) -> None:
        records = self._ledger.records
        new = enumerate(records.keys[self._records :], self._records)
        script.add_rows(
            "INSERT INTO rotest.lock_record (number, type, name, capacity) VALUES",
            [(number, key.type, key.name, 1) for number, key in new],
        )
        self._records = len(records.keys)
        if records.revision != self._revision:
            script.add("UPDATE rotest.lock_record SET capacity = 1 WHERE capacity <> 1")
            for number, capacity in records.capacity.items():
                script.add("UPDATE rotest.lock_record SET capacity = %s WHERE number = %s", capacity, number)
            self._revision = records.revision

    def _lease(self, row: Row) -> LeaseRow:
        record: int
        whole: int | None
        record, slot, token, session, claim, want, label, dirty, whole, since, exclusive = row
        keys = self._ledger.records.keys
        lease = Lease(
            claim=claim,
            want=want,
            key=keys[record],
            token=token,
            dirty=dirty,
            part_of=None if whole is None else keys[whole],
            exclusive=exclusive,
        )
        return LeaseRow(lease, record, slot, session, label, since)

    def _values(self, row: LeaseRow) -> Row:
        lease = row.lease
        return (
            row.record,
            row.slot,
            row.seat,
            lease.token,
            row.session,
            lease.claim,
            lease.want,
            row.label,
            lease.dirty,
            None if lease.part_of is None else self._ledger.records.find(lease.part_of),
            row.since,
        )


def _event(event: EventRow, mark: str) -> Row:
    return (
        event.number,
        event.time,
        event.step.value,
        event.claim,
        event.run,
        event.label,
        json.dumps(event.wants),
        json.dumps([pack_lease(row.lease) for row in event.leases], ensure_ascii=False),
        event.dirty,
        event.reason,
        mark,
    )
