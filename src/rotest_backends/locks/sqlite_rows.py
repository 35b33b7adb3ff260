"""Read the ledger from the tables, and write down what changed in it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Sequence
from typing import Any, TypeAlias

from rotest_backends.locks.packing import pack_candidates, pack_lease, unpack_candidates, unpack_lease
from rotest_core.allocation.ledger import Ledger
from rotest_core.allocation.rows import Changes, ClaimRow, EventRow, LeaseRow, SessionRow
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate, Claim, Lease, LockEvent, LockStep, Owner, Want

Candidates: TypeAlias = tuple[Candidate, ...]
Row: TypeAlias = tuple[Any, ...]

_POOLS_KNOWN = 512

_STATE = """
SELECT (SELECT max(number) FROM lock_event), (SELECT max(number) FROM lock_record),
       (SELECT value FROM meta WHERE component = 'locks' AND key = 'capacities')
"""
_SESSIONS = """
SELECT number, run, user, host, boot, pid, started, address, ttl, beat, reservation FROM lock_session
"""
_CLAIMS = """
SELECT ticket, session, id, label, priority, rank, wait, since, deadline, within, wants FROM lock_claim
"""
_LEASES = """
SELECT record, slot, seat, token, session, claim, want, label, dirty, whole, since FROM lock_lease
"""
_EVENTS = """
SELECT number, time, step, claim, run, label, wants, leases, dirty, reason FROM lock_event
WHERE number > ? ORDER BY number
"""


class Tables:
    """Keep a ledger and the tables the same.

    Args:
        ledger: new and empty; `read` fills it.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._records = 0
        self._capacities: int | None = None
        self._revision = 0
        self._pools: dict[int, Candidates] = {}
        self._pool_numbers: dict[int, tuple[Candidates, int]] = {}

    def read(self, connection: sqlite3.Connection) -> None:
        """Bring the ledger up to date."""
        ledger = self._ledger
        ledger.offset = time.time() - time.monotonic()
        last_event, last_record, capacities = connection.execute(_STATE).fetchone()
        state = (last_event or 0, -1 if last_record is None else last_record, capacities)
        if state == (ledger.counter, self._records - 1, self._capacities):
            return
        ledger.counter, _, self._capacities = state
        self._read_records(connection)
        ledger.load(
            map(_session, connection.execute(_SESSIONS)),
            [self._lease(row) for row in connection.execute(_LEASES)],
            [self._claim(connection, row) for row in connection.execute(_CLAIMS).fetchall()],
        )

    def read_beats(self, connection: sqlite3.Connection) -> None:
        """Bring the heartbeats of the sessions up to date: they come without events."""
        for number, beat in connection.execute("SELECT number, beat FROM lock_session"):
            self._ledger.refresh(number, beat)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write down what changed in the ledger."""
        changes = self._ledger.take_changes()
        if len(self._ledger.records.keys) > self._records:
            self._write_records(connection)
        if self._ledger.records.revision != self._revision:
            self._write_capacities(connection)
        for row in changes.ended:
            connection.execute(
                "DELETE FROM lock_lease WHERE record = ? AND slot = ? AND seat = ?",
                (row.record, row.slot, _seat(row)),
            )
        for row in changes.made.values():
            connection.execute(
                "INSERT INTO lock_lease VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._lease_values(row)
            )
        for record, token in changes.dirty.items():
            connection.execute("UPDATE lock_record SET dirty = ? WHERE number = ?", (token, record))
        for event in changes.events:
            connection.execute(
                "INSERT INTO lock_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _event_values(event)
            )
        if changes.claims or changes.sessions:
            self._write_waiters(connection, changes)

    def history(self, connection: sqlite3.Connection, after: int) -> Sequence[LockEvent]:
        """Return the events above a number."""
        return [_event(row) for row in connection.execute(_EVENTS, (after,))]

    def _read_records(self, connection: sqlite3.Connection) -> None:
        records = self._ledger.records
        for record_type, name in connection.execute(
            "SELECT type, name FROM lock_record WHERE number >= ? ORDER BY number", (self._records,)
        ):
            records.number(RecordKey(record_type, name))
        self._records = len(records.keys)
        records.set_capacities(
            dict(connection.execute("SELECT number, capacity FROM lock_record WHERE capacity != 1"))
        )
        self._ledger.holdings.dirty = dict(
            connection.execute("SELECT number, dirty FROM lock_record WHERE dirty != 0")
        )

    def _write_records(self, connection: sqlite3.Connection) -> None:
        records = self._ledger.records
        connection.executemany(
            "INSERT INTO lock_record (number, type, name, capacity) VALUES (?, ?, ?, 1)",
            [
                (number, key.type, key.name)
                for number, key in enumerate(records.keys[self._records :], self._records)
            ],
        )
        self._records = len(records.keys)

    def _write_capacities(self, connection: sqlite3.Connection) -> None:
        records = self._ledger.records
        connection.execute("UPDATE lock_record SET capacity = 1 WHERE capacity != 1")
        connection.executemany(
            "UPDATE lock_record SET capacity = ? WHERE number = ?",
            [(capacity, number) for number, capacity in records.capacity.items()],
        )
        (self._capacities,) = connection.execute(
            "UPDATE meta SET value = value + 1 WHERE component = 'locks' AND key = 'capacities' RETURNING value"
        ).fetchone()
        self._revision = records.revision

    def _write_waiters(self, connection: sqlite3.Connection, changes: Changes) -> None:
        for ticket, claim in changes.claims.items():
            connection.execute("DELETE FROM lock_claim WHERE ticket = ?", (ticket,))
            if claim is not None:
                connection.execute(
                    "INSERT INTO lock_claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    self._claim_values(connection, claim),
                )
        for number, session in changes.sessions.items():
            if session is None:
                connection.execute("DELETE FROM lock_session WHERE number = ?", (number,))
            else:
                connection.execute(
                    "INSERT OR REPLACE INTO lock_session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    _session_values(session),
                )

    def _lease(self, row: Row) -> LeaseRow:
        record, slot, seat, token, session, claim, want, label, dirty, whole, since = row
        keys = self._ledger.records.keys
        lease = Lease(
            claim=claim,
            want=want,
            key=keys[record],
            token=token,
            dirty=bool(dirty),
            part_of=None if whole is None else keys[whole],
            exclusive=seat == 0,
        )
        return LeaseRow(lease, record, slot, session, label, since)

    def _lease_values(self, row: LeaseRow) -> Row:
        lease = row.lease
        whole = None if lease.part_of is None else self._ledger.records.find(lease.part_of)
        return (
            row.record,
            row.slot,
            _seat(row),
            lease.token,
            row.session,
            lease.claim,
            lease.want,
            row.label,
            lease.dirty,
            whole,
            row.since,
        )

    def _claim(self, connection: sqlite3.Connection, row: Row) -> ClaimRow:
        ticket, session, identifier, label, priority, rank, wait, since, deadline, within, wants = row
        claim = Claim(
            id=identifier,
            wants=tuple(
                Want(name, self._candidates(connection, pool), bool(exclusive))
                for name, pool, exclusive in json.loads(wants)
            ),
            label=label,
            priority=priority,
            wait=wait,
            within=tuple(json.loads(within)),
        )
        return self._ledger.claim_row(session, claim, ticket, rank, since, deadline)

    def _claim_values(self, connection: sqlite3.Connection, row: ClaimRow) -> Row:
        claim = row.claim
        wants = [
            (want.name, self._pool_number(connection, want.candidates), want.exclusive)
            for want in claim.wants
        ]
        return (
            row.waiting.ticket,
            row.session,
            claim.id,
            claim.label,
            claim.priority,
            row.waiting.rank,
            claim.wait,
            row.since,
            row.deadline,
            json.dumps(claim.within),
            json.dumps(wants),
        )

    def _candidates(self, connection: sqlite3.Connection, pool: int) -> Candidates:
        candidates = self._pools.get(pool)
        if candidates is None:
            (packed,) = connection.execute(
                "SELECT candidates FROM lock_pool WHERE number = ?", (pool,)
            ).fetchone()
            candidates = unpack_candidates(json.loads(packed))
            self._know_pool(pool, candidates)
        return candidates

    def _pool_number(self, connection: sqlite3.Connection, candidates: Candidates) -> int:
        known = self._pool_numbers.get(id(candidates))
        if known is not None and known[0] is candidates:
            return known[1]
        packed = json.dumps(pack_candidates(candidates))
        digest = hashlib.sha256(packed.encode()).digest()
        connection.execute(
            "INSERT INTO lock_pool (digest, candidates) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (digest, packed),
        )
        (number,) = connection.execute("SELECT number FROM lock_pool WHERE digest = ?", (digest,)).fetchone()
        self._know_pool(number, candidates)
        return int(number)

    def _know_pool(self, number: int, candidates: Candidates) -> None:
        if len(self._pools) >= _POOLS_KNOWN:
            self._pools.clear()
            self._pool_numbers.clear()
        self._pools[number] = candidates
        self._pool_numbers[id(candidates)] = (candidates, number)


def _seat(row: LeaseRow) -> int:
    return 0 if row.exclusive else row.lease.token


def _session(row: Row) -> SessionRow:
    number, run, user, host, boot, pid, started, address, ttl, beat, reservation = row
    owner = Owner(run=run, user=user, host=host, boot=boot, pid=pid, started=started)
    return SessionRow(number, owner, address, ttl, beat, bool(reservation))


def _session_values(row: SessionRow) -> Row:
    owner = row.owner
    return (
        row.number,
        owner.run,
        owner.user,
        owner.host,
        owner.boot,
        owner.pid,
        owner.started,
        row.address,
        row.ttl,
        row.beat,
        row.reservation,
    )


def _event(row: Row) -> LockEvent:
    number, moment, step, claim, run, label, wants, leases, dirty, reason = row
    return LockEvent(
        number=number,
        time=moment,
        step=LockStep(step),
        claim=claim,
        run=run,
        label=label,
        wants=tuple(json.loads(wants)),
        leases=tuple(map(unpack_lease, json.loads(leases))),
        dirty=bool(dirty),
        reason=reason,
    )


def _event_values(row: EventRow) -> Row:
    return (
        row.number,
        row.time,
        row.step.value,
        row.claim,
        row.run,
        row.label,
        json.dumps(row.wants),
        json.dumps([pack_lease(lease) for lease in row.leases]),
        row.dirty,
        row.reason,
    )
