"""Turn leases, claims and owners into JSON values and back, for letters and for books."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate, Lease, Owner, Part

Packed: TypeAlias = list[Any]
"""A JSON array; its items stand in the order of the fields."""


def pack_lease(lease: Lease) -> Packed:
    """Pack a lease."""
    whole = lease.part_of
    return [
        lease.claim,
        lease.want,
        lease.key.type,
        lease.key.name,
        lease.token,
        lease.dirty,
        lease.exclusive,
        *((whole.type, whole.name) if whole else ()),
    ]


def unpack_lease(packed: Packed) -> Lease:
    """Unpack a lease; a whole of two nulls is none."""
    claim, want, record_type, name, token, dirty, exclusive, *whole = packed
    return Lease(
        claim=claim,
        want=want,
        key=RecordKey(record_type, name),
        token=token,
        dirty=bool(dirty),
        part_of=RecordKey(*whole) if whole and whole[0] is not None else None,
        exclusive=bool(exclusive),
    )


def pack_owner(owner: Owner) -> Packed:
    """Pack an owner."""
    return [owner.run, owner.user, owner.host, owner.boot, owner.pid, owner.started]


def unpack_owner(packed: Packed) -> Owner:
    """Unpack an owner."""
    run, user, host, boot, pid, started = packed
    return Owner(run=run, user=user, host=host, boot=boot, pid=pid, started=started)


def pack_candidates(candidates: tuple[Candidate, ...]) -> Packed:
    """Pack what could serve a want."""
    return [
        [
            candidate.key.type,
            candidate.key.name,
            candidate.capacity,
            [[part.key.type, part.key.name, part.capacity] for part in candidate.parts],
        ]
        for candidate in candidates
    ]


def unpack_candidates(packed: Packed) -> tuple[Candidate, ...]:
    """Unpack what could serve a want."""
    return tuple(
        Candidate(
            RecordKey(record_type, name),
            capacity,
            tuple(Part(RecordKey(part_type, part_name), units) for part_type, part_name, units in parts),
        )
        for record_type, name, capacity, parts in packed
    )


def pack_names(names: Iterable[str]) -> str:
    """Pack names that hold no control characters, quickly: each with a unit separator after it."""
    return "".join([f"{name}\x1f" for name in names])


def unpack_names(packed: str) -> tuple[str, ...]:
    """Unpack names."""
    return tuple(packed.split("\x1f")[:-1])
