"""Check the history that a lock strategy kept: what it granted, to whom, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import pairwise

from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Lease, LockEvent, LockStep

_MOVING = {LockStep.HELD, LockStep.ADOPTED}
_ENDING = {LockStep.RELEASED, LockStep.LOST, LockStep.ENDED}


def check_history(
    events: Sequence[LockEvent],
    *,
    capacity: Mapping[RecordKey, int] | None = None,
    alike: Callable[[LockEvent], Hashable] | None = None,
) -> list[str]:
    """Look for violations of what leases promise.

    Args:
        events: the whole history, from the first event on.
        capacity: units of the records that have more than one.
        alike: for an event of a claim, a value that is equal for claims of the same priority that ask for the same;
            then they must have been granted in the order in which they came.

    Returns:
        One line for each violation; empty when there is none.
    """
    return [
        *check_numbers(events),
        *check_exclusion(events, capacity or {}),
        *check_wholeness(events),
        *check_tokens(events),
        *(check_order(events, alike) if alike else ()),
    ]


def check_numbers(events: Sequence[LockEvent]) -> Iterable[str]:
    """Events are numbered in the order in which they happened."""
    for earlier, later in pairwise(events):
        if later.number <= earlier.number:
            yield f"event {later.number} comes after event {earlier.number}"


def check_exclusion(events: Sequence[LockEvent], capacity: Mapping[RecordKey, int]) -> Iterable[str]:
    """No record is ever leased more often than it has units; those that share take one between them."""
    standing = _Standing()
    for event in events:
        yield from standing.follow(event)
        for key in {lease.key for lease in event.leases}:
            units = standing.units(key)
            if units > capacity.get(key, 1):
                yield f"event {event.number}: {units} units of {key} are leased, it has {capacity.get(key, 1)}"


def check_wholeness(events: Sequence[LockEvent]) -> Iterable[str]:
    """Each claim is granted all that it wants, each a different record, once."""
    granted: set[str] = set()
    for event in events:
        if event.step is not LockStep.GRANTED:
            continue
        whole = [lease for lease in event.leases if lease.part_of is None]
        if [lease.want for lease in whole] != list(event.wants):
            yield f"event {event.number}: {event.claim} wants {event.wants}, got {[lease.want for lease in whole]}"
        if len({lease.key for lease in whole}) < len(whole):
            yield f"event {event.number}: {event.claim} got a record twice"
        if event.claim in granted:
            yield f"event {event.number}: {event.claim} was granted twice"
        granted.add(event.claim)


def check_tokens(events: Sequence[LockEvent]) -> Iterable[str]:
    """Each grant of a record carries a higher token than all before it, and no two leases have the same."""
    highest: dict[RecordKey, int] = {}
    used: set[int] = set()
    for event in events:
        if event.step is not LockStep.GRANTED and event.step not in _MOVING:
            continue
        for lease in event.leases:
            if lease.token <= highest.get(lease.key, -1):
                yield f"event {event.number}: {lease.key} has token {lease.token} after {highest[lease.key]}"
            if lease.token in used:
                yield f"event {event.number}: token {lease.token} was given before"
            highest[lease.key] = max(lease.token, highest.get(lease.key, -1))
            used.add(lease.token)


def check_order(events: Sequence[LockEvent], alike: Callable[[LockEvent], Hashable]) -> Iterable[str]:
    """Of claims that ask for the same, the first to come is the first to be served."""
    waiting: dict[Hashable, dict[str, int]] = {}
    for event in events:
        if not event.claim:
            continue
        queue = waiting.setdefault(alike(event), {})
        if event.step is LockStep.WAITING:
            queue[event.claim] = event.number
        elif event.step is LockStep.GRANTED:
            place = queue.pop(event.claim, event.number)
            earlier = [claim for claim, number in queue.items() if number < place]
            if earlier:
                yield f"event {event.number}: {event.claim} was granted before {', '.join(earlier)}"
        elif event.step in {LockStep.CANCELLED, LockStep.EXPIRED, LockStep.LOST}:
            queue.pop(event.claim, None)


def held_at_end(events: Sequence[LockEvent]) -> list[Lease]:
    """Return the leases that the history leaves standing."""
    standing = _Standing()
    for event in events:
        for _ in standing.follow(event):
            continue
    return standing.leases()


class _Standing:
    """Follow the leases that stand from event to event."""

    def __init__(self) -> None:
        self._held: dict[RecordKey, dict[int, Lease]] = {}

    def follow(self, event: LockEvent) -> Iterable[str]:
        """Let leases begin and end; tell of those that end without having begun."""
        # A reservation, and who takes one over, replaces leases of the same records.
        moved = event.step in _MOVING
        for lease in event.leases:
            held = self._held.setdefault(lease.key, {})
            if moved:
                held.pop(next((token for token, old in held.items() if old.want == lease.want), -1), None)
            if moved or event.step is LockStep.GRANTED:
                held[lease.token] = lease
            elif event.step in _ENDING and held.pop(lease.token, None) is None:
                yield f"event {event.number}: {lease.key} with token {lease.token} ended without being held"

    def units(self, key: RecordKey) -> int:
        """Count the units of a record that are taken."""
        held = self._held[key].values()
        alone = sum(lease.exclusive for lease in held)
        return alone + (len(held) > alone)

    def leases(self) -> list[Lease]:
        """Return all leases that stand."""
        return [lease for held in self._held.values() for lease in held.values()]
