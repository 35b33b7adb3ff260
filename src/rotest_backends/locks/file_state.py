"""A ledger as one JSON value."""

from __future__ import annotations

from typing import Any, TypeAlias

from rotest_core.allocation.ledger import Ledger
from rotest_core.allocation.rows import ClaimRow, LeaseRow, SessionRow
from rotest_core.leasing.packing import (
    pack_candidates,
    pack_lease,
    unpack_candidates,
    unpack_lease,
)
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Claim, LockEvent, LockStep, Want

State: TypeAlias = dict[str, Any]
Packed: TypeAlias = list[Any]


def pack_ledger(ledger: Ledger) -> State:
    """Pack all that a ledger holds."""
    records, book = ledger.records, ledger.book
    return {
        "counter": book.counter,
        "epoch": book.epoch,
        "records": [
            [key.type, key.name, records.capacity.get(number, 1)] for number, key in enumerate(records.keys)
        ],
        "dirty": list(book.holdings.dirty.items()),
        "sessions": [row.values for row in ledger.sessions.rows()],
        "leases": [_pack_lease_row(row) for row in book.holdings],
        "claims": [_pack_claim_row(row) for row in ledger.queue.rows()],
    }


def unpack_ledger(state: State) -> Ledger:
    """Unpack a ledger."""
    ledger = Ledger()
    records, book = ledger.records, ledger.book
    for record_type, name, _ in state["records"]:
        records.number(RecordKey(record_type, name))
    records.set_capacities(
        {number: capacity for number, (_, _, capacity) in enumerate(state["records"]) if capacity != 1}
    )
    book.counter, book.epoch = state["counter"], state["epoch"]
    book.holdings.dirty.update(dict(state["dirty"]))
    for session in state["sessions"]:
        ledger.sessions.add(SessionRow.of_values(session))
    book.holdings.replace(map(_unpack_lease_row, state["leases"]))
    for claim in state["claims"]:
        ledger.queue.add(_unpack_claim_row(ledger, claim))
    return ledger


def pack_event(event: LockEvent) -> Packed:
    """Pack an event."""
    return [
        event.number,
        event.time,
        event.step.value,
        event.claim,
        event.run,
        event.label,
        list(event.wants),
        [pack_lease(lease) for lease in event.leases],
        event.dirty,
        event.reason,
    ]


def unpack_event(packed: Packed) -> LockEvent:
    """Unpack an event."""
    number, moment, step, claim, run, label, wants, leases, dirty, reason = packed
    return LockEvent(
        number=number,
        time=moment,
        step=LockStep(step),
        claim=claim,
        run=run,
        label=label,
        wants=tuple(wants),
        leases=tuple(map(unpack_lease, leases)),
        dirty=dirty,
        reason=reason,
    )


def _pack_lease_row(row: LeaseRow) -> Packed:
    return [pack_lease(row.lease), row.record, row.slot, row.session, row.label, row.since]


def _unpack_lease_row(packed: Packed) -> LeaseRow:
    lease, record, slot, session, label, since = packed
    return LeaseRow(unpack_lease(lease), record, slot, session, label, since)


def _pack_claim_row(row: ClaimRow) -> Packed:
    claim = row.claim
    wants = [[want.name, pack_candidates(want.candidates), want.exclusive] for want in claim.wants]
    asked = [claim.id, wants, claim.label, claim.priority, claim.wait, list(claim.within)]
    return [row.session, asked, row.place, row.since, row.deadline]


def _unpack_claim_row(ledger: Ledger, packed: Packed) -> ClaimRow:
    session, (identifier, wants, label, priority, wait, within), place, since, deadline = packed
    claim = Claim(
        id=identifier,
        wants=tuple(
            Want(name, unpack_candidates(candidates), exclusive) for name, candidates, exclusive in wants
        ),
        label=label,
        priority=priority,
        wait=wait,
        within=tuple(within),
    )
    return ClaimRow.of(ledger.records, session, claim, place, since, deadline)
